package org.anonymouscloud.vault.server;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.anonymouscloud.core.account.AccountChains;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.AccountSpace;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.database.Transactions;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.Malformed;
import org.anonymouscloud.core.wire.Refused;
import org.anonymouscloud.vault.protocol.Member;
import org.anonymouscloud.vault.protocol.Right;
import org.anonymouscloud.vault.protocol.Roster;
import org.anonymouscloud.vault.protocol.VaultMessages;
import org.anonymouscloud.vault.server.DriveTables.Drive;
import org.jdbi.v3.core.Handle;

/**
 * Which drives there are, and whose: the rosters, and the rows that follow from the newest. What a
 * roster seals and signs is for those who read it; here it is held to what the one before allows.
 * Thread-safe, also between server processes.
 */
final class Membership {
  private final Transactions tables;
  private final Door door;
  private final AccountSpace accounts;
  private final AccountChains chains;

  Membership(Transactions tables, AccountSpace accounts, AccountChains chains) {
    this.tables = tables;
    this.door = new Door(tables);
    this.accounts = accounts;
    this.chains = chains;
  }

  VaultMessages.DriveListed drivesOf(AccountId account, byte[] after) {
    return tables.read(rows -> new DriveTables(rows).drivesOf(account, after));
  }

  VaultMessages.RosterGot rosters(Errand errand, long from) throws Refused {
    return door.read(errand, (rows, drive) -> new DriveTables(rows).rosters(drive.id(), from));
  }

  /**
   * @param generation of the drive secret, or {@link VaultMessages#NEWEST}
   * @return none if it was not sealed to the account
   */
  Optional<VaultMessages.GrantGot> grant(Errand errand, int generation) throws Refused {
    return door.read(
        errand,
        (rows, drive) -> {
          int wanted = generation == VaultMessages.NEWEST ? drive.generation() : generation;
          return new DriveTables(rows)
              .grant(drive.id(), errand.account(), wanted)
              .map(grant -> new VaultMessages.GrantGot(wanted, grant));
        });
  }

  /**
   * Makes a drive.
   *
   * @param first its first roster, by the account that pays
   * @param grant for that account
   * @throws Refused with {@code CONFLICT} if there is one of this id
   */
  void create(Roster first, byte[] whole, byte[] grant) throws Refused {
    tables.<Void, Refused>write(
        rows -> {
          DriveTables drives = new DriveTables(rows);
          if (drives.isThere(first.drive())) {
            throw new Refused(ErrorCode.CONFLICT, "There is a drive of this id.");
          }
          checkNumberOfDrives(drives, first.payer());
          checkChains(rows, first, List.of());
          DriveSpace space = new DriveSpace(rows, accounts);
          drives.insertDrive(first);
          space.begin(first.drive());
          Drive drive = new Drive(first.drive(), first.payer(), first.limit(), 0, 0, Right.OWN);
          space.add(drive, Space.bytes(whole.length + VaultMessages.GRANT), false);
          drives.insertRoster(first, whole);
          Member owner = first.members().getFirst();
          drives.insertMember(first.drive(), owner);
          int _ = drives.insertGrants(first, Map.of(owner.account(), grant));
          return null;
        });
  }

  private static void checkNumberOfDrives(DriveTables drives, AccountId payer) throws Refused {
    if (drives.paidBy(payer) >= VaultMessages.MAX_DRIVES_PAID) {
      throw new Refused(
          ErrorCode.QUOTA_EXCEEDED,
          "An account pays for at most "
              + VaultMessages.MAX_DRIVES_PAID
              + " drives. Delete one, or let another member pay for it.");
    }
  }

  /**
   * Sets a drive's next roster.
   *
   * @return who has ceased to be a member
   */
  List<AccountId> put(Errand errand, Roster next, byte[] whole, Grants grants) throws Refused {
    return door.write(
        errand,
        (rows, drive) -> {
          DriveTables drives = new DriveTables(rows);
          byte[] newest = drives.roster(drive.id(), drive.roster());
          Roster before = stored(newest);
          checkFollows(rows, next, before, newest);
          checkChains(rows, next, before.members());
          checkNumberOfRosters(drives, next, before, whole.length);
          grants.check(next, before);
          DriveSpace space = new DriveSpace(rows, accounts);
          boolean paysOn = next.payer().equals(drive.payer());
          if (!paysOn) {
            checkNumberOfDrives(drives, next.payer());
            space.move(drive, next.payer());
          }
          if (next.limit() != before.limit()) {
            space.limitChanged(drive.id());
          }
          drives.updateDrive(next);
          int fresh = drives.insertGrants(next, grants.sealed());
          // Whoever removes somebody must not be kept from it by a full drive.
          space.add(
              drive.after(next),
              Space.bytes(whole.length + (long) fresh * VaultMessages.GRANT),
              paysOn);
          drives.insertRoster(next, whole);
          drives.changeMembers(before, next);
          return before.members().stream()
              .map(Member::account)
              .filter(account -> next.member(account).isEmpty())
              .toList();
        });
  }

  private static void checkFollows(Handle rows, Roster next, Roster before, byte[] newest)
      throws Refused {
    if (next.number() != before.number() + 1 || !next.previous().equals(Digest.sha256(newest))) {
      throw new Refused(ErrorCode.CONFLICT, "Another list of members came first.");
    }
    if (!next.mayFollow(before)) {
      throw new Refused(
          ErrorCode.NOT_ALLOWED, "The account may not change the drive's members like this.");
    }
    if (next.root() >= 0
        && !new RootTables(rows)
            .root(next.drive(), next.root())
            .map(Digest::sha256)
            .equals(Optional.of(next.rootHash()))) {
      throw new Refused(
          ErrorCode.CONFLICT, "The newest root that the list of members names is not the drive's.");
    }
  }

  /**
   * What is said of a member's account never goes back, and whoever writes may say it of anybody:
   * so it must be true, or nobody could ever say anything else.
   *
   * @param before whose numbers were true when they were written
   */
  private void checkChains(Handle rows, Roster next, List<Member> before) throws Refused {
    Map<AccountId, Member> known =
        before.stream().collect(Collectors.toMap(Member::account, Function.identity()));
    for (Member member : next.members()) {
      Member was = known.get(member.account());
      boolean same =
          was != null
              && was.generation() == member.generation()
              && was.link().equals(member.link());
      if (!same && !isTrue(rows, member, was == null)) {
        throw new Refused(
            ErrorCode.NOT_ALLOWED,
            "The list of members names keys of an account that the account does not have.");
      }
    }
  }

  /**
   * An account that is deleted is named as long as it stays in the list; let in anew it is not, as
   * its chain would stay for as long as anybody likes.
   */
  private boolean isTrue(Handle rows, Member member, boolean isNew) {
    AccountId account = member.account();
    return isNew
        ? chains.have(rows, account, member.link(), member.generation())
        : chains.had(rows, account, member.link(), member.generation());
  }

  /** The last that a drive can have are kept for who can remove whoever has made the others. */
  private static void checkNumberOfRosters(
      DriveTables drives, Roster next, Roster before, int length) throws Refused {
    boolean owns = before.allows(next.maker(), Right.OWN);
    long mostRosters =
        owns
            ? VaultMessages.MAX_ROSTERS
            : VaultMessages.MAX_ROSTERS - (long) VaultMessages.ROSTERS_OF_OWNERS;
    long mostBytes =
        VaultMessages.MAX_ROSTER_BYTES - (owns ? 0 : VaultMessages.ROSTER_BYTES_OF_OWNERS);
    if (next.number() < mostRosters && !isBeyond(drives, next, length, mostBytes)) {
      return;
    }
    throw owns
        ? new Refused(
            ErrorCode.QUOTA_EXCEEDED,
            "The drive has had as many lists of members as there can be. Make another drive.")
        : new Refused(
            ErrorCode.NOT_ALLOWED,
            "The drive has had so many lists of members that only its owners make more.");
  }

  /** The sum is asked for only where it matters, as it takes a look at each list. */
  private static boolean isBeyond(DriveTables drives, Roster next, int length, long most) {
    return (next.number() + 1) * Roster.MAX_ENCODED > most
        && drives.rosterBytes(next.drive()) + length > most;
  }

  private static Roster stored(byte[] whole) {
    try {
      return Roster.decode(whole);
    } catch (Malformed e) {
      throw new IllegalStateException("A stored list of members is damaged.", e);
    }
  }

  /** Deletes a drive; what it has is given back at once, and its rows go little by little. */
  void delete(Errand errand) throws Refused {
    Void _ =
        door.write(
            errand,
            (rows, drive) -> {
              if (new DriveTables(rows).members(drive.id()).size() > 1) {
                throw new Refused(
                    ErrorCode.NOT_ALLOWED,
                    "The drive has other members. Remove them before it is deleted.");
              }
              long has = DriveSpace.of(rows, drive.id()).charged();
              accounts.giveBack(rows, drive.payer(), has);
              Ending.begin(rows, drive.id());
              return null;
            });
  }
}
