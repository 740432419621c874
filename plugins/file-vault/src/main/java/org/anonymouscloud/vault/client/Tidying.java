package org.anonymouscloud.vault.client;

import io.javalin.http.Handler;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.anonymouscloud.core.plugin.Periodic;
import org.anonymouscloud.vault.client.api.OpenDrive;
import org.anonymouscloud.vault.client.drive.Drive;
import org.anonymouscloud.vault.client.drive.NotAllowed;
import org.anonymouscloud.vault.client.drives.Drives;
import org.anonymouscloud.vault.client.format.KeptStates;
import org.anonymouscloud.vault.client.remote.DriveGone;
import org.anonymouscloud.vault.client.space.SpaceStuck;
import org.anonymouscloud.vault.client.space.Sweep;
import org.anonymouscloud.vault.protocol.DriveId;
import org.anonymouscloud.vault.protocol.VaultMessages;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives space back by itself, once a day for each drive, while nobody uses the vault: one drive
 * after another, and no further than to the next request. Thread-safe.
 */
final class Tidying implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Tidying.class);

  /** Nobody uses the vault who has not done so for this long. */
  static final Duration IDLE = Duration.ofMinutes(5);

  private static final Duration LOOKS = Duration.ofMinutes(1);
  private static final Duration EVERY = Duration.ofDays(1);

  /** Whoever's clock is ahead of the server's by more does not judge by itself what is old. */
  private static final Duration AHEAD = Duration.ofDays(1);

  /** After a look at all of them, done or not. */
  private static final Duration AGAIN = Duration.ofHours(1);

  /** Where nothing has changed states still grow old. */
  private static final Duration UNCHANGED = Duration.ofDays(7);

  private final OpenDrive open;
  private final Clock clock;
  private final AtomicInteger requests = new AtomicInteger();
  private final Map<DriveId, Instant> done = new ConcurrentHashMap<>();
  private final Periodic rounds;
  private volatile Instant used;

  /** Before this there is nothing to do. Guarded by this. */
  private Instant due = Instant.EPOCH;

  private volatile boolean closed;

  /** Starts a thread of its own. */
  Tidying(OpenDrive open, Clock clock) {
    this.open = open;
    this.clock = clock;
    this.used = clock.instant();
    this.rounds = Periodic.start("vault-tidying", LOOKS, round -> round());
  }

  /** The same handler; while it works nothing is tidied. */
  Handler watching(Handler handler) {
    return context -> {
      requests.incrementAndGet();
      try {
        handler.handle(context);
      } finally {
        used = clock.instant();
        requests.decrementAndGet();
      }
    };
  }

  /** Tidies what is due, if nobody uses the vault. */
  synchronized void round() {
    Optional<Drives> drives = open.opened();
    if (drives.isEmpty() || isInUse() || clock.instant().isBefore(due)) {
      return;
    }
    try {
      for (Drive drive : drives.get().usable()) {
        attempt(drives.get(), drive);
      }
      due = clock.instant().plus(AGAIN);
    } catch (InterruptedIOException e) {
      LOG.debug("Somebody uses the vault, so space is given back another time.");
    } catch (IOException e) {
      due = clock.instant().plus(AGAIN);
      LOG.debug("Space is given back another time: {}", e.getMessage());
    }
  }

  /** One that cannot be tidied does not keep the others from it. */
  private void attempt(Drives drives, Drive drive) throws InterruptedIOException {
    try {
      tidy(drives, drive);
    } catch (InterruptedIOException e) {
      throw e;
    } catch (IOException e) {
      LOG.warn("Space of a drive is given back another time: {}", e.getMessage());
    } catch (RuntimeException e) {
      LOG.error("Space of the drive {} is given back another time.", drive.id(), e);
    }
  }

  private boolean isInUse() {
    return closed || requests.get() > 0 || used.plus(IDLE).isAfter(clock.instant());
  }

  private void tidy(Drives drives, Drive drive) throws IOException {
    Instant last = done.getOrDefault(drive.id(), Instant.EPOCH);
    if (last.plus(EVERY).isAfter(clock.instant())) {
      return;
    }
    try {
      KeptStates kept = drive.kept();
      boolean isUnchanged = drive.counts().number() == kept.from();
      Duration rest = isUnchanged ? UNCHANGED : EVERY;
      Instant now = clock.instant();
      // What was done at a time that is still to come was done by a wrong clock.
      if (kept.swept().isAfter(now) || !kept.swept().plus(rest).isAfter(now)) {
        sweep(drives, drive);
      }
    } catch (NotAllowed e) {
      // Those who may change it do it.
    } catch (DriveGone e) {
      // It may come back; whoever lists the drives is told.
    } catch (SpaceStuck e) {
      LOG.warn("{}", e.getMessage());
    }
    done.put(drive.id(), clock.instant());
  }

  private void sweep(Drives drives, Drive drive) throws IOException {
    VaultMessages.Usage usage = drive.usage();
    if (usage.time() < clock.instant().minus(AHEAD).getEpochSecond()) {
      LOG.warn(
          "This machine's clock is more than a day ahead of the server's, so nothing is thrown away"
              + " as too old. Set the clock; 'anoncloud compact' goes by it whatever it says.");
      return;
    }
    // A server that tells untruths of its packs could have them sent anew without an end.
    long left = usage.drive();
    boolean more = true;
    while (more && left >= 0) {
      Sweep.Done done = drive.sweep(Sweep.Wish.BY_ITSELF, () -> requireIdle(drives));
      more = done.more();
      left -= done.sent();
    }
  }

  private void requireIdle(Drives drives) throws InterruptedIOException {
    if (isInUse() || open.opened().filter(now -> now == drives).isEmpty()) {
      throw new InterruptedIOException("Somebody uses the vault.");
    }
  }

  @Override
  public void close() {
    closed = true;
    rounds.close();
  }
}
