package org.anonymouscloud.client.system;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;

/** The rows of a stopped server on SQLite, in its owner's hand. */
final class RowsOfServer {
  private RowsOfServer() {}

  /** Changes rows by statements of SQL. */
  static void change(Path data, String... statements) throws Exception {
    String address = "jdbc:sqlite:" + data.resolve("anoncloud.db");
    try (Connection rows = DriverManager.getConnection(address);
        Statement statement = rows.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  /** The database in a data folder, as {@code ATTACH} wants it. */
  static String name(Path data) {
    return "'" + data.resolve("anoncloud.db") + "'";
  }
}
