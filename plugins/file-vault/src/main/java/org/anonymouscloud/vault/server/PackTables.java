package org.anonymouscloud.vault.server;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.blob.BlobName;
import org.anonymouscloud.core.blob.Checksum;
import org.anonymouscloud.vault.protocol.DriveId;
import org.anonymouscloud.vault.protocol.PackName;
import org.anonymouscloud.vault.protocol.Right;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jdbi.v3.core.statement.Update;

/** The statements on packs and on files that are no pack's, within one transaction. */
record PackTables(Handle handle) {
  /** Names in one statement; SQLite takes 32,766 parameters. */
  private static final int NAMES_IN_A_STATEMENT = 1000;

  private static final int FETCHED_AT_ONCE = 1000;

  private static final String REMOVED = " RETURNING drive, file, length, held";

  private static final RowMapper<Removed> REMOVED_ROW =
      (row, context) -> {
        long held = row.getLong(4);
        Kept kept = row.wasNull() ? Kept.LOOSE : held == 1 ? Kept.HELD : Kept.UNPAID;
        int length = row.getInt(3);
        return new Removed(
            DriveId.of(row.getBytes(1)),
            new BlobName(row.getString(2)),
            length,
            kept.space(length));
      };

  private static final RowMapper<Removed> DOOMED_ROW =
      (row, context) ->
          new Removed(
              DriveId.of(row.getBytes(1)),
              new BlobName(row.getString(2)),
              row.getInt(3),
              Space.arriving(row.getInt(3)));

  /** A pack as it is stored. */
  record Pack(BlobName file, int length) {}

  /** Why a pack is kept. */
  enum Kept {
    /** No root has named it yet; for a day. */
    LOOSE,
    /** For good. */
    LIVE,
    /** For a day since a root has dropped it, and it counts for who pays. */
    HELD,
    /** The same, and it counts for nobody. */
    UNPAID;

    /** What a pack of this kind adds to what its drive has. */
    Space space(long length) {
      return switch (this) {
        case LOOSE, LIVE -> Space.pack(length);
        case HELD -> Space.held(length, true);
        case UNPAID -> Space.held(length, false);
      };
    }
  }

  /** A pack with a name, as a root's move finds it. */
  record Found(PackName name, int length, Kept kept) {}

  /**
   * A file that is no pack's any more.
   *
   * @param counted what it was of what the drive has
   */
  record Removed(DriveId drive, BlobName file, int length, Space counted) {}

  Optional<Pack> pack(DriveId drive, PackName name) {
    return handle
        .createQuery("SELECT file, length FROM vault_packs WHERE drive = ? AND name = ?")
        .bind(0, drive.bytes())
        .bind(1, name.text())
        .map((row, context) -> new Pack(new BlobName(row.getString(1)), row.getInt(2)))
        .findOne();
  }

  /**
   * A pack as a member of its drive seeks it.
   *
   * @param right of the member
   * @param pack none if there is none of the name
   */
  record Sought(Right right, Optional<Pack> pack) {}

  /** None if the account is no member of the drive. */
  Optional<Sought> seek(DriveId drive, AccountId account, PackName name) {
    return handle
        .createQuery(
            """
            SELECT m.permits, p.file, p.length
            FROM vault_members m LEFT JOIN vault_packs p ON p.drive = m.drive AND p.name = ?
            WHERE m.drive = ? AND m.account_id = ?
            """)
        .bind(0, name.text())
        .bind(1, drive.bytes())
        .bind(2, account.bytes())
        .map((row, context) -> new Sought(Right.of(row.getInt(1)), sought(row)))
        .findOne();
  }

  private static Optional<Pack> sought(ResultSet row) throws SQLException {
    String file = row.getString(2);
    return file == null
        ? Optional.empty()
        : Optional.of(new Pack(new BlobName(file), row.getInt(3)));
  }

  /** Those of the names that have a pack. */
  List<Found> find(DriveId drive, List<PackName> names) {
    List<Found> found = new ArrayList<>();
    for (List<String> some : portions(names.stream().map(PackName::text).toList())) {
      handle
          .createQuery(
              "SELECT name, length, expires IS NULL, COALESCE(held, -1) FROM vault_packs"
                  + " WHERE drive = :drive AND name IN (<names>)")
          .bind("drive", drive.bytes())
          .bindList("names", some)
          .map(
              (row, context) ->
                  new Found(
                      new PackName(row.getString(1)),
                      row.getInt(2),
                      kept(row.getBoolean(3), row.getInt(4))))
          .forEach(found::add);
    }
    return found;
  }

  private static Kept kept(boolean forGood, int held) {
    if (forGood) {
      return Kept.LIVE;
    }
    return held < 0 ? Kept.LOOSE : held == 1 ? Kept.HELD : Kept.UNPAID;
  }

  /** A pack by its name. */
  record Listed(PackName name, Pack pack) {}

  /** Those of the names that have a pack, and its file. */
  List<Listed> named(DriveId drive, Collection<PackName> names) {
    List<Listed> found = new ArrayList<>();
    for (List<String> some : portions(names.stream().map(PackName::text).toList())) {
      handle
          .createQuery(
              "SELECT name, file, length FROM vault_packs"
                  + " WHERE drive = :drive AND name IN (<names>)")
          .bind("drive", drive.bytes())
          .bindList("names", some)
          .map((row, context) -> listed(row))
          .forEach(found::add);
    }
    return found;
  }

  /** From name, file and length. */
  private static Listed listed(ResultSet row) throws SQLException {
    return new Listed(
        new PackName(row.getString(1)), new Pack(new BlobName(row.getString(2)), row.getInt(3)));
  }

  /**
   * Some of a drive's live packs, in the database's order of their names.
   *
   * @param after only those that come after it
   */
  List<Listed> live(DriveId drive, Optional<PackName> after, int limit) {
    return handle
        .createQuery(
            "SELECT name, file, length FROM vault_packs"
                + " WHERE drive = ? AND name > ? AND expires IS NULL ORDER BY name LIMIT ?")
        .bind(0, drive.bytes())
        .bind(1, after.map(PackName::text).orElse(""))
        .bind(2, limit)
        .map((row, context) -> listed(row))
        .list();
  }

  /** Some packs of all drives that were not given back, in the order of their files' names. */
  List<Pack> wanted(String after, int limit) {
    return handle
        .createQuery(
            "SELECT file, length FROM vault_packs"
                + " WHERE file > ? AND held IS NULL ORDER BY file LIMIT ?")
        .bind(0, after)
        .bind(1, limit)
        .map((row, context) -> new Pack(new BlobName(row.getString(1)), row.getInt(2)))
        .list();
  }

  /** Those of the files that are packs' that were not given back. */
  Set<BlobName> wanted(List<BlobName> files) {
    Set<BlobName> found = new HashSet<>();
    for (List<String> some : portions(files.stream().map(BlobName::text).toList())) {
      handle
          .createQuery("SELECT file FROM vault_packs WHERE file IN (<files>) AND held IS NULL")
          .bindList("files", some)
          .map((row, context) -> new BlobName(row.getString(1)))
          .forEach(found::add);
    }
    return found;
  }

  /** All packs of all drives, few of them in memory at a time. */
  void eachPack(BiConsumer<Pack, Checksum> receiver) {
    handle
        .createQuery("SELECT file, length, checksum FROM vault_packs")
        .setFetchSize(FETCHED_AT_ONCE)
        .map(
            (row, context) ->
                Map.entry(
                    new Pack(new BlobName(row.getString(1)), row.getInt(2)),
                    new Checksum(row.getLong(3))))
        .useStream(packs -> packs.forEach(pack -> receiver.accept(pack.getKey(), pack.getValue())));
  }

  /** Those of the names that are names of files of packs, or of files without one. */
  List<BlobName> files(List<String> names) {
    return handle
        .createQuery(
            """
            SELECT file FROM vault_packs WHERE file IN (<names>)
            UNION SELECT file FROM vault_loose_files WHERE file IN (<names>)
            """)
        .bindList("names", names)
        .map((row, context) -> new BlobName(row.getString(1)))
        .list();
  }

  void insertPack(DriveId drive, PackName name, Pack pack, Checksum checksum, long expires) {
    handle.execute(
        "INSERT INTO vault_packs (drive, name, length, file, checksum, expires, held)"
            + " VALUES (?, ?, ?, ?, ?, ?, NULL)",
        drive.bytes(),
        name.text(),
        pack.length(),
        pack.file().text(),
        checksum.value(),
        expires);
  }

  /** Gives a pack that no root has named a later end. One that was dropped keeps its own. */
  void prolong(DriveId drive, PackName name, long expires) {
    handle.execute(
        "UPDATE vault_packs SET expires = ?"
            + " WHERE drive = ? AND name = ? AND expires < ? AND held IS NULL",
        expires,
        drive.bytes(),
        name.text(),
        expires);
  }

  /** Keeps the packs for good. */
  void makeLive(DriveId drive, List<PackName> names) {
    for (List<String> some : portions(names.stream().map(PackName::text).toList())) {
      onNames("UPDATE vault_packs SET expires = NULL, held = NULL", drive, some).execute();
    }
  }

  /** Keeps the packs for a while. */
  void hold(DriveId drive, List<PackName> names, boolean paid, long expires) {
    for (List<String> some : portions(names.stream().map(PackName::text).toList())) {
      onNames("UPDATE vault_packs SET expires = :expires, held = :held", drive, some)
          .bind("expires", expires)
          .bind("held", paid ? 1 : 0)
          .execute();
    }
  }

  private Update onNames(String update, DriveId drive, List<String> names) {
    return handle
        .createUpdate(update + " WHERE drive = :drive AND name IN (<names>)")
        .bind("drive", drive.bytes())
        .bindList("names", names);
  }

  /** Lets all that is held of a drive count for who pays. */
  void payHeld(DriveId drive) {
    handle.execute("UPDATE vault_packs SET held = 1 WHERE drive = ? AND held = 0", drive.bytes());
  }

  /** Whether there are packs or files on their way whose time is over. */
  boolean anyExpired(long now) {
    return handle
        .createQuery(
            """
            SELECT EXISTS (SELECT 1 FROM vault_packs WHERE expires <= ?)
              OR EXISTS (SELECT 1 FROM vault_loose_files WHERE process IS NOT NULL AND expires <= ?)
            """)
        .bind(0, now)
        .bind(1, now)
        .mapTo(Boolean.class)
        .one();
  }

  /** Deletes the rows of some packs whose time is over. */
  List<Removed> removeExpired(long now, int limit) {
    return handle
        .createQuery(
            """
            DELETE FROM vault_packs
            WHERE file IN (SELECT file FROM vault_packs WHERE expires <= ? LIMIT ?)
            """
                + REMOVED)
        .bind(0, now)
        .bind(1, limit)
        .map(REMOVED_ROW)
        .list();
  }

  /** Deletes the rows of those of the packs that no root has named yet. */
  List<Removed> removeLoose(DriveId drive, List<PackName> names) {
    List<Removed> removed = new ArrayList<>();
    for (List<String> some : portions(names.stream().map(PackName::text).toList())) {
      handle
          .createQuery(
              "DELETE FROM vault_packs WHERE drive = :drive AND name IN (<names>)"
                  + " AND expires IS NOT NULL AND held IS NULL"
                  + REMOVED)
          .bind("drive", drive.bytes())
          .bindList("names", some)
          .map(REMOVED_ROW)
          .forEach(removed::add);
    }
    return removed;
  }

  /** Deletes the rows of some of a drive's packs. */
  List<Removed> removeSome(DriveId drive, int limit) {
    return handle
        .createQuery(
            """
            DELETE FROM vault_packs
            WHERE file IN (SELECT file FROM vault_packs WHERE drive = ? LIMIT ?)
            """
                + REMOVED)
        .bind(0, drive.bytes())
        .bind(1, limit)
        .map(REMOVED_ROW)
        .list();
  }

  private static List<List<String>> portions(List<String> names) {
    List<List<String>> portions = new ArrayList<>();
    for (int from = 0; from < names.size(); from += NAMES_IN_A_STATEMENT) {
      portions.add(names.subList(from, Math.min(names.size(), from + NAMES_IN_A_STATEMENT)));
    }
    return portions;
  }

  /** Notes a file that a process begins to receive. */
  void insertArriving(DriveId drive, Pack pack, String process, long expires) {
    handle.execute(
        "INSERT INTO vault_loose_files (file, drive, length, process, expires)"
            + " VALUES (?, ?, ?, ?, ?)",
        pack.file().text(),
        drive.bytes(),
        pack.length(),
        process,
        expires);
  }

  /** Notes files that are to be deleted. */
  void insertDoomed(Collection<Removed> files) {
    if (files.isEmpty()) {
      return;
    }
    PreparedBatch batch =
        handle.prepareBatch(
            "INSERT INTO vault_loose_files (file, drive, length, process, expires)"
                + " VALUES (?, ?, ?, NULL, 0)");
    for (Removed file : files) {
      batch.bind(0, file.file().text()).bind(1, file.drive().bytes()).bind(2, file.length()).add();
    }
    batch.execute();
  }

  /** False if the file is not arriving any more, because its time was over. */
  boolean deleteArriving(BlobName file) {
    return handle.execute(
            "DELETE FROM vault_loose_files WHERE file = ? AND process IS NOT NULL", file.text())
        == 1;
  }

  /** Turns an arriving file into one that is to be deleted; empty if it is not arriving. */
  Optional<Removed> doom(BlobName file) {
    return doomWhere("file = ?", file.text()).stream().findFirst();
  }

  /** The same for all that a process receives. */
  List<Removed> doomAllOf(String process) {
    return doomWhere("process = ?", process);
  }

  /** The same for all that have been arriving for too long. */
  List<Removed> doomExpired(long now) {
    return doomWhere("expires <= ?", now);
  }

  /** The same for all that arrive for a drive. */
  void doomAllOf(DriveId drive) {
    handle.execute(
        "UPDATE vault_loose_files SET process = NULL WHERE process IS NOT NULL AND drive = ?",
        drive.bytes());
  }

  private List<Removed> doomWhere(String which, Object parameter) {
    return handle
        .createQuery(
            "UPDATE vault_loose_files SET process = NULL WHERE process IS NOT NULL AND "
                + which
                + " RETURNING drive, file, length")
        .bind(0, parameter)
        .map(DOOMED_ROW)
        .list();
  }

  List<BlobName> arriving(String process) {
    return handle
        .createQuery("SELECT file FROM vault_loose_files WHERE process = ?")
        .bind(0, process)
        .map((row, context) -> new BlobName(row.getString(1)))
        .list();
  }

  /** Files that are to be deleted, in the order of their names. */
  List<BlobName> doomed(String after, int limit) {
    return handle
        .createQuery(
            "SELECT file FROM vault_loose_files WHERE process IS NULL AND file > ?"
                + " ORDER BY file LIMIT ?")
        .bind(0, after)
        .bind(1, limit)
        .map((row, context) -> new BlobName(row.getString(1)))
        .list();
  }

  void deleteDoomed(List<BlobName> files) {
    for (List<String> some : portions(files.stream().map(BlobName::text).toList())) {
      handle
          .createUpdate("DELETE FROM vault_loose_files WHERE process IS NULL AND file IN (<files>)")
          .bindList("files", some)
          .execute();
    }
  }
}
