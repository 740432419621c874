package org.anonymouscloud.core.database;

import java.util.OptionalInt;
import org.pf4j.ExtensionPoint;

/** A kind of database, supplied by a storage plugin. */
public interface Database extends ExtensionPoint {
  /** The name by which the server's owner chooses it: {@code sqlite}, {@code postgres}. */
  String name();

  /**
   * Opens the database, creating it where that is possible without a decision of the owner.
   *
   * @throws DatabaseUnavailable if it cannot be reached, is not ours or is damaged; the message
   *     says what is wrong and what to do, and names no credentials
   */
  OpenDatabase open(DatabaseSettings settings);

  /** Whether {@link #open} would find a database, even an empty one, and not have to make it. */
  default boolean exists(DatabaseSettings settings) {
    return true;
  }

  /**
   * Looks whether {@link #open} would succeed and the database may be served. Makes no database and
   * alters no table.
   *
   * @throws DatabaseUnavailable if not; the message is like that of {@link #open}
   */
  default void check(DatabaseSettings settings) {
    try (OpenDatabase open = open(settings)) {
      open.read(DatabaseState::of).checkServed();
    }
  }

  /**
   * How many connections the programs of one server may have to the database at once, all together.
   *
   * @return empty if nothing limits them
   * @throws DatabaseUnavailable as {@link #open}
   */
  default OptionalInt connections(DatabaseSettings settings) {
    return OptionalInt.empty();
  }

  /**
   * As {@link #open}, for work that nobody else may see half done: no other process has the
   * database open, and none can open it until this is closed. For a database in the data folder the
   * lock of that folder, which is the caller's, is enough.
   *
   * @throws DatabaseUnavailable as above, or because another process has it open
   */
  default OpenDatabase openAlone(DatabaseSettings settings) {
    return open(settings);
  }
}
