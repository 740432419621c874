package org.anonymouscloud.core.session.server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.anonymouscloud.core.channel.ChannelLimits;
import org.anonymouscloud.core.channel.ConnectFailed;
import org.anonymouscloud.core.channel.ConnectionLost;
import org.anonymouscloud.core.channel.ConnectionLost.Why;
import org.anonymouscloud.core.session.Call;
import org.anonymouscloud.core.session.Session;
import org.anonymouscloud.core.testing.FaultProxy;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the network can do to a session: end it, and nothing else. */
@Timeout(60)
class HostileNetworkTest {
  /** Where the records begin in what each side says. */
  private static final int AFTER_GREETING_OF_CLIENT = 20 + 2 + 1216;

  private static final int AFTER_GREETING_OF_SERVER = 19 + 2 + 1200;

  private static final int SHORT_RECORD = 2 + 256 + 16;

  private EchoServer server;
  private FaultProxy proxy;

  @BeforeEach
  void start() throws IOException {
    server = new EchoServer();
    proxy = new FaultProxy(server.listener.port());
  }

  @AfterEach
  void stop() throws IOException {
    proxy.close();
    server.close();
  }

  private static void assertLost(ThrowingCallable work, Why why) {
    assertThatExceptionOfType(ConnectionLost.class)
        .isThrownBy(work)
        .extracting(ConnectionLost::why)
        .isEqualTo(why);
  }

  /** What can be done to a row of records. */
  enum Disorder {
    REPEAT,
    DROP,
    SWAP,
    REFLECT
  }

  private static final class Mischief implements FaultProxy.RecordFault {
    private final Disorder disorder;
    private final byte[] foreign;
    private byte[] kept = new byte[0];

    Mischief(Disorder disorder, byte[] foreign) {
      this.disorder = disorder;
      this.foreign = foreign;
    }

    @Override
    public List<byte[]> instead(int number, byte[] record) {
      if (number == 2) {
        kept = record;
      }
      return switch (disorder) {
        case REPEAT -> number == 2 ? List.of(record, record) : List.of(record);
        case DROP -> number == 2 ? List.of() : List.of(record);
        case SWAP ->
            number == 2 ? List.of() : number == 3 ? List.of(record, kept) : List.of(record);
        case REFLECT -> number == 2 ? List.of(foreign) : List.of(record);
      };
    }
  }

  @Tag("A40")
  @ParameterizedTest
  @EnumSource(Disorder.class)
  void recordsOfTheServerCannotBeReordered(Disorder disorder) throws Exception {
    byte[] foreign = recordOfAnotherSession();
    proxy.toClient(FaultProxy.records(AFTER_GREETING_OF_SERVER, new Mischief(disorder, foreign)));
    Session session = server.connect(proxy.port());
    assertLost(() -> askFiveTimes(session), Why.NOT_AUTHENTIC);
    assertThat(session.isOpen()).isFalse();
  }

  @Tag("A40")
  @ParameterizedTest
  @EnumSource(Disorder.class)
  void recordsOfTheClientCannotBeReordered(Disorder disorder) throws Exception {
    byte[] foreign = recordOfAnotherSession();
    int before = server.echoes.get();
    proxy.toServer(FaultProxy.records(AFTER_GREETING_OF_CLIENT, new Mischief(disorder, foreign)));
    Session session = server.connect(proxy.port());
    assertLost(() -> askFiveTimes(session), Why.CUT);
    server.listener.close();
    assertThat(server.echoes.get() - before).isEqualTo(disorder == Disorder.REPEAT ? 3 : 2);
  }

  /** All at once, so that the record after the missing one does not wait for its answer. */
  private static void askFiveTimes(Session session) throws Exception {
    List<Call> calls = new ArrayList<>();
    for (byte i = 0; i < 5; i++) {
      calls.add(session.open("test/echo", new byte[] {i}));
    }
    for (byte i = 0; i < 5; i++) {
      assertThat(calls.get(i).answer()).containsExactly(i);
    }
  }

  private byte[] recordOfAnotherSession() throws Exception {
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    proxy.toServer(FaultProxy.record(said));
    try (Session other = server.connect(proxy.port())) {
      var _ = other.ask("test/echo", new byte[0]);
    }
    proxy.toServer(FaultProxy.clean());
    byte[] record = new byte[SHORT_RECORD];
    System.arraycopy(said.toByteArray(), AFTER_GREETING_OF_CLIENT, record, 0, record.length);
    return record;
  }

  /** The whole record, its length too; what follows fills a record that is said to be longer. */
  @Tag("A41")
  @Test
  void whateverByteOfARecordIsChangedTheErrorAndWhatTheServerSeesAreTheSame() throws Exception {
    Set<Why> seen = EnumSet.noneOf(Why.class);
    Set<Integer> said = new TreeSet<>();
    for (int offset = 0; offset < SHORT_RECORD; offset++) {
      ByteArrayOutputStream fromClient = new ByteArrayOutputStream();
      proxy.toServer(FaultProxy.record(fromClient));
      proxy.toClient(FaultProxy.flipAt(AFTER_GREETING_OF_SERVER + offset, offset % 2 + 1));
      Session session = server.connect(proxy.port());
      assertThatExceptionOfType(ConnectionLost.class)
          .isThrownBy(() -> downloadTen(session))
          .satisfies(lost -> seen.add(lost.why()));
      session.awaitEnd();
      said.add(fromClient.size());
    }
    assertThat(seen).containsExactly(Why.NOT_AUTHENTIC);
    assertThat(said).containsExactly(AFTER_GREETING_OF_CLIENT + SHORT_RECORD);
    // Unchanged, the same is an answer.
    proxy.toClient(FaultProxy.flipAt(AFTER_GREETING_OF_SERVER, 0));
    assertThat(downloadTen(server.connect(proxy.port()))).hasSize(10);
  }

  /** Two records of the server. */
  private static byte[] downloadTen(Session session) throws Exception {
    try (Call call = session.open("test/send", "10".getBytes(US_ASCII))) {
      byte[] data = call.download().readAllBytes();
      var _ = call.answer();
      return data;
    }
  }

  @Tag("A41")
  @Test
  void whateverByteOfARequestIsChangedTheServerCutsWithoutAWord() throws Exception {
    Set<Integer> said = new TreeSet<>();
    for (int offset = 2; offset < SHORT_RECORD; offset++) {
      ByteArrayOutputStream fromServer = new ByteArrayOutputStream();
      proxy.toClient(FaultProxy.record(fromServer));
      proxy.toServer(FaultProxy.flipAt(AFTER_GREETING_OF_CLIENT + offset, 0x80));
      Session session = server.connect(proxy.port());
      assertLost(() -> session.ask("test/echo", new byte[10]), Why.CUT);
      said.add(fromServer.size());
    }
    assertThat(server.echoes).hasValue(0);
    assertThat(said).containsExactly(AFTER_GREETING_OF_SERVER);
  }

  @Tag("A40")
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 100, 273, 274, 275, 40_000, 65_537, 65_538, 100_000, 999_000})
  void aCutDownloadNeverLooksWhole(int offset) throws Exception {
    proxy.toClient(FaultProxy.cutAt(AFTER_GREETING_OF_SERVER + offset));
    Session session = server.connect(proxy.port());
    Call call = session.open("test/send", "1000000".getBytes(US_ASCII));
    assertLost(() -> call.download().readAllBytes(), Why.CUT);
    assertLost(call::answer, Why.CUT);
  }

  @Tag("A40")
  @Test
  void aCutBeforeTheCloseFrameIsNoEnd() throws Exception {
    proxy.toClient(FaultProxy.cutAt(AFTER_GREETING_OF_SERVER + SHORT_RECORD));
    Session session = server.connect(proxy.port());
    assertThat(session.ask("test/echo", new byte[] {1})).containsExactly(1);
    server.sessions.take().end();
    session.awaitEnd();
    assertLost(() -> session.ask("test/echo", new byte[0]), Why.CUT);
  }

  @Tag("A40")
  @Test
  void aFinishedConnectionIsACutToo() throws Exception {
    // TCP's own end is not authenticated: the proxy passes on a clean one in the middle.
    proxy.toClient(FaultProxy.endAt(AFTER_GREETING_OF_SERVER + SHORT_RECORD));
    Session session = server.connect(proxy.port());
    assertThat(session.ask("test/echo", new byte[] {1})).containsExactly(1);
    assertLost(() -> session.ask("test/echo", new byte[0]), Why.CUT);
  }

  @Tag("A40")
  @Test
  void aCutUploadNeverReachesItsHandlerAsAnEnd() throws Exception {
    proxy.toServer(FaultProxy.cutAt(AFTER_GREETING_OF_CLIENT + 500_000));
    Session session = server.connect(proxy.port());
    Call call = session.open("test/watch", new byte[0]);
    assertLost(
        () -> {
          call.upload().write(new byte[1_000_000]);
          call.upload().close();
          call.answer();
        },
        Why.CUT);
    assertThat(server.failures.take())
        .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.type(ConnectionLost.class))
        .extracting(ConnectionLost::why)
        .isEqualTo(Why.CUT);
  }

  @Tag("A38")
  @Tag("A42")
  @Test
  void aRecordedSessionCannotBePlayedAgain() throws Exception {
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    proxy.toServer(FaultProxy.record(said));
    try (Session session = server.connect(proxy.port())) {
      var _ = session.ask("test/echo", new byte[] {1});
    }
    assertThat(server.echoes).hasValue(1);
    proxy.toServer(FaultProxy.replay(said.toByteArray()));
    for (int i = 0; i < 20; i++) {
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), proxy.port())) {
        // The server answers the handshake, sees that the rest is not for it, and cuts.
        InputStream in = socket.getInputStream();
        assertThat(in.readNBytes(AFTER_GREETING_OF_SERVER)).hasSize(AFTER_GREETING_OF_SERVER);
        assertThat(readOne(in)).isEqualTo(-1);
      }
    }
    assertThat(server.echoes).hasValue(1);
  }

  private static int readOne(InputStream in) throws IOException {
    try {
      return in.read();
    } catch (java.net.SocketException e) {
      // The server had not read all when it cut.
      return -1;
    }
  }

  @Test
  void bytesThatTravelOneByOneMakeNoDifference() throws Exception {
    proxy.toServer(FaultProxy.trickle()).toClient(FaultProxy.trickle());
    try (Session session = server.connect(proxy.port());
        Call call = session.open("test/mirror", new byte[] {1})) {
      call.upload().write(EchoServer.pattern(70_000));
      call.upload().close();
      assertThat(call.download().readAllBytes()).isEqualTo(EchoServer.pattern(70_000));
      assertThat(call.answer()).containsExactly(1);
    }
  }

  @Tag("A43")
  @Test
  void aConnectionThatGoesSilentIsGivenUp() throws Exception {
    proxy.toClient(FaultProxy.stallAt(AFTER_GREETING_OF_SERVER));
    ChannelLimits impatient =
        new ChannelLimits(
            Duration.ofSeconds(20),
            Duration.ofMillis(50),
            Duration.ofSeconds(20),
            ChannelLimits.Rekey.STANDARD);
    Session session = server.connect(proxy.port(), impatient);
    assertThat(session.isSilent()).isFalse();
    assertLost(() -> session.ask("test/echo", new byte[0]), Why.SILENT);
    assertThat(session.isSilent()).isTrue();
  }

  @Tag("A43")
  @Test
  void aHalfOpenConnectionIsGivenUpByTheServerToo() throws Exception {
    SessionLimits standard = SessionLimits.STANDARD;
    ChannelLimits impatient =
        new ChannelLimits(
            Duration.ofSeconds(20),
            Duration.ofMillis(50),
            Duration.ofSeconds(20),
            ChannelLimits.Rekey.STANDARD);
    SessionLimits limits =
        new SessionLimits(
            1, 1, 10, 10, standard.rates(), standard.requests(), standard.drain(), impatient);
    try (EchoServer small = new EchoServer(limits);
        FaultProxy vanishing = new FaultProxy(small.listener.port())) {
      vanishing.toServer(FaultProxy.halfOpenAt(AFTER_GREETING_OF_CLIENT));
      vanishing.toClient(FaultProxy.halfOpenAt(AFTER_GREETING_OF_SERVER));
      Session gone = small.connect(vanishing.port());
      // The only place is taken until the server has given it up.
      while (true) {
        try (Session next = small.connect()) {
          assertThat(next.ask("test/echo", new byte[] {1})).containsExactly(1);
          break;
        } catch (ConnectFailed e) {
          assertThat(e.why()).isEqualTo(ConnectFailed.Why.BUSY);
        }
      }
      gone.close();
    }
  }

  @Test
  void aSlowLineMakesNoDifference() throws Exception {
    proxy.toServer(FaultProxy.rate(200_000)).toClient(FaultProxy.rate(200_000));
    try (Session session = server.connect(proxy.port());
        Call call = session.open("test/mirror", new byte[] {1})) {
      call.upload().write(EchoServer.pattern(100_000));
      call.upload().close();
      assertThat(call.download().readAllBytes()).isEqualTo(EchoServer.pattern(100_000));
      assertThat(call.answer()).containsExactly(1);
    }
  }

  @Test
  void aQuietSessionIsKeptAlive() throws Exception {
    ChannelLimits impatient =
        new ChannelLimits(
            Duration.ofSeconds(20),
            Duration.ofMillis(50),
            Duration.ofSeconds(20),
            ChannelLimits.Rekey.STANDARD);
    List<Integer> sizes = new ArrayList<>();
    proxy.toServer(
        FaultProxy.records(
            AFTER_GREETING_OF_CLIENT,
            (number, record) -> {
              synchronized (sizes) {
                sizes.add(record.length);
                sizes.notifyAll();
              }
              return List.of(record);
            }));
    try (Session session = server.connect(proxy.port(), impatient)) {
      synchronized (sizes) {
        while (sizes.size() < 6) {
          sizes.wait();
        }
      }
      assertThat(session.ask("test/echo", new byte[] {1})).containsExactly(1);
      // It may just have been asked for a sign of life.
      while (session.isSilent()) {
        Thread.onSpinWait();
      }
    }
  }

  @Tag("A46")
  @Test
  void whatIsDoneDoesNotShowInTheSizesOfRecords() throws Exception {
    Set<Integer> sizes = java.util.concurrent.ConcurrentHashMap.newKeySet();
    FaultProxy.RecordFault look =
        (number, record) -> {
          sizes.add(record.length);
          return List.of(record);
        };
    proxy.toServer(FaultProxy.records(AFTER_GREETING_OF_CLIENT, look));
    proxy.toClient(FaultProxy.records(AFTER_GREETING_OF_SERVER, look));
    try (Session session = server.connect(proxy.port())) {
      for (int length : new int[] {0, 1, 50, 100, 200, 230}) {
        var _ = session.ask("test/echo", new byte[length]);
      }
      assertThatThrownBy(() -> session.ask("test/refuse", new byte[0])).isNotNull();
      assertThatThrownBy(() -> session.ask("test/unknown-method", new byte[5])).isNotNull();
      server.sessions.take().push("test/topic", new byte[100]);
      var _ = session.ping();
      Call cancelled = session.open("test/watch", new byte[20]);
      server.arrived.acquire();
      cancelled.close();
      try (Call call = session.open("test/count", new byte[0])) {
        call.upload().write(new byte[17]);
        call.upload().close();
        var _ = call.answer();
      }
    }
    assertThat(sizes).containsExactly(SHORT_RECORD);
  }
}
