package org.anonymouscloud.vault.server;

import java.util.List;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.database.Transactions;
import org.anonymouscloud.vault.protocol.DriveId;
import org.anonymouscloud.vault.server.PackTables.Removed;
import org.jdbi.v3.core.Handle;

/**
 * The end of a drive: at once it is nobody's and counts for nobody; its rows go little by little,
 * so that nobody waits for long, and its files with the sweeper. Stateless.
 */
final class Ending {
  private static final int ROWS_AT_ONCE = 500;

  private Ending() {}

  /** Takes a drive from its members; what it had is for the caller to give back. */
  static void begin(Handle rows, DriveId drive) {
    new DriveTables(rows).end(drive);
    new PackTables(rows).doomAllOf(drive);
    DriveSpace.forget(rows, drive);
  }

  /**
   * Removes some rows of a drive that has ended.
   *
   * @return false if there was none
   */
  static boolean goOn(Transactions tables) {
    // Mostly there is nothing, and looking holds nobody up.
    return tables.read(rows -> new DriveTables(rows).anyEnded()).isPresent()
        && tables.<Boolean, RuntimeException>write(
            rows -> {
              new DriveTables(rows).anyEnded().ifPresent(drive -> removeSome(rows, drive));
              return true;
            });
  }

  private static void removeSome(Handle rows, DriveId drive) {
    PackTables packs = new PackTables(rows);
    DriveTables drives = new DriveTables(rows);
    List<Removed> removed = packs.removeSome(drive, ROWS_AT_ONCE);
    packs.insertDoomed(removed);
    int roots = new RootTables(rows).removeSome(drive, ROWS_AT_ONCE);
    int rosters = drives.removeSomeRosters(drive, ROWS_AT_ONCE);
    int grants = drives.removeSomeGrants(drive, ROWS_AT_ONCE);
    if (removed.size() < ROWS_AT_ONCE
        && Math.max(roots, Math.max(rosters, grants)) < ROWS_AT_ONCE) {
      drives.removeDrive(drive);
    }
  }

  /**
   * Takes some of what a deleted account had: the drives that it paid for, and its place among the
   * members of others. Their rosters name it until one of their members renews them.
   *
   * @return whether there may be more
   */
  static boolean ofAccount(Handle rows, AccountId account) {
    DriveTables drives = new DriveTables(rows);
    boolean left = drives.removeSomeMemberships(account, ROWS_AT_ONCE);
    return drives
            .anyPaidBy(account)
            .map(
                drive -> {
                  begin(rows, drive);
                  removeSome(rows, drive);
                  return true;
                })
            .orElse(false)
        || left;
  }
}
