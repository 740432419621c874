package org.anonymouscloud.vault.server;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.database.Transactions;
import org.anonymouscloud.core.plugin.AccountPush;
import org.anonymouscloud.vault.protocol.DriveId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the members of a drive that something of it has changed. The first change is told at once;
 * those that come while the members are being told, or in the pause after that, are told together.
 * So a member who writes without end costs a bounded number of messages, however many the others
 * are. Thread-safe.
 */
final class MemberPush implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MemberPush.class);

  /** A drive of one member hears of each change, one of 256 of one a second. */
  private static final Duration FOR_EACH_MEMBER = Duration.ofMillis(4);

  private final Transactions tables;
  private final AccountPush push;
  private final Pause pause;
  private final ConcurrentMap<Hint, State> hints = new ConcurrentHashMap<>();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  /** Waits until the next messages of a drive may go out. */
  @FunctionalInterface
  interface Pause {
    void after(int messages) throws InterruptedException;
  }

  private record Hint(DriveId drive, String topic) {}

  private enum State {
    TELLING,
    AGAIN
  }

  MemberPush(Transactions tables, AccountPush push, Pause pause) {
    this.tables = tables;
    this.push = push;
    this.pause = pause;
  }

  /** The pause of a server. */
  static void pace(int messages) throws InterruptedException {
    Thread.sleep(FOR_EACH_MEMBER.multipliedBy(messages));
  }

  /** Tells all who are members a moment later; returns at once. */
  void changed(DriveId drive, String topic) {
    Hint hint = new Hint(drive, topic);
    if (hints.merge(hint, State.TELLING, (was, now) -> State.AGAIN) == State.TELLING) {
      execute(() -> tell(hint));
    }
  }

  /** Tells who is no member any more; returns at once. */
  void left(List<AccountId> accounts, DriveId drive, String topic) {
    if (!accounts.isEmpty()) {
      execute(() -> accounts.forEach(account -> tell(account, new Hint(drive, topic))));
    }
  }

  private void execute(Runnable telling) {
    try {
      threads.execute(telling);
    } catch (RejectedExecutionException e) {
      LOG.debug("Nobody is told of a change any more; the server ends.");
    }
  }

  private void tell(Hint hint) {
    try {
      do {
        hints.put(hint, State.TELLING);
        List<AccountId> members = tables.read(rows -> new DriveTables(rows).members(hint.drive));
        members.forEach(member -> tell(member, hint));
        pause.after(members.size());
      } while (!hints.remove(hint, State.TELLING));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      // What has changed has changed, and a message is only a hint.
      hints.remove(hint);
      LOG.warn("A drive's members were not told of a change: {}", e.getMessage());
    }
  }

  private void tell(AccountId account, Hint hint) {
    try {
      push.push(account, hint.topic, hint.drive.bytes());
    } catch (RuntimeException e) {
      LOG.warn("Somebody was not told of a change of a drive.", e);
    }
  }

  /** Ends what is being told. */
  @Override
  public void close() {
    threads.shutdownNow();
    threads.close();
  }
}
