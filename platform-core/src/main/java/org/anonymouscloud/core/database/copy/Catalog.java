package org.anonymouscloud.core.database.copy;

import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.anonymouscloud.core.database.DatabaseState;
import org.anonymouscloud.core.database.DatabaseUnavailable;
import org.jdbi.v3.core.Handle;

/** The tables that a database says it has. */
final class Catalog {
  /** The history of scripts, which each database has. */
  static final String HISTORY = "migrations";

  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]{0,62}");

  private final DatabaseMetaData catalog;
  private final String schema;

  private Catalog(Connection connection) throws SQLException {
    this.catalog = connection.getMetaData();
    // SQLite has none.
    this.schema = connection.getSchema();
  }

  /**
   * All tables but {@link DatabaseState#TABLE}: each comes after those that it refers to, and else
   * by its name, the history first.
   *
   * @throws DatabaseUnavailable if one breaks the rules of {@link
   *     org.anonymouscloud.core.database.OpenDatabase}
   */
  static List<Table> of(Handle handle) {
    try {
      return new Catalog(handle.getConnection()).tables();
    } catch (SQLException e) {
      throw new DatabaseUnavailable("The database does not tell its tables.", e);
    }
  }

  private List<Table> tables() throws SQLException {
    Set<String> left = new TreeSet<>();
    try (ResultSet row = catalog.getTables(null, schema, "%", new String[] {"TABLE"})) {
      while (row.next()) {
        left.add(row.getString("TABLE_NAME"));
      }
    }
    left.remove(DatabaseState.TABLE);
    List<Table> sorted = new ArrayList<>();
    if (left.remove(HISTORY)) {
      sorted.add(table(HISTORY));
    }
    Map<String, Set<String>> references = new HashMap<>();
    for (String name : left) {
      references.put(name, references(name));
    }
    while (!left.isEmpty()) {
      String next =
          left.stream()
              .filter(
                  name ->
                      references.getOrDefault(name, Set.of()).stream().noneMatch(left::contains))
              .findFirst()
              .orElseThrow(() -> broken(left.iterator().next(), "refers to itself, in a circle"));
      sorted.add(table(next));
      left.remove(next);
    }
    return List.copyOf(sorted);
  }

  private Set<String> references(String table) throws SQLException {
    Set<String> to = new HashSet<>();
    try (ResultSet row = catalog.getImportedKeys(null, schema, table)) {
      while (row.next()) {
        to.add(row.getString("PKTABLE_NAME"));
      }
    }
    return to;
  }

  private Table table(String name) throws SQLException {
    checkName(name, name);
    List<Table.Column> columns = columns(name);
    Map<Short, String> key = new TreeMap<>();
    try (ResultSet row = catalog.getPrimaryKeys(null, schema, name)) {
      while (row.next()) {
        key.put(row.getShort("KEY_SEQ"), row.getString("COLUMN_NAME"));
      }
    }
    if (key.isEmpty()) {
      throw broken(name, "has no primary key");
    }
    List<String> names = columns.stream().map(Table.Column::name).toList();
    return new Table(name, columns, key.values().stream().map(names::indexOf).toList());
  }

  private List<Table.Column> columns(String table) throws SQLException {
    List<Table.Column> columns = new ArrayList<>();
    try (ResultSet row = catalog.getColumns(null, schema, table, "%")) {
      while (row.next()) {
        // In the pattern of the question an underscore stands for any character.
        if (row.getString("TABLE_NAME").equals(table)) {
          String name = row.getString("COLUMN_NAME");
          checkName(table, name);
          columns.add(
              new Table.Column(
                  name,
                  ColumnType.of(row.getString("TYPE_NAME"))
                      .orElseThrow(
                          () -> broken(table, "has a column that is no TEXT, BIGINT or BYTEA"))));
        }
      }
    }
    columns.sort(Comparator.comparing(Table.Column::name));
    return columns;
  }

  /** Names become parts of statements. */
  private static void checkName(String table, String name) {
    if (!NAME.matcher(name).matches()) {
      throw broken(table, "or a column of it has a name that none of the program's tables has");
    }
  }

  private static DatabaseUnavailable broken(String table, String how) {
    return new DatabaseUnavailable(
        "The table '" + table + "' " + how + ", so its rows cannot be copied.");
  }
}
