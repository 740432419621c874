package org.anonymouscloud.core.account;

import java.util.List;
import java.util.Map;
import org.anonymouscloud.core.database.Migrations;
import org.jdbi.v3.core.Handle;

/**
 * What somebody other than the accounts themselves keeps of them in the same database. Thread-safe.
 */
public interface AccountData {
  /** The scripts of its tables. */
  Migrations tables();

  /**
   * Deletes some of what the account has, or had, within the transaction of {@code rows}, which
   * must be short. It is called until there is no more, and again a while later, for something may
   * still have been on its way. Files are left to the feature's own clearing away.
   *
   * @return whether there may be more
   */
  boolean forget(Handle rows, AccountId account);

  /**
   * Whether something that others keep is checked with an account's chain, or sealed to its keys:
   * then the chain stays although the account is deleted and {@link #forget} has nothing more.
   */
  default boolean needsChain(Handle rows, AccountId account) {
    return false;
  }

  /**
   * What other accounts use and lose when this one is deleted, in whole sentences for the server's
   * owner, who may not know it: how much, and what keeps it.
   *
   * @param rows to read, of tables that are up to date
   */
  default List<String> endsForOthers(Handle rows, AccountId account) {
    return List.of();
  }

  /**
   * Bytes that accounts have given back and that are there for a while longer, whether they count
   * for them or not; of those accounts that have some. For the server's owner, who plans the disk.
   *
   * @param rows to read, of tables that are up to date
   */
  default Map<AccountId, Long> held(Handle rows) {
    return Map.of();
  }

  /**
   * A device is taken out of an account, by a link of the account's chain that is written in the
   * same transaction: what is kept for that device alone goes with it, which must be short. If this
   * fails, the device is removed all the same, and nothing of what this did stays.
   */
  default void deviceRemoved(Handle rows, AccountId account, DeviceId device) {}
}
