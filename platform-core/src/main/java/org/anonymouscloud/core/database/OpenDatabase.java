package org.anonymouscloud.core.database;

import org.jdbi.v3.core.HandleCallback;

/**
 * An open database. Thread-safe.
 *
 * <p>Tables use the SQL that both SQLite and PostgreSQL speak: {@code TEXT}, {@code BIGINT}, {@code
 * BYTEA}, {@code ON CONFLICT}, {@code RETURNING}. So that its rows can be copied, each table has a
 * primary key, refers to tables of its own owner or the core and not to itself, and has names of
 * lower-case letters, digits and underscores.
 */
public interface OpenDatabase extends AutoCloseable {
  /**
   * Brings the tables of one owner up to date. Each owner has its own history.
   *
   * @param owner {@code core} or the feature's name; lower-case letters only
   * @param migrations a class in whose jar the scripts lie
   * @param location their folder on the class path, like {@code org/anonymouscloud/vault/db}
   * @throws DatabaseUnavailable if a script fails, or the tables are newer than the scripts
   */
  void migrate(String owner, Class<?> migrations, String location);

  /**
   * Reads from one consistent state; {@code work} cannot change anything.
   *
   * @throws DatabaseUnavailable if the database fails
   */
  <T, X extends Exception> T read(HandleCallback<T, X> work) throws X;

  /**
   * Runs {@code work} as one transaction, which is durable when this returns and has not happened
   * if it throws. Two concurrent writes are as if one had run after the other; {@code work} may run
   * again after a conflict, so it must have no other effect. It may run on another thread, beside
   * works of other callers, so it must be short and must not commit, or call this object.
   *
   * @throws DatabaseUnavailable if the database fails; then the transaction may or may not be there
   */
  <T, X extends Exception> T write(HandleCallback<T, X> work) throws X;

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
