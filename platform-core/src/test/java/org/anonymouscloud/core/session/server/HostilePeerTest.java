package org.anonymouscloud.core.session.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.anonymouscloud.core.channel.Channel;
import org.anonymouscloud.core.channel.ChannelLimits;
import org.anonymouscloud.core.channel.ConnectionLost;
import org.anonymouscloud.core.channel.ConnectionLost.Why;
import org.anonymouscloud.core.channel.FrameType;
import org.anonymouscloud.core.channel.HandshakeGate;
import org.anonymouscloud.core.channel.RawPeer;
import org.anonymouscloud.core.channel.RecordBuffers;
import org.anonymouscloud.core.crypto.NotAuthentic;
import org.anonymouscloud.core.session.ConnectionString;
import org.anonymouscloud.core.session.KeyCheck;
import org.anonymouscloud.core.session.Session;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Peers that hold the session's keys and do not follow its rules. */
@Timeout(60)
class HostilePeerTest {
  private static final int PART = 1;
  private static final int ASK = 2;
  private static final int REQUEST = 3;
  private static final int ANSWER = 4;
  private static final int ERROR = 5;
  private static final int DATA = 6;
  private static final int END = 7;
  private static final int CREDIT = 8;
  private static final int CANCEL = 9;
  private static final int PUSH = 10;
  private static final int PING = 11;
  private static final int PONG = 12;
  private static final int REKEY = 13;
  private static final int CLOSE = 14;

  /** The end of a method's name of nine characters. */
  private static final int[] ECHO = {9, 't', 'e', 's', 't', '/', 'e', 'c', 'h', 'o'};

  private static final int[] HOLD = {9, 't', 'e', 's', 't', '/', 'w', 'a', 'i', 't'};

  private EchoServer server;

  @BeforeEach
  void start() throws IOException {
    server = new EchoServer();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  static Stream<Arguments> wrongFrames() {
    byte[] notZero = RawPeer.frame(PING, 0, 1, 2, 3, 4, 5, 6, 7, 8);
    notZero[200] = 1;
    byte[] tooLong = RawPeer.frame(PING, 0, 1, 2, 3, 4, 5, 6, 7, 8);
    tooLong[5] = 1;
    return Stream.of(
        Arguments.of("type 0", RawPeer.frame(0, 0)),
        Arguments.of("type 15", RawPeer.frame(15, 1)),
        Arguments.of("type 255", RawPeer.frame(255, 1)),
        Arguments.of("an answer from a client", RawPeer.frame(ANSWER, 1)),
        Arguments.of("an error from a client", RawPeer.frame(ERROR, 1)),
        Arguments.of("a push from a client", RawPeer.frame(PUSH, 0, 1, 'a')),
        Arguments.of("a pong that nobody asked for", RawPeer.frame(PONG, 0, 1)),
        Arguments.of("a short ping", RawPeer.frame(PING, 0, 1)),
        Arguments.of("a ping on a stream", RawPeer.frame(PING, 1, 1, 2, 3, 4, 5, 6, 7, 8)),
        Arguments.of("a long close", RawPeer.frame(CLOSE, 0, 0, 0)),
        Arguments.of("a close of a stream", RawPeer.frame(CLOSE, 1, 0)),
        Arguments.of("a renewal with data", RawPeer.frame(REKEY, 0, 1)),
        Arguments.of("data for a stream that is not open", RawPeer.frame(DATA, 1, 1)),
        Arguments.of("data for the session", RawPeer.frame(DATA, 0, 1)),
        Arguments.of("a request on stream 0", RawPeer.frame(ASK, 0, ECHO)),
        Arguments.of("a request on a negative stream", RawPeer.frame(ASK, -1, ECHO)),
        Arguments.of("a request without a method", RawPeer.frame(ASK, 1)),
        Arguments.of("a method without a name", RawPeer.frame(ASK, 1, 0)),
        Arguments.of("a method that is cut off", RawPeer.frame(ASK, 1, 5, 'a')),
        Arguments.of("a method of 65 characters", RawPeer.frame(ASK, 1, longMethod())),
        Arguments.of("padding that is not zero", notZero),
        Arguments.of("more data than there are", tooLong),
        Arguments.of("no padding", Arrays.copyOf(RawPeer.frame(END, 1), 7)),
        Arguments.of("too much padding", Arrays.copyOf(RawPeer.frame(END, 1), 512)));
  }

  private static int[] longMethod() {
    int[] data = new int[66];
    Arrays.fill(data, 'a');
    data[0] = 65;
    return data;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("wrongFrames")
  void aClientThatBreaksTheProtocolIsToldSoAndClosed(String what, byte[] frame) throws Exception {
    try (RawPeer client = new RawPeer(server.listener.port())) {
      client.send(frame);
      assertClosedFor(client, 2);
    }
    assertServerLives();
  }

  static Stream<Arguments> wrongAfterARequest() {
    return Stream.of(
        Arguments.of("empty data", RawPeer.frame(DATA, 1)),
        Arguments.of("an end with data", RawPeer.frame(END, 1, 1)),
        Arguments.of("a cancel with data", RawPeer.frame(CANCEL, 1, 1)),
        Arguments.of("a credit of three bytes", RawPeer.frame(CREDIT, 1, 0, 0, 1)),
        Arguments.of("no credit at all", RawPeer.frame(CREDIT, 1, 0, 0, 0, 0)),
        Arguments.of("a negative credit", RawPeer.frame(CREDIT, 1, 255, 0, 0, 0)),
        Arguments.of("too much credit", RawPeer.frame(CREDIT, 1, 127, 255, 255, 255)),
        Arguments.of("the same request twice", RawPeer.frame(REQUEST, 1, HOLD)),
        Arguments.of("data for a later stream", RawPeer.frame(DATA, 2, 1)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("wrongAfterARequest")
  void aRequestDoesNotCoverWhatIsWrong(String what, byte[] frame) throws Exception {
    try (RawPeer client = new RawPeer(server.listener.port())) {
      client.send(RawPeer.frame(REQUEST, 1, HOLD));
      client.send(frame);
      assertClosedFor(client, 2);
      server.gate.release();
    }
    assertServerLives();
  }

  @Test
  void bulkDataForARequestWithoutBulkDataAreWrong() throws Exception {
    try (RawPeer client = new RawPeer(server.listener.port())) {
      client.send(RawPeer.frame(ASK, 1, HOLD));
      client.send(RawPeer.frame(DATA, 1, 1));
      assertClosedFor(client, 2);
      server.gate.release();
    }
  }

  @Test
  void dataAfterTheEndAreWrong() throws Exception {
    try (RawPeer client = new RawPeer(server.listener.port())) {
      client.send(RawPeer.frame(REQUEST, 1, HOLD));
      client.send(RawPeer.frame(END, 1));
      client.send(RawPeer.frame(DATA, 1, 1));
      assertClosedFor(client, 2);
      server.gate.release();
    }
  }

  @Tag("A43")
  @Test
  void moreDataThanTheCreditAllowsAreWrong() throws Exception {
    try (RawPeer client = new RawPeer(server.listener.port())) {
      client.send(RawPeer.frame(REQUEST, 1, HOLD));
      for (int i = 0; i < 4; i++) {
        client.send(RawPeer.frame(DATA, 1, new int[65_512]));
      }
      client.send(RawPeer.frame(DATA, 1, 1));
      assertClosedFor(client, 2);
      server.gate.release();
    }
  }

  @Tag("A43")
  @Test
  void aRequestLongerThanAllowedIsWrong() throws Exception {
    try (RawPeer client = new RawPeer(server.listener.port())) {
      for (int i = 0; i < 17; i++) {
        client.send(RawPeer.frame(PART, 1, new int[65_512]));
      }
      assertClosedFor(client, 2);
    }
  }

  @Tag("A43")
  @Test
  void requestsThatAreNeverWholeFillNoMemory() throws Exception {
    try (RawPeer client = new RawPeer(server.listener.port())) {
      int refused = 0;
      for (int stream = 1; stream <= 40; stream++) {
        client.send(RawPeer.frame(PART, stream, new int[60_000]));
      }
      client.send(RawPeer.frame(PING, 0, 1, 2, 3, 4, 5, 6, 7, 8));
      for (byte[] frame = client.receive(); frame[0] != PONG; frame = client.receive()) {
        assertThat(frame[0]).isEqualTo((byte) ERROR);
        refused++;
      }
      // 34 of 60,000 bytes are less than 2 MiB.
      assertThat(refused).isEqualTo(6);
    }
  }

  @Tag("A41")
  @ParameterizedTest
  @ValueSource(ints = {0, 15, 22})
  void aRecordTooShortForAFrameIsCutWithoutAWord(int length) throws Exception {
    try (RawPeer client = new RawPeer(server.listener.port())) {
      byte[] record = new byte[2 + length];
      record[1] = (byte) length;
      client.sendUnsealed(record);
      assertCut(client);
    }
    assertServerLives();
  }

  @Tag("A41")
  @Test
  void aRecordThatNobodySealedIsCutWithoutAWord() throws Exception {
    try (RawPeer client = new RawPeer(server.listener.port())) {
      byte[] record = new byte[2 + 65_535];
      Arrays.fill(record, (byte) 0xFF);
      client.sendUnsealed(record);
      assertCut(client);
    }
    assertServerLives();
  }

  @Tag("A45")
  @Test
  void afterARenewalTheOldKeyOpensNothing() throws Exception {
    server.close();
    server =
        new EchoServer(
            new SessionLimits(
                10,
                10,
                10,
                10,
                HandshakeRates.STANDARD,
                10,
                Duration.ofSeconds(10),
                new ChannelLimits(
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(10),
                    new ChannelLimits.Rekey(2, Long.MAX_VALUE, Duration.ofDays(1)))));
    try (RawPeer client = new RawPeer(server.listener.port())) {
      for (int stream = 1; stream <= 3; stream++) {
        client.send(RawPeer.frame(ASK, stream, ECHO));
      }
      assertThat(client.receive()[0]).isEqualTo((byte) ANSWER);
      assertThat(client.receive()[0]).isEqualTo((byte) ANSWER);
      assertThat(client.receive()[0]).isEqualTo((byte) REKEY);
      assertThatExceptionOfType(NotAuthentic.class).isThrownBy(client::receive);
    }
  }

  @Test
  void aFloodOfPingsIsAnsweredAsFarAsItIsRead() throws Exception {
    try (RawPeer client = new RawPeer(server.listener.port())) {
      for (int i = 0; i < 5_000; i++) {
        client.send(RawPeer.frame(PING, 0, 1, 2, 3, 4, 5, 6, 7, 8));
      }
      assertThat(client.receive()[0]).isEqualTo((byte) PONG);
    }
    assertServerLives();
  }

  @Test
  void aRefusedStreamCanGoOnUnheard() throws Exception {
    try (RawPeer client = new RawPeer(server.listener.port())) {
      int most = SessionLimits.STANDARD.requests();
      for (int stream = 1; stream <= most; stream++) {
        client.send(RawPeer.frame(ASK, stream, HOLD));
      }
      client.send(RawPeer.frame(PART, most + 1, ECHO));
      client.send(RawPeer.frame(REQUEST, most + 1));
      client.send(RawPeer.frame(DATA, most + 1, 1));
      client.send(RawPeer.frame(END, most + 1));
      client.send(RawPeer.frame(PING, 0, 1, 2, 3, 4, 5, 6, 7, 8));
      assertThat(client.receive()[0]).isEqualTo((byte) ERROR);
      assertThat(client.receive()[0]).isEqualTo((byte) PONG);
      server.gate.release(most);
    }
  }

  private static void assertClosedFor(RawPeer client, int reason) throws Exception {
    byte[] last = client.receive();
    assertThat(last[0]).isEqualTo((byte) CLOSE);
    assertThat(last[7]).isEqualTo((byte) reason);
    assertCut(client);
  }

  private static void assertCut(RawPeer client) throws Exception {
    try {
      var _ = client.receive();
      throw new AssertionError("The server goes on.");
    } catch (EOFException | java.net.SocketException e) {
      assertThat(e).isNotNull();
    }
  }

  private void assertServerLives() throws Exception {
    try (Session session = server.connect()) {
      assertThat(session.ask("test/echo", new byte[] {1})).containsExactly(1);
    }
  }

  static Stream<Arguments> wrongAnswers() {
    return Stream.of(
        Arguments.of("an answer to nothing", FrameType.ANSWER, 7, new byte[0]),
        Arguments.of("data for a request without any", FrameType.DATA, 1, new byte[1]),
        Arguments.of("an end of nothing", FrameType.END, 1, new byte[0]),
        Arguments.of("credit for nothing", FrameType.CREDIT, 1, new byte[] {0, 0, 0, 1}),
        Arguments.of("a request", FrameType.ASK, 1, new byte[] {1, 'a'}),
        Arguments.of("a cancel", FrameType.CANCEL, 1, new byte[0]),
        Arguments.of("an empty refusal", FrameType.ERROR, 1, new byte[0]),
        Arguments.of("a refusal that is cut off", FrameType.ERROR, 1, new byte[] {9, 'a'}),
        Arguments.of("a push of nothing", FrameType.PUSH, 0, new byte[0]),
        Arguments.of("a push on a stream", FrameType.PUSH, 1, new byte[] {1, 'a'}),
        Arguments.of("a push that is cut off", FrameType.PUSH, 0, new byte[] {5, 'a'}));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("wrongAnswers")
  void aServerThatBreaksTheProtocolIsLeft(String what, FrameType type, int stream, byte[] data)
      throws Exception {
    try (ServerKey key = ServerKey.random();
        ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var served =
          threads.submit(
              () -> {
                Channel channel =
                    Channel.accept(
                        listening.accept(),
                        key.pair(),
                        HandshakeGate.OPEN,
                        ChannelLimits.STANDARD,
                        new RecordBuffers(1));
                channel.receive(() -> {}).release();
                channel.prepare(type, stream, data, 0, data.length);
                channel.send();
                return channel;
              });
      Session session =
          Session.connect(
              new ConnectionString(
                  "127.0.0.1", listening.getLocalPort(), Optional.of(key.fingerprint())),
              KeyCheck.NONE,
              EchoServer.PATIENCE);
      assertThatExceptionOfType(ConnectionLost.class)
          .isThrownBy(() -> session.ask("test/echo", new byte[0]))
          .extracting(ConnectionLost::why)
          .isEqualTo(Why.PROTOCOL_BROKEN);
      served.get().close();
    }
  }
}
