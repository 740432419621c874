package org.anonymouscloud.vault.client.members;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.plugin.AccountSession;
import org.anonymouscloud.core.plugin.KnownAccount;
import org.anonymouscloud.core.wire.FinalFailure;
import org.anonymouscloud.vault.protocol.Member;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The accounts of a drive's members. This device's own is always as it is now; of others it is
 * asked anew when something does not fit, and after a while. Not thread-safe.
 */
final class Accounts {
  /** How long a removal of a device may go unnoticed that nothing else tells of. */
  private static final Duration GOOD_FOR = Duration.ofMinutes(10);

  /** Who has just been asked for is not asked for again because of one signature after another. */
  private static final Duration SETTLED = Duration.ofSeconds(1);

  private static final Logger LOG = LoggerFactory.getLogger(Accounts.class);

  private final AccountSession own;
  private final Clock clock;
  private final Map<AccountId, Asked> others = new HashMap<>();

  private record Asked(KnownAccount account, Instant when) {}

  Accounts(AccountSession own, Clock clock) {
    this.own = own;
    this.clock = clock;
  }

  boolean isOwn(AccountId account) {
    return account.equals(own.account());
  }

  /** Whether this device knows an account otherwise than by what a roster says of it. */
  boolean isKnown(Member member) throws IOException {
    return isOwn(member.account()) || now(member).name().isPresent();
  }

  /** A member's account, which may be a few minutes old. */
  KnownAccount of(Member member) throws IOException {
    if (isOwn(member.account())) {
      return own.self();
    }
    Asked asked = others.get(member.account());
    boolean good =
        asked != null
            && asked.account().head().seq() >= member.link().seq()
            && !isOlderThan(member.account(), GOOD_FOR);
    return good ? asked.account() : now(member);
  }

  private boolean isOlderThan(AccountId account, Duration age) {
    Asked asked = others.get(account);
    return asked == null || asked.when().plus(age).isBefore(clock.instant());
  }

  /** A member's account as it is now. */
  KnownAccount now(Member member) throws IOException {
    if (isOwn(member.account())) {
      return own.self();
    }
    KnownAccount account = own.vouched(member.account(), member.link());
    learn(account);
    return account;
  }

  /** An account as it was just asked for. */
  void learn(KnownAccount account) {
    others.put(account.account(), new Asked(account, clock.instant()));
  }

  /** Whether one of a member's devices made a signature, of those that its generation has. */
  boolean verify(Member member, DeviceId device, String label, byte[] message, byte[] signature)
      throws IOException {
    int generation = member.generation();
    if (isOwn(member.account())) {
      return own.verify(device, generation, label, message, signature);
    }
    return of(member).verify(device, generation, label, message, signature)
        || (isOlderThan(member.account(), SETTLED)
            && now(member).verify(device, generation, label, message, signature));
  }

  /** Whether a device is one of a member's account. */
  boolean hasStill(Member member, DeviceId device) throws IOException {
    if (isOwn(member.account())) {
      // This device is there as long as it is asked, whatever it has heard of itself.
      return device.equals(own.device()) || own.devices().contains(device);
    }
    return of(member).devices().contains(device);
  }

  /**
   * Whether a member's account is known to have begun a generation since the keys were sealed to
   * it. One that cannot be asked for just now does not keep the others from work.
   */
  boolean isAhead(Member member) throws IOException {
    if (isOwn(member.account())) {
      return own.generation() > member.generation();
    }
    try {
      return of(member).generation() > member.generation();
    } catch (IOException e) {
      if (e instanceof FinalFailure failure && failure.isFinal()) {
        throw e;
      }
      LOG.info("A member's account cannot be read just now: {}", e.getMessage());
      return false;
    }
  }
}
