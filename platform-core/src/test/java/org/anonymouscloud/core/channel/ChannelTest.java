package org.anonymouscloud.core.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.anonymouscloud.core.channel.ConnectionLost.Why;
import org.anonymouscloud.core.crypto.noise.X25519KeyPair;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class ChannelTest {
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final ChannelLimits.Rekey NEVER =
      new ChannelLimits.Rekey(Long.MAX_VALUE, Long.MAX_VALUE, Duration.ofDays(1));

  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  private record Ends(Channel client, Channel server) {}

  private Ends connect(ChannelLimits limits) throws Exception {
    RecordBuffers buffers = new RecordBuffers(8);
    try (ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        X25519KeyPair key = X25519KeyPair.generate()) {
      Future<Channel> server =
          threads.submit(
              () -> Channel.accept(listening.accept(), key, HandshakeGate.OPEN, limits, buffers));
      Channel client =
          Channel.connect("127.0.0.1", listening.getLocalPort(), LONG, limits, buffers);
      server.get().trust();
      return new Ends(client, server.get());
    }
  }

  private static ChannelLimits limits(ChannelLimits.Rekey rekey) {
    return new ChannelLimits(LONG, LONG, LONG, rekey);
  }

  @AfterEach
  void stop() {
    threads.shutdownNow();
  }

  private static void send(Channel channel, FrameType type, int stream, byte[] data)
      throws ConnectionLost {
    channel.prepare(type, stream, data, 0, data.length);
    channel.send();
  }

  private static Frame receive(Channel channel) throws ConnectionLost {
    return channel.receive(() -> {});
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 248, 249, 250, 8_000, 8_192, 9_000, 40_000, 65_511, 65_512})
  void aFrameArrivesAsItWasSent(int length) throws Exception {
    Ends ends = connect(limits(NEVER));
    byte[] data = new byte[length];
    Arrays.fill(data, (byte) 7);
    send(ends.client(), FrameType.DATA, 0x8123_4567, data);
    Frame frame = receive(ends.server());
    assertThat(frame.type()).isEqualTo(FrameType.DATA);
    assertThat(frame.stream()).isEqualTo(0x8123_4567);
    assertThat(frame.copy()).isEqualTo(data);
    frame.release();
    ends.client().close();
    ends.server().close();
  }

  @Test
  void whatABufferHeldBeforeDoesNotTravelAsPadding() throws Exception {
    Ends ends = connect(limits(NEVER));
    byte[] secret = new byte[60_000];
    Arrays.fill(secret, (byte) 0x55);
    send(ends.client(), FrameType.DATA, 1, secret);
    receive(ends.server()).release();
    // A padded record that is not zero behind its data would be refused.
    send(ends.client(), FrameType.DATA, 1, new byte[50_001]);
    assertThat(receive(ends.server()).length()).isEqualTo(50_001);
    ends.client().close();
    ends.server().close();
  }

  @Tag("A46")
  @Test
  void lengthsAreHiddenInSteps() {
    for (int length = 7; length <= 65_519; length++) {
      int padded = Channel.padded(length);
      int step = padded <= 8_192 ? 256 : padded <= 16_384 ? 512 : padded <= 32_768 ? 1024 : 2048;
      assertThat(padded).isBetween(length, Math.min(65_519, length + step - 1));
      assertThat(padded == 65_519 || padded % step == 0).as("%d", padded).isTrue();
    }
  }

  @Tag("A45")
  @ParameterizedTest
  @ValueSource(strings = {"records", "bytes", "age"})
  void keysAreRenewedInBothDirectionsWhileBothSend(String limit) throws Exception {
    ChannelLimits.Rekey rekey =
        switch (limit) {
          case "records" -> new ChannelLimits.Rekey(4, Long.MAX_VALUE, Duration.ofDays(1));
          case "bytes" -> new ChannelLimits.Rekey(Long.MAX_VALUE, 2000, Duration.ofDays(1));
          default -> new ChannelLimits.Rekey(Long.MAX_VALUE, Long.MAX_VALUE, Duration.ZERO);
        };
    Ends ends = connect(limits(rekey));
    Future<?> up = threads.submit(() -> sendNumbers(ends.client()));
    Future<?> down = threads.submit(() -> sendNumbers(ends.server()));
    Future<?> receiving = threads.submit(() -> receiveNumbers(ends.client()));
    receiveNumbers(ends.server());
    receiving.get();
    up.get();
    down.get();
    ends.client().close();
    ends.server().close();
  }

  private static Void sendNumbers(Channel channel) throws ConnectionLost {
    for (int i = 0; i < 500; i++) {
      send(channel, FrameType.DATA, i, new byte[i]);
    }
    return null;
  }

  private static Void receiveNumbers(Channel channel) throws ConnectionLost {
    for (int i = 0; i < 500; i++) {
      Frame frame = receive(channel);
      assertThat(frame.stream()).isEqualTo(i);
      assertThat(frame.length()).isEqualTo(i);
      frame.release();
    }
    return null;
  }

  @Tag("A43")
  @Test
  void aSideThatIsNotHeardOfIsGivenUp() throws Exception {
    ChannelLimits limits =
        new ChannelLimits(LONG, Duration.ofMillis(20), LONG, ChannelLimits.Rekey.STANDARD);
    Ends ends = connect(limits);
    AtomicInteger quiet = new AtomicInteger();
    assertThatExceptionOfType(ConnectionLost.class)
        .isThrownBy(() -> ends.client().receive(quiet::incrementAndGet))
        .extracting(ConnectionLost::why)
        .isEqualTo(Why.SILENT);
    assertThat(quiet.get()).isGreaterThanOrEqualTo(2);
    ends.server().close();
  }

  @Tag("A43")
  @Test
  void aSideThatTakesNothingIsGivenUp() throws Exception {
    ChannelLimits limits =
        new ChannelLimits(
            LONG, Duration.ofMillis(20), Duration.ofMillis(40), ChannelLimits.Rekey.STANDARD);
    Ends ends = connect(limits);
    Future<?> sending =
        threads.submit(
            () -> {
              while (true) {
                send(ends.client(), FrameType.DATA, 1, new byte[60_000]);
              }
            });
    assertThatExceptionOfType(ConnectionLost.class)
        .isThrownBy(() -> receive(ends.client()))
        .extracting(ConnectionLost::why)
        .isEqualTo(Why.SILENT);
    assertThatExceptionOfType(java.util.concurrent.ExecutionException.class)
        .isThrownBy(sending::get)
        .withCauseInstanceOf(IOException.class);
    ends.server().close();
  }

  @Test
  void whoCutsGivesTheReasonToBothThreads() throws Exception {
    Ends ends = connect(limits(NEVER));
    Future<Frame> receiving = threads.submit(() -> receive(ends.client()));
    var _ = ends.client().cut(Why.ENDED_HERE);
    assertThatExceptionOfType(java.util.concurrent.ExecutionException.class)
        .isThrownBy(receiving::get)
        .withMessageContaining("closed");
    assertThatExceptionOfType(ConnectionLost.class)
        .isThrownBy(() -> send(ends.client(), FrameType.PING, 0, new byte[8]))
        .extracting(ConnectionLost::why)
        .isEqualTo(Why.ENDED_HERE);
    assertThatExceptionOfType(ConnectionLost.class)
        .isThrownBy(() -> receive(ends.server()))
        .extracting(ConnectionLost::why)
        .isEqualTo(Why.CUT);
  }

  @Test
  void aBrokenSocketIsNoFrame() throws Exception {
    try (ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Future<Void> closing =
          threads.submit(
              () -> {
                Socket socket = listening.accept();
                socket.close();
                return null;
              });
      assertThatExceptionOfType(ConnectFailed.class)
          .isThrownBy(
              () ->
                  Channel.connect(
                      "127.0.0.1",
                      listening.getLocalPort(),
                      LONG,
                      ChannelLimits.STANDARD,
                      new RecordBuffers(1)))
          .extracting(ConnectFailed::why)
          .isEqualTo(ConnectFailed.Why.CUT);
      closing.get();
    }
  }
}
