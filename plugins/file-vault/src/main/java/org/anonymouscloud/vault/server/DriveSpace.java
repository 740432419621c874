package org.anonymouscloud.vault.server;

import java.util.Map;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.AccountSpace;
import org.anonymouscloud.core.plugin.ShownSize;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.Refused;
import org.anonymouscloud.vault.protocol.DriveId;
import org.anonymouscloud.vault.server.DriveTables.Drive;
import org.jdbi.v3.core.Handle;

/**
 * What drives have, and who pays for it: each change of the one is a change of the other, within
 * one transaction.
 */
record DriveSpace(Handle handle, AccountSpace accounts) {
  /** Bytes beyond a drive's own limit for what frees space, as accounts have them. */
  private static final long RESERVE = 4L << 20;

  /** Begins to count for a new drive. */
  void begin(DriveId drive) {
    handle.execute(
        "INSERT INTO vault_space (drive, used, reserved, packs, held, unpaid, beyond)"
            + " VALUES (?, 0, 0, 0, 0, 0, 0)",
        drive.bytes());
  }

  static Space of(Handle handle, DriveId drive) {
    return handle
        .createQuery("SELECT used, reserved, packs, held, unpaid FROM vault_space WHERE drive = ?")
        .bind(0, drive.bytes())
        .map(
            (row, context) ->
                new Space(
                    row.getLong(1), row.getLong(2), row.getLong(3), row.getLong(4), row.getLong(5)))
        .findOne()
        .orElse(Space.NONE);
  }

  Space of(DriveId drive) {
    return of(handle, drive);
  }

  /**
   * Adds to what a drive has.
   *
   * @param frees whether the change is needed to delete something; then it may go a little beyond
   *     what is allowed
   * @throws Refused with {@code QUOTA_EXCEEDED} if it is more than the drive or its payer may have
   */
  void add(Drive drive, Space change, boolean frees) throws Refused {
    long bytes = change.charged();
    if (bytes > 0) {
      accounts.take(handle, drive.payer(), bytes, frees);
      checkLimit(drive, bytes, frees);
    } else if (bytes < 0) {
      accounts.giveBack(handle, drive.payer(), -bytes);
    }
    boolean _ = change(drive.id(), change);
  }

  private void checkLimit(Drive drive, long bytes, boolean frees) throws Refused {
    if (drive.most() == Long.MAX_VALUE) {
      return;
    }
    long has = of(drive.id()).charged();
    if (has <= drive.most() - bytes) {
      handle.execute(
          "UPDATE vault_space SET beyond = 0 WHERE drive = ? AND beyond > 0", drive.id().bytes());
      return;
    }
    long beyond =
        handle
            .createQuery("SELECT beyond FROM vault_space WHERE drive = ?")
            .bind(0, drive.id().bytes())
            .mapTo(Long.class)
            .one();
    if (!frees || beyond + bytes > Math.min(RESERVE, has - beyond)) {
      throw new Refused(
          ErrorCode.QUOTA_EXCEEDED,
          "The drive's limit is reached: "
              + ShownSize.of(has)
              + " of "
              + ShownSize.of(drive.most())
              + " are used, and this needs "
              + ShownSize.of(bytes)
              + " more.");
    }
    handle.execute(
        "UPDATE vault_space SET beyond = ? WHERE drive = ?", beyond + bytes, drive.id().bytes());
  }

  /** Lets a drive with another limit begin anew to go a little beyond it. */
  void limitChanged(DriveId drive) {
    handle.execute("UPDATE vault_space SET beyond = 0 WHERE drive = ?", drive.bytes());
  }

  /** Takes away what is not there any more; nothing if the drive has ended. */
  void remove(DriveId drive, Space gone) {
    if (change(drive, Space.NONE.minus(gone))) {
      new DriveTables(handle)
          .payer(drive)
          .ifPresent(payer -> accounts.giveBack(handle, payer, gone.charged()));
    }
  }

  private boolean change(DriveId drive, Space change) {
    return handle.execute(
            """
            UPDATE vault_space SET used = used + ?, reserved = reserved + ?, packs = packs + ?,
              held = held + ?, unpaid = unpaid + ?
            WHERE drive = ?
            """,
            change.used(),
            change.reserved(),
            change.packs(),
            change.held(),
            change.unpaid(),
            drive.bytes())
        == 1;
  }

  /**
   * How many more bytes the account's drives may hold that nobody pays for.
   *
   * @param change of what they have that is not added yet
   */
  long holds(AccountId payer, Space change) {
    long quota = accounts.usage(handle, payer).quota();
    return quota == Long.MAX_VALUE ? quota : Math.max(0, quota - unpaid(payer) - change.unpaid());
  }

  private long unpaid(AccountId payer) {
    return handle
        .createQuery(
            """
            SELECT CAST(COALESCE(SUM(s.unpaid), 0) AS BIGINT)
            FROM vault_drives d JOIN vault_space s ON s.drive = d.drive WHERE d.payer = ?
            """)
        .bind(0, payer.bytes())
        .mapTo(Long.class)
        .one();
  }

  /** What is held for each account that pays for some that is. */
  static Map<AccountId, Long> held(Handle handle) {
    return handle
        .createQuery(
            """
            SELECT d.payer, CAST(SUM(s.held) AS BIGINT)
            FROM vault_space s JOIN vault_drives d ON d.drive = s.drive
            WHERE s.held > 0 GROUP BY d.payer
            """)
        .map((row, context) -> Map.entry(AccountId.of(row.getBytes(1)), row.getLong(2)))
        .collectToMap(Map.Entry::getKey, Map.Entry::getValue);
  }

  /**
   * Lets another account pay for all that a drive has.
   *
   * @throws Refused with {@code QUOTA_EXCEEDED} if it may not have so much
   */
  void move(Drive drive, AccountId payer) throws Refused {
    Space all = of(drive.id());
    accounts.giveBack(handle, drive.payer(), all.charged());
    if (all.unpaid() > holds(payer, Space.NONE)) {
      // Else a drive that goes round between accounts would keep for ever what nobody pays for.
      new PackTables(handle).payHeld(drive.id());
      all = all.minus(new Space(0, 0, 0, 0, all.unpaid()));
      handle.execute("UPDATE vault_space SET unpaid = 0 WHERE drive = ?", drive.id().bytes());
    }
    accounts.take(handle, payer, all.charged(), false);
  }

  /** Ends a drive's sums. */
  static void forget(Handle handle, DriveId drive) {
    handle.execute("DELETE FROM vault_space WHERE drive = ?", drive.bytes());
  }
}
