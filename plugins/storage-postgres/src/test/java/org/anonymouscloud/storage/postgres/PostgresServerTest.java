package org.anonymouscloud.storage.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.anonymouscloud.core.database.Database;
import org.anonymouscloud.core.database.DatabaseSettings;
import org.anonymouscloud.core.database.DatabaseUnavailable;
import org.anonymouscloud.core.database.Migrations;
import org.anonymouscloud.core.database.OpenDatabase;
import org.anonymouscloud.core.testing.FaultProxy;
import org.anonymouscloud.core.testing.PostgresServer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.Driver;

/** What a server may do to us, and what its owner then reads. */
class PostgresServerTest {
  /** Of connections, in an open database. */
  private static final int POOLS = 2;

  private static @Nullable PostgresServer server;

  @BeforeAll
  static void startServer(@TempDir Path folder) throws Exception {
    server = PostgresServer.start(folder.resolve("postgres"));
  }

  @AfterAll
  static void stopServer() throws Exception {
    server().close();
  }

  private static PostgresServer server() {
    return Objects.requireNonNull(server);
  }

  private static OpenDatabase open(String url) {
    return new PostgresDatabase().open(new DatabaseSettings(Path.of("unused"), Optional.of(url)));
  }

  private static void refuses(String url, String... texts) {
    assertThatThrownBy(() -> open(url).close())
        .isInstanceOf(DatabaseUnavailable.class)
        .hasMessageContainingAll(texts)
        .satisfies(PostgresServerTest::namesNoPassword);
  }

  private static void namesNoPassword(Throwable failure) {
    StringWriter all = new StringWriter();
    failure.printStackTrace(new PrintWriter(all));
    assertThat(all.toString()).doesNotContain("hunter2", PostgresServer.PASSWORD, "p%40ss");
  }

  @Test
  void theAddressIsNeeded() {
    assertThatThrownBy(
            () ->
                new PostgresDatabase()
                    .open(new DatabaseSettings(Path.of("unused"), Optional.empty())))
        .isInstanceOf(DatabaseUnavailable.class)
        .hasMessageContaining("--database-url");
  }

  @Test
  void wrongCredentialsAreNamed() throws Exception {
    String url = server().newDatabase();
    String place = url.substring(url.indexOf('@'));

    refuses("postgresql://anoncloud:hunter2" + place, "refuses the user or the password");
    refuses("postgresql://nobody:hunter2" + place, "refuses the user or the password");
    refuses("postgresql://anoncloud" + place, "a password, checked by scram-sha-256");
  }

  @Test
  void aServerThatAsksForNoPasswordIsNotTrusted() throws Exception {
    String url = server().newDatabase();

    refuses("postgresql://stranger:hunter2" + url.substring(url.indexOf('@')), "scram-sha-256");
  }

  @Test
  void aDatabaseThatIsNotThereIsNamed() throws Exception {
    String url = server().newDatabase();

    refuses(url.substring(0, url.lastIndexOf('/')) + "/missing", "CREATE DATABASE \"missing\"");
  }

  @Test
  void aServerThatIsNotThereIsNamed() throws IOException {
    int free;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      free = socket.getLocalPort();
    }

    refuses("postgresql://a:hunter2@127.0.0.1:" + free + "/c", "127.0.0.1:" + free, "reached");
    refuses("postgresql://a:hunter2@no-such-host.invalid/c", "no-such-host.invalid", "reached");
  }

  @Test
  void aServerWithoutTheWantedEncryptionIsNamed() throws Exception {
    refuses(server().newDatabase() + "?sslmode=verify-full", "TLS");
  }

  @Test
  void aDatabaseOfSomeoneElseIsNamed() throws Exception {
    String url = server().newDatabase();
    String name = url.substring(url.lastIndexOf('/') + 1);
    server().asSuperuser("ALTER DATABASE " + name + " OWNER TO postgres");
    try (OpenDatabase database = open(url)) {
      assertThatThrownBy(
              () ->
                  database.migrate(
                      Migrations.of(
                          "notes", PostgresServer.class, "org/anonymouscloud/core/testing/notes")))
          .isInstanceOf(DatabaseUnavailable.class)
          .hasMessageContaining("ALTER DATABASE")
          .satisfies(PostgresServerTest::namesNoPassword);
    }
  }

  @Test
  void writesAreDurableEvenWhereTheServersDefaultIsNot() throws Exception {
    String url = server().newDatabase();
    String name = url.substring(url.lastIndexOf('/') + 1);
    server().asSuperuser("ALTER DATABASE " + name + " SET synchronous_commit = off");
    try (OpenDatabase database = open(url)) {
      String durable =
          database.<String, RuntimeException>write(
              handle -> handle.createQuery("SHOW synchronous_commit").mapTo(String.class).one());
      assertThat(durable).isEqualTo("on");
    }
  }

  @Test
  void aKilledServerLosesNoAcknowledgedRowAndTheDatabaseComesBackByItself() throws Exception {
    BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    Set<Long> acknowledged = Collections.synchronizedSet(new HashSet<>());
    AtomicLong next = new AtomicLong();
    Semaphore progress = new Semaphore(0);
    try (OpenDatabase database = open(server().newDatabase())) {
      database.<Integer, RuntimeException>write(
          handle -> handle.execute("CREATE TABLE t (id BIGINT NOT NULL PRIMARY KEY)"));
      database.signals().subscribe("news", heard::add);
      List<Thread> writers = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        writers.add(
            Thread.ofVirtual().start(() -> writeUntilAway(database, next, acknowledged, progress)));
      }
      progress.acquire(200);
      server().kill();
      for (Thread writer : writers) {
        writer.join();
      }
      assertThatThrownBy(() -> ids(database))
          .isInstanceOf(DatabaseUnavailable.class)
          .satisfies(PostgresServerTest::namesNoPassword);

      server().restart();

      assertThat(ids(database)).containsAll(acknowledged);
      // Signals may be lost while the listener is away, so say it until it is heard.
      heard.clear();
      while (heard.poll(50, TimeUnit.MILLISECONDS) == null) {
        database.signals().publish("news", "back");
      }
    }
  }

  @Test
  void aConnectionThatBreaksWhileItIsSetUpDoesNotSpoilThePool() throws Exception {
    String url = server().newDatabase();
    AtomicInteger broken = new AtomicInteger();
    try (FaultProxy proxy = new FaultProxy(server().port())) {
      // Each pool asks its first connection for what it takes as the default.
      proxy.toServer(
          breakAt("SHOW TRANSACTION ISOLATION", () -> broken.incrementAndGet() <= POOLS));
      try (OpenDatabase database =
          open(url.replace(":" + server().port() + "/", ":" + proxy.port() + "/"))) {
        while (broken.get() < POOLS) {
          answers(database);
        }
        proxy.toServer(FaultProxy.clean());

        assertThat(answers(database)).isTrue();
      }
    }
  }

  private static boolean answers(OpenDatabase database) {
    try {
      database.<Integer, RuntimeException>write(handle -> handle.execute("SELECT 1"));
      return database.read(handle -> handle.createQuery("SELECT 1").mapTo(Integer.class).one())
          == 1;
    } catch (DatabaseUnavailable e) {
      return false;
    }
  }

  /** The connection breaks before a statement arrives, if it is to. */
  private static FaultProxy.Line breakAt(String statement, BooleanSupplier isToBreak) {
    return (in, out) -> {
      StringBuilder line = new StringBuilder();
      for (int value = in.read(); value >= 0; value = in.read()) {
        line.append((char) value);
        if (line.indexOf(statement) >= 0) {
          line.setLength(0);
          if (isToBreak.getAsBoolean()) {
            throw new IOException("cut");
          }
        }
        out.write(value);
      }
    };
  }

  @Test
  void aNodeThatWasCutOffDuringAMoveCannotWriteIntoTheOldDatabase() throws Exception {
    String url = server().newDatabase();
    String name = url.substring(url.lastIndexOf('/') + 1);
    try (OpenDatabase node = open(url)) {
      node.<Integer, RuntimeException>write(
          handle -> handle.execute("CREATE TABLE t (id BIGINT NOT NULL PRIMARY KEY)"));
      // As a network that breaks does: all of the node's connections are gone, and the move comes
      // before it has made new ones.
      server()
          .asSuperuser(
              "ALTER DATABASE " + name + " CONNECTION LIMIT 0",
              "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '"
                  + name
                  + "'");
      try (Connection move = server().open(url).getConnection();
          Statement statement = move.createStatement()) {
        statement.execute("CREATE TABLE database_state (standing TEXT NOT NULL)");
        statement.execute("GRANT SELECT ON database_state TO " + PostgresServer.USER);
        statement.execute("INSERT INTO database_state VALUES ('LEFT')");
      }
      server().asSuperuser("ALTER DATABASE " + name + " CONNECTION LIMIT -1");

      // At first it may meet a connection that is dead.
      String refusal = refusal(node);
      while (refusal.contains("tried again")) {
        refusal = refusal(node);
      }
      assertThat(refusal).contains("moved");
    }
  }

  @Test
  @Tag("S4.16")
  void nothingOfADatabaseRunsAnyMoreWhenItIsClosed() throws Exception {
    CountDownLatch heard = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    OpenDatabase database = open(server().newDatabase());
    var _ =
        database
            .signals()
            .subscribe(
                "news",
                message -> {
                  heard.countDown();
                  try {
                    goOn.await();
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                });
    database.signals().publish("news", "one");
    heard.await();
    Thread closer = Thread.ofPlatform().start(database::close);

    // It waits for as long as the listener is at work.
    assertThat(closer.join(Duration.ofMillis(300))).isFalse();
    goOn.countDown();
    closer.join();
    assertThat(Thread.getAllStackTraces().keySet())
        .extracting(Thread::getName)
        .noneMatch(name -> name.startsWith("postgres-"));
  }

  /** As the program does when it ends: first the database is closed, then the plugin unloaded. */
  @Test
  @Tag("S4.16")
  void thePluginCanBeUnloadedAsSoonAsItsDatabaseIsClosed() throws Exception {
    String url = server().newDatabase();
    List<Throwable> uncaught = Collections.synchronizedList(new ArrayList<>());
    Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
    Thread.setDefaultUncaughtExceptionHandler((_, failure) -> uncaught.add(failure));
    try {
      int runs = Boolean.getBoolean("anoncloud.test.full") ? 50 : 10;
      for (int run = 0; run < runs; run++) {
        try (URLClassLoader plugin = likeAPlugin()) {
          Database database =
              (Database)
                  plugin
                      .loadClass(PostgresDatabase.class.getName())
                      .getDeclaredConstructor()
                      .newInstance();
          assertThat(database.getClass()).isNotEqualTo(PostgresDatabase.class);
          database.open(new DatabaseSettings(Path.of("unused"), Optional.of(url))).close();
        }
      }
    } finally {
      Thread.setDefaultUncaughtExceptionHandler(before);
    }
    assertThat(uncaught).isEmpty();
  }

  /** Has the plugin's classes and those of its libraries to itself. */
  private static URLClassLoader likeAPlugin() {
    List<Class<?>> own = List.of(PostgresDatabase.class, Driver.class, HikariDataSource.class);
    URL[] places =
        own.stream()
            .map(type -> type.getProtectionDomain().getCodeSource().getLocation())
            .toArray(URL[]::new);
    ClassLoader program =
        new ClassLoader(PostgresServerTest.class.getClassLoader()) {
          @Override
          protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (own.stream().anyMatch(type -> name.startsWith(type.getPackageName() + "."))) {
              throw new ClassNotFoundException(name);
            }
            return super.loadClass(name, resolve);
          }
        };
    return new URLClassLoader(places, program);
  }

  @Test
  @Tag("S4.17")
  void theLeastLimitOfConnectionsIsTold() throws Exception {
    String url = server().newDatabase();
    String name = url.substring(url.lastIndexOf('/') + 1);
    DatabaseSettings settings = new DatabaseSettings(Path.of("unused"), Optional.of(url));
    int all = new PostgresDatabase().connections(settings).orElseThrow();
    assertThat(all).isGreaterThan(12);
    server().asSuperuser("ALTER DATABASE " + name + " CONNECTION LIMIT 12");
    assertThat(new PostgresDatabase().connections(settings)).hasValue(12);
  }

  private static String refusal(OpenDatabase node) {
    try {
      node.<Integer, RuntimeException>write(handle -> handle.execute("INSERT INTO t VALUES (1)"));
    } catch (DatabaseUnavailable e) {
      return String.valueOf(e.getMessage());
    }
    throw new AssertionError("A row was written into a database that has moved.");
  }

  private static void writeUntilAway(
      OpenDatabase database, AtomicLong next, Set<Long> rows, Semaphore progress) {
    try {
      while (true) {
        long id = next.getAndIncrement();
        database.<Integer, RuntimeException>write(
            handle -> handle.execute("INSERT INTO t (id) VALUES (?)", id));
        rows.add(id);
        progress.release();
      }
    } catch (DatabaseUnavailable away) {
      // The server was killed, as it should be.
    }
  }

  private static Set<Long> ids(OpenDatabase database) {
    return database.read(
        handle -> new HashSet<>(handle.createQuery("SELECT id FROM t").mapTo(Long.class).list()));
  }
}
