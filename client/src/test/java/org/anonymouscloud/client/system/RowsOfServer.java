package org.anonymouscloud.client.system;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.Statement;
import java.util.Properties;

/**
 * The rows of a stopped server on SQLite, in its owner's hand. The driver is the one in the
 * distribution's own plugin.
 */
final class RowsOfServer {
  private static final Path PLUGIN = Path.of("target/anoncloud/plugins/storage-sqlite-0.1.0.jar");

  private RowsOfServer() {}

  /** Changes rows by statements of SQL. */
  static void change(Path data, String... statements) throws Exception {
    try (URLClassLoader plugin =
            new URLClassLoader(new URL[] {PLUGIN.toUri().toURL()}, Driver.class.getClassLoader());
        Connection rows = connect(plugin, data);
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

  private static Connection connect(ClassLoader plugin, Path data) throws Exception {
    Driver driver =
        (Driver) plugin.loadClass("org.sqlite.JDBC").getDeclaredConstructor().newInstance();
    Connection rows =
        driver.connect("jdbc:sqlite:" + data.resolve("anoncloud.db"), new Properties());
    if (rows == null) {
      throw new IOException("The driver does not take the address.");
    }
    return rows;
  }
}
