package org.anonymouscloud.core.session.server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.anonymouscloud.core.channel.ChannelLimits;
import org.anonymouscloud.core.channel.ConnectionLost;
import org.anonymouscloud.core.channel.ConnectionLost.Why;
import org.anonymouscloud.core.session.Call;
import org.anonymouscloud.core.session.Session;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.ForeignText;
import org.anonymouscloud.core.wire.Refused;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class SessionTest {
  private EchoServer server;
  private Session session;

  @BeforeEach
  void start() throws IOException {
    server = new EchoServer();
    session = server.connect();
  }

  @AfterEach
  void stop() {
    session.close();
    server.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 238, 239, 65_490, 65_502, 65_503, 65_512, 200_000, 1 << 20})
  void aRequestComesBackWhole(int length) throws Exception {
    byte[] body = EchoServer.pattern(length);
    assertThat(session.ask("test/echo", body)).isEqualTo(body);
  }

  @Test
  void aRefusalArrivesWithCodeAndText() {
    assertThatExceptionOfType(Refused.class)
        .isThrownBy(() -> session.ask("test/refuse", new byte[0]))
        .satisfies(
            refused -> {
              assertThat(refused.code()).isEqualTo(ErrorCode.CONFLICT);
              assertThat(refused.retryable()).isTrue();
              assertThat(refused).hasMessage("Someone was first.");
            });
  }

  @Test
  @Tag("A35")
  @Tag("S4.10a")
  void aServersWordsCannotSteerATerminal() {
    String hostile = "\u001b[2Jyou\r\nare\u0007 \u202efree\u009b31m\u2028".repeat(15);

    assertThatExceptionOfType(Refused.class)
        .isThrownBy(() -> session.ask("test/refuse-with", hostile.getBytes(UTF_8)))
        .satisfies(
            refused ->
                assertThat(refused.getMessage())
                    .hasSize(ForeignText.MAX_SENTENCE)
                    .startsWith("\ufffd[2Jyou\ufffd\ufffdare\ufffd \ufffdfree\ufffd31m\ufffd")
                    .matches(text -> text.codePoints().noneMatch(ForeignText::isTreacherous)));
  }

  @Test
  void aFaultOfTheServerSaysNothingOfItself() {
    assertThatExceptionOfType(Refused.class)
        .isThrownBy(() -> session.ask("test/fail", new byte[0]))
        .satisfies(
            refused -> {
              assertThat(refused.code()).isEqualTo(ErrorCode.INTERNAL);
              assertThat(refused.getMessage()).doesNotContain("alice");
            });
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 65_511, 65_512, 65_513, 262_144, 262_145, 10_000_000})
  void bulkDataArriveInBothDirections(long length) throws Exception {
    try (Call call = session.open("test/count", new byte[0])) {
      byte[] piece = new byte[10_007];
      for (long left = length; left > 0; left -= piece.length) {
        call.upload().write(piece, 0, (int) Math.min(left, piece.length));
      }
      call.upload().close();
      assertThat(new String(call.answer(), US_ASCII)).isEqualTo(Long.toString(length));
    }
    try (Call call = session.open("test/send", Long.toString(length).getBytes(US_ASCII))) {
      byte[] all = call.download().readAllBytes();
      assertThat(all).hasSize((int) length);
      for (int i = 0; i < all.length; i++) {
        if (all[i] != (byte) i) {
          assertThat(all[i]).as("byte %d", i).isEqualTo((byte) i);
        }
      }
      assertThat(new String(call.answer(), US_ASCII)).isEqualTo(Long.toString(length));
    }
  }

  @Test
  void manyStreamsRunAtOnceAndDoNotMix() throws Exception {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<byte[]>> results = new ArrayList<>();
      for (int i = 0; i < 60; i++) {
        byte mark = (byte) i;
        results.add(threads.submit(mirror(threads, mark)));
      }
      for (int i = 0; i < results.size(); i++) {
        byte[] result = results.get(i).get();
        assertThat(result).hasSize(1_000_003);
        for (byte value : result) {
          if (value != (byte) i) {
            assertThat(value).isEqualTo((byte) i);
          }
        }
      }
    }
  }

  private Callable<byte[]> mirror(ExecutorService threads, byte mark) {
    return () -> {
      try (Call call = session.open("test/mirror", new byte[] {mark})) {
        Future<byte[]> download = threads.submit(() -> call.download().readAllBytes());
        byte[] data = new byte[1_000_003];
        Arrays.fill(data, mark);
        call.upload().write(data);
        call.upload().close();
        assertThat(call.answer()).containsExactly(mark);
        return download.get();
      }
    };
  }

  @Test
  void oneDirectionCanEndBeforeTheOther() throws Exception {
    try (Call call = session.open("test/half", new byte[] {1, 2, 3})) {
      assertThat(call.download().readAllBytes()).containsExactly(1, 2, 3);
      call.upload().write(new byte[500_000]);
      call.upload().close();
      assertThat(new String(call.answer(), US_ASCII)).isEqualTo("500000");
    }
  }

  @Test
  void whatTheServerDoesNotReadHoldsNobodyUp() throws Exception {
    try (Call call = session.open("test/ignore", new byte[] {7})) {
      call.upload().write(new byte[5_000_000]);
      call.upload().close();
      assertThat(call.answer()).containsExactly(7);
    }
    try (Call call = session.open("test/reject", new byte[0])) {
      call.upload().write(new byte[5_000_000]);
      assertThatExceptionOfType(Refused.class).isThrownBy(call::answer);
    }
  }

  @Test
  void closingACallTellsTheHandler() throws Exception {
    Call call = session.open("test/watch", new byte[0]);
    server.arrived.acquire();
    call.close();
    assertThat(server.failures.poll(20, TimeUnit.SECONDS)).isInstanceOf(IOException.class);
    assertThatThrownBy(call::answer).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> call.download().read()).isInstanceOf(IOException.class);
    assertThat(session.ask("test/echo", new byte[] {1})).containsExactly(1);
  }

  @Test
  void moreRequestsAtOnceThanAllowedAreRefusedOneByOne() throws Exception {
    int most = SessionLimits.STANDARD.requests();
    List<Call> held = new ArrayList<>();
    for (int i = 0; i < most; i++) {
      held.add(session.open("test/wait", new byte[] {(byte) i}));
    }
    server.arrived.acquire(most);
    assertThatExceptionOfType(Refused.class)
        .isThrownBy(() -> session.ask("test/echo", new byte[0]))
        .satisfies(
            refused -> {
              assertThat(refused.code()).isEqualTo(ErrorCode.RATE_LIMITED);
              assertThat(refused.retryable()).isTrue();
            });
    server.gate.release(most);
    for (int i = 0; i < most; i++) {
      assertThat(held.get(i).answer()).containsExactly((byte) i);
    }
    assertThat(session.ask("test/echo", new byte[] {9})).containsExactly(9);
  }

  @Test
  void aPushReachesItsSubscribersAlone() throws Exception {
    BlockingQueue<byte[]> mine = new LinkedBlockingQueue<>();
    BlockingQueue<byte[]> others = new LinkedBlockingQueue<>();
    session.subscribe("test/mine", mine::add);
    var unsubscribed = session.subscribe("test/mine", others::add);
    session.subscribe("test/others", others::add);
    unsubscribed.close();
    ServedSession served = server.sessions.take();
    served.push("test/mine", new byte[] {1});
    served.push("test/mine", new byte[16 * 1024]);
    assertThat(mine.poll(20, TimeUnit.SECONDS)).containsExactly(1);
    assertThat(mine.poll(20, TimeUnit.SECONDS)).hasSize(16 * 1024);
    assertThat(others).isEmpty();
  }

  @Test
  void aPingComesBack() throws Exception {
    assertThat(session.ping()).isPositive();
  }

  @Test
  void bothEndsNameTheSessionAlikeAndNoOtherSo() throws Exception {
    byte[] hash = session.handshakeHash();
    assertThat(hash).hasSize(32).isEqualTo(server.sessions.take().handshakeHash());
    try (Session other = server.connect()) {
      assertThat(other.handshakeHash()).isNotEqualTo(hash);
    }
  }

  @Test
  void aClosedSessionFailsWhatIsUnderWayAndClosesItsHandler() throws Exception {
    Call call = session.open("test/wait", new byte[0]);
    server.arrived.acquire();
    session.close();
    assertThat(session.isOpen()).isFalse();
    assertLost(call::answer, Why.ENDED_HERE);
    assertLost(() -> session.ask("test/echo", new byte[0]), Why.ENDED_HERE);
    assertThat(server.closedHandlers).hasValue(0);
    server.gate.release();
    server.close();
    assertThat(server.closedHandlers).hasValue(1);
  }

  @Test
  void aServerThatEndsASessionIsToldFromACut() throws Exception {
    Call call = session.open("test/wait", new byte[0]);
    server.arrived.acquire();
    server.sessions.take().end();
    session.awaitEnd();
    assertLost(call::answer, Why.ENDED_THERE);
  }

  @Test
  void aClosingServerFinishesWhatItHasBegun() throws Exception {
    Call call = session.open("test/wait", new byte[] {5});
    server.arrived.acquire();
    Thread closing = Thread.startVirtualThread(server.listener::close);
    assertThat(firstRefusal().code()).isEqualTo(ErrorCode.UNAVAILABLE);
    server.gate.release();
    assertThat(call.answer()).containsExactly(5);
    closing.join();
    session.awaitEnd();
    assertLost(() -> session.ask("test/echo", new byte[0]), Why.SHUT_DOWN);
  }

  @Test
  void aClosingServerCutsWhatDoesNotEnd() throws Exception {
    SessionLimits hasty =
        new SessionLimits(
            10,
            10,
            10,
            10,
            HandshakeRates.STANDARD,
            10,
            Duration.ofMillis(50),
            ChannelLimits.STANDARD);
    try (EchoServer other = new EchoServer(hasty);
        Session client = other.connect();
        Call call = client.open("test/watch", new byte[0])) {
      other.arrived.acquire();
      other.listener.close();
      assertThat(other.closedHandlers).hasValue(1);
      assertThat(other.failures.take()).isInstanceOf(ConnectionLost.class);
      assertLost(call::answer, Why.CUT);
    }
  }

  private Refused firstRefusal() throws IOException {
    while (true) {
      try {
        var _ = session.ask("test/echo", new byte[0]);
      } catch (Refused e) {
        return e;
      }
    }
  }

  private static void assertLost(ThrowingCallable work, Why why) {
    assertThatThrownBy(work)
        .asInstanceOf(InstanceOfAssertFactories.type(ConnectionLost.class))
        .extracting(ConnectionLost::why)
        .isEqualTo(why);
  }
}
