package org.anonymouscloud.client.system;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import javax.sql.DataSource;

/** All rows of a PostgreSQL database as text, one file a table; binary columns are in hex. */
final class PostgresExport {
  private PostgresExport() {}

  static void write(DataSource database, Path folder) throws SQLException, IOException {
    Files.createDirectories(folder);
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement()) {
      for (String table : tables(statement)) {
        try (Writer out = Files.newBufferedWriter(folder.resolve(table), UTF_8);
            ResultSet rows = statement.executeQuery("SELECT t::text FROM " + table + " t")) {
          while (rows.next()) {
            out.append(rows.getString(1)).append('\n');
          }
        }
      }
    }
  }

  /** The columns of all tables, each as {@code table.column}. */
  static Set<String> columns(DataSource database) throws SQLException {
    Set<String> columns = new LinkedHashSet<>();
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT table_name || '.' || column_name FROM information_schema.columns"
                    + " WHERE table_schema NOT IN ('pg_catalog', 'information_schema')")) {
      while (rows.next()) {
        columns.add(rows.getString(1));
      }
    }
    return columns;
  }

  private static List<String> tables(Statement statement) throws SQLException {
    List<String> tables = new ArrayList<>();
    try (ResultSet rows =
        statement.executeQuery(
            "SELECT format('%I.%I', table_schema, table_name) FROM information_schema.tables"
                + " WHERE table_type = 'BASE TABLE'"
                + " AND table_schema NOT IN ('pg_catalog', 'information_schema')")) {
      while (rows.next()) {
        tables.add(rows.getString(1));
      }
    }
    return tables;
  }
}
