package org.anonymouscloud.vault.server;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.anonymouscloud.core.account.server.AccountService;
import org.anonymouscloud.core.backup.Holdings;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.database.OpenDatabase;
import org.anonymouscloud.core.database.copy.RowsFile;
import org.anonymouscloud.vault.protocol.PackName;
import org.jdbi.v3.core.Handle;

/** A database of many accounts, each with rows in every table, made faster than by registering. */
final class ManyAccounts {
  static final Holdings HOLDINGS = Holdings.of(List.of(new VaultServerFeature()));

  /** Of each account. */
  static final int ROWS = 14;

  private static final int AT_ONCE = 2_000;

  private ManyAccounts() {}

  /** Makes the tables and fills them. The same number makes the same rows. */
  static void fill(OpenDatabase database, int accounts) {
    database.<Void, RuntimeException>write(
        handle -> {
          AccountService.tables().apply(handle);
          new VaultData().tables().apply(handle);
          return null;
        });
    for (int from = 0; from < accounts; from += AT_ONCE) {
      int first = from;
      database.<Void, RuntimeException>write(
          handle -> {
            insert(handle, first, Math.min(accounts, first + AT_ONCE));
            return null;
          });
    }
  }

  private static void insert(Handle handle, int from, int to) {
    Random random = new Random(from);
    for (String statement :
        List.of(
            "INSERT INTO accounts (account_id, user_name, opaque_record, drive_name, status, quota,"
                + " password_keys, name_shape, credential, login_key, device_set, created,"
                + " last_seen) VALUES (?, ?, ?, ?, 'active', ?, 'none', ?, ?, ?, 0, 20000, 20001)",
            "INSERT INTO account_links (account_id, seq, link) VALUES (?, 0, ?)",
            "INSERT INTO account_signers (account_id, slot, signing_key, status)"
                + " VALUES (?, ?, ?, 'valid')",
            "INSERT INTO account_slots (account_id, slot, generation, sealed) VALUES (?, ?, 1, ?)",
            "INSERT INTO account_key_bags (account_id, sealed) VALUES (?, ?)",
            "INSERT INTO vault_drives (drive, payer, most, generation, roster, ended)"
                + " VALUES (?, ?, 7000000000, 0, 0, 0)",
            "INSERT INTO vault_rosters (drive, number, roster) VALUES (?, 0, ?)",
            "INSERT INTO vault_members (drive, account_id, permits) VALUES (?, ?, 3)",
            "INSERT INTO vault_grants (drive, account_id, generation, sealed)"
                + " VALUES (?, ?, 0, ?)",
            "INSERT INTO vault_packs (drive, name, length, file, expires, held, checksum)"
                + " VALUES (?, ?, 4096, ?, ?, NULL, 4294967295)",
            "INSERT INTO account_space (account_id, feature, used, reserve)"
                + " VALUES (?, 'vault', 4096, 0)",
            "INSERT INTO order_numbers (key, feature, last) VALUES (?, 'vault', 7)",
            "INSERT INTO vault_space (drive, used, reserved, packs, held, unpaid, beyond)"
                + " VALUES (?, 4096, 0, 1, 0, 0, 0)",
            "INSERT INTO vault_roots (drive, number, root) VALUES (?, 0, ?)")) {
      try (PreparedStatement rows = handle.getConnection().prepareStatement(statement)) {
        for (int i = from; i < to; i++) {
          rows.setBytes(1, id(i));
          bind(rows, statement, i, random);
          rows.addBatch();
        }
        rows.executeBatch();
      } catch (SQLException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private static void bind(PreparedStatement rows, String statement, int i, Random random)
      throws SQLException {
    if (statement.contains("INTO accounts")) {
      // Names that languages order in other ways than bytes do.
      rows.setString(2, (i % 3 == 0 ? "a-" : i % 3 == 1 ? "a_" : "a.") + Integer.toString(i, 36));
      rows.setBytes(3, bytes(random, 192));
      rows.setString(4, HexFormat.of().formatHex(id(i)) + ".img");
      rows.setLong(5, i % 2 == 0 ? Long.MAX_VALUE : i);
      rows.setString(6, Integer.toString(i));
      rows.setBytes(7, bytes(random, 17));
      rows.setBytes(8, bytes(random, 32));
    } else if (statement.contains("vault_packs")) {
      rows.setString(2, PackName.random().text());
      rows.setString(3, PackName.random().text());
      if (i % 5 == 0) {
        rows.setLong(4, 500_000L + i);
      } else {
        rows.setNull(4, java.sql.Types.BIGINT);
      }
    } else if (statement.contains("account_signers")
        || statement.contains("account_slots")
        || statement.contains("vault_grants")) {
      rows.setBytes(2, bytes(random, 16));
      rows.setBytes(3, bytes(random, 100));
    } else if (!statement.contains("_space") && !statement.contains("order_numbers")) {
      rows.setBytes(2, bytes(random, 300));
    }
  }

  /** Ids that are not in the order of the numbers. */
  private static byte[] id(int i) {
    byte[] id = new byte[16];
    new Random(i).nextBytes(id);
    return id;
  }

  private static byte[] bytes(Random random, int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  /** A digest over every value of every row, in an order that is the same on each database. */
  static Digest digest(OpenDatabase database) throws IOException {
    Path file = Files.createTempFile("rows", "");
    try {
      database.<Long, IOException>read(
          handle -> {
            try (OutputStream out = Files.newOutputStream(file)) {
              return RowsFile.write(handle, database.byteOrder(), out);
            }
          });
      try (var in = Files.newInputStream(file)) {
        return Digest.sha256(in);
      }
    } finally {
      Files.delete(file);
    }
  }
}
