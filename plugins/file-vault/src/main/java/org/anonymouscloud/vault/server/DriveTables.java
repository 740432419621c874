package org.anonymouscloud.vault.server;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.vault.protocol.DriveId;
import org.anonymouscloud.vault.protocol.Member;
import org.anonymouscloud.vault.protocol.Right;
import org.anonymouscloud.vault.protocol.Roster;
import org.anonymouscloud.vault.protocol.VaultMessages;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.result.ResultIterator;

/** The statements on drives, their rosters and their members, within one transaction. */
record DriveTables(Handle handle) {
  /** Bytes in an entry of a list of drives: id, number of the newest roster. */
  private static final int LISTED = DriveId.LENGTH + 8;

  private static final int ROSTERS_FETCHED_AT_ONCE = 8;

  /**
   * A drive as one of its members finds it.
   *
   * @param most bytes that it may have
   * @param generation of the newest roster
   * @param roster number of that
   * @param right of the member
   */
  record Drive(DriveId id, AccountId payer, long most, int generation, long roster, Right right) {
    /** The same after its next roster. */
    Drive after(Roster next) {
      return new Drive(id, next.payer(), next.limit(), next.generation(), next.number(), right);
    }
  }

  /** None if there is no such drive, or the account is no member of it. */
  Optional<Drive> drive(DriveId drive, AccountId account) {
    return handle
        .createQuery(
            """
            SELECT d.payer, d.most, d.generation, d.roster, m.permits
            FROM vault_members m JOIN vault_drives d ON d.drive = m.drive
            WHERE m.drive = ? AND m.account_id = ?
            """)
        .bind(0, drive.bytes())
        .bind(1, account.bytes())
        .map(
            (row, context) ->
                new Drive(
                    drive,
                    AccountId.of(row.getBytes(1)),
                    row.getLong(2),
                    row.getInt(3),
                    row.getLong(4),
                    Right.of(row.getInt(5))))
        .findOne();
  }

  /** Whether there is one of this id, also one that is being deleted. */
  boolean isThere(DriveId drive) {
    return handle
        .createQuery("SELECT EXISTS (SELECT 1 FROM vault_drives WHERE drive = ?)")
        .bind(0, drive.bytes())
        .mapTo(Boolean.class)
        .one();
  }

  Optional<AccountId> payer(DriveId drive) {
    return handle
        .createQuery("SELECT payer FROM vault_drives WHERE drive = ? AND ended = 0")
        .bind(0, drive.bytes())
        .map((row, context) -> AccountId.of(row.getBytes(1)))
        .findOne();
  }

  /** How many drives an account pays for. */
  int paidBy(AccountId account) {
    return handle
        .createQuery("SELECT COUNT(*) FROM vault_drives WHERE payer = ? AND ended = 0")
        .bind(0, account.bytes())
        .mapTo(Integer.class)
        .one();
  }

  /**
   * Drives with several members.
   *
   * @param others accounts besides one that are members of any
   */
  record Shared(int drives, int others) {}

  /** The drives that an account pays for and others use. */
  Shared sharedAndPaidBy(AccountId account) {
    return handle
        .createQuery(
            """
            SELECT COUNT(DISTINCT d.drive), COUNT(DISTINCT m.account_id)
            FROM vault_drives d JOIN vault_members m ON m.drive = d.drive
            WHERE d.payer = ? AND d.ended = 0 AND m.account_id <> ?
            """)
        .bind(0, account.bytes())
        .bind(1, account.bytes())
        .map((row, context) -> new Shared(row.getInt(1), row.getInt(2)))
        .one();
  }

  void insertDrive(Roster first) {
    handle.execute(
        "INSERT INTO vault_drives (drive, payer, most, generation, roster, ended)"
            + " VALUES (?, ?, ?, ?, ?, 0)",
        first.drive().bytes(),
        first.payer().bytes(),
        first.limit(),
        first.generation(),
        first.number());
  }

  /** Makes the drive what its next roster says. */
  void updateDrive(Roster next) {
    handle.execute(
        "UPDATE vault_drives SET payer = ?, most = ?, generation = ?, roster = ? WHERE drive = ?",
        next.payer().bytes(),
        next.limit(),
        next.generation(),
        next.number(),
        next.drive().bytes());
  }

  void insertRoster(Roster roster, byte[] whole) {
    handle.execute(
        "INSERT INTO vault_rosters (drive, number, roster) VALUES (?, ?, ?)",
        roster.drive().bytes(),
        roster.number(),
        whole);
  }

  /** A whole roster, which must be there. */
  byte[] roster(DriveId drive, long number) {
    return handle
        .createQuery("SELECT roster FROM vault_rosters WHERE drive = ? AND number = ?")
        .bind(0, drive.bytes())
        .bind(1, number)
        .mapTo(byte[].class)
        .one();
  }

  /** Bytes in all rosters of a drive. */
  long rosterBytes(DriveId drive) {
    return handle
        .createQuery(
            "SELECT CAST(COALESCE(SUM(LENGTH(roster)), 0) AS BIGINT) FROM vault_rosters"
                + " WHERE drive = ?")
        .bind(0, drive.bytes())
        .mapTo(Long.class)
        .one();
  }

  /** Rosters from a number on, as many as go into one answer. */
  VaultMessages.RosterGot rosters(DriveId drive, long from) {
    try (ResultIterator<byte[]> found =
        handle
            .createQuery(
                "SELECT roster FROM vault_rosters WHERE drive = ? AND number >= ? ORDER BY number")
            .setFetchSize(ROSTERS_FETCHED_AT_ONCE)
            .bind(0, drive.bytes())
            .bind(1, from)
            .mapTo(byte[].class)
            .iterator()) {
      return portion(found);
    }
  }

  private static VaultMessages.RosterGot portion(Iterator<byte[]> rosters) {
    List<byte[]> some = new ArrayList<>();
    int bytes = 0;
    while (rosters.hasNext()) {
      byte[] next = rosters.next();
      bytes += next.length;
      if (bytes > VaultMessages.MAX_ROSTERS_IN_ANSWER && !some.isEmpty()) {
        return new VaultMessages.RosterGot(some, true);
      }
      some.add(next);
    }
    return new VaultMessages.RosterGot(some, false);
  }

  /** Drives that an account is a member of, from one id on. */
  VaultMessages.DriveListed drivesOf(AccountId account, byte[] after) {
    List<byte[]> found =
        handle
            .createQuery(
                """
                SELECT m.drive, d.roster
                FROM vault_members m JOIN vault_drives d ON d.drive = m.drive
                WHERE m.account_id = ? AND m.drive > ? ORDER BY m.drive LIMIT ?
                """)
            .bind(0, account.bytes())
            .bind(1, after)
            .bind(2, VaultMessages.MAX_DRIVES_IN_ANSWER + 1)
            .map(
                (row, context) ->
                    ByteBuffer.allocate(LISTED)
                        .put(row.getBytes(1))
                        .putLong(row.getLong(2))
                        .array())
            .list();
    int some = Math.min(found.size(), VaultMessages.MAX_DRIVES_IN_ANSWER);
    ByteBuffer drives = ByteBuffer.allocate(some * LISTED);
    found.subList(0, some).forEach(drives::put);
    return new VaultMessages.DriveListed(drives.array(), found.size() > some);
  }

  List<AccountId> members(DriveId drive) {
    return handle
        .createQuery("SELECT account_id FROM vault_members WHERE drive = ?")
        .bind(0, drive.bytes())
        .map((row, context) -> AccountId.of(row.getBytes(1)))
        .list();
  }

  /** The drive secret of a generation as it was sealed to an account. */
  Optional<byte[]> grant(DriveId drive, AccountId member, int generation) {
    return handle
        .createQuery(
            "SELECT sealed FROM vault_grants WHERE drive = ? AND account_id = ? AND generation = ?")
        .bind(0, drive.bytes())
        .bind(1, member.bytes())
        .bind(2, generation)
        .mapTo(byte[].class)
        .findOne();
  }

  /**
   * Whether there is a drive of which an account is a member or was one: then its lists, and what
   * the account has signed in it, may be checked still.
   */
  boolean anyEverOf(AccountId account) {
    return handle
        .createQuery(
            """
            SELECT 1 FROM vault_grants JOIN vault_drives ON vault_drives.drive = vault_grants.drive
            WHERE vault_grants.account_id = ? AND vault_drives.ended = 0 LIMIT 1
            """)
        .bind(0, account.bytes())
        .mapTo(Integer.class)
        .findOne()
        .isPresent();
  }

  /**
   * Writes down grants of the roster's generation.
   *
   * @return how many there were not yet: who comes back into the same generation has one
   */
  int insertGrants(Roster roster, Map<AccountId, byte[]> grants) {
    int fresh = grants.size();
    for (Map.Entry<AccountId, byte[]> grant : grants.entrySet()) {
      byte[] drive = roster.drive().bytes();
      byte[] account = grant.getKey().bytes();
      fresh -=
          handle.execute(
              "DELETE FROM vault_grants WHERE drive = ? AND account_id = ? AND generation = ?",
              drive,
              account,
              roster.generation());
      handle.execute(
          "INSERT INTO vault_grants (drive, account_id, generation, sealed) VALUES (?, ?, ?, ?)",
          drive,
          account,
          roster.generation(),
          grant.getValue());
    }
    return fresh;
  }

  /** Writes down a member. */
  void insertMember(DriveId drive, Member member) {
    handle.execute(
        "INSERT INTO vault_members (drive, account_id, permits) VALUES (?, ?, ?)",
        drive.bytes(),
        member.account().bytes(),
        member.right().code());
  }

  /**
   * Makes the members those of the next roster. A member whose account was deleted meanwhile has no
   * row, and gets none for being named once more.
   */
  void changeMembers(Roster before, Roster next) {
    byte[] drive = next.drive().bytes();
    for (Member was : before.members()) {
      if (next.member(was.account()).isEmpty()) {
        handle.execute(
            "DELETE FROM vault_members WHERE drive = ? AND account_id = ?",
            drive,
            was.account().bytes());
      }
    }
    for (Member member : next.members()) {
      Optional<Member> was = before.member(member.account());
      if (was.isEmpty()) {
        insertMember(next.drive(), member);
      } else if (was.get().right() != member.right()) {
        handle.execute(
            "UPDATE vault_members SET permits = ? WHERE drive = ? AND account_id = ?",
            member.right().code(),
            drive,
            member.account().bytes());
      }
    }
  }

  /**
   * Ends a drive: from now on it is nobody's. Its rosters are left to {@link #removeSomeRosters}.
   */
  void end(DriveId drive) {
    handle.execute("UPDATE vault_drives SET ended = 1 WHERE drive = ?", drive.bytes());
    handle.execute("DELETE FROM vault_members WHERE drive = ?", drive.bytes());
  }

  /** One that has ended and has rows left. */
  Optional<DriveId> anyEnded() {
    return handle
        .createQuery("SELECT drive FROM vault_drives WHERE ended = 1 LIMIT 1")
        .map((row, context) -> DriveId.of(row.getBytes(1)))
        .findOne();
  }

  /** One that an account pays for or paid for, ended or not. */
  Optional<DriveId> anyPaidBy(AccountId account) {
    return handle
        .createQuery("SELECT drive FROM vault_drives WHERE payer = ? LIMIT 1")
        .bind(0, account.bytes())
        .map((row, context) -> DriveId.of(row.getBytes(1)))
        .findOne();
  }

  /** Deletes some of a drive's rosters; returns how many. */
  int removeSomeRosters(DriveId drive, int limit) {
    return handle.execute(
        """
        DELETE FROM vault_rosters WHERE drive = ? AND number IN
          (SELECT number FROM vault_rosters WHERE drive = ? ORDER BY number LIMIT ?)
        """,
        drive.bytes(),
        drive.bytes(),
        limit);
  }

  /** Deletes some of a drive's grants; returns how many. */
  int removeSomeGrants(DriveId drive, int limit) {
    return handle.execute(
        """
        DELETE FROM vault_grants WHERE drive = ? AND (account_id, generation) IN
          (SELECT account_id, generation FROM vault_grants WHERE drive = ?
           ORDER BY account_id, generation LIMIT ?)
        """,
        drive.bytes(),
        drive.bytes(),
        limit);
  }

  /** Ends some of an account's memberships; returns whether there may be more. */
  boolean removeSomeMemberships(AccountId account, int limit) {
    return handle.execute(
            """
            DELETE FROM vault_members WHERE account_id = ? AND drive IN
              (SELECT drive FROM vault_members WHERE account_id = ? ORDER BY drive LIMIT ?)
            """,
            account.bytes(),
            account.bytes(),
            limit)
        == limit;
  }

  void removeDrive(DriveId drive) {
    handle.execute("DELETE FROM vault_drives WHERE drive = ?", drive.bytes());
  }
}
