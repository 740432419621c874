package org.anonymouscloud.core.database.copy;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The shape of a table.
 *
 * @param columns in the order of their names, so that it is the same on every database
 * @param key the places in {@code columns} of the primary key's columns, in the key's order
 */
record Table(String name, List<Column> columns, List<Integer> key) {
  /** A column; names are lower-case letters, digits and underscores. */
  record Column(String name, ColumnType type) {}

  /**
   * @param textOrder as {@link org.anonymouscloud.core.database.OpenDatabase#byteOrder}
   */
  String selectAll(String textOrder) {
    return "SELECT " + names() + " FROM " + name + orderBy(textOrder, "");
  }

  /** As {@link #selectAll}, those whose key comes after the one that the parameters give. */
  String selectAfter(String textOrder) {
    String columnsOfKey =
        keyColumns()
            .map(column -> column.name() + order(column, textOrder))
            .collect(Collectors.joining(", "));
    return "SELECT "
        + names()
        + " FROM "
        + name
        + " WHERE ("
        + columnsOfKey
        + ") > ("
        + marks(key.size())
        + ")"
        + orderBy(textOrder, "");
  }

  /** The row with the last key. */
  String selectLast(String textOrder) {
    return "SELECT " + names() + " FROM " + name + orderBy(textOrder, " DESC") + " LIMIT 1";
  }

  String insert() {
    return "INSERT INTO " + name + " (" + names() + ") VALUES (" + marks(columns.size()) + ")";
  }

  private String names() {
    return columns.stream().map(Column::name).collect(Collectors.joining(", "));
  }

  private String orderBy(String textOrder, String direction) {
    return keyColumns()
        .map(column -> column.name() + order(column, textOrder) + direction)
        .collect(Collectors.joining(", ", " ORDER BY ", ""));
  }

  private static String order(Column column, String textOrder) {
    return column.type() == ColumnType.TEXT ? textOrder : "";
  }

  Stream<Column> keyColumns() {
    return key.stream().map(columns::get);
  }

  private static String marks(int count) {
    return IntStream.range(0, count).mapToObj(i -> "?").collect(Collectors.joining(", "));
  }
}
