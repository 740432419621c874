package org.anonymouscloud.vault.client.drive;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.anonymouscloud.vault.client.fixture.Impatience;
import org.anonymouscloud.vault.client.fixture.Interposer;
import org.anonymouscloud.vault.client.fixture.TestAccount;
import org.anonymouscloud.vault.protocol.DriveId;
import org.anonymouscloud.vault.protocol.VaultMethod;
import org.jspecify.annotations.Nullable;

/**
 * A device with a drive whose process can be killed at a named point of what it says to the server.
 * From there on nothing that the process does reaches the server or its own disk. It may die in any
 * thread; all else is for one.
 */
final class MortalDevice implements AutoCloseable {
  /** Nothing becomes a root before the batch is committed. */
  private static final Pace PACE = new Pace(1L << 40, Duration.ofDays(365), 32_768, 1_024);

  private final DriveId id;
  private final Clock clock;
  private final Supplier<Interposer> lines;
  private final Map<String, byte[]> packs = new HashMap<>();
  private TestAccount account;
  private Interposer line;
  private Drive drive;
  private volatile @Nullable TestAccount left;

  /** A place in what a device says to its server. */
  record Point(VaultMethod method, When when, int count) {
    @Override
    public String toString() {
      return when + " " + method + " " + count;
    }
  }

  /** When something happens to a question. */
  enum When {
    /** It does not reach the server. */
    BEFORE,
    /** The server has half of the pack that comes with it. */
    WITHIN,
    /** The server has done it, and its answer does not arrive. */
    AFTER
  }

  /**
   * @param account whose line is {@code line}
   * @param lines new ones of the same account
   */
  MortalDevice(
      TestAccount account, Interposer line, Supplier<Interposer> lines, DriveId id, Clock clock) {
    this.account = account;
    this.line = line;
    this.lines = lines;
    this.id = id;
    this.clock = clock;
    this.drive = open(account);
  }

  @SuppressWarnings("MustBeClosedChecker")
  private Drive open(TestAccount seen) {
    return Drive.of(seen, id, clock, Impatience.usual(), PACE);
  }

  Drive drive() {
    return drive;
  }

  TestAccount account() {
    return account;
  }

  /** All packs that it has ever sent. */
  Map<String, byte[]> packs() {
    packs.putAll(line.packs());
    return packs;
  }

  /** It is killed when it comes to a point. */
  void killAt(Point point) {
    strikeAt(
        point,
        () -> {
          synchronized (this) {
            if (left == null) {
              left = account.crashed(lines.get());
            }
          }
        });
  }

  /** What happens at a point, besides that the line is cut. */
  @FunctionalInterface
  interface Blow {
    void fall() throws IOException;
  }

  /** The line is cut once when it comes to a point. */
  void strikeAt(Point point, Blow blow) {
    AtomicInteger left = new AtomicInteger(point.count);
    line.setLine(method -> pass(point, When.BEFORE, method, left, blow));
    line.setPackLine(method -> pass(point, When.WITHIN, method, left, blow));
    line.setAnswerLine(method -> pass(point, When.AFTER, method, left, blow));
  }

  private void pass(Point point, When when, VaultMethod method, AtomicInteger count, Blow blow)
      throws IOException {
    requireAlive();
    if (point.when == when && point.method == method && count.decrementAndGet() == 0) {
      blow.fall();
      throw new IOException("The line was cut.");
    }
  }

  private void requireAlive() throws IOException {
    if (left != null) {
      throw new IOException("The process is gone.");
    }
  }

  boolean isKilled() {
    return left != null;
  }

  /** Nothing happens to it any more; if it was killed it begins anew with what its disk held. */
  boolean revive() {
    TestAccount after = left;
    if (after == null) {
      line.beHonest();
      return false;
    }
    packs.putAll(line.packs());
    drive.close();
    account = after;
    line = (Interposer) after.link();
    drive = open(after);
    left = null;
    return true;
  }

  @Override
  public void close() {
    drive.close();
  }
}
