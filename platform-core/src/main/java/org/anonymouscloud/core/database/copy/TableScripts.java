package org.anonymouscloud.core.database.copy;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.anonymouscloud.core.database.DatabaseUnavailable;
import org.anonymouscloud.core.database.Migrations;
import org.anonymouscloud.core.database.OpenDatabase;
import org.jdbi.v3.core.Handle;

/**
 * The scripts that have made a database's tables, each owner's up to the version it had there. So
 * the same tables can be made elsewhere, and a later program brings them up to date when it is
 * started.
 */
final class TableScripts {
  /** In the order in which they run: the core's first, whose tables all may refer to. */
  private final Map<Migrations, Integer> versions;

  private TableScripts(Map<Migrations, Integer> versions) {
    this.versions = versions;
  }

  /**
   * Those that have run on a database.
   *
   * @throws DatabaseUnavailable if an owner of tables is not among the known ones
   */
  static TableScripts of(Handle handle, List<Migrations> known) {
    return of(history(handle), known);
  }

  /** The last version that each owner's tables have. */
  static Map<String, Integer> history(Handle handle) {
    Map<String, Integer> history = new TreeMap<>();
    handle
        .createQuery("SELECT owner, version FROM migrations")
        .map((row, context) -> Map.entry(row.getString(1), row.getInt(2)))
        .forEach(script -> history.merge(script.getKey(), script.getValue(), Math::max));
    return history;
  }

  /**
   * @param history the last version of each owner
   * @throws DatabaseUnavailable if an owner is not among the known ones
   */
  static TableScripts of(Map<String, Integer> history, List<Migrations> known) {
    Map<Migrations, Integer> versions = new LinkedHashMap<>();
    Map<String, Integer> unknown = new TreeMap<>(history);
    for (Migrations scripts : known) {
      Integer version = unknown.remove(scripts.owner());
      if (version != null) {
        versions.put(scripts, version);
      }
    }
    if (!unknown.isEmpty()) {
      throw new DatabaseUnavailable(
          "Nobody here knows how the tables of '"
              + String.join("', '", unknown.keySet())
              + "' are made. Install the plugin that they belong to, or switch it on; or delete"
              + " them for good, where they are, with 'anoncloud admin drop-data'.");
    }
    return new TableScripts(versions);
  }

  /** Makes the tables, those that are not there yet. */
  void makeTables(OpenDatabase database) {
    database.<Void, RuntimeException>write(
        handle -> {
          versions.forEach((scripts, version) -> scripts.apply(handle, version));
          return null;
        });
  }
}
