package org.anonymouscloud.vault.server;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.blob.BlobName;
import org.anonymouscloud.vault.protocol.PackName;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;

/** The statements on the vault's tables, within one transaction. */
record VaultTables(Handle handle) {
  /** Names in one statement; SQLite takes 32,766 parameters. */
  private static final int NAMES_IN_A_STATEMENT = 1000;

  private static final int FETCHED_AT_ONCE = 1000;

  /** A pack as it is stored. */
  record Pack(BlobName file, int length) {}

  /** A file that is no pack's any more, and the account that it counted for. */
  record Removed(AccountId account, BlobName file, int length) {}

  /** What the vault has of an account: bytes of packs and roots, bytes on their way, packs. */
  record Space(long used, long reserved, long packs) {
    static final Space NONE = new Space(0, 0, 0);
  }

  Optional<Pack> pack(AccountId account, PackName name) {
    return handle
        .createQuery("SELECT file, length FROM vault_packs WHERE account_id = ? AND name = ?")
        .bind(0, account.bytes())
        .bind(1, name.text())
        .map((row, context) -> new Pack(new BlobName(row.getString(1)), row.getInt(2)))
        .findOne();
  }

  /** All packs of all accounts, few of them in memory at a time. */
  void eachPack(Consumer<Pack> receiver) {
    handle
        .createQuery("SELECT file, length FROM vault_packs")
        .setFetchSize(FETCHED_AT_ONCE)
        .map((row, context) -> new Pack(new BlobName(row.getString(1)), row.getInt(2)))
        .useStream(packs -> packs.forEach(receiver));
  }

  void insertPack(AccountId account, PackName name, Pack pack, long expires) {
    handle.execute(
        "INSERT INTO vault_packs (account_id, name, length, file, expires) VALUES (?, ?, ?, ?, ?)",
        account.bytes(),
        name.text(),
        pack.length(),
        pack.file().text(),
        expires);
  }

  /** Gives a pack that no root has named a later end. */
  void prolong(AccountId account, PackName name, long expires) {
    handle.execute(
        "UPDATE vault_packs SET expires = ? WHERE account_id = ? AND name = ? AND expires < ?",
        expires,
        account.bytes(),
        name.text(),
        expires);
  }

  /** Keeps the packs for good; returns how many of them there are. */
  int makeLive(AccountId account, List<PackName> names) {
    int found = 0;
    for (List<String> some : portions(names.stream().map(PackName::text).toList())) {
      found +=
          handle
              .createUpdate(
                  "UPDATE vault_packs SET expires = NULL"
                      + " WHERE account_id = :account AND name IN (<names>)")
              .bind("account", account.bytes())
              .bindList("names", some)
              .execute();
    }
    return found;
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

  /** Deletes the rows of some packs that no root has named in their time. */
  List<Removed> removeExpiredPacks(long now, int limit) {
    return handle
        .createQuery(
            """
            DELETE FROM vault_packs
            WHERE file IN (SELECT file FROM vault_packs WHERE expires <= ? LIMIT ?)
            RETURNING account_id, file, length
            """)
        .bind(0, now)
        .bind(1, limit)
        .map((row, context) -> removed(row.getBytes(1), row.getString(2), row.getInt(3)))
        .list();
  }

  /** Deletes the rows of some of an account's packs. */
  List<Removed> removeSomePacks(AccountId account, int limit) {
    return handle
        .createQuery(
            """
            DELETE FROM vault_packs
            WHERE file IN (SELECT file FROM vault_packs WHERE account_id = ? LIMIT ?)
            RETURNING account_id, file, length
            """)
        .bind(0, account.bytes())
        .bind(1, limit)
        .map((row, context) -> removed(row.getBytes(1), row.getString(2), row.getInt(3)))
        .list();
  }

  /** Deletes some of an account's roots; returns how many. */
  int removeSomeRoots(AccountId account, int limit) {
    return handle.execute(
        """
        DELETE FROM vault_roots WHERE account_id = ? AND number IN
          (SELECT number FROM vault_roots WHERE account_id = ? ORDER BY number LIMIT ?)
        """,
        account.bytes(),
        account.bytes(),
        limit);
  }

  /** Deletes the account's sums. */
  void removeSpace(AccountId account) {
    handle.execute("DELETE FROM vault_space WHERE account_id = ?", account.bytes());
  }

  private static Removed removed(byte[] account, String file, int length) {
    return new Removed(AccountId.of(account), new BlobName(file), length);
  }

  private static List<List<String>> portions(List<String> names) {
    List<List<String>> portions = new ArrayList<>();
    for (int from = 0; from < names.size(); from += NAMES_IN_A_STATEMENT) {
      portions.add(names.subList(from, Math.min(names.size(), from + NAMES_IN_A_STATEMENT)));
    }
    return portions;
  }

  /** Notes a file that a process begins to receive. */
  void insertArriving(AccountId account, Pack pack, String process, long expires) {
    handle.execute(
        "INSERT INTO vault_loose_files (file, account_id, length, process, expires)"
            + " VALUES (?, ?, ?, ?, ?)",
        pack.file().text(),
        account.bytes(),
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
            "INSERT INTO vault_loose_files (file, account_id, length, process, expires)"
                + " VALUES (?, ?, ?, NULL, 0)");
    for (Removed file : files) {
      batch
          .bind(0, file.file().text())
          .bind(1, file.account().bytes())
          .bind(2, file.length())
          .add();
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

  /** The same for all that an account sends. */
  void doomAllOf(AccountId account) {
    handle.execute(
        "UPDATE vault_loose_files SET process = NULL WHERE process IS NOT NULL AND account_id = ?",
        account.bytes());
  }

  private List<Removed> doomWhere(String which, Object parameter) {
    return handle
        .createQuery(
            "UPDATE vault_loose_files SET process = NULL WHERE process IS NOT NULL AND "
                + which
                + " RETURNING account_id, file, length")
        .bind(0, parameter)
        .map((row, context) -> removed(row.getBytes(1), row.getString(2), row.getInt(3)))
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

  Space space(AccountId account) {
    return handle
        .createQuery("SELECT used, reserved, packs FROM vault_space WHERE account_id = ?")
        .bind(0, account.bytes())
        .map((row, context) -> new Space(row.getLong(1), row.getLong(2), row.getLong(3)))
        .findOne()
        .orElse(Space.NONE);
  }

  /** Adds to the account's sums. */
  void count(AccountId account, Space change) {
    handle.execute(
        """
        INSERT INTO vault_space (account_id, used, reserved, packs) VALUES (?, ?, ?, ?)
        ON CONFLICT (account_id) DO UPDATE SET
          used = vault_space.used + excluded.used,
          reserved = vault_space.reserved + excluded.reserved,
          packs = vault_space.packs + excluded.packs
        """,
        account.bytes(),
        change.used(),
        change.reserved(),
        change.packs());
  }

  Optional<byte[]> root(AccountId account, long number) {
    return handle
        .createQuery("SELECT root FROM vault_roots WHERE account_id = ? AND number = ?")
        .bind(0, account.bytes())
        .bind(1, number)
        .mapTo(byte[].class)
        .findOne();
  }

  /** The number of the newest root, -1 if there is none. */
  long newestRoot(AccountId account) {
    return handle
        .createQuery(
            "SELECT number FROM vault_roots WHERE account_id = ? ORDER BY number DESC LIMIT 1")
        .bind(0, account.bytes())
        .mapTo(Long.class)
        .findOne()
        .orElse(-1L);
  }

  void insertRoot(AccountId account, long number, byte[] root) {
    handle.execute(
        "INSERT INTO vault_roots (account_id, number, root) VALUES (?, ?, ?)",
        account.bytes(),
        number,
        root);
  }
}
