package org.anonymouscloud.core.session.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.anonymouscloud.core.channel.ChannelLimits;
import org.anonymouscloud.core.channel.ConnectFailed;
import org.anonymouscloud.core.session.KeyCheck;
import org.anonymouscloud.core.session.Session;
import org.anonymouscloud.core.testing.FaultProxy;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Those who come in crowds, over the addresses 127.x.y.z as if they were many networks. */
@Timeout(60)
class FloodTest {
  private static final byte GO_ON = 0;
  private static final byte RETRY = 3;
  private static final int STATUS = 16;

  private static final HandshakeRates UNBOUNDED = new HandshakeRates(1_000_000, 1, 1_000_000, 1);

  private static EchoServer server(HandshakeRates rates) throws IOException {
    SessionLimits limits =
        new SessionLimits(
            1000, 1000, 1000, 1000, rates, 8, Duration.ofSeconds(10), ChannelLimits.STANDARD);
    return new EchoServer(limits, Network::ofPrefix, false);
  }

  /** What an honest client says before its first record. */
  private static byte[] firstFlight(EchoServer server) throws IOException {
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    try (FaultProxy proxy = new FaultProxy(server.listener.port())) {
      proxy.toServer(FaultProxy.record(said));
      server.connect(proxy.port()).close();
    }
    return java.util.Arrays.copyOf(said.toByteArray(), 20 + 2 + 1216);
  }

  /** Says a first flight from an address and returns how the server answers. */
  private static byte flood(EchoServer server, String from, byte[] flight) throws IOException {
    try (Socket socket =
        new Socket(
            InetAddress.getLoopbackAddress(),
            server.listener.port(),
            InetAddress.ofLiteral(from),
            0)) {
      socket.getOutputStream().write(flight);
      return socket.getInputStream().readNBytes(STATUS + 1)[STATUS];
    }
  }

  private static long answered(EchoServer server, int floods, String from, byte[] flight)
      throws IOException {
    long handshakes = 0;
    for (int i = 0; i < floods; i++) {
      byte status = flood(server, from.replace("#", Integer.toString(i)), flight);
      assertThat(status).isIn(GO_ON, RETRY);
      handshakes += status == GO_ON ? 1 : 0;
    }
    return handshakes;
  }

  private static void assertServes(EchoServer server) throws Exception {
    try (Session honest = server.connect()) {
      assertThat(honest.ask("test/echo", new byte[] {1})).containsExactly(1);
    }
  }

  @Test
  @Tag("A44")
  @Tag("A42")
  void oneNetworkMakesTheServerDoAsManyHandshakesAsItMay() throws Exception {
    try (EchoServer server = server(new HandshakeRates(1000, 0, 10, 0))) {
      byte[] flight = firstFlight(server);
      assertThat(answered(server, 100, "127.0.1.#", flight)).isEqualTo(10);
      assertServes(server);
    }
    try (EchoServer server = server(UNBOUNDED)) {
      assertThat(answered(server, 100, "127.0.1.#", firstFlight(server))).isEqualTo(100);
    }
  }

  @Test
  @Tag("A44")
  void manyNetworksLeaveOverWhatIsForThoseWhoComeBack() throws Exception {
    try (EchoServer server = server(new HandshakeRates(41, 0, 10, 0))) {
      byte[] flight = firstFlight(server);
      // One was spent on the flight; the mark is at 20.5.
      assertThat(answered(server, 100, "127.0.#.1", flight)).isEqualTo(20);
      // The honest client is sent away too, and comes back by itself.
      assertServes(server);
      assertThat(flood(server, "127.0.200.1", flight)).isEqualTo(RETRY);
    }
  }

  @Test
  @Tag("A44")
  void whoIsSentAwayForTooLongIsToldThatTheServerIsBusy() throws Exception {
    try (EchoServer server = server(new HandshakeRates(1, 0, 10, 0))) {
      server.connect().close();
      assertThatExceptionOfType(ConnectFailed.class)
          .isThrownBy(
              () -> Session.connect(server.address(), KeyCheck.NONE, Duration.ofMillis(1_500)))
          .extracting(ConnectFailed::why)
          .isEqualTo(ConnectFailed.Why.BUSY);
    }
  }

  @Test
  @Tag("A43")
  void peersWhoTrickleKeepNobodyOut() throws Exception {
    SessionLimits limits =
        new SessionLimits(
            200,
            1000,
            50,
            50,
            HandshakeRates.STANDARD,
            8,
            Duration.ofSeconds(10),
            ChannelLimits.STANDARD);
    try (EchoServer server = new EchoServer(limits);
        FaultProxy proxy = new FaultProxy(server.listener.port())) {
      byte[] flight = firstFlight(server);
      proxy.toServer(FaultProxy.rate(20));
      List<Socket> trickling = new ArrayList<>();
      for (int i = 0; i < 500; i++) {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
        trickling.add(socket);
        socket.getOutputStream().write(flight);
        if (i % 25 == 0) {
          assertServes(server);
        }
      }
      for (Socket socket : trickling) {
        socket.close();
      }
      // With the same number of clients that are logged in, the server is full.
      List<Session> users = new ArrayList<>();
      assertThatExceptionOfType(ConnectFailed.class)
          .isThrownBy(
              () -> {
                for (int i = 0; i < 500; i++) {
                  users.add(server.connect());
                }
              })
          .extracting(ConnectFailed::why)
          .isEqualTo(ConnectFailed.Why.BUSY);
      // One whose handshake ended while the last place was taken was let in and cut again.
      assertThat(users.stream().filter(FloodTest::answers)).hasSizeLessThanOrEqualTo(200);
      users.forEach(Session::close);
    }
  }

  @Test
  @Tag("A43")
  void anUnfinishedHandshakeTakesLittleMemory() throws Exception {
    int connections = 500;
    SessionLimits limits =
        new SessionLimits(
            1000,
            1000,
            1000,
            1000,
            HandshakeRates.STANDARD,
            8,
            Duration.ofSeconds(10),
            ChannelLimits.STANDARD.withHandshake(Duration.ofMinutes(1)));
    try (EchoServer server = new EchoServer(limits)) {
      byte[] flight = firstFlight(server);
      List<Socket> sockets = new ArrayList<>();
      long before = usedMemory();
      for (int i = 0; i < connections; i++) {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.listener.port());
        sockets.add(socket);
        // All but the last byte, so that the server holds as much as it ever will.
        socket.getOutputStream().write(flight, 0, flight.length - 1);
      }
      assertServes(server);
      long each = (usedMemory() - before) / connections;
      assertThat(each).as("bytes a connection, both ends").isLessThan(16 * 1024);
      for (Socket socket : sockets) {
        socket.close();
      }
    }
  }

  private static long usedMemory() {
    Runtime runtime = Runtime.getRuntime();
    System.gc();
    return runtime.totalMemory() - runtime.freeMemory();
  }

  private static boolean answers(Session session) {
    try {
      return session.ping().isPositive();
    } catch (IOException e) {
      return false;
    }
  }
}
