package org.anonymouscloud.core.session.server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.anonymouscloud.core.channel.RawPeer;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.session.Call;
import org.anonymouscloud.core.session.Session;
import org.anonymouscloud.core.session.server.MemoryBudget.Hold;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.Refused;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the requests of users may hold together. */
@Tag("A36")
@Tag("S4.6")
final class MemoryBudgetTest {
  private static final int[] WAIT_LARGE = waitLarge();

  private final AtomicLong nanoTime = new AtomicLong(-5);
  private final MemoryBudget budget = new MemoryBudget(8_000, nanoTime::get);
  private final List<Waiter> ended = new ArrayList<>();

  /** A request that waits since a time, if that is not {@link #NEVER}. */
  private final class Waiter implements MemoryBudget.Holder {
    private static final long NEVER = Long.MIN_VALUE;
    private final long since;

    private final String user;

    Waiter(String user, long since) {
      this.user = user;
      this.since = since;
    }

    @Override
    public Duration patience() {
      return MemoryBudget.PATIENCE;
    }

    @Override
    public OptionalLong waitingSince() {
      return since == NEVER ? OptionalLong.empty() : OptionalLong.of(since);
    }

    @Override
    public void giveWay() {
      assertThat(Thread.holdsLock(budget)).isFalse();
      ended.add(this);
    }
  }

  private static int[] waitLarge() {
    String name = "test/wait-large";
    return IntStream.concat(IntStream.of(name.length()), name.chars()).toArray();
  }

  private Hold of(String user, String device) {
    return of(user, device, false, Waiter.NEVER);
  }

  private Hold of(String user, String device, boolean urgent, long since) {
    return budget.of(new MemoryBudget.Owner(user, device), urgent, new Waiter(user, since));
  }

  /** As much as there is. */
  private int fill(String user, String device, long since) {
    return fill(user, device, false, since);
  }

  private int fill(String user, String device, boolean urgent, long since) {
    int taken = 0;
    while (true) {
      Hold hold = of(user, device, urgent, since);
      if (!hold.claim(10)) {
        return taken;
      }
      taken += 10;
    }
  }

  @Test
  void oneDeviceGetsHalfOfWhatItsUserMayHaveHoweverManyRequestsAskForIt() {
    List<Hold> holds = new ArrayList<>();
    int taken = 0;
    for (int i = 0; i < 800; i++) {
      Hold hold = of("mallory", "a");
      holds.add(hold);
      taken += hold.take(10) ? 10 : 0;
    }

    // An eighth is for urgent requests, the user may have half of the rest.
    assertThat(taken).isEqualTo(1_750);
    assertThat(of("alice", "a").take(10)).isTrue();
    holds.forEach(Hold::close);
    assertThat(budget.used()).isEqualTo(10);
  }

  @Test
  void whatOneDeviceHoldsLeavesTheOthersOfItsUserAsMuch() {
    assertThat(fill("alice", "stolen", Waiter.NEVER)).isEqualTo(1_750);

    assertThat(of("alice", "phone").claim(800)).isTrue();
    assertThat(ended).isEmpty();
  }

  @Test
  void howeverManyTakeAllTheyCanSomethingIsLeft() {
    for (int i = 0; i < 9; i++) {
      Hold hold = of("mallory" + i, "a");
      while (hold.take(1)) {
        // As much as there is.
      }
    }

    assertThat(budget.used()).isLessThanOrEqualTo(7_000);
    assertThat(of("alice", "a").take(1)).isTrue();
  }

  @Test
  @Tag("S4.3")
  void howeverManyDevicesAThiefHasAnUrgentRequestOfAnotherFindsRoom() {
    for (int i = 0; i < 60; i++) {
      fill("alice", "stolen" + i, Waiter.NEVER);
    }
    Hold transfer = of("alice", "phone");
    assertThat(transfer.claim(10)).as("no more for what can wait").isFalse();
    long before = budget.used();

    assertThat(of("alice", "phone", true, Waiter.NEVER).claim(900)).isTrue();

    assertThat(budget.used()).isLessThanOrEqualTo(before + 900);
    assertThat(ended).isNotEmpty();
  }

  @Test
  @Tag("S4.3")
  void evenWhereUrgentRequestsOfAThiefsDevicesFillAllEachDeviceHasItsSlice() {
    Runnable fillAll =
        () -> {
          for (int round = 0; round < 20; round++) {
            for (int i = 0; i < 63; i++) {
              var _ = of("alice", "stolen" + i, true, Waiter.NEVER).claim(10);
            }
          }
        };
    fillAll.run();
    Waiter removal = new Waiter("alice", Waiter.NEVER);
    Hold hold = budget.of(new MemoryBudget.Owner("alice", "phone"), true, removal);

    assertThat(hold.claim(40)).isTrue();
    fillAll.run();
    assertThat(hold.claim(20)).isTrue();
    fillAll.run();

    assertThat(ended).isNotEmpty().doesNotContain(removal);
    assertThat(budget.used()).isLessThanOrEqualTo(4_000);
  }

  @Test
  @Tag("S4.3")
  void anUrgentRequestEndsNothingOfADeviceThatHoldsLessNorOfAnotherUser() {
    fill("bob", "phone", Waiter.NEVER);
    Hold small = of("alice", "phone");
    assertThat(small.claim(100)).isTrue();
    fill("alice", "stolen", Waiter.NEVER);

    Hold urgent = of("alice", "stolen", true, Waiter.NEVER);
    assertThat(urgent.claim(4_000)).isFalse();

    assertThat(ended).isEmpty();
    small.giveBack(100);
  }

  @Test
  void whatHasWaitedForItsClientForAMinuteGivesWayAndNothingElse() {
    int taken = fill("alice", "stolen", nanoTime.get());
    Hold working = of("alice", "phone");
    assertThat(working.claim(100)).isTrue();
    assertThat(of("alice", "stolen").claim(1_000)).isFalse();
    nanoTime.addAndGet(MemoryBudget.PATIENCE.toNanos() - 1);
    assertThat(of("alice", "stolen").claim(1_000)).isFalse();
    assertThat(ended).isEmpty();

    nanoTime.addAndGet(1);
    assertThat(of("alice", "stolen").claim(1_000)).isTrue();

    assertThat(ended).hasSize(taken / 10);
    assertThat(budget.used()).isEqualTo(1_100);
  }

  @Test
  void whatOthersOnlyPauseEndsWhenMemoryIsShortForAll() {
    Hold paused = of("bob", "phone", false, nanoTime.get());
    assertThat(paused.claim(500)).isTrue();
    nanoTime.addAndGet(MemoryBudget.PATIENCE.toNanos());
    fill("mallory", "a", Waiter.NEVER);
    assertThat(ended).as("one user alone").isEmpty();

    fill("mallory", "b", Waiter.NEVER);
    for (int i = 0; i < 4; i++) {
      fill("eve" + i, "a", Waiter.NEVER);
    }

    assertThat(ended).hasSize(1);
  }

  @Test
  void whatIsGivenBackIsThereAgainAndOnceOnly() {
    Hold hold = of("alice", "a");
    assertThat(hold.take(1_500)).isTrue();
    assertThat(hold.take(700)).isFalse();
    hold.giveBack(1_000);
    assertThat(hold.take(700)).isTrue();

    hold.close();
    hold.giveBack(100);
    hold.close();
    assertThat(budget.used()).isZero();
    assertThat(hold.take(1)).as("closed").isFalse();
    assertThat(hold.claim(1)).as("closed").isFalse();
  }

  @Test
  void howeverLittleIsLeftWhoHoldsNothingHasASliceOfAll() {
    for (int i = 0; i < 12; i++) {
      fill("mallory" + i, "a", true, Waiter.NEVER);
    }
    ended.clear();
    assertThat(of("mallory0", "a").claim(10)).as("who holds much").isFalse();
    assertThat(ended).isEmpty();

    assertThat(of("alice", "phone").claim(120)).isTrue();
    assertThat(of("bob", "phone").claim(100)).isTrue();

    assertThat(ended).isNotEmpty().allSatisfy(hold -> assertThat(hold.user).startsWith("mallory"));
    assertThat(of("alice", "phone").claim(10)).as("more than a slice").isFalse();
    assertThat(budget.used()).isLessThanOrEqualTo(8_000);
  }

  @Test
  void whoHoldsNoMoreThanASliceGivesWayToNobody() {
    List<Hold> slices = new ArrayList<>();
    for (int i = 0; i < 64; i++) {
      Hold hold = of("user" + i, "a", true, Waiter.NEVER);
      assertThat(hold.claim(125)).isTrue();
      slices.add(hold);
    }

    assertThat(of("mallory", "a", true, Waiter.NEVER).claim(1)).isFalse();

    assertThat(ended).isEmpty();
    slices.forEach(Hold::close);
    assertThat(budget.used()).isZero();
  }

  @Test
  void aRequestOfWhichNothingMoreComesGivesWayAfterSeconds() throws Exception {
    MemoryBudget little = new MemoryBudget(1 << 20, nanoTime::get);
    try (EchoServer server = new EchoServer(little);
        RawPeer mallory = new RawPeer(server.listener.port());
        Session honest = server.connect()) {
      mallory.send(RawPeer.frame(1, 1, new int[50_000]));
      mallory.send(RawPeer.frame(11, 0, 1, 2, 3, 4, 5, 6, 7, 8));
      assertThat(mallory.receive()[0]).isEqualTo((byte) 12);
      byte[] transfer = new byte[40_000];
      assertThatExceptionOfType(Refused.class)
          .isThrownBy(() -> honest.ask("test/echo", transfer))
          .satisfies(e -> assertThat(e.retryable()).isTrue());
      nanoTime.addAndGet(MemoryBudget.PATIENCE_WITH_PARTS.toNanos() / 2);
      // A sign of life, but no progress.
      mallory.send(RawPeer.frame(1, 1, 0));
      mallory.send(RawPeer.frame(11, 0, 1, 2, 3, 4, 5, 6, 7, 8));
      assertThat(mallory.receive()[0]).isEqualTo((byte) 12);
      nanoTime.addAndGet(MemoryBudget.PATIENCE_WITH_PARTS.toNanos() / 2);

      assertThat(honest.ask("test/echo", transfer)).isEqualTo(transfer);
    }
  }

  /** Each asks for much by little, and reads nothing. */
  @Test
  void answersThatNobodyReadsTakeNoMoreThanThereIs() throws Exception {
    MemoryBudget little = new MemoryBudget(8 << 20, nanoTime::get);
    List<RawPeer> peers = new ArrayList<>();
    try (EchoServer server = new EchoServer(little)) {
      for (int i = 0; i < 4; i++) {
        RawPeer peer = new RawPeer(server.listener.port());
        peers.add(peer);
        for (int stream = 1; stream <= 64; stream++) {
          peer.send(RawPeer.frame(2, stream, WAIT_LARGE));
        }
      }
      server.arrived.acquire(4 * 64);

      server.gate.release(4 * 64);

      int refused = 0;
      for (RawPeer peer : peers) {
        for (int left = 64; left > 0; ) {
          assertThat(little.used()).isLessThanOrEqualTo(8 << 20);
          byte type = peer.receive()[0];
          left -= type == 1 ? 0 : 1;
          refused += type == 5 ? 1 : 0;
        }
      }
      assertThat(refused).isPositive();
    } finally {
      for (RawPeer peer : peers) {
        peer.close();
      }
    }
  }

  /** A login and what may be asked after it come in one go. */
  @Test
  void whatAStrangerHasBegunCountsOnceItIsAUser() throws Exception {
    MemoryBudget little = new MemoryBudget(EchoServer.LARGE, nanoTime::get);
    try (EchoServer server = new EchoServer(little, false);
        RawPeer peer = new RawPeer(server.listener.port())) {
      peer.send(RawPeer.frame(2, 1, WAIT_LARGE));
      server.arrived.acquire();
      server.sessions.take().trust("mallory", "a device");

      server.gate.release();

      assertThat(peer.receive()[0]).isEqualTo((byte) 5);
    }
  }

  @Test
  void whoHasProvenWhoseItIsHasNoMoreThanItsUser() throws Exception {
    MemoryBudget little = new MemoryBudget(1 << 20, nanoTime::get);
    try (EchoServer server = new EchoServer(little, false);
        Session proven = server.connect()) {
      server.sessions.take().prove("mallory", Digest.sha256(new byte[] {1}));

      assertThat(proven.ask("test/echo", new byte[20_000])).hasSize(20_000);
      assertThatExceptionOfType(Refused.class)
          .isThrownBy(() -> proven.ask("test/echo", new byte[400_000]))
          .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE));
    }
  }

  /** A stolen device asks for more than it ever reads, and so do those that it has brought in. */
  @Test
  @Tag("S4.3")
  void answersThatNobodyTakesKeepNoOtherDeviceOfTheirUserOut() throws Exception {
    MemoryBudget little = new MemoryBudget(8 << 20, nanoTime::get);
    List<Session> opened = new ArrayList<>();
    List<Call> unread = new ArrayList<>();
    try (EchoServer server = new EchoServer(little)) {
      for (int i = 0; i < 12; i++) {
        Session thief = server.connect("stolen" + i);
        opened.add(thief);
        unread.addAll(fillWithAnswers(thief));
      }
      Session owner = server.connect("phone");
      opened.add(owner);
      byte[] removal = new byte[100_000];

      assertThat(owner.ask("test/urgent", removal)).isEqualTo(removal);

      unread.addAll(fillWithAnswers(opened.getFirst()));
      assertThatExceptionOfType(Refused.class)
          .isThrownBy(() -> owner.ask("test/echo", new byte[400_000]));
      nanoTime.addAndGet(MemoryBudget.PATIENCE.toNanos());
      assertThat(owner.ask("test/echo", new byte[100_000])).hasSize(100_000);
      assertThat(owner.ask("test/echo", new byte[100_000])).hasSize(100_000);
      for (Call call : unread) {
        assertThatExceptionOfType(Refused.class)
            .isThrownBy(call::answer)
            .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE));
      }
      assertThat(little.used()).isZero();
    } finally {
      opened.forEach(Session::close);
    }
  }

  /** Asks until there is no memory for another, and reads nothing. */
  private static List<Call> fillWithAnswers(Session session) throws Exception {
    List<Call> calls = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      Call call = session.open("test/send", "10000000".getBytes(US_ASCII));
      // Either some of the answer comes or a refusal.
      try {
        assertThat(call.download().read()).isZero();
        calls.add(call);
      } catch (IOException refused) {
        assertThat(refused).hasMessageContaining("too much to do");
      }
    }
    return calls;
  }

  @Test
  void aSessionIsRefusedWhatTheProcessHasNoMemoryForAndServedOnceItHas() throws Exception {
    // In one frame each, so that none of them waits for its rest.
    int body = 60_000;
    // Of a quarter of all an eighth is for what is urgent, and one device has a quarter of the
    // rest.
    long share = Runtime.getRuntime().maxMemory() / 4 * 7 / 8 / 4;
    int fitting = (int) (share / (4L * body + 4 * 1024));
    int sessions = fitting / 60 + 2;
    List<Session> opened = new ArrayList<>();
    List<Thread> waiting = new ArrayList<>();
    List<Refused> refused = java.util.Collections.synchronizedList(new ArrayList<>());
    try (EchoServer server = new EchoServer()) {
      for (int i = 0; i < sessions; i++) {
        Session session = server.connect();
        opened.add(session);
        for (int j = 0; j < 60; j++) {
          waiting.add(
              Thread.startVirtualThread(
                  () -> {
                    try {
                      session.ask("test/wait", new byte[body]);
                    } catch (Refused e) {
                      refused.add(e);
                    } catch (java.io.IOException e) {
                      throw new java.io.UncheckedIOException(e);
                    }
                  }));
        }
      }
      while (refused.size() + server.arrived.availablePermits() < waiting.size()) {
        Thread.onSpinWait();
      }
      assertThat(server.arrived.availablePermits()).isLessThanOrEqualTo(fitting);
      assertThat(refused)
          .isNotEmpty()
          .allSatisfy(
              e -> {
                assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE);
                assertThat(e.retryable()).isTrue();
              });

      server.gate.release(waiting.size());
      for (Thread thread : waiting) {
        thread.join();
      }
      byte[] hello = "hello".getBytes(US_ASCII);
      assertThat(opened.getFirst().ask("test/echo", hello)).isEqualTo(hello);
    } finally {
      opened.forEach(Session::close);
    }
  }
}
