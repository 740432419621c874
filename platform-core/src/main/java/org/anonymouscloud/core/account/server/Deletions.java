package org.anonymouscloud.core.account.server;

import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.anonymouscloud.core.account.AccountData;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.database.DatabaseUnavailable;
import org.anonymouscloud.core.database.OpenDatabase;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The rest of what is left of accounts that were deleted: their rows in the features' tables, and
 * chains that nobody needs any more. An account itself is gone at once; this goes on until nothing
 * is left, in whichever process, also after a crash. Thread-safe.
 */
public final class Deletions {
  private static final Logger LOG = LoggerFactory.getLogger(Deletions.class);

  /** By then the account's sessions have ended on all nodes, and nothing new can come. */
  private static final Duration SETTLED = Duration.ofMinutes(1);

  private static final int CHAINS_AT_ONCE = 100;

  private final OpenDatabase database;
  private final List<AccountData> features;
  private final Clock clock;

  /** Up to which account those whose chain alone is left were looked at. */
  private byte[] looked = new byte[0];

  /**
   * @param features what all features of the server keep
   */
  public Deletions(OpenDatabase database, List<? extends AccountData> features, Clock clock) {
    this.database = database;
    this.features = List.copyOf(features);
    this.clock = clock;
  }

  /** Removes what is there to remove now. */
  public synchronized void goOn() {
    for (AccountTables.Deletion deletion :
        database.read(handle -> new AccountTables(handle).deletions())) {
      boolean all = true;
      for (AccountData feature : features) {
        all &= forget(feature, deletion.account());
      }
      boolean settled = deletion.since() <= clock.millis() - SETTLED.toMillis();
      if (all && settled && knowsAllTables()) {
        database.<Void, RuntimeException>write(
            handle -> {
              new AccountTables(handle).deleted(deletion.account());
              return null;
            });
      }
    }
    if (knowsAllTables()) {
      removeChains();
    }
  }

  /** Looks at some of those that are kept, so that many of them take no longer at a time. */
  private void removeChains() {
    List<AccountId> some =
        database.read(handle -> new GoneChains(handle).settled(looked, CHAINS_AT_ONCE));
    looked = some.size() < CHAINS_AT_ONCE ? new byte[0] : some.getLast().bytes();
    for (AccountId account : some) {
      if (!database.<Boolean, RuntimeException>read(handle -> isNeeded(handle, account))) {
        database.<Void, RuntimeException>write(
            handle -> {
              if (!isNeeded(handle, account)) {
                new GoneChains(handle).remove(account);
              }
              return null;
            });
      }
    }
  }

  /** Also if a feature cannot say it, as its tables are not up to date before the server starts. */
  private boolean isNeeded(Handle rows, AccountId account) {
    return features.stream()
        .anyMatch(
            feature -> !feature.tables().areApplied(rows) || feature.needsChain(rows, account));
  }

  private boolean forget(AccountData feature, AccountId account) {
    try {
      while (database.<Boolean, RuntimeException>write(handle -> feature.forget(handle, account))) {
        // Each round is a short transaction, so that nobody waits for long.
      }
      return true;
    } catch (DatabaseUnavailable e) {
      throw e;
    } catch (RuntimeException e) {
      LOG.error("{} does not let go of a deleted account.", feature.tables().owner(), e);
      return false;
    }
  }

  /**
   * A feature that is switched off keeps its rows, and so the deletion, until it is there again.
   */
  private boolean knowsAllTables() {
    Set<String> owners =
        new HashSet<>(database.read(handle -> new AccountTables(handle).ownersOfTables()));
    owners.remove(AccountService.tables().owner());
    features.forEach(feature -> owners.remove(feature.tables().owner()));
    return owners.isEmpty();
  }
}
