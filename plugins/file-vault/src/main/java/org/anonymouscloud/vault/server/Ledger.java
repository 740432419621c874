package org.anonymouscloud.vault.server;

import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.anonymouscloud.core.account.AccountSpace;
import org.anonymouscloud.core.blob.BlobName;
import org.anonymouscloud.core.blob.Checksum;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.database.Transactions;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.Malformed;
import org.anonymouscloud.core.wire.Refused;
import org.anonymouscloud.vault.protocol.DriveId;
import org.anonymouscloud.vault.protocol.PackName;
import org.anonymouscloud.vault.protocol.RootHeader;
import org.anonymouscloud.vault.protocol.VaultMessages;
import org.anonymouscloud.vault.server.DriveTables.Drive;
import org.anonymouscloud.vault.server.PackTables.Found;
import org.anonymouscloud.vault.server.PackTables.Kept;
import org.anonymouscloud.vault.server.PackTables.Listed;
import org.anonymouscloud.vault.server.PackTables.Pack;
import org.anonymouscloud.vault.server.PackTables.Removed;
import org.jdbi.v3.core.Handle;

/**
 * What is in a drive: packs, roots, space. Each method that changes something is one transaction,
 * durable when it returns. A file is written down here before it is made and crossed out after it
 * is gone, so a crash leaves no file that nobody knows. Thread-safe, also between server processes.
 */
final class Ledger {
  private static final long HOUR = 3_600_000;

  /** A pack that came late in its hour still gets a full day. */
  private static final long HOURS_KEPT = 25;

  private static final int REMOVED_AT_ONCE = 500;

  private final Transactions tables;
  private final Door door;
  private final AccountSpace accounts;
  private final Clock clock;

  Ledger(Transactions tables, AccountSpace accounts, Clock clock) {
    this.tables = tables;
    this.door = new Door(tables);
    this.accounts = accounts;
    this.clock = clock;
  }

  Optional<Pack> pack(Errand errand, PackName name) throws Refused {
    return door.pack(errand, name);
  }

  /**
   * Some live packs of the drive.
   *
   * @param after the last one of those before
   */
  List<Listed> live(Errand errand, Optional<PackName> after, int limit) throws Refused {
    return door.read(errand, (rows, drive) -> new PackTables(rows).live(drive.id(), after, limit));
  }

  /** Those of some packs that the drive has. */
  List<Listed> named(Errand errand, Collection<PackName> names) throws Refused {
    return door.read(errand, (rows, drive) -> new PackTables(rows).named(drive.id(), names));
  }

  VaultMessages.Usage usage(Errand errand) throws Refused {
    return door.read(
        errand,
        (rows, drive) -> {
          AccountSpace.Usage all = accounts.usage(rows, errand.account());
          Space space = DriveSpace.of(rows, drive.id());
          return new VaultMessages.Usage(
              all.used(),
              all.quota(),
              space.used() + space.reserved(),
              space.held(),
              space.packs(),
              clock.instant().getEpochSecond());
        });
  }

  /**
   * @param number of the root, or {@link VaultMessages#NEWEST}
   */
  Optional<VaultMessages.RootGot> root(Errand errand, long number) throws Refused {
    return door.read(
        errand,
        (rows, drive) -> {
          RootTables roots = new RootTables(rows);
          long wanted = number == VaultMessages.NEWEST ? roots.newest(drive.id()) : number;
          return roots
              .root(drive.id(), wanted)
              .map(root -> new VaultMessages.RootGot(wanted, root, drive.roster()));
        });
  }

  /**
   * Reserves space for a pack that is to come, unless it is there already; then it is kept for
   * another day.
   *
   * @param file where {@code process} will receive it
   * @param frees whether it is needed to delete something
   * @return false if the pack is there
   * @throws Refused if the quota does not allow it, or a pack of another length has the name
   */
  boolean reserve(Errand errand, PackName name, Pack file, String process, boolean frees)
      throws Refused {
    long expires = hour() + HOURS_KEPT;
    return door.write(
        errand,
        (rows, drive) -> {
          PackTables packs = new PackTables(rows);
          if (isThere(packs, drive.id(), name, file.length())) {
            packs.prolong(drive.id(), name, expires);
            return false;
          }
          new DriveSpace(rows, accounts).add(drive, Space.arriving(file.length()), frees);
          packs.insertArriving(drive.id(), file, process, expires);
          return true;
        });
  }

  /**
   * Makes a pack of a file that has been received and is durable.
   *
   * @param checksum of what was received
   * @return false if the same pack came another way meanwhile; the file is then to be deleted
   * @throws Refused if it took more than a day to come, a pack of another length has the name, or
   *     who sent it may not write any more
   */
  boolean settle(Errand errand, PackName name, Pack file, Checksum checksum) throws Refused {
    long expires = hour() + HOURS_KEPT;
    return door.write(
        errand,
        (rows, drive) -> {
          PackTables packs = new PackTables(rows);
          if (isThere(packs, drive.id(), name, file.length())) {
            giveBack(rows, packs.doom(file.file()).stream().toList());
            return false;
          }
          if (!packs.deleteArriving(file.file())) {
            throw new Refused(ErrorCode.UNAVAILABLE, "The pack took too long to come.", true);
          }
          packs.insertPack(drive.id(), name, file, checksum, expires);
          Space settled = Space.pack(file.length()).minus(Space.arriving(file.length()));
          new DriveSpace(rows, accounts).add(drive, settled, false);
          return true;
        });
  }

  private static boolean isThere(PackTables packs, DriveId drive, PackName name, int length)
      throws Refused {
    Optional<Pack> pack = packs.pack(drive, name);
    if (pack.isPresent() && pack.get().length() != length) {
      throw new Refused(ErrorCode.CONFLICT, "There is a pack of this name with another length.");
    }
    return pack.isPresent();
  }

  /** Takes back a reservation; the file is to be deleted. Nothing happens if it is settled. */
  void giveUp(BlobName file) {
    tables.<Void, RuntimeException>write(
        rows -> {
          giveBack(rows, new PackTables(rows).doom(file).stream().toList());
          return null;
        });
  }

  /** Takes back all reservations of a process that is no more. */
  void giveUpAllOf(String process) {
    tables.<Void, RuntimeException>write(
        rows -> {
          giveBack(rows, new PackTables(rows).doomAllOf(process));
          return null;
        });
  }

  private void giveBack(Handle rows, List<Removed> files) {
    Map<DriveId, Space> sums = new HashMap<>();
    for (Removed file : files) {
      sums.merge(file.drive(), file.counted(), Space::plus);
    }
    sums.forEach(new DriveSpace(rows, accounts)::remove);
  }

  /** Files that a process receives, or that it has lost sight of. */
  List<BlobName> arriving(String process) {
    return tables.read(rows -> new PackTables(rows).arriving(process));
  }

  /**
   * Sets the drive's next root, whose names are names.
   *
   * @param header of the root
   * @throws Refused if it does not follow the newest root, or a pack that should become live is not
   *     there, or one that it gives up is not live; then nothing has changed
   */
  void moveRoot(Errand errand, VaultMessages.RootMove move, RootHeader header) throws Refused {
    long expires = hour() + HOURS_KEPT;
    Void _ =
        door.write(
            errand,
            (rows, drive) -> {
              RootTables roots = new RootTables(rows);
              checkFollows(roots, drive, header);
              DriveSpace space = new DriveSpace(rows, accounts);
              Space kept =
                  Space.bytes(move.root().length).plus(keep(rows, drive.id(), names(move.live())));
              // What comes back makes room among what is held.
              long room = space.holds(drive.payer(), kept);
              Space held = hold(rows, room, drive.id(), names(move.dropped()), expires);
              space.add(drive, kept.plus(held), move.frees());
              roots.insert(drive.id(), move.number(), move.root());
              return null;
            });
  }

  private static void checkFollows(RootTables roots, Drive drive, RootHeader header)
      throws Refused {
    // What is sealed with keys that a removed member has is not taken any more (A33).
    if (header.generation() != drive.generation()) {
      throw new Refused(ErrorCode.CONFLICT, "The drive's members have changed; read them first.");
    }
    long newest = roots.newest(drive.id());
    if (header.number() != newest + 1
        || !header
            .previous()
            .equals(
                roots.root(drive.id(), newest).map(Digest::sha256).orElse(RootHeader.NOTHING))) {
      throw new Refused(ErrorCode.CONFLICT, "Another root came first.");
    }
  }

  /**
   * What no root that is kept needs any more is held for a day, for who still reads it.
   *
   * @param free bytes that may be held so and count for nobody
   */
  private static Space hold(
      Handle rows, long free, DriveId drive, List<PackName> names, long expires) throws Refused {
    if (names.isEmpty()) {
      return Space.NONE;
    }
    PackTables packs = new PackTables(rows);
    List<Found> found = packs.find(drive, names);
    if (found.size() != names.size() || found.stream().anyMatch(pack -> pack.kept() != Kept.LIVE)) {
      throw new Refused(ErrorCode.NOT_FOUND, "A pack that the root gives up is not live.");
    }
    long room = free;
    List<PackName> paid = new ArrayList<>();
    List<PackName> unpaid = new ArrayList<>();
    Space change = Space.NONE;
    for (Found pack : found) {
      boolean fits = pack.length() <= room;
      room -= fits ? pack.length() : 0;
      (fits ? unpaid : paid).add(pack.name());
      change = change.plus(Space.held(pack.length(), !fits)).minus(Kept.LIVE.space(pack.length()));
    }
    packs.hold(drive, paid, true, expires);
    packs.hold(drive, unpaid, false, expires);
    return change;
  }

  private static Space keep(Handle rows, DriveId drive, List<PackName> names) throws Refused {
    PackTables packs = new PackTables(rows);
    List<Found> found = packs.find(drive, names);
    if (found.size() != names.size()) {
      throw new Refused(ErrorCode.NOT_FOUND, "A pack that the root needs is not there.");
    }
    packs.makeLive(drive, names);
    Space change = Space.NONE;
    for (Found pack : found) {
      change = change.plus(Kept.LIVE.space(pack.length()).minus(pack.kept().space(pack.length())));
    }
    return change;
  }

  /** Deletes packs of the drive that no root has named yet; their files are left to the sweeper. */
  void drop(Errand errand, List<PackName> names) throws Refused {
    Void _ =
        door.write(
            errand,
            (rows, drive) -> {
              remove(rows, new PackTables(rows).removeLoose(drive.id(), names));
              return null;
            });
  }

  /**
   * Removes packs whose day is over, and reservations as old, some of them.
   *
   * @return how many packs; none when all are removed
   */
  int expire() {
    long now = hour();
    // Mostly there is nothing, and looking holds nobody up.
    if (!tables.<Boolean, RuntimeException>read(rows -> new PackTables(rows).anyExpired(now))) {
      return 0;
    }
    return tables.<Integer, RuntimeException>write(
        rows -> {
          PackTables packs = new PackTables(rows);
          List<Removed> removed = packs.removeExpired(now, REMOVED_AT_ONCE);
          remove(rows, removed);
          giveBack(rows, packs.doomExpired(now));
          return removed.size();
        });
  }

  /**
   * Removes some rows of drives that were deleted.
   *
   * @return false when there is nothing left of any
   */
  boolean clearEnded() {
    return Ending.goOn(tables);
  }

  private void remove(Handle rows, List<Removed> packs) {
    new PackTables(rows).insertDoomed(packs);
    giveBack(rows, packs);
  }

  private static List<PackName> names(byte[] encoded) throws Refused {
    try {
      return PackName.decodeAll(encoded);
    } catch (Malformed e) {
      throw new Refused(ErrorCode.BAD_REQUEST, e.getMessage());
    }
  }

  /**
   * Some packs of all drives that were not given back, in the order of their files' names.
   *
   * @param after the name of the last file of the portion before; empty for the first
   */
  List<Pack> wanted(String after, int limit) {
    return tables.read(rows -> new PackTables(rows).wanted(after, limit));
  }

  /** Those of the files that are packs' still, and were not given back. */
  Set<BlobName> stillWanted(List<BlobName> files) {
    return tables.read(rows -> new PackTables(rows).wanted(files));
  }

  /**
   * Some of the files that are to be deleted, in the order of their names.
   *
   * @param after the last name of the portion before; empty for the first
   */
  List<BlobName> doomed(String after) {
    return tables.read(rows -> new PackTables(rows).doomed(after, REMOVED_AT_ONCE));
  }

  /** Crosses out files that are gone. */
  void gone(List<BlobName> files) {
    tables.<Void, RuntimeException>write(
        rows -> {
          new PackTables(rows).deleteDoomed(files);
          return null;
        });
  }

  private long hour() {
    return clock.millis() / HOUR;
  }
}
