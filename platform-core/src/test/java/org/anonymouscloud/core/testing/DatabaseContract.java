package org.anonymouscloud.core.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.anonymouscloud.core.account.server.AccountService;
import org.anonymouscloud.core.database.Database;
import org.anonymouscloud.core.database.DatabaseSettings;
import org.anonymouscloud.core.database.DatabaseState;
import org.anonymouscloud.core.database.DatabaseUnavailable;
import org.anonymouscloud.core.database.Migrations;
import org.anonymouscloud.core.database.OpenDatabase;
import org.anonymouscloud.core.database.OrderNumbers;
import org.anonymouscloud.core.database.Signals;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What every {@link Database} must do. A storage plugin extends this; it passes all of it or is not
 * one.
 */
public abstract class DatabaseContract {
  private static final String SCRIPTS = "org/anonymouscloud/core/testing/";
  private static final int THREADS = 16;
  private static final int EACH = 20;
  private static final long PATIENCE_SECONDS = 60;

  private final List<OpenDatabase> opened = new ArrayList<>();
  @TempDir private Path folder;
  private @Nullable DatabaseSettings settings;
  private @Nullable OpenDatabase first;

  /** The database to test. */
  protected abstract Database database();

  /**
   * A database that nobody has used yet; called once for each test.
   *
   * @param folder empty
   */
  protected abstract DatabaseSettings newDatabase(Path folder) throws Exception;

  @BeforeEach
  void openFirst() throws Exception {
    settings = newDatabase(folder);
    first = open();
  }

  @AfterEach
  void closeAll() {
    opened.forEach(OpenDatabase::close);
  }

  /** Opens the test's database once more; closed after the test. */
  protected final OpenDatabase open() {
    OpenDatabase database = database().open(settings());
    opened.add(database);
    return database;
  }

  /** Where the test's database is. */
  protected final DatabaseSettings settings() {
    return Objects.requireNonNull(settings);
  }

  /** The test's database, open, without tables. */
  protected final OpenDatabase db() {
    return Objects.requireNonNull(first);
  }

  /** Closes the test's database and opens it again. */
  protected final OpenDatabase reopen() {
    db().close();
    OpenDatabase again = open();
    first = again;
    return again;
  }

  private void migrate(OpenDatabase database, String owner, String scripts) {
    database.migrate(Migrations.of(owner, DatabaseContract.class, SCRIPTS + scripts));
  }

  private OpenDatabase withCounters() {
    migrate(db(), "counters", "counters");
    return db();
  }

  private OpenDatabase withNotes() {
    migrate(db(), "notes", "notes");
    return db();
  }

  // Looking before opening

  @Test
  void aCheckMakesNoDatabaseAndAltersNoTable() throws Exception {
    DatabaseSettings unused = newDatabase(Files.createDirectory(folder.resolve("unused")));

    database().check(unused);

    // One with an address of its own is there before we come.
    assertThat(database().exists(unused)).isEqualTo(unused.url().isPresent());
    assertThat(unused.folder()).isEmptyDirectory();
    withCounters();
    List<String> tables = tables();
    database().check(settings());
    assertThat(tables()).isEqualTo(tables).isNotEmpty();
    assertThat(database().exists(settings())).isTrue();
  }

  private List<String> tables() throws SQLException {
    return db().<List<String>, SQLException>read(
            handle -> {
              List<String> names = new ArrayList<>();
              Connection connection = handle.getConnection();
              try (ResultSet found =
                  connection
                      .getMetaData()
                      .getTables(null, connection.getSchema(), null, new String[] {"TABLE"})) {
                while (found.next()) {
                  names.add(found.getString("TABLE_NAME"));
                }
              }
              return names;
            });
  }

  // Migrations

  @Test
  void migrationsRunOnceAndOnlyOnce() {
    migrate(db(), "counters", "counters");
    set(db(), "a", 1);
    migrate(db(), "counters", "counters");
    migrate(reopen(), "counters", "counters");

    assertThat(get(db(), "a")).contains(1L);
  }

  @Test
  void eachOwnerHasItsOwnHistory() {
    migrate(db(), "counters", "counters");
    migrate(db(), "notes", "notes");
    set(db(), "a", 1);
    migrate(reopen(), "notes", "notes");
    migrate(db(), "counters", "counters_next");

    assertThat(get(db(), "a")).contains(1L);
  }

  @Test
  void newScriptsKeepTheRows() {
    set(withCounters(), "a", 7);
    migrate(reopen(), "counters", "counters_next");

    String note =
        db().read(
                handle ->
                    handle.createQuery("SELECT note FROM counters").mapTo(String.class).one());
    assertThat(note).isEqualTo("old");
    assertThat(get(db(), "a")).contains(7L);
  }

  @Test
  void tablesNewerThanTheScriptsAreLeftAlone() {
    migrate(db(), "counters", "counters_next");
    set(db(), "a", 1);
    OpenDatabase later = reopen();

    assertThatThrownBy(() -> migrate(later, "counters", "counters"))
        .isInstanceOf(DatabaseUnavailable.class)
        .hasMessageContaining("counters")
        .hasMessageContaining("newer");
    assertThat(get(db(), "a")).contains(1L);
  }

  @Test
  void aBrokenScriptChangesNothingAndIsNamed() {
    set(withCounters(), "a", 1);

    assertThatThrownBy(() -> migrate(db(), "counters", "counters_broken"))
        .isInstanceOf(DatabaseUnavailable.class)
        .hasMessageContaining("counters");
    assertThatThrownBy(() -> run(db(), "INSERT INTO counters_half_done (name) VALUES ('x')"))
        .isInstanceOf(JdbiException.class);
    migrate(reopen(), "counters", "counters_next");
    assertThat(get(db(), "a")).contains(1L);
  }

  @Test
  void scriptsThatAreNotThoseThatRanAreRefused() {
    migrate(db(), "counters", "counters");

    assertThatThrownBy(() -> migrate(db(), "counters", "notes"))
        .isInstanceOf(DatabaseUnavailable.class)
        .hasMessageContaining("V1__notes.sql");
  }

  @Test
  @Tag("S4.12")
  void tablesAreCalledLikeTheirOwner() {
    assertThatThrownBy(() -> migrate(db(), "notes", "counters"))
        .isInstanceOf(DatabaseUnavailable.class)
        .hasMessageContaining("notes_");
    // Nothing of it is there.
    migrate(db(), "counters", "counters");
  }

  @Test
  @Tag("S4.12")
  void aTableWithoutAPrimaryKeyIsRefused() {
    assertThatThrownBy(() -> migrate(db(), "keyless", "keyless"))
        .isInstanceOf(DatabaseUnavailable.class)
        .hasMessageContaining("primary key")
        .hasMessageContaining("V1__keyless.sql");
    assertThatThrownBy(() -> run(db(), "INSERT INTO keyless (a) VALUES (1)"))
        .isInstanceOf(JdbiException.class);
  }

  @Test
  void missingScriptsAreRefused() {
    for (String scripts : List.of("nowhere", "counters_gap")) {
      assertThatThrownBy(() -> migrate(db(), "counters", scripts))
          .isInstanceOf(DatabaseUnavailable.class);
    }
  }

  @Test
  void nodesThatStartTogetherMigrateOnce() throws Exception {
    List<OpenDatabase> nodes = List.of(db(), open(), open());

    inParallel(
        1,
        i -> {
          migrate(nodes.get(i % nodes.size()), "counters", "counters_next");
          return 0;
        });

    set(db(), "a", 1);
    assertThat(get(nodes.get(2), "a")).contains(1L);
  }

  @Test
  void scriptsAreFoundInTheJarOfThePlugin(@TempDir Path jars) throws Exception {
    Path jar = jars.resolve("plugin.jar");
    String name = OfAPlugin.class.getName().replace('.', '/') + ".class";
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(jar));
        InputStream code = DatabaseContract.class.getClassLoader().getResourceAsStream(name)) {
      if (code == null) {
        throw new AssertionError("The class is not on the class path.");
      }
      put(zip, name, code.readAllBytes());
      put(
          zip,
          "scripts/V1__plugin.sql",
          "CREATE TABLE plugin_rows (id BIGINT PRIMARY KEY);".getBytes(UTF_8));
    }
    try (PluginLoader loader = new PluginLoader(jar.toUri().toURL())) {
      db().migrate(Migrations.of("plugin", loader.loadClass(OfAPlugin.class.getName()), "scripts"));
    }

    assertThat(count("plugin_rows")).isZero();
  }

  /** Stands for a class of a plugin. */
  static final class OfAPlugin {}

  /** Loads from its jar first, as the plugin host does. */
  private static final class PluginLoader extends URLClassLoader {
    PluginLoader(URL jar) {
      super(new URL[] {jar}, DatabaseContract.class.getClassLoader());
    }

    @Override
    public Class<?> loadClass(String name) throws ClassNotFoundException {
      return name.equals(OfAPlugin.class.getName()) ? findClass(name) : super.loadClass(name);
    }

    @Override
    public @Nullable URL getResource(String name) {
      URL own = findResource(name);
      return own == null ? super.getResource(name) : own;
    }
  }

  private static void put(ZipOutputStream zip, String name, byte[] content) throws IOException {
    zip.putNextEntry(new ZipEntry(name));
    zip.write(content);
    zip.closeEntry();
  }

  // Reads

  @Test
  void aReadSeesOneState() throws Exception {
    OpenDatabase database = withCounters();
    set(database, "a", 1);
    CountDownLatch looked = new CountDownLatch(1);
    CountDownLatch changed = new CountDownLatch(1);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<List<Long>> seen =
          threads.submit(
              () ->
                  database.read(
                      handle -> {
                        List<Long> values = new ArrayList<>();
                        values.add(value(handle, "a").orElseThrow());
                        looked.countDown();
                        await(changed);
                        values.add(value(handle, "a").orElseThrow());
                        values.add(value(handle, "b").orElse(-1L));
                        return values;
                      }));
      await(looked);
      set(database, "a", 2);
      set(database, "b", 2);
      changed.countDown();

      assertThat(seen.get()).containsExactly(1L, 1L, -1L);
    }
    assertThat(get(database, "a")).contains(2L);
  }

  @Test
  void readsNeverSeeHalfAWrite() throws Exception {
    OpenDatabase database = withCounters();
    set(database, "a", 0);
    set(database, "b", 0);
    CountDownLatch done = new CountDownLatch(1);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Integer> reader =
          threads.submit(
              () -> {
                int reads = 0;
                do {
                  List<Long> pair =
                      database.read(
                          handle ->
                              List.of(
                                  value(handle, "a").orElseThrow(),
                                  value(handle, "b").orElseThrow()));
                  assertThat(pair.get(0)).isEqualTo(pair.get(1));
                  reads++;
                } while (done.getCount() > 0);
                return reads;
              });
      for (int i = 1; i <= 100; i++) {
        long value = i;
        database.<Void, RuntimeException>write(
            handle -> {
              put(handle, "a", value);
              put(handle, "b", value);
              return null;
            });
      }
      done.countDown();
      assertThat(reader.get()).isPositive();
    }
  }

  @Test
  void aReadCannotChangeAnything() {
    OpenDatabase database = withCounters();

    assertThatThrownBy(() -> database.read(handle -> put(handle, "a", 1)))
        .isInstanceOf(RuntimeException.class);
    assertThat(get(database, "a")).isEmpty();
  }

  // Writes

  @Test
  void aWriteIsThereAfterReopening() {
    set(withCounters(), "a", 5);

    assertThat(get(reopen(), "a")).contains(5L);
  }

  @Test
  void aWriteThatThrowsHasNotHappenedAndItsExceptionPasses() {
    OpenDatabase database = withCounters();
    class Own extends Exception {
      private static final long serialVersionUID = 1;
    }
    Own own = new Own();

    assertThatThrownBy(
            () ->
                database.<Void, Own>write(
                    handle -> {
                      put(handle, "a", 1);
                      throw own;
                    }))
        .isSameAs(own);
    assertThat(get(database, "a")).isEmpty();
    set(database, "a", 2);
    assertThat(get(database, "a")).contains(2L);
  }

  @Test
  void anErrorPassesThroughAndHasNoEffect() {
    OpenDatabase database = withCounters();
    AssertionError error = new AssertionError("of the work");

    assertThatThrownBy(
            () ->
                database.<Void, RuntimeException>write(
                    handle -> {
                      put(handle, "a", 1);
                      throw error;
                    }))
        .isSameAs(error);
    assertThat(get(database, "a")).isEmpty();
  }

  @Test
  void theExceptionOfAReadPasses() {
    IOException own = new IOException("of the work");

    assertThatThrownBy(
            () ->
                db().<Void, IOException>read(
                        handle -> {
                          throw own;
                        }))
        .isSameAs(own);
  }

  @Test
  void aBrokenConstraintIsTheWorksOwnFault() {
    OpenDatabase database = withCounters();
    set(database, "a", 1);

    assertThatThrownBy(() -> run(database, "INSERT INTO counters (name, value) VALUES ('a', 2)"))
        .isInstanceOf(JdbiException.class);
    assertThatThrownBy(() -> run(database, "INSERT INTO counters_marks VALUES ('none', 0)"))
        .as("a constraint that is looked at when the transaction ends")
        .isInstanceOf(JdbiException.class);
    assertThat(count("counters_marks")).isZero();
  }

  @Test
  void concurrentIncrementsAreAllCounted() throws Exception {
    OpenDatabase database = withCounters();
    set(database, "a", 0);
    AtomicInteger runs = new AtomicInteger();

    inParallel(
        i ->
            database.<Integer, RuntimeException>write(
                handle -> {
                  runs.incrementAndGet();
                  return put(handle, "a", value(handle, "a").orElseThrow() + 1);
                }));

    assertThat(get(database, "a")).contains((long) THREADS * EACH);
    assertThat(runs.get()).isGreaterThanOrEqualTo(THREADS * EACH);
  }

  @Test
  void concurrentWritesKeepARuleThatSpansRows() throws Exception {
    // Each write alone keeps "at most one of them is above 0"; a snapshot alone would let two pass.
    OpenDatabase database = withCounters();
    for (int i = 0; i < THREADS; i++) {
      set(database, "t" + i, 0);
    }

    inParallel(
        i ->
            database.<Integer, RuntimeException>write(
                handle -> {
                  long above =
                      handle
                          .createQuery("SELECT count(*) FROM counters WHERE value > 0")
                          .mapTo(Long.class)
                          .one();
                  return above == 0 ? put(handle, "t" + i, 1) : 0;
                }));

    long above =
        database.read(
            handle ->
                handle
                    .createQuery("SELECT count(*) FROM counters WHERE value > 0")
                    .mapTo(Long.class)
                    .one());
    assertThat(above).isEqualTo(1);
  }

  @Test
  void aFailingWriteDoesNotHarmThoseBesideIt() throws Exception {
    OpenDatabase database = withCounters();
    AtomicInteger refused = new AtomicInteger();

    inParallel(
        i -> {
          try {
            database.<Integer, IOException>write(
                handle -> {
                  put(handle, "t" + i, value(handle, "t" + i).orElse(0L) + 1);
                  if (i % 2 == 1) {
                    throw new IOException("of the work");
                  }
                  return 0;
                });
          } catch (IOException e) {
            refused.incrementAndGet();
          }
          return 0;
        });

    assertThat(refused.get()).isEqualTo(THREADS / 2 * EACH);
    for (int i = 0; i < THREADS; i++) {
      assertThat(get(database, "t" + i))
          .isEqualTo(i % 2 == 0 ? Optional.of((long) EACH) : Optional.empty());
    }
  }

  @Test
  void aConstraintBrokenAtTheEndDoesNotHarmThoseBesideIt() throws Exception {
    OpenDatabase database = withCounters();
    AtomicInteger refused = new AtomicInteger();
    AtomicInteger marks = new AtomicInteger();

    inParallel(
        i -> {
          try {
            database.<Integer, RuntimeException>write(
                handle -> {
                  put(handle, "t" + i, value(handle, "t" + i).orElse(0L) + 1);
                  return handle.execute(
                      "INSERT INTO counters_marks VALUES (?, ?)",
                      i % 2 == 1 ? "no" : "t" + i,
                      marks.incrementAndGet());
                });
          } catch (JdbiException e) {
            refused.incrementAndGet();
          }
          return 0;
        });

    assertThat(refused.get()).isEqualTo(THREADS / 2 * EACH);
    assertThat(count("counters")).isEqualTo(THREADS / 2);
    assertThat(count("counters_marks")).isEqualTo(THREADS / 2 * EACH);
  }

  @Test
  void aWriteWithinAWriteIsRefused() {
    OpenDatabase database = withCounters();

    assertThatThrownBy(
            () ->
                database.<Void, RuntimeException>write(
                    handle -> {
                      set(database, "a", 1);
                      return null;
                    }))
        .isInstanceOf(IllegalStateException.class);
    set(database, "a", 2);
    assertThat(get(database, "a")).contains(2L);
  }

  @Test
  void aClosedDatabaseSaysSo() {
    OpenDatabase database = withCounters();
    database.close();

    assertThatThrownBy(() -> set(database, "a", 1)).isInstanceOf(DatabaseUnavailable.class);
    assertThatThrownBy(() -> get(database, "a")).isInstanceOf(DatabaseUnavailable.class);
    database.close();
  }

  @Test
  void twoHandlesOfOneDatabaseLoseNoWrite() throws Exception {
    OpenDatabase one = withCounters();
    OpenDatabase two = open();
    set(one, "a", 0);

    inParallel(
        i ->
            (i % 2 == 0 ? one : two)
                .<Integer, RuntimeException>write(
                    handle -> put(handle, "a", value(handle, "a").orElseThrow() + 1)));

    assertThat(get(one, "a")).contains((long) THREADS * EACH);
    assertThat(get(two, "a")).contains((long) THREADS * EACH);
  }

  // Order numbers

  private OrderNumbers numbers() {
    withCounters().migrate(AccountService.tables());
    return new OrderNumbers("counters");
  }

  /** Takes a number and keeps it in a row, in one transaction. */
  private static long numbered(OpenDatabase database, OrderNumbers numbers, byte[] key) {
    return database.<Long, RuntimeException>write(
        handle -> {
          long number = numbers.next(handle, key);
          put(handle, "n" + number, number);
          return number;
        });
  }

  private static long next(OpenDatabase database, OrderNumbers numbers, byte[] key) {
    return database.<Long, RuntimeException>write(handle -> numbers.next(handle, key));
  }

  @Test
  void numbersOfAKeyGoUpByOneAndAreThereAfterReopening() {
    OrderNumbers numbers = numbers();
    byte[] key = new byte[OrderNumbers.MAX_KEY];

    assertThat(next(db(), numbers, key)).isEqualTo(1);
    assertThat(next(db(), numbers, key)).isEqualTo(2);
    assertThat(next(reopen(), numbers, key)).isEqualTo(3);
  }

  @Test
  void eachKeyOfEachFeatureHasItsOwnNumbers() {
    OrderNumbers numbers = numbers();
    next(db(), numbers, new byte[] {1});

    assertThat(next(db(), numbers, new byte[] {2})).isEqualTo(1);
    assertThat(next(db(), numbers, new byte[] {1, 0})).isEqualTo(1);
    assertThat(next(db(), new OrderNumbers("notes"), new byte[] {1})).isEqualTo(1);
    assertThat(next(db(), numbers, new byte[] {1})).isEqualTo(2);
  }

  @Test
  void aTransactionThatFailsTakesNoNumber() {
    OrderNumbers numbers = numbers();
    next(db(), numbers, new byte[] {1});

    assertThatThrownBy(
            () ->
                db().<Void, IOException>write(
                        handle -> {
                          assertThat(numbers.next(handle, new byte[] {1})).isEqualTo(2);
                          throw new IOException("of the work");
                        }))
        .hasMessage("of the work");

    assertThat(next(db(), numbers, new byte[] {1})).isEqualTo(2);
  }

  @Test
  void aForgottenKeyBeginsAnewAndOthersGoOn() {
    OrderNumbers numbers = numbers();
    OrderNumbers others = new OrderNumbers("notes");
    for (byte key = 1; key <= 3; key++) {
      next(db(), numbers, new byte[] {key});
    }
    next(db(), others, new byte[] {1});

    change(handle -> numbers.forget(handle, new byte[] {1}));
    assertThat(next(db(), numbers, new byte[] {1})).isEqualTo(1);
    assertThat(next(db(), numbers, new byte[] {2})).isEqualTo(2);

    change(numbers::forgetAll);
    assertThat(next(db(), numbers, new byte[] {3})).isEqualTo(1);
    assertThat(next(db(), others, new byte[] {1})).isEqualTo(2);
  }

  private void change(Consumer<Handle> change) {
    db().<Void, RuntimeException>write(
            handle -> {
              change.accept(handle);
              return null;
            });
  }

  @Test
  void aKeyOfAnotherLengthIsRefused() {
    OrderNumbers numbers = numbers();

    for (int length : List.of(0, OrderNumbers.MAX_KEY + 1)) {
      assertThatThrownBy(() -> next(db(), numbers, new byte[length]))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  /** Two servers write; whoever has seen a number has seen all that are smaller. */
  @Test
  void noNumberAppearsAfterALargerOneWasSeen() throws Exception {
    OrderNumbers numbers = numbers();
    OpenDatabase one = db();
    OpenDatabase two = open();
    byte[] key = {7};
    AtomicBoolean written = new AtomicBoolean();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Integer> reader =
          threads.submit(
              () -> {
                int reads = 0;
                do {
                  List<Long> seen = seen(two);
                  // Without a gap: so nothing that is still to come is smaller.
                  assertThat(seen)
                      .isEqualTo(LongStream.rangeClosed(1, seen.size()).boxed().toList());
                  reads++;
                } while (!written.get());
                return reads;
              });
      inParallel(i -> numbered(i % 2 == 0 ? one : two, numbers, key) > 0 ? 1 : 0);
      written.set(true);

      assertThat(reader.get()).isPositive();
    }
    assertThat(seen(one)).hasSize(THREADS * EACH);
  }

  private static List<Long> seen(OpenDatabase database) {
    return database.read(
        handle ->
            handle
                .createQuery("SELECT value FROM counters ORDER BY value")
                .mapTo(Long.class)
                .list());
  }

  @Test
  void oneTransactionMayTakeNumbersOfSeveralKeys() throws Exception {
    OrderNumbers numbers = numbers();
    byte[] a = {1};
    byte[] b = {2};

    inParallel(
        i ->
            db().<Integer, RuntimeException>write(
                    handle -> {
                      assertThat(numbers.next(handle, a)).isEqualTo(numbers.next(handle, b));
                      return 0;
                    }));

    assertThat(next(db(), numbers, a)).isEqualTo(THREADS * EACH + 1);
    assertThat(next(db(), numbers, b)).isEqualTo(THREADS * EACH + 1);
  }

  // Values and statements

  @Test
  void valuesComeBackAsTheyWere() {
    OpenDatabase database = withNotes();
    byte[] allBytes = new byte[256];
    for (int i = 0; i < allBytes.length; i++) {
      allBytes[i] = (byte) i;
    }
    byte[] large = new byte[300_000];
    new Random(7).nextBytes(large);
    List<Note> notes =
        List.of(
            new Note("plain", allBytes, 0L),
            new Note(
                "Grüße, 日本語, \uD83D\uDE00, e\u0301, 'quoted' \"twice\" \\ % _",
                large, Long.MAX_VALUE),
            new Note("", new byte[0], Long.MIN_VALUE),
            new Note("0012.50", new byte[] {0}, 1L << 53 | 1),
            new Note(null, null, null));
    database.<Void, RuntimeException>write(
        handle -> {
          for (int i = 0; i < notes.size(); i++) {
            handle.execute(
                "INSERT INTO notes (id, text, body, size) VALUES (?, ?, ?, ?)",
                i,
                notes.get(i).text(),
                notes.get(i).body(),
                notes.get(i).size());
          }
          return null;
        });

    List<Note> read =
        reopen()
            .read(
                handle ->
                    handle
                        .createQuery("SELECT text, body, size FROM notes ORDER BY id")
                        .map(
                            (row, context) -> {
                              long size = row.getLong(3);
                              return new Note(
                                  row.getString(1), row.getBytes(2), row.wasNull() ? null : size);
                            })
                        .list());
    assertThat(read).hasSameSizeAs(notes);
    for (int i = 0; i < notes.size(); i++) {
      assertThat(read.get(i).text()).isEqualTo(notes.get(i).text());
      assertThat(read.get(i).body()).isEqualTo(notes.get(i).body());
      assertThat(read.get(i).size()).isEqualTo(notes.get(i).size());
    }
  }

  private record Note(@Nullable String text, byte @Nullable [] body, @Nullable Long size) {}

  @Test
  void rowsAreFoundByTheirBytes() {
    OpenDatabase database = withNotes();
    byte[] key = {0, 1, (byte) 0xff, 0};
    database.<Integer, RuntimeException>write(
        handle -> handle.execute("INSERT INTO notes (id, body) VALUES (1, ?)", key));

    long id =
        database.read(
            handle ->
                handle
                    .createQuery("SELECT id FROM notes WHERE body = :key")
                    .bind("key", key)
                    .mapTo(Long.class)
                    .one());
    byte[] body =
        database.read(
            handle -> handle.createQuery("SELECT body FROM notes").mapTo(byte[].class).one());
    assertThat(id).isEqualTo(1);
    assertThat(body).isEqualTo(key);
  }

  @Test
  void textsAreOrderedByTheirBytesWhenThatIsAskedFor() {
    OpenDatabase database = withCounters();
    List<String> names = List.of("B", "a", "a-b", "a.", "aB", "a_", "ab", "b", "ä", "日");
    for (String name : names.reversed()) {
      set(database, name, 1);
    }

    List<String> ordered =
        database.read(
            handle ->
                handle
                    .createQuery("SELECT name FROM counters ORDER BY name" + database.byteOrder())
                    .mapTo(String.class)
                    .list());

    assertThat(ordered).isEqualTo(names);
    database.checkForDamage();
  }

  @Test
  void aDatabaseThatIsNotWholeOrHasMovedIsNotServed() {
    OpenDatabase database = withCounters();
    for (DatabaseState.Standing standing : DatabaseState.Standing.values()) {
      DatabaseState state = new DatabaseState(standing, "work", "elsewhere");
      database.<Void, RuntimeException>write(
          handle -> {
            state.put(handle);
            return null;
          });
      assertThat(database.read(DatabaseState::of)).isEqualTo(state);
      if (standing == DatabaseState.Standing.READY) {
        migrate(database, "counters", "counters");
      } else {
        assertThatThrownBy(() -> migrate(database, "counters", "counters"))
            .isInstanceOf(DatabaseUnavailable.class);
      }
    }
  }

  @Test
  void anInsertMayGiveWayOrReplaceAndGiveBackARow() {
    OpenDatabase database = withCounters();
    set(database, "a", 1);

    int ignored =
        database.write(
            handle ->
                handle.execute(
                    "INSERT INTO counters (name, value) VALUES ('a', 9) ON CONFLICT DO NOTHING"));
    long replaced =
        database.write(
            handle ->
                handle
                    .createQuery(
                        """
                        INSERT INTO counters (name, value) VALUES (?, ?)
                        ON CONFLICT (name) DO UPDATE SET value = counters.value + excluded.value
                        RETURNING value
                        """)
                    .bind(0, "a")
                    .bind(1, 10L)
                    .mapTo(Long.class)
                    .one());
    Optional<Long> gone =
        database.write(
            handle ->
                handle
                    .createQuery("DELETE FROM counters WHERE name = ? RETURNING value")
                    .bind(0, "a")
                    .mapTo(Long.class)
                    .findOne());

    assertThat(ignored).isZero();
    assertThat(replaced).isEqualTo(11);
    assertThat(gone).contains(11L);
    assertThat(get(database, "a")).isEmpty();
  }

  @Test
  void aReferenceMustLeadSomewhere() {
    OpenDatabase database = withCounters();
    set(database, "a", 1);
    run(database, "INSERT INTO counters_marks VALUES ('a', 0)");

    assertThatThrownBy(() -> run(database, "DELETE FROM counters WHERE name = 'a'"))
        .isInstanceOf(JdbiException.class);
    assertThat(get(database, "a")).contains(1L);
  }

  // Signals

  @Test
  void eachSubscriberOfTheChannelHearsEachSignalInOrder() throws Exception {
    Signals signals = db().signals();
    BlockingQueue<String> one = new LinkedBlockingQueue<>();
    BlockingQueue<String> two = new LinkedBlockingQueue<>();
    BlockingQueue<String> other = new LinkedBlockingQueue<>();
    signals.subscribe("news", one::add);
    signals.subscribe("news", two::add);
    signals.subscribe("other_news", other::add);
    String longest = "\uD83D\uDE00".repeat(500);

    for (String message : List.of("", "Grüße: 'x'", longest)) {
      signals.publish("news", message);
    }
    signals.publish("other_news", "end");

    for (BlockingQueue<String> receiver : List.of(one, two)) {
      assertThat(next(receiver)).isEmpty();
      assertThat(next(receiver)).isEqualTo("Grüße: 'x'");
      assertThat(next(receiver)).isEqualTo(longest);
    }
    assertThat(next(other)).isEqualTo("end");
    assertThat(one).isEmpty();
  }

  @Test
  void whoUnsubscribesHearsNothingMore() throws Exception {
    Signals signals = db().signals();
    BlockingQueue<String> gone = new LinkedBlockingQueue<>();
    BlockingQueue<String> stays = new LinkedBlockingQueue<>();
    Signals.Subscription subscription = signals.subscribe("news", gone::add);
    signals.subscribe("news", stays::add);

    signals.publish("news", "1");
    assertThat(next(gone)).isEqualTo("1");
    subscription.close();
    subscription.close();
    signals.publish("news", "2");

    assertThat(next(stays)).isEqualTo("1");
    assertThat(next(stays)).isEqualTo("2");
    assertThat(gone).isEmpty();
  }

  @Test
  void aSubscriberThatFailsDoesNotSilenceTheOthers() throws Exception {
    Signals signals = db().signals();
    BlockingQueue<String> other = new LinkedBlockingQueue<>();
    signals.subscribe(
        "news",
        message -> {
          throw new IllegalStateException("of the subscriber");
        });
    signals.subscribe("news", other::add);

    signals.publish("news", "1");
    signals.publish("news", "2");

    assertThat(next(other)).isEqualTo("1");
    assertThat(next(other)).isEqualTo("2");
  }

  @Test
  void signalsThatBreakTheLimitsAreRefused() {
    Signals signals = db().signals();

    for (String channel : List.of("", "News", "a-b", "a".repeat(41), "a;b")) {
      assertThatThrownBy(() -> signals.publish(channel, ""))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> signals.subscribe(channel, message -> {}))
          .isInstanceOf(IllegalArgumentException.class);
    }
    for (String message : List.of("a".repeat(1_001), "a\0b")) {
      assertThatThrownBy(() -> signals.publish("news", message))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  // Words of the tests

  /** The next thing that arrives; fails if nothing does. */
  protected static String next(BlockingQueue<String> receiver) throws InterruptedException {
    String message = receiver.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
    assertThat(message).as("a signal").isNotNull();
    return message == null ? "" : message;
  }

  private static void await(CountDownLatch latch) throws InterruptedException {
    assertThat(latch.await(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
  }

  private interface Work {
    int run(int thread) throws Exception;
  }

  /** Runs {@code work} on several threads, several times on each. */
  private static void inParallel(Work work) throws Exception {
    inParallel(EACH, work);
  }

  private static void inParallel(int times, Work work) throws Exception {
    CountDownLatch start = new CountDownLatch(1);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        int thread = i;
        Callable<Integer> task =
            () -> {
              await(start);
              int sum = 0;
              for (int j = 0; j < times; j++) {
                sum += work.run(thread);
              }
              return sum;
            };
        all.add(threads.submit(task));
      }
      start.countDown();
      for (Future<?> one : all) {
        one.get();
      }
    }
  }

  private static void set(OpenDatabase database, String name, long value) {
    database.<Integer, RuntimeException>write(handle -> put(handle, name, value));
  }

  private static Optional<Long> get(OpenDatabase database, String name) {
    return database.read(handle -> value(handle, name));
  }

  private static void run(OpenDatabase database, String statement) {
    database.<Integer, RuntimeException>write(handle -> handle.execute(statement));
  }

  private long count(String table) {
    return db().read(
            handle -> handle.createQuery("SELECT count(*) FROM " + table).mapTo(Long.class).one());
  }

  private static int put(Handle handle, String name, long value) {
    return handle.execute(
        "INSERT INTO counters (name, value) VALUES (?, ?)"
            + " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        name,
        value);
  }

  private static Optional<Long> value(Handle handle, String name) {
    return handle
        .createQuery("SELECT value FROM counters WHERE name = ?")
        .bind(0, name)
        .mapTo(Long.class)
        .findOne();
  }
}
