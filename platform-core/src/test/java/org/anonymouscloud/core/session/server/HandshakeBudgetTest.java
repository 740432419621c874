package org.anonymouscloud.core.session.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.anonymouscloud.core.channel.HandshakeGate.Retry;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("A44")
class HandshakeBudgetTest {
  private static final byte[] NO_COOKIE = {};

  private final AtomicLong clock = new AtomicLong(5);
  private final Network here = network(1);

  private HandshakeBudget budget(int burst, int perSecond, int network, int networkPerSecond) {
    return new HandshakeBudget(
        new HandshakeRates(burst, perSecond, network, networkPerSecond), clock::get);
  }

  private static Network network(int number) {
    try {
      return Network.of(
          InetAddress.getByAddress(
              new byte[] {10, (byte) (number >>> 8), (byte) number, (byte) 200}));
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private void pass(Duration time) {
    clock.addAndGet(time.toNanos());
  }

  private static Retry sentAway(Optional<Retry> answer) {
    assertThat(answer).isPresent();
    assertThat(answer.orElseThrow().after())
        .isBetween(Duration.ofMillis(200), Duration.ofMillis(1000));
    return answer.orElseThrow();
  }

  @Test
  void oneNetworkSpendsOnlyItsShare() {
    HandshakeBudget budget = budget(1000, 0, 3, 1);
    for (int i = 0; i < 3; i++) {
      assertThat(budget.spend(here, NO_COOKIE)).isEmpty();
    }
    sentAway(budget.spend(here, NO_COOKIE));
    assertThat(budget.spend(network(2), NO_COOKIE)).isEmpty();
    pass(Duration.ofSeconds(2));
    assertThat(budget.spend(here, NO_COOKIE)).isEmpty();
    assertThat(budget.spend(here, NO_COOKIE)).isEmpty();
    sentAway(budget.spend(here, NO_COOKIE));
  }

  @Test
  void aCookieBuysNoMoreThanANetworksShare() {
    HandshakeBudget budget = budget(1000, 0, 1, 0);
    assertThat(budget.spend(here, NO_COOKIE)).isEmpty();
    byte[] cookie = sentAway(budget.spend(here, NO_COOKIE)).cookie();
    pass(Duration.ofSeconds(1));
    sentAway(budget.spend(here, cookie));
  }

  @Test
  void thisMachineHasAShareOfAllAlone() throws UnknownHostException {
    HandshakeBudget budget = budget(20, 0, 1, 0);
    Network local = Network.of(InetAddress.getByName("127.0.0.9"));
    for (int i = 0; i < 11; i++) {
      assertThat(budget.spend(local, NO_COOKIE)).isEmpty();
    }
    sentAway(budget.spend(local, NO_COOKIE));
  }

  @Test
  void belowTheMarkOnlyWhoHasWaitedIsLetIn() {
    HandshakeBudget budget = budget(8, 0, 100, 0);
    for (int i = 0; i < 5; i++) {
      assertThat(budget.spend(here, NO_COOKIE)).as("handshake %d", i).isEmpty();
    }
    Retry retry = sentAway(budget.spend(here, NO_COOKIE));
    sentAway(budget.spend(here, retry.cookie()));
    pass(retry.after());
    for (int i = 0; i < 3; i++) {
      assertThat(budget.spend(here, retry.cookie())).isEmpty();
    }
    // Now there is nothing left for anybody.
    sentAway(budget.spend(here, retry.cookie()));
  }

  /** A budget of which only clients with a cookie get something. */
  private HandshakeBudget belowTheMark() {
    HandshakeBudget budget = budget(8, 0, 100, 0);
    for (int i = 0; i < 5; i++) {
      assertThat(budget.spend(here, NO_COOKIE)).isEmpty();
    }
    return budget;
  }

  @Test
  void aCookieIsGoodForItsNetworkAndForAWhile() {
    HandshakeBudget budget = belowTheMark();
    Retry retry = sentAway(budget.spend(here, NO_COOKIE));
    pass(retry.after());
    sentAway(budget.spend(network(2), retry.cookie()));
    assertThat(budget.spend(here, retry.cookie())).isEmpty();
    pass(Duration.ofSeconds(30));
    sentAway(budget.spend(here, retry.cookie()));
  }

  @Test
  void aCookieCannotBeMade() {
    HandshakeBudget budget = belowTheMark();
    Retry retry = sentAway(budget.spend(here, NO_COOKIE));
    byte[] ofAnotherServer = sentAway(belowTheMark().spend(here, NO_COOKIE)).cookie();
    pass(Duration.ofSeconds(1));
    byte[] cookie = retry.cookie();
    for (int bit = 0; bit < 8 * cookie.length; bit++) {
      byte[] changed = cookie.clone();
      changed[bit / 8] ^= (byte) (1 << bit % 8);
      sentAway(budget.spend(here, changed));
    }
    for (int length = 0; length < cookie.length; length++) {
      sentAway(budget.spend(here, Arrays.copyOf(cookie, length)));
    }
    sentAway(budget.spend(here, Arrays.copyOf(cookie, cookie.length + 1)));
    sentAway(budget.spend(here, ofAnotherServer));
    assertThat(budget.spend(here, cookie)).isEmpty();
  }

  @Test
  @Tag("A42")
  void whoeverComesTheServerRemembersABoundedNumberOfNetworks() {
    HandshakeBudget budget = budget(1_000_000, 0, 2, 1);
    for (int i = 0; i < 40_000; i++) {
      assertThat(budget.spend(network(i), NO_COOKIE).isPresent()).isEqualTo(i >= 16 * 1024 + 2);
    }
    assertThat(budget.remembered()).isEqualTo(16 * 1024);
    // Those who have back what they spent are forgotten.
    pass(Duration.ofSeconds(2));
    assertThat(budget.spend(network(50_000), NO_COOKIE)).isEmpty();
    assertThat(budget.remembered()).isEqualTo(1);
  }
}
