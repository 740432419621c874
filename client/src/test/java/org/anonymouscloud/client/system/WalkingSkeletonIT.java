package org.anonymouscloud.client.system;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.anonymouscloud.client.system.CanarySearch.Hit;
import org.anonymouscloud.client.system.Client.Person;
import org.anonymouscloud.core.backup.BackupPlace;
import org.anonymouscloud.core.testing.PostgresServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

/** A folder goes up from one machine and comes back on another; the server learns nothing. */
final class WalkingSkeletonIT {
  private static final String USER = "alice-liddell";
  private static final String PASSWORD = "Größe 8812 white rabbit";
  private static final String CONTENT = "canary content: nobody else reads this";
  private static final int SMALL_FILES = 300;
  private static final long LARGE_FILE = 100L << 20;

  /** One walk through the house; what is asserted about it are the tests. */
  @TestInstance(Lifecycle.PER_CLASS)
  abstract static class Walk {
    private Path folder = Path.of("");
    private Path sent = Path.of("");
    private Path received = Path.of("");
    private String listing = "";
    private String jsonListing = "";
    private long packsOfSmallFiles;

    /** Starts a server and, with it or apart from it, the first client. */
    abstract Client firstClient(Path folder, Person person) throws Exception;

    /** The server's connection string. */
    abstract String server();

    /** The server's data folder. */
    abstract Path serverData();

    /** The folders in which the server and its database keep what they keep. */
    abstract List<Path> storage();

    /** Writes what the server printed, and the tables of a database that does not show its rows. */
    abstract void exportTo(Path folder) throws Exception;

    /** The columns of all tables, each as {@code table.column}. */
    abstract Set<String> columns() throws Exception;

    /** Ends the server. */
    abstract void end() throws Exception;

    @BeforeAll
    void aFolderGoesUpAndComesBackOnASecondMachine(@TempDir Path temporary) throws Exception {
      folder = temporary;
      sent = Files.createDirectory(temporary.resolve("sent"));
      received = Files.createDirectory(temporary.resolve("received"));
      SampleTree.small(sent.resolve("photos"), SMALL_FILES, CONTENT, 1);
      SampleTree.large(sent.resolve("large canary.bin"), LARGE_FILE, 2);
      Person alice = Person.in(temporary.resolve("alice"), USER, PASSWORD);

      try (Client first = firstClient(temporary, alice)) {
        first.register();
        first.run("put", "-r", sent.resolve("photos").toString(), "/photos").succeeded();
        packsOfSmallFiles = TestServer.packs(serverData()).size();
        first.run("put", sent.resolve("large canary.bin").toString(), "/").succeeded();
        listing = first.run("ls", "/").succeeded().out();
        jsonListing = first.run("ls", "--json", "/photos").succeeded().out();

        try (Client second = new Client(temporary.resolve("second home"), server(), alice)) {
          second.login().succeeded();
          second.run("get", "-r", "/photos", received.resolve("photos").toString()).succeeded();
          second.run("get", "/large canary.bin", received.toString()).succeeded();
        }
      }
    }

    @AfterAll
    void endServer() throws Exception {
      end();
    }

    @Test
    void theSecondMachineGetsEveryFileByteForByte() throws Exception {
      assertThat(SampleTree.content(received)).isEqualTo(SampleTree.content(sent));
    }

    @Test
    void theListingNamesWhatWasPut() throws Exception {
      assertThat(listing).contains("photos", "large canary.bin");
      new ObjectMapper().readTree(jsonListing);
      for (String name : List.of("Größe", "日本語", "emoji 🎉", "empty folder", "empty file")) {
        assertThat(jsonListing).contains(name);
      }
    }

    @Test
    void smallFilesShareAHandfulOfPacksWhoseSizesSayNothing() throws Exception {
      assertThat(packsOfSmallFiles).isBetween(1L, 10L);
      for (Path pack : TestServer.packs(serverData())) {
        assertThat(Files.size(pack)).as(pack.toString()).isBetween(4096L, 16L << 20);
        assertThat(Long.bitCount(Files.size(pack))).as("a power of two: %s", pack).isOne();
      }
    }

    @Test
    @Tag("A12")
    void nothingReadableLiesOnTheServer() throws Exception {
      Path export = Files.createDirectories(folder.resolve("export"));
      exportTo(export);
      Path logs = Files.createDirectories(folder.resolve("logs"));
      for (String home : List.of("first home", "second home")) {
        Path log = folder.resolve(home).resolve("agent.log");
        if (Files.exists(log)) {
          Files.copy(log, logs.resolve(home));
        }
      }
      Map<String, byte[]> canaries = canaries();
      CanarySearch search = new CanarySearch(canaries);

      assertThat(search.in(storage())).isEmpty();
      assertThat(search.in(List.of(export, logs))).isEmpty();

      // The same search finds each of them where it is, and what the server does know: the user's
      // name in its tables.
      Path planted = Files.createDirectories(folder.resolve("planted"));
      for (String secret :
          List.of(
              "account key",
              "device secret of the first home",
              "device secret of the second home")) {
        Files.write(planted.resolve(secret), canaries.get(secret));
      }
      assertThat(search.in(List.of(sent, folder.resolve("alice"), planted)))
          .extracting(Hit::canary)
          .containsAll(canaries.keySet());
      assertThat(CanarySearch.forTexts(List.of(USER)).in(storage())).isNotEmpty();
    }

    @Test
    void whatTheServerKeepsIsExplained() throws Exception {
      SeenByServer page = SeenByServer.read();

      assertThat(page.unexplained(serverData())).isEmpty();
      assertThat(page.columns()).containsAll(columns());
    }

    @Test
    void whatTheServerKeepsIsItsUsersAlone() throws Exception {
      Folders.assertOwnersAlone(serverData());
    }

    private static byte[] deviceSecret(Path home) throws IOException {
      try (Stream<Path> files = Files.walk(home)) {
        Path file =
            files
                .filter(path -> path.getFileName().toString().equals("device-secret"))
                .findFirst()
                .orElseThrow();
        byte[] content = Files.readAllBytes(file);
        return Arrays.copyOfRange(content, content.length - 32, content.length);
      }
    }

    private Map<String, byte[]> canaries() throws IOException {
      Map<String, byte[]> canaries = new LinkedHashMap<>();
      canaries.put("content of the small files", CONTENT.getBytes(UTF_8));
      try (RandomAccessFile large =
          new RandomAccessFile(sent.resolve("large canary.bin").toFile(), "r")) {
        for (long at : new long[] {0, LARGE_FILE / 2, LARGE_FILE - 16}) {
          byte[] piece = new byte[16];
          large.seek(at);
          large.readFully(piece);
          canaries.put("content of the large file at " + at, piece);
        }
      }
      try (Stream<Path> paths = Files.walk(sent)) {
        for (Path path : paths.skip(1).toList()) {
          byte[] name = path.getFileName().toString().getBytes(UTF_8);
          if (name.length >= 8) {
            canaries.put("name " + path.getFileName(), name);
          }
        }
      }
      for (String home : List.of("first home", "second home")) {
        canaries.put("device secret of the " + home, deviceSecret(folder.resolve(home)));
      }
      canaries.put("password", PASSWORD.getBytes(UTF_8));
      canaries.putAll(SheetSecrets.of(folder.resolve("alice").resolve(USER + ".sheet")));
      return canaries;
    }
  }

  /** {@code up}: server and agent are one process with one home. */
  @Nested
  final class WithUpOnSqlite extends Walk {
    private Path home = Path.of("");
    private String server = "";
    private Program.Running up;

    @Override
    Client firstClient(Path folder, Person person) throws Exception {
      home = folder.resolve("first home");
      up = new Program(home).start("up", "--listen", "127.0.0.1:" + TestServer.freePort());
      server = up.connectionString();
      assertThat(new Program(home).run("agent", "stop").failed(1)).contains("--with-server");
      assertThat(new Program(home).run("up").failed(1)).contains("runs here already", server);
      return new Client(home, server, person);
    }

    @Override
    String server() {
      return server;
    }

    @Override
    Path serverData() {
      return home.resolve("server");
    }

    @Override
    List<Path> storage() {
      return List.of(serverData());
    }

    @Override
    void exportTo(Path folder) throws IOException {
      Files.writeString(folder.resolve("log"), up.printed());
    }

    /** By way of a backup, which names them whatever the database. */
    @Override
    Set<String> columns() throws Exception {
      Path backup = home.resolveSibling("backup for columns");
      new Program(home)
          .run("admin", "backup", "--data", serverData().toString(), backup.toString())
          .succeeded();
      return BackupColumns.of(BackupPlace.backup(backup).resolve("rows"));
    }

    @Override
    void end() {
      up.close();
    }
  }

  /** {@code server --database postgres} on a real PostgreSQL; each client has an agent. */
  @Nested
  final class WithServerOnPostgres extends Walk {
    private PostgresServer postgres;
    private String address = "";
    private TestServer server;
    private Path postgresData = Path.of("");

    @Override
    Client firstClient(Path folder, Person person) throws Exception {
      postgresData = folder.resolve("postgres data");
      postgres = PostgresServer.start(postgresData);
      address = postgres.newDatabase();
      server = new TestServer(folder, "--database", "postgres", "--database-url", address).start();
      return new Client(folder.resolve("first home"), server(), person);
    }

    @Override
    String server() {
      return server.connectionString();
    }

    @Override
    Path serverData() {
      return server.data();
    }

    @Override
    List<Path> storage() {
      return List.of(serverData(), postgresData);
    }

    @Override
    void exportTo(Path folder) throws Exception {
      Files.writeString(folder.resolve("log"), server.log());
      PostgresExport.write(postgres.open(address), folder.resolve("tables"));
    }

    @Override
    Set<String> columns() throws Exception {
      return PostgresExport.columns(postgres.open(address));
    }

    @Override
    void end() throws IOException {
      server.close();
      postgres.close();
    }
  }
}
