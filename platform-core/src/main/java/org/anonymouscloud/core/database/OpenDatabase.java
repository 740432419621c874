package org.anonymouscloud.core.database;

/** An open database. Thread-safe. */
public interface OpenDatabase extends Transactions, AutoCloseable {
  /**
   * Brings the tables of one owner up to date. Each owner has its own history.
   *
   * @throws DatabaseUnavailable if a script fails, or the tables are newer than the scripts
   */
  void migrate(Migrations scripts);

  /**
   * What follows the name of a {@code TEXT} column, with a space before it, so that its rows are
   * ordered by their UTF-8 bytes whatever the database's language is; empty if they always are.
   */
  String byteOrder();

  /**
   * Looks for damage that reading all rows does not show, like that of an index; may take long.
   *
   * @throws DatabaseUnavailable if there is any
   */
  void checkForDamage();

  /** Messages between the parts of a server, and between servers that share the database. */
  Signals signals();

  @Override
  void close();
}
