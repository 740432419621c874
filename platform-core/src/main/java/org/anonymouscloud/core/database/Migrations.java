package org.anonymouscloud.core.database;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.anonymouscloud.core.crypto.Digest;
import org.jdbi.v3.core.Handle;

/**
 * The scripts that make one owner's tables: {@code V1__name.sql}, {@code V2__name.sql} and so on,
 * never changed once they are released. The names of a feature's tables begin with its own, so that
 * it can be told whose a table is when the feature is not there. Immutable.
 */
public final class Migrations {
  /** The owner of the accounts, whose tables have names of many beginnings. */
  public static final String CORE = "core";

  private static final String TABLE = "migrations";
  private static final Pattern OWNER = Pattern.compile("[a-z]{1,40}");
  private static final Pattern FILE = Pattern.compile("V([1-9][0-9]{0,4})__[a-z0-9_]+\\.sql");

  private final String owner;
  private final List<Script> scripts;

  private Migrations(String owner, List<Script> scripts) {
    this.owner = owner;
    this.scripts = scripts;
  }

  /** The owner of the tables. */
  public String owner() {
    return owner;
  }

  /**
   * Whether a table belongs to a feature: it is called like the feature, or has a name that begins
   * with that and an underscore.
   */
  public static boolean isTableOf(String feature, String table) {
    return table.equals(feature) || table.startsWith(feature + "_");
  }

  private record Script(int version, String file, String text) {
    Digest digest() {
      return Digest.sha256(text.getBytes(UTF_8));
    }
  }

  /**
   * Reads the scripts.
   *
   * @param owner {@code core} or the feature's name; lower-case letters only
   * @param migrations a class in whose jar the scripts lie
   * @param location their folder on the class path, like {@code org/anonymouscloud/vault/db}
   * @throws DatabaseUnavailable if there are none, or one is missing
   */
  public static Migrations of(String owner, Class<?> migrations, String location) {
    if (!OWNER.matcher(owner).matches()) {
      throw new IllegalArgumentException("An owner of tables is named by lower-case letters.");
    }
    try {
      Migrations all = new Migrations(owner, read(migrations, location));
      all.checkNumbers();
      return all;
    } catch (IOException | URISyntaxException e) {
      throw new DatabaseUnavailable("The scripts for the tables of " + owner + " are missing.", e);
    }
  }

  /**
   * Whether {@link #apply(Handle)} has nothing to do. Changes nothing, so processes that open a
   * database need not wait for each other to learn it.
   *
   * @throws DatabaseUnavailable if the database must not be served
   */
  public boolean areApplied(Handle handle) {
    DatabaseState.of(handle).checkServed();
    return DatabaseState.hasTable(handle, TABLE)
        && done(handle).equals(scripts.stream().map(Script::digest).toList());
  }

  /**
   * Runs the scripts that have not run yet.
   *
   * @param handle within a transaction, which the caller ends: all of the scripts or none. Nobody
   *     else may run scripts on the database meanwhile.
   * @throws DatabaseUnavailable if a script fails, the tables are newer than the scripts, or the
   *     database must not be served ({@link DatabaseState#checkServed})
   */
  public void apply(Handle handle) {
    DatabaseState.of(handle).checkServed();
    apply(handle, scripts.size());
  }

  /**
   * As {@link #apply(Handle)}, up to a version and whatever the database's state: for making the
   * tables of rows that were written at that version.
   *
   * @throws DatabaseUnavailable if there are fewer scripts than that too
   */
  public void apply(Handle handle, int last) {
    handle.execute(
        """
        CREATE TABLE IF NOT EXISTS migrations (
          owner   TEXT   NOT NULL,
          version BIGINT NOT NULL,
          digest  BYTEA  NOT NULL,
          PRIMARY KEY (owner, version)
        )
        """);
    List<Digest> done = done(handle);
    // A table that an older program does not understand must not be touched by it.
    if (Math.max(done.size(), last) > scripts.size()) {
      throw new DatabaseUnavailable(
          "The tables of "
              + owner
              + " were made by a newer version of the program. Nothing was changed. Install that"
              + " version again, or restore a backup from before.");
    }
    for (Script script : scripts.subList(0, Math.max(done.size(), last))) {
      if (script.version() > done.size()) {
        run(script, handle);
      } else if (!done.get(script.version() - 1).equals(script.digest())) {
        throw new DatabaseUnavailable(
            "The tables of "
                + owner
                + " were made by another "
                + script.file()
                + " than this program's. Nothing was changed. Install the program that made them.");
      }
    }
  }

  private List<Digest> done(Handle handle) {
    return handle
        .createQuery("SELECT digest FROM migrations WHERE owner = ? ORDER BY version")
        .bind(0, owner)
        .map((row, context) -> Digest.of(row.getBytes(1)))
        .list();
  }

  private void run(Script script, Handle handle) {
    Set<String> before = DatabaseState.tables(handle);
    try (Statement statement = handle.getConnection().createStatement()) {
      statement.executeUpdate(script.text());
    } catch (SQLException e) {
      throw new DatabaseUnavailable(
          "The tables of "
              + owner
              + " could not be brought up to date by "
              + script.file()
              + ". Nothing was changed. Report this: "
              + e.getMessage(),
          e);
    }
    Set<String> made = DatabaseState.tables(handle);
    made.removeAll(before);
    if (!owner.equals(CORE) && !made.stream().allMatch(table -> isTableOf(owner, table))) {
      throw new DatabaseUnavailable(
          "The tables of "
              + owner
              + " must have names that begin with '"
              + owner
              + "_', but "
              + script.file()
              + " makes others. Nothing was changed. The plugin's author must mend it.");
    }
    for (String table : made) {
      requireKey(handle, table, script);
    }
    handle.execute(
        "INSERT INTO migrations (owner, version, digest) VALUES (?, ?, ?)",
        owner,
        script.version(),
        script.digest().bytes());
  }

  /** Without one no row can be copied: no backup of the server, no move to another database. */
  private void requireKey(Handle handle, String table, Script script) {
    try (ResultSet key = handle.getConnection().getMetaData().getPrimaryKeys(null, null, table)) {
      if (key.next()) {
        return;
      }
    } catch (SQLException e) {
      throw new DatabaseUnavailable("The tables of " + owner + " could not be looked at.", e);
    }
    throw new DatabaseUnavailable(
        "Each table needs a primary key, but "
            + script.file()
            + " makes the table '"
            + table
            + "' of "
            + owner
            + " without one. Nothing was changed. The plugin's author must mend it.");
  }

  private void checkNumbers() throws IOException {
    for (int i = 0; i < scripts.size(); i++) {
      if (scripts.get(i).version() != i + 1) {
        throw new IOException("There is not exactly one script V" + (i + 1) + ".");
      }
    }
    if (scripts.isEmpty()) {
      throw new IOException("There is no script.");
    }
  }

  /** By the place of the class: the class loaders of plugins cannot list what they hold. */
  private static List<Script> read(Class<?> migrations, String location)
      throws IOException, URISyntaxException {
    String file = migrations.getName().replace('.', '/') + ".class";
    URL found = migrations.getClassLoader().getResource(file);
    if (found == null) {
      throw new IOException("There is no " + file + ".");
    }
    if (found.openConnection() instanceof JarURLConnection inJar) {
      URI jar = inJar.getJarFileURL().toURI();
      try (FileSystem content = FileSystems.newFileSystem(Path.of(jar))) {
        return read(content.getPath(location));
      }
    }
    // In a folder of classes: the folder of scripts lies beside the first package.
    Path folder = Path.of(found.toURI());
    String upwards = "../".repeat(Path.of(file).getNameCount());
    return read(folder.resolve(upwards + location).normalize());
  }

  private static List<Script> read(Path folder) throws IOException {
    List<Script> scripts = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*.sql")) {
      for (Path file : files) {
        String name = file.getFileName().toString();
        Matcher parts = FILE.matcher(name);
        if (!parts.matches()) {
          throw new IOException("A script cannot be named " + name + ".");
        }
        scripts.add(new Script(Integer.parseInt(parts.group(1)), name, Files.readString(file)));
      }
    }
    scripts.sort(Comparator.comparingInt(Script::version));
    return List.copyOf(scripts);
  }
}
