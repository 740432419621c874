package org.anonymouscloud.core.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.anonymouscloud.core.channel.ChannelLimits;
import org.anonymouscloud.core.channel.ConnectFailed;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
@Tag("A43")
class AdmissionTest {
  private static SessionLimits limits(int connections, int perPrefix, int handshakes) {
    return new SessionLimits(
        connections, perPrefix, handshakes, 8, Duration.ofSeconds(10), ChannelLimits.STANDARD);
  }

  private static Optional<Admission.Place> from(Admission admission, String address)
      throws IOException {
    return admission.admit(new Socket(), InetAddress.getByName(address));
  }

  @Test
  void oneNetworkCannotTakeAllPlaces() throws IOException {
    Admission admission = new Admission(limits(100, 2, 100));
    Admission.Place first = from(admission, "192.0.2.1").orElseThrow();
    assertThat(from(admission, "192.0.2.200")).isPresent();
    assertThat(from(admission, "192.0.2.3")).isEmpty();
    assertThat(from(admission, "192.0.3.3")).isPresent();
    assertThat(from(admission, "2001:db8:0:1::1")).isPresent();
    assertThat(from(admission, "2001:db8:0:ff::1")).isPresent();
    assertThat(from(admission, "2001:db8:0:2::1")).isEmpty();
    assertThat(from(admission, "2001:db8:0:100::1")).isPresent();
    first.close();
    assertThat(from(admission, "192.0.2.3")).isPresent();
    for (int i = 0; i < 10; i++) {
      assertThat(from(admission, "127.0.0.1")).isPresent();
    }
  }

  @Test
  void allNetworksTogetherHaveABound() throws IOException {
    Admission admission = new Admission(limits(2, 2, 100));
    Admission.Place first = from(admission, "192.0.2.1").orElseThrow();
    assertThat(from(admission, "127.0.0.1")).isPresent();
    assertThat(from(admission, "198.51.100.1")).isEmpty();
    first.close();
    assertThat(from(admission, "198.51.100.1")).isPresent();
  }

  @Test
  void whoIsSlowestWithTheHandshakeMakesRoom() throws IOException {
    Admission admission = new Admission(limits(100, 100, 2));
    List<Socket> sockets = new ArrayList<>();
    List<Admission.Place> places = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      Socket socket = new Socket();
      sockets.add(socket);
      places.add(admission.admit(socket, InetAddress.getByName("192.0.2.1")).orElseThrow());
      if (i == 0) {
        places.get(0).settle();
      }
    }
    assertThat(sockets.get(0).isClosed()).isFalse();
    assertThat(sockets.get(1).isClosed()).isTrue();
    assertThat(sockets.get(2).isClosed()).isFalse();
    assertThat(sockets.get(3).isClosed()).isFalse();
  }

  @Test
  void strangersWhoSayNothingKeepNobodyOut() throws Exception {
    try (EchoServer server = new EchoServer(limits(1000, 1000, 4))) {
      List<Socket> silent = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        silent.add(new Socket(InetAddress.getLoopbackAddress(), server.listener.port()));
      }
      try (Session session = server.connect()) {
        assertThat(session.ask("test/echo", new byte[] {1})).containsExactly(1);
      }
      for (Socket socket : silent) {
        socket.close();
      }
    }
  }

  @Test
  void aFullServerSaysSo() throws Exception {
    try (EchoServer server = new EchoServer(limits(1, 1, 4));
        Session only = server.connect()) {
      org.assertj.core.api.Assertions.assertThatExceptionOfType(ConnectFailed.class)
          .isThrownBy(server::connect)
          .extracting(ConnectFailed::why)
          .isEqualTo(ConnectFailed.Why.BUSY);
      assertThat(only.ask("test/echo", new byte[] {1})).containsExactly(1);
    }
  }
}
