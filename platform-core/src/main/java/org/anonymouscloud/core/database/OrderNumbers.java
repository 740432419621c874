package org.anonymouscloud.core.database;

import org.jdbi.v3.core.Handle;

/**
 * Numbers by which a feature puts rows into an order that all readers agree on: 1, 2, 3 and so on
 * for each of its keys, with no gap, also between server processes. Kept in a table of the core.
 * Thread-safe.
 *
 * <p>A number is taken within the transaction that writes its row, so both are there or neither.
 * Whoever takes the next number of the key waits for that transaction's end. So numbers come to be
 * seen in their order: who has seen a row numbered {@code n} never again sees a smaller number
 * appear, and may remember {@code n} and ask for what comes after it.
 *
 * <p>After a restore from a backup, numbers that were given after the backup are given once more. A
 * reader that remembers a larger one than there is must begin anew.
 */
public final class OrderNumbers {
  /** The most bytes in a key. */
  public static final int MAX_KEY = 32;

  private final String feature;

  /**
   * @param feature whose keys they are: its name
   */
  public OrderNumbers(String feature) {
    this.feature = feature;
  }

  /**
   * Takes the next number of a key. Writers of the same key wait for each other until the end of
   * their transactions. Whoever takes numbers of several keys in one transaction takes them in the
   * order of the keys' bytes, as everybody does: two that wait for each other cost both a second.
   *
   * @param rows within {@link Transactions#write}
   * @param key 1 to {@link #MAX_KEY} bytes, such as an account's id
   * @return 1 for a key that is new or was forgotten, else one more than the last time
   * @throws IllegalArgumentException if the key has another length
   */
  public long next(Handle rows, byte[] key) {
    if (key.length == 0 || key.length > MAX_KEY) {
      throw new IllegalArgumentException(
          "A key of order numbers has 1 to " + MAX_KEY + " bytes, not " + key.length + ".");
    }
    return rows.createQuery(
            """
            INSERT INTO order_numbers (feature, key, last) VALUES (?, ?, 1)
            ON CONFLICT (feature, key) DO UPDATE SET last = order_numbers.last + 1
            RETURNING last
            """)
        .bind(0, feature)
        .bind(1, key)
        .mapTo(Long.class)
        .one();
  }

  /**
   * Forgets a key, with what it numbered: of an account that is deleted, say.
   *
   * @param rows within {@link Transactions#write}
   */
  public void forget(Handle rows, byte[] key) {
    rows.execute("DELETE FROM order_numbers WHERE feature = ? AND key = ?", feature, key);
  }

  /**
   * Forgets all keys of the feature, as its tables are deleted.
   *
   * @param rows within {@link Transactions#write}
   */
  public void forgetAll(Handle rows) {
    rows.execute("DELETE FROM order_numbers WHERE feature = ?", feature);
  }
}
