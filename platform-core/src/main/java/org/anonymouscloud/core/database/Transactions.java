package org.anonymouscloud.core.database;

import org.jdbi.v3.core.HandleCallback;

/**
 * Reads from and writes to tables, which all who have them share with others. Thread-safe.
 *
 * <p>Tables use the SQL that both SQLite and PostgreSQL speak: {@code TEXT}, {@code BIGINT}, {@code
 * BYTEA}, {@code ON CONFLICT}, {@code RETURNING}. So that its rows can be copied, each table has a
 * primary key, refers to tables of its own owner or the core and not to itself, and has names of
 * lower-case letters, digits and underscores.
 */
public interface Transactions {
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
}
