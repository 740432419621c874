package org.anonymouscloud.core.account.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.anonymouscloud.core.session.Call;
import org.anonymouscloud.core.session.Connection;
import org.anonymouscloud.core.session.Fingerprint;
import org.anonymouscloud.core.wire.Refused;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A link over sessions that come and go when the test says so. */
@Timeout(60)
final class ReconnectingLinkTest {
  private static final byte[] NOTHING = {};

  private final List<Fake> dialed = new ArrayList<>();

  /** What each attempt gives: a session, or why there is none. */
  private final BlockingQueue<IOException> failures = new LinkedBlockingQueue<>();

  /** Each wait of the link, which ends when the test takes it. */
  private final SynchronousQueue<Duration> pauses = new SynchronousQueue<>();

  private static final class Fake implements Connection {
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Map<String, Consumer<byte[]>> receivers = new ConcurrentHashMap<>();
    private final int number;
    private volatile boolean silent;

    Fake(int number) {
      this.number = number;
    }

    @Override
    public byte[] ask(String method, byte[] body) throws IOException {
      if (method.equals("cut")) {
        close();
        throw new IOException("cut");
      }
      return new byte[] {(byte) number};
    }

    @Override
    public Call open(String method, byte[] body) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Subscription subscribe(String topic, Consumer<byte[]> receiver) {
      receivers.put(topic, receiver);
      return () -> receivers.remove(topic);
    }

    @Override
    public byte[] handshakeHash() {
      return new byte[32];
    }

    @Override
    public Fingerprint serverKey() {
      return Fingerprint.of(new byte[32]);
    }

    @Override
    public Duration ping() {
      return Duration.ZERO;
    }

    @Override
    public boolean isSilent() {
      return silent;
    }

    @Override
    public boolean isOpen() {
      return ended.getCount() > 0;
    }

    @Override
    public void awaitEnd() throws InterruptedException {
      ended.await();
    }

    @Override
    public void close() {
      ended.countDown();
    }
  }

  private synchronized Connection dial() throws IOException {
    IOException failure = failures.poll();
    if (failure != null) {
      throw failure;
    }
    dialed.add(new Fake(dialed.size()));
    return dialed.getLast();
  }

  private synchronized Fake session(int number) {
    return dialed.get(number);
  }

  private synchronized int sessions() {
    return dialed.size();
  }

  private ReconnectingLink link() {
    return new ReconnectingLink(this::dial, pauses::put);
  }

  @Test
  void oneSessionServesUntilItIsGone() throws Exception {
    try (ReconnectingLink link = link()) {
      assertThat(sessions()).isZero();
      assertThat(link.ask("a", NOTHING)).containsExactly(0);
      assertThat(link.ask("a", NOTHING)).containsExactly(0);
      session(0).close();
      assertThat(link.ask("a", NOTHING)).containsExactly(1);
    }
    assertThat(session(1).isOpen()).isFalse();
  }

  @Test
  void whyThereIsNoSessionIsKnownUntilThereIsOne() throws Exception {
    try (ReconnectingLink link = link()) {
      assertThat(link.failure()).isEmpty();
      failures.add(new IOException("removed"));
      assertThatThrownBy(() -> link.ask("a", NOTHING)).hasMessage("removed");
      assertThat(link.failure().orElseThrow()).hasMessage("removed");
      assertThat(link.ask("a", NOTHING)).containsExactly(0);
      assertThat(link.failure()).isEmpty();
    }
  }

  @Test
  void aSessionThatSaysNothingIsAsGoodAsAway() throws Exception {
    try (ReconnectingLink link = link()) {
      assertThat(link.ask("a", NOTHING)).containsExactly(0);
      assertThat(link.isAway()).isFalse();
      session(0).silent = true;
      assertThat(link.isAway()).isTrue();
      session(0).silent = false;
      assertThat(link.isAway()).isFalse();
    }
  }

  @Test
  void aRequestThatIsCutFailsAndIsNotSentAgain() throws Exception {
    try (ReconnectingLink link = link()) {
      assertThatThrownBy(() -> link.ask("cut", NOTHING)).hasMessage("cut");
      assertThat(sessions()).isEqualTo(1);
      assertThat(link.ask("a", NOTHING)).containsExactly(1);
    }
  }

  @Test
  void aServerThatIsAwayIsToldAtOnceAndTriedAgainAtTheNextRequest() throws Exception {
    IOException away = new IOException("away");
    failures.add(away);
    try (ReconnectingLink link = link()) {
      assertThatThrownBy(() -> link.ask("a", NOTHING)).isSameAs(away);
      assertThat(link.ask("a", NOTHING)).containsExactly(0);
    }
  }

  @Test
  void requestsThatWaitForOneAttemptShareItsEnd() throws Exception {
    CountDownLatch waiting = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    AtomicInteger attempts = new AtomicInteger();
    IOException away = new IOException("away");
    Dialer slow =
        () -> {
          attempts.incrementAndGet();
          waiting.countDown();
          awaitQuietly(go);
          throw away;
        };
    List<Exception> failed = Collections.synchronizedList(new ArrayList<>());
    try (ReconnectingLink link = new ReconnectingLink(slow, pauses::put)) {
      List<Thread> askers = new ArrayList<>();
      askers.add(Thread.ofPlatform().start(() -> fail(link, failed)));
      waiting.await();
      for (int i = 0; i < 8; i++) {
        askers.add(Thread.ofPlatform().start(() -> fail(link, failed)));
      }
      while (!askers.stream().allMatch(asker -> asker.getState() == Thread.State.WAITING)) {
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
        Thread.onSpinWait();
      }
      go.countDown();
      for (Thread asker : askers) {
        asker.join();
      }
    }

    assertThat(attempts).hasValue(1);
    assertThat(failed).hasSize(9).containsOnly(away);
  }

  private static void fail(ReconnectingLink link, List<Exception> failed) {
    try {
      link.ask("a", NOTHING);
    } catch (IOException | Refused e) {
      failed.add(e);
    }
  }

  private static void awaitQuietly(CountDownLatch latch) throws IOException {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  @Test
  void aSubscriptionMovesToEachNewSessionWithoutARequest() throws Exception {
    BlockingQueue<byte[]> received = new LinkedBlockingQueue<>();
    try (ReconnectingLink link = link()) {
      var subscription = link.subscribe("vault/changed", received::add);
      Fake first = awaitSubscribed(0);
      first.receivers.get("vault/changed").accept(new byte[] {7});
      assertThat(received.take()).containsExactly(7);

      first.close();
      pauses.take();
      Fake second = awaitSubscribed(1);
      second.receivers.get("vault/changed").accept(new byte[] {8});
      assertThat(received.take()).containsExactly(8);

      subscription.close();
      assertThat(second.receivers).isEmpty();
    }
  }

  /** The link dials on a thread of its own. */
  private Fake awaitSubscribed(int number) {
    while (sessions() <= number || !session(number).receivers.containsKey("vault/changed")) {
      // The test's own time limit interrupts.
      assertThat(Thread.currentThread().isInterrupted()).isFalse();
      Thread.onSpinWait();
    }
    return session(number);
  }

  @Test
  void aServerThatStaysAwayIsTriedAtEverLongerIntervals() throws Exception {
    for (int i = 0; i < 12; i++) {
      failures.add(new IOException("away"));
    }
    try (ReconnectingLink link = link()) {
      link.subscribe("vault/changed", body -> {});
      for (int failed = 1; failed <= 12; failed++) {
        long longest = Math.min(1000L << failed, 60_000);
        assertThat(pauses.take().toMillis()).isBetween(longest / 2, longest);
      }
      awaitSubscribed(0).close();
      // It was there in between, so the intervals begin anew.
      assertThat(pauses.take()).isLessThanOrEqualTo(Duration.ofSeconds(1));
      assertThat(awaitSubscribed(1).isOpen()).isTrue();
    }
  }

  @Test
  void aClosedLinkDialsNoMore() throws Exception {
    ReconnectingLink link = link();
    link.subscribe("vault/changed", body -> {});
    Fake session = awaitSubscribed(0);

    link.close();

    assertThat(session.isOpen()).isFalse();
    assertThatThrownBy(() -> link.ask("a", NOTHING)).hasMessageContaining("closed");
    assertThat(sessions()).isEqualTo(1);
  }
}
