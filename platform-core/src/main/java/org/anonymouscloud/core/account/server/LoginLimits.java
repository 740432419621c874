package org.anonymouscloud.core.account.server;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.account.UserName;
import org.anonymouscloud.core.crypto.Hmac;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.database.OpenDatabase;
import org.anonymouscloud.core.session.server.Network;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.Refused;
import org.jdbi.v3.core.Handle;

/**
 * How often strangers may try (A10): for one name, from one network, and all together. Who proves
 * in the request itself to be none is in no total of theirs, so that no flood of tries keeps the
 * owner of an account key or of recovery words out, from whatever network they come; and how often
 * those who are no strangers may do what others could come to harm by. Counted in the database, so
 * a restart forgives nothing and all nodes count together. A name that nobody has is counted like
 * any other (A11). What is stored are keyed codes of names and networks, which the database alone
 * does not turn back. Thread-safe.
 *
 * <p>A device that logs in with its key guesses nothing and is not counted.
 */
public final class LoginLimits {
  /** What is tried. Names are part of what is stored. */
  public enum Door {
    /** A password. */
    LOGIN(60, Duration.ofSeconds(15), 2_000, Duration.ofMillis(50)),
    /** A new account; each step of one counts. */
    REGISTRATION(40, Duration.ofSeconds(90), 2_000, Duration.ofSeconds(1)),
    /** Recovery words. */
    RECOVERY(20, Duration.ofMinutes(1), 500, Duration.ofSeconds(1)),
    /** The code that pairs a device. */
    PAIRING(20, Duration.ofMinutes(1), 500, Duration.ofSeconds(1));

    private final int burstOfNetwork;
    private final Duration pauseOfNetwork;
    private final int burstOfAll;
    private final Duration pauseOfAll;

    Door(int burstOfNetwork, Duration pauseOfNetwork, int burstOfAll, Duration pauseOfAll) {
      this.burstOfNetwork = burstOfNetwork;
      this.pauseOfNetwork = pauseOfNetwork;
      this.burstOfAll = burstOfAll;
      this.pauseOfAll = pauseOfAll;
    }

    private Steady ofNetwork() {
      return new Steady(burstOfNetwork, pauseOfNetwork);
    }

    /** What one of the shares has. */
    private Steady ofAll() {
      return new Steady(burstOfAll / SHARES_OF_ALL, pauseOfAll.multipliedBy(SHARES_OF_ALL));
    }

    private byte[] purpose(String whose) {
      return ("attempts/" + name().toLowerCase(Locale.ROOT) + "/" + whose + "/").getBytes(US_ASCII);
    }
  }

  /**
   * What an account may do. Each of its devices has a half of it at most, so that a stolen one
   * leaves the others as much. Names are part of what is stored.
   */
  public enum Allowance {
    /**
     * To look up names: what people need who enter their contacts; a dictionary would take years
     * (A11).
     */
    NAMES(60, Duration.ofSeconds(30)),
    /** To read others' chains, of which each answer has a part. */
    CHAINS(600, Duration.ofSeconds(5)),
    /** To begin a new password by the password alone. */
    PASSWORDS(20, Duration.ofMinutes(5)),
    /** To add and rename devices by a device: more would fill the chain in a day. */
    LINKS(60, Duration.ofMinutes(10)),
    /** To add a device by the password, which no device uses up that does not know it. */
    ARRIVALS(20, Duration.ofMinutes(10)),
    /** To remove devices and put new passwords in force, beyond what each device has for itself. */
    REMOVALS(60, Duration.ofMinutes(10));

    private final int burst;
    private final Duration pause;

    Allowance(int burst, Duration pause) {
      this.burst = burst;
      this.pause = pause;
    }

    private Steady ofAccount() {
      return new Steady(burst, pause);
    }

    private Steady ofDevice() {
      return new Steady(burst / 2, pause.multipliedBy(2));
    }

    private byte[] purpose() {
      return ("attempts/account/" + name().toLowerCase(Locale.ROOT) + "/").getBytes(US_ASCII);
    }
  }

  /** What each device has for itself, whatever others do. Names are part of what is stored. */
  public enum Own {
    /** To begin a new password. */
    PASSWORDS(20, Duration.ofMinutes(5)),
    /** To begin to bring in another device. */
    PAIRINGS(20, Duration.ofMinutes(1)),
    /** To change the account's contacts. */
    CONTACTS(120, Duration.ofSeconds(5)),
    /**
     * To remove devices, or to put a new password in force, though all that the account has for it
     * is used up: few, as devices that a thief brings in have them too.
     */
    REMOVALS(3, Duration.ofDays(1));

    private final int burst;
    private final Duration pause;

    Own(int burst, Duration pause) {
      this.burst = burst;
      this.pause = pause;
    }

    private Steady rule() {
      return new Steady(burst, pause);
    }

    private byte[] purpose() {
      return ("attempts/device/" + name().toLowerCase(Locale.ROOT) + "/").getBytes(US_ASCII);
    }
  }

  /**
   * A try of a password.
   *
   * @param proven whether who tries has the account key; strangers' tries do not count for them
   */
  public record Guess(UserName name, boolean proven, Network from) {
    private byte[] purpose(String within) {
      return ("attempts/login/" + (proven ? "proven/" : "name/") + within + "/").getBytes(US_ASCII);
    }
  }

  /** A try is free again every {@code pause}, and {@code burst} of them are at hand at first. */
  private record Steady(int burst, Duration pause) implements Rule {
    @Override
    public Ruling apply(Counted before, long now) {
      long full = Math.max(before.freeAt(), now);
      long wait = full - now - (burst - 1) * pause.toMillis();
      long after = full + pause.toMillis();
      return new Ruling(wait, new Counted(0, after, after));
    }
  }

  /**
   * The first tries of somebody who mistypes are free; then each wait is twice the one before.
   * After a day without a try all is forgotten.
   */
  private record Doubling() implements Rule {
    private static final int FREE = 5;
    private static final Duration FIRST = Duration.ofSeconds(5);
    private static final Duration LONGEST = Duration.ofMinutes(15);
    private static final Duration FORGOTTEN = Duration.ofDays(1);
    private static final int MOST_DOUBLINGS = 20;

    @Override
    public Ruling apply(Counted before, long now) {
      long tries = before.forgetAt() <= now ? 1 : before.tries() + 1;
      long wait = before.forgetAt() <= now ? 0 : before.freeAt() - now;
      long next =
          tries < FREE
              ? 0
              : Math.min(
                  LONGEST.toMillis(), FIRST.toMillis() << Math.min(tries - FREE, MOST_DOUBLINGS));
      return new Ruling(wait, new Counted(tries, now + next, now + FORGOTTEN.toMillis()));
    }
  }

  private sealed interface Rule {
    Ruling apply(Counted before, long now);
  }

  /**
   * @param pause milliseconds to wait; the try is free if they are not positive
   * @param after what is counted then
   */
  private record Ruling(long pause, Counted after) {}

  /** A row; times are milliseconds since 1970. */
  private record Counted(long tries, long freeAt, long forgetAt) {
    static final Counted NOTHING = new Counted(0, 0, 0);
  }

  /** What a try is counted for. */
  private record Count(byte[] code, Rule rule) {}

  /** All nodes write the sum of all tries; in one row they would wait for each other. */
  private static final int SHARES_OF_ALL = 16;

  private static final int CODE = 16;
  private static final Rule DOUBLING = new Doubling();

  /** Anybody with many networks guesses no more than this in all of them. */
  private static final Rule OF_A_NAME = new Steady(100, Duration.ofMinutes(5));

  /**
   * Whoever had a device has the account key after its removal, too. So what all who have it may
   * try for a name is in shares, by the larger network that they come from: one who tries from a
   * few keeps the owner out of few, and one who has them all guesses some six thousand passwords a
   * day.
   */
  private static final int SHARES_OF_A_NAME = 256;

  private static final Steady OF_A_SHARE = new Steady(20, Duration.ofHours(1));

  private final OpenDatabase database;
  private final Secret key;
  private final Clock clock;

  /**
   * @param key of the codes; the same on all nodes; stays the caller's
   */
  LoginLimits(OpenDatabase database, Secret key, Clock clock) {
    this.database = database;
    this.key = key;
    this.clock = clock;
  }

  /**
   * Counts a try of a password, whether there is such an account or not: for its name within the
   * network it comes from, so that no stranger elsewhere makes the owner wait; for the name in all
   * networks, or, if who tries has proven to have the account key, in a share of them; and, if not,
   * for network and all.
   *
   * @throws Refused with {@link ErrorCode#RATE_LIMITED} and the time to wait; then it is not
   *     counted
   */
  public void count(Guess guess) throws Refused {
    List<Count> counts = guess.proven() ? new ArrayList<>() : ofAnybody(Door.LOGIN, guess.from());
    counts.add(new Count(code(guess), DOUBLING));
    counts.add(guess.proven() ? ofShare(guess) : ofName(guess));
    count(counts);
  }

  /**
   * Counts a try that is about no password.
   *
   * @throws Refused as above
   */
  public void count(Door door, Network from) throws Refused {
    count(ofAnybody(door, from));
  }

  /**
   * Counts what somebody does for an account without a device of it, whatever comes of it.
   *
   * @throws Refused as above
   */
  public void count(Allowance allowance, AccountId by) throws Refused {
    count(List.of(ofAccount(allowance, by)));
  }

  /** The same within a transaction, with which it counts or not. */
  void count(Handle handle, Allowance allowance, AccountId by) throws Refused {
    count(handle, List.of(ofAccount(allowance, by)));
  }

  /**
   * Counts what a device does, for itself and for its account.
   *
   * @throws Refused as above
   */
  public void count(Allowance allowance, DeviceOfAccount by) throws Refused {
    count(ofBoth(allowance, by));
  }

  /** The same within a transaction, with which it counts or not. */
  void count(Handle handle, Allowance allowance, DeviceOfAccount by) throws Refused {
    count(handle, ofBoth(allowance, by));
  }

  /**
   * Counts what a device has for itself.
   *
   * @throws Refused as above
   */
  public void count(Own own, DeviceOfAccount by) throws Refused {
    count(List.of(ofDevice(own, by)));
  }

  /**
   * Counts a removal within the transaction that makes it. First a device uses what is its own, and
   * then what it shares.
   */
  void countRemoval(Handle handle, DeviceOfAccount by) throws Refused {
    Count own = ofDevice(Own.REMOVALS, by);
    count(handle, isFree(handle, own) ? List.of(own) : ofBoth(Allowance.REMOVALS, by));
  }

  /**
   * Forgets within a transaction what was counted for an account: with new words its owner begins
   * anew, whatever a device has used up before.
   */
  void forget(Handle handle, AccountId account) {
    for (Allowance allowance : Allowance.values()) {
      forget(handle, ofAccount(allowance, account).code());
    }
  }

  private Count ofAccount(Allowance allowance, AccountId by) {
    return new Count(code(allowance.purpose(), by.bytes()), allowance.ofAccount());
  }

  private List<Count> ofBoth(Allowance allowance, DeviceOfAccount by) {
    return List.of(
        new Count(code(allowance.purpose(), bytes(by)), allowance.ofDevice()),
        ofAccount(allowance, by.account()));
  }

  private Count ofDevice(Own own, DeviceOfAccount by) {
    return new Count(code(own.purpose(), bytes(by)), own.rule());
  }

  private static byte[] bytes(DeviceOfAccount device) {
    byte[] both = Arrays.copyOf(device.account().bytes(), AccountId.LENGTH + DeviceId.LENGTH);
    System.arraycopy(device.device().bytes(), 0, both, AccountId.LENGTH, DeviceId.LENGTH);
    return both;
  }

  /**
   * Forgets the tries before it in its network, for it was right, and gives it back to the share
   * that it was counted in: a share is for guesses.
   */
  public void succeeded(Guess guess) {
    byte[] code = code(guess);
    database.<Void, RuntimeException>write(
        handle -> {
          forget(handle, code);
          if (guess.proven()) {
            handle.execute(
                "UPDATE login_attempts SET free_at = free_at - ? WHERE code = ?",
                OF_A_SHARE.pause().toMillis(),
                ofShare(guess).code());
          }
          return null;
        });
  }

  private static void forget(Handle handle, byte[] code) {
    handle.execute("DELETE FROM login_attempts WHERE code = ?", code);
  }

  /** Deletes what does not count any more. */
  void forget() {
    long now = clock.millis();
    database.<Void, RuntimeException>write(
        handle -> {
          handle.execute("DELETE FROM login_attempts WHERE forget_at <= ?", now);
          return null;
        });
  }

  private List<Count> ofAnybody(Door door, Network from) {
    List<Count> counts = new ArrayList<>();
    // Those behind a proxy on this machine share nothing but that.
    if (!from.isThisMachine()) {
      byte[] code = from.code(key, door.purpose("network")).bytes();
      counts.add(new Count(Arrays.copyOf(code, CODE), door.ofNetwork()));
    }
    byte share = (byte) ThreadLocalRandom.current().nextInt(SHARES_OF_ALL);
    counts.add(new Count(code(door.purpose("all"), new byte[] {share}), door.ofAll()));
    return counts;
  }

  private Count ofName(Guess guess) {
    return new Count(code(guess.purpose("all"), guess.name().bytes()), OF_A_NAME);
  }

  private Count ofShare(Guess guess) {
    byte[] name = guess.name().bytes();
    byte[] both = Arrays.copyOf(name, name.length + 1);
    byte[] network = guess.from().larger().code(key, guess.purpose("share")).bytes();
    both[name.length] = (byte) (Byte.toUnsignedInt(network[0]) % SHARES_OF_A_NAME);
    return new Count(code(guess.purpose("share"), both), OF_A_SHARE);
  }

  private byte[] code(Guess guess) {
    byte[] network = guess.from().code(key, guess.purpose("network")).bytes();
    byte[] name = guess.name().bytes();
    byte[] both = Arrays.copyOf(network, network.length + name.length);
    System.arraycopy(name, 0, both, network.length, name.length);
    return code(guess.purpose("network"), both);
  }

  private byte[] code(byte[] purpose, byte[] subject) {
    byte[] message = Arrays.copyOf(purpose, purpose.length + subject.length);
    System.arraycopy(subject, 0, message, purpose.length, subject.length);
    return Arrays.copyOf(Hmac.sha256(key, message, 0, message.length).bytes(), CODE);
  }

  private void count(List<Count> counts) throws Refused {
    database.<Void, Refused>write(
        handle -> {
          count(handle, counts);
          return null;
        });
  }

  private void count(Handle handle, List<Count> counts) throws Refused {
    List<Ruling> rulings = counts.stream().map(count -> ruling(handle, count)).toList();
    long wait = rulings.stream().mapToLong(Ruling::pause).max().orElse(0);
    if (wait > 0) {
      throw refusal(wait);
    }
    for (int i = 0; i < counts.size(); i++) {
      put(handle, counts.get(i).code(), rulings.get(i).after());
    }
  }

  private boolean isFree(Handle handle, Count count) {
    return ruling(handle, count).pause() <= 0;
  }

  private Ruling ruling(Handle handle, Count count) {
    Counted before = counted(handle, count.code()).orElse(Counted.NOTHING);
    return count.rule().apply(before, clock.millis());
  }

  private static Optional<Counted> counted(Handle handle, byte[] code) {
    return handle
        .createQuery("SELECT tries, free_at, forget_at FROM login_attempts WHERE code = ?")
        .bind(0, code)
        .map((row, context) -> new Counted(row.getLong(1), row.getLong(2), row.getLong(3)))
        .findOne();
  }

  private static void put(Handle handle, byte[] code, Counted counted) {
    handle.execute(
        """
        INSERT INTO login_attempts (code, tries, free_at, forget_at) VALUES (?, ?, ?, ?)
        ON CONFLICT (code) DO UPDATE SET
          tries = excluded.tries, free_at = excluded.free_at, forget_at = excluded.forget_at
        """,
        code,
        counted.tries(),
        counted.freeAt(),
        counted.forgetAt());
  }

  /** One text whichever limit it is, so that it says nothing about others' tries. */
  private static Refused refusal(long milliseconds) {
    long seconds = Math.ceilDiv(milliseconds, 1_000);
    String time =
        seconds == 1
            ? "1 second"
            : seconds < 120 ? seconds + " seconds" : Math.ceilDiv(seconds, 60) + " minutes";
    return new Refused(
        ErrorCode.RATE_LIMITED, "There were too many tries. Try again in " + time + ".", true);
  }
}
