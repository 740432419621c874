package org.anonymouscloud.client.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.security.auth.module.UnixSystem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.anonymouscloud.client.system.Client.Person;
import org.anonymouscloud.client.system.Program.Result;
import org.anonymouscloud.core.backup.BackupPlace;
import org.anonymouscloud.core.testing.PostgresServer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a server's owner does: backup and check while it runs, bring back, change the database. */
final class AdminIT {
  private static final int FAILED = 1;
  private static final int USAGE = 2;
  private static final int REFUSED_BY_A_CHECK = 4;

  @TempDir private Path folder;

  @Test
  void aServerIsBackedUpRestoredAndMovedAndItsUsersMissNothing() throws Exception {
    Path sent = Files.createDirectory(folder.resolve("sent"));
    SampleTree.small(sent.resolve("tree"), 30, "of alice", 100);
    Person alice = Person.in(folder, "alice", "a password of alice");
    Path backup = folder.resolve("backup");
    Path keys = folder.resolve("keys");
    try (PostgresServer postgres = PostgresServer.start(folder.resolve("postgres"));
        TestServer server = new TestServer(folder).start();
        Client client =
            new Client(folder.resolve("home"), server.connectionString(), alice).register()) {
      client.run("put", "-r", sent.resolve("tree").toString(), "/tree").succeeded();

      String data = server.data().toString();
      admin("backup", "--data", data, backup.toString()).succeeded();
      assertThat(admin("verify", "--data", data).succeeded().out()).contains("The server is whole");
      assertDamageIsFoundAndMended(server.data(), BackupPlace.backup(backup));
      assertThat(server.data().resolve("vault/deletions.lock")).isRegularFile();
      Folders.assertOwnersAlone(server.data());
      Folders.assertOwnersAlone(backup);
      assertThat(admin("verify", backup.toString()).succeeded().out())
          .contains("The backup is whole");
      assertThat(admin("backup", "--data", data, sent.toString()).failed(FAILED))
          .contains("something else than backups");
      assertThat(
              admin("backup", "--data", data, "--keys", backup.toString(), backup.toString())
                  .failed(REFUSED_BY_A_CHECK))
          .contains("a folder of their own");
      assertThat(
              admin(
                      "backup",
                      "--data",
                      data,
                      "--keys",
                      keys.toString(),
                      "--keep",
                      "1",
                      backup.toString())
                  .succeeded()
                  .out())
          .contains("Deleted 1 old backup");
      assertThat(
              adminOn(
                      postgres.newDatabase(),
                      "migrate-database",
                      "--to",
                      "postgres",
                      "--data",
                      data)
                  .failed(FAILED))
          .contains("Another server runs");
      assertThat(admin("restore", "--data", data, backup.toString()).failed(FAILED))
          .contains("Another server runs");
      server.stop();

      // An empty database beside the folder that has the packs, which is easily started by mistake.
      String empty = postgres.newDatabase();
      assertThat(
              new Program(folder.resolve("admin home"))
                  .run(
                      Map.of("ANONCLOUD_DATABASE_URL", empty),
                      "server",
                      "--data",
                      data,
                      "--database",
                      "postgres",
                      "--listen",
                      "127.0.0.1:0")
                  .failed(FAILED))
          .contains("migrate-database");
      for (List<String> command :
          List.of(
              List.of("accounts", "--database", "postgres", "--data", data),
              List.of("verify", "--database", "postgres", "--data", data),
              List.of(
                  "backup",
                  "--database",
                  "postgres",
                  "--data",
                  data,
                  folder.resolve("none").toString()))) {
        assertThat(adminOn(empty, command.toArray(String[]::new)).failed(FAILED))
            .as(command.getFirst())
            .contains("belongs to another database");
      }
      assertThat(
              new Program(folder.resolve("admin home"))
                  .run(
                      Map.of("ANONCLOUD_DATABASE_URL", empty),
                      "server",
                      "--check",
                      "--data",
                      data,
                      "--database",
                      "postgres")
                  .out())
          .contains("failed: the database's folder");

      // To PostgreSQL, where nothing was made by all this, and the server goes on there.
      String address = empty;
      adminOn(address, "migrate-database", "--to", "postgres", "--data", data).succeeded();
      assertThat(
              new Program(folder.resolve("admin home"))
                  .run("server", "--data", data, "--listen", "127.0.0.1:0")
                  .failed(FAILED))
          .contains("moved to postgres");
      try (TestServer moved =
          server.with("--database", "postgres", "--database-url", address).start()) {
        assertThat(moved.port()).isEqualTo(server.port());
        assertSame(client, sent, "moved");
        // A node with a folder of its own is one that has the database open as well.
        assertThat(
                adminOn(
                        address,
                        "migrate-database",
                        "--to",
                        "sqlite",
                        "--data",
                        Files.createDirectory(folder.resolve("other")).toString())
                    .failed(FAILED))
            .contains("in use");
      }

      // And back.
      assertThat(
              adminOn(address, "migrate-database", "--to", "sqlite", "--data", data).failed(FAILED))
          .contains("--replace");
      adminOn(address, "migrate-database", "--to", "sqlite", "--replace", "--data", data)
          .succeeded();
      server.start();
      assertSame(client, sent, "moved back");
      server.stop();

      // The backup comes back on the other kind of database.
      Path restored = folder.resolve("restored");
      String target = postgres.newDatabase();
      Result back =
          adminOn(
                  target,
                  "restore",
                  "--data",
                  restored.toString(),
                  "--database",
                  "postgres",
                  "--keys",
                  keys.toString(),
                  backup.toString())
              .succeeded();
      assertThat(back.out()).contains(" into postgres.");
      assertThat(back.err())
          .contains(restored.resolve("anoncloud.conf").toString())
          .contains("'database = postgres' and the line 'database-url = '");
      assertThat(
              adminOn(target, "verify", "--data", restored.toString(), "--database", "postgres")
                  .succeeded()
                  .out())
          .contains("The server is whole");
    }
  }

  /** What docs/operations.md says to do, beside the running server. */
  private void assertDamageIsFoundAndMended(Path data, Path backup) throws Exception {
    String whole = admin("verify", "--reread", "--data", data.toString()).succeeded().out();
    assertThat(whole).contains("each byte as it came");
    Path pack;
    try (Stream<Path> packs = Files.walk(data.resolve("vault/packs"))) {
      pack = packs.filter(Files::isRegularFile).findFirst().orElseThrow();
    }
    byte[] content = Files.readAllBytes(pack);
    content[content.length / 2] ^= 1;
    Files.write(pack, content);

    admin("verify", "--data", data.toString()).succeeded();
    Program.Result found = admin("verify", "--reread", "--data", data.toString());
    assertThat(found.exitCode()).isEqualTo(REFUSED_BY_A_CHECK);
    assertThat(found.err())
        .contains("damaged: " + data.relativize(pack), "copy these files back from a backup")
        .contains("'anoncloud verify --full'; they remove it and put it again.");
    String bad = folder.resolve("bad backups").toString();
    for (String reread : List.of("", "--reread", "")) {
      List<String> command =
          new ArrayList<>(List.of("backup", "--keep", "1", "--data", data.toString(), bad));
      if (!reread.isEmpty()) {
        command.add(reread);
      }
      Program.Result made = admin(command.toArray(String[]::new));
      assertThat(made.exitCode()).isEqualTo(REFUSED_BY_A_CHECK);
      assertThat(made.err()).contains("1 file is damaged");
      assertThat(made.out()).doesNotContain("Deleted");
      Program.Result verified = admin("verify", bad);
      assertThat(verified.exitCode()).isEqualTo(REFUSED_BY_A_CHECK);
      assertThat(verified.err())
          .contains("damaged before the backup was made: " + data.relativize(pack));
    }

    Files.write(pack, new byte[17]);
    Program.Result cut = admin("verify", "--data", data.toString());
    assertThat(cut.exitCode()).isEqualTo(FAILED);
    assertThat(cut.err())
        .contains("short: " + data.relativize(pack))
        .contains("'anoncloud verify'; they put it again over what is there.");

    Files.copy(backup.resolve(data.relativize(pack)), pack, StandardCopyOption.REPLACE_EXISTING);
    admin("verify", "--reread", "--data", data.toString()).succeeded();
    assertThat(admin("backup", "--keep", "1", "--data", data.toString(), bad).succeeded().out())
        .contains("Deleted 3 old backups");
    admin("verify", bad).succeeded();
  }

  @Test
  @Tag("S4.15")
  void aCopyOfTheFolderDoesNotTakeThePlaceOfOneThatIsInUse() throws Exception {
    Path data = folder.resolve("data");
    Path copy = folder.resolve("copy");
    try (PostgresServer postgres = PostgresServer.start(folder.resolve("postgres"))) {
      String address = postgres.newDatabase();
      String[] moved = {"moved", "--yes", "--database", "postgres", "--data", copy.toString()};
      try (TestServer server =
          new TestServer(
                  new Program(folder.resolve("home")),
                  data,
                  "--database",
                  "postgres",
                  "--database-url",
                  address)
              .start()) {
        Folders.copy(server.data(), copy);
        assertThat(adminOn(address, moved).failed(FAILED)).contains("in use");
        assertThat(startOn(copy, address)).contains("is a copy", "gone for good");
      }
      // Its owner is asked first.
      String[] asking = {"moved", "--database", "postgres", "--data", copy.toString()};
      assertThat(adminOn(address, asking).exitCode()).isNotZero();
      assertThat(startOn(copy, address)).contains("is a copy");

      adminOn(address, moved).succeeded();

      assertThat(startOn(data, address)).contains("is a copy");
    }
    new TestServer(new Program(folder.resolve("home")), folder.resolve("on sqlite"))
        .start()
        .close();
    assertThat(admin("moved", "--data", folder.resolve("on sqlite").toString()).succeeded().out())
        .contains("Nothing to do");
  }

  /** What a server says that does not start. */
  private String startOn(Path data, String address) throws Exception {
    return new Program(folder.resolve("admin home"))
        .run(
            Map.of("ANONCLOUD_DATABASE_URL", address),
            "server",
            "--data",
            data.toString(),
            "--database",
            "postgres",
            "--listen",
            "127.0.0.1:0")
        .failed(FAILED);
  }

  @Test
  void aDamagedBackupAndWrongQuestionsAreNamed() throws Exception {
    Path data = folder.resolve("data");
    new TestServer(new Program(folder.resolve("home")), data).start().close();
    Path backup = folder.resolve("backup");
    assertThat(admin("backup", "--data", data.toString(), backup.toString()).succeeded().err())
        .contains("keys are not in the backup");
    assertThat(admin("restore", "--data", data.toString(), backup.toString()).failed(FAILED))
        .contains("Nothing was changed", "not there yet with --data", "moved aside");
    Path file = BackupPlace.backup(backup).resolve("rows");
    byte[] rows = Files.readAllBytes(file);
    rows[rows.length / 2] ^= 1;
    Files.write(file, rows);

    assertThat(admin("verify", backup.toString()).failed(REFUSED_BY_A_CHECK)).contains("rows");
    assertThat(
            admin("restore", "--data", folder.resolve("new").toString(), backup.toString())
                .failed(REFUSED_BY_A_CHECK))
        .contains("rows");
    assertThat(admin("verify", folder.resolve("nowhere").toString()).failed(FAILED))
        .contains("There is no", "nowhere");
    Path none = Files.createDirectory(folder.resolve("none"));
    assertThat(admin("verify", none.toString()).failed(FAILED)).contains("no finished backup");
    assertThat(
            admin("restore", "--data", folder.resolve("new").toString(), none.toString())
                .failed(FAILED))
        .contains("no finished backup");
    assertThat(
            admin("restore", "--data", data.resolve("below/it").toString(), backup.toString())
                .failed(USAGE))
        .contains("lies in the data folder of a server");
    assertThat(admin("migrate-database", "--to", "oracle", "--data", data.toString()).failed(USAGE))
        .contains("oracle");
    assertThat(admin("verify", "--data", folder.resolve("nowhere").toString()).failed(FAILED))
        .contains("No server has run");
    assertThat(
            admin("migrate-database", "--to", "postgres", "--data", data.toString()).failed(USAGE))
        .contains("--database-url");
  }

  @Test
  void aServerWhoseVaultIsOffIsNotCalledWhole() throws Exception {
    String data = folder.resolve("data").toString();
    new TestServer(new Program(folder.resolve("home")), Path.of(data)).start().close();
    admin("verify", "--data", data).succeeded();
    admin("plugins", "disable", "file-vault", "--data", data).succeeded();

    Result found = admin("verify", "--data", data);

    assertThat(found.exitCode()).isEqualTo(FAILED);
    assertThat(found.out()).doesNotContain("The server is whole");
    assertThat(found.err())
        .contains("files of 'vault' were not looked at")
        .containsSubsequence("plugins enable", "drop-data");
  }

  @Test
  @Tag("S4.12")
  void aPlaceOfBackupsBelongsToOneServer() throws Exception {
    Path data = folder.resolve("data");
    Path other = folder.resolve("other data");
    new TestServer(new Program(folder.resolve("home")), data).start().close();
    new TestServer(new Program(folder.resolve("other home")), other).start().close();
    String backups = folder.resolve("backups").toString();
    String keys = folder.resolve("keys").toString();
    admin("backup", "--data", data.toString(), "--keys", keys, backups).succeeded();

    assertThat(admin("backup", "--data", other.toString(), "--keep", "1", backups).failed(FAILED))
        .contains("--take-over");
    assertThat(
            admin("backup", "--data", other.toString(), "--keep", "1", "--take-over", backups)
                .succeeded()
                .out())
        .doesNotContain("Deleted");
    // The newest is another server's than the keys.
    assertThat(
            admin(
                    "restore",
                    "--data",
                    folder.resolve("restored").toString(),
                    "--keys",
                    keys,
                    backups)
                .failed(REFUSED_BY_A_CHECK))
        .contains("is of the server");
  }

  @Test
  @Tag("S4.12")
  void aServerThatTakesInvitedPeopleOnlyDoesNotComeBackOpen() throws Exception {
    Path config = folder.resolve("etc").resolve("server.conf");
    Files.createDirectory(config.getParent());
    Path data = folder.resolve("data");
    Files.writeString(config, "# ours\nregistration = invite\nquota = 5M\ndata = " + data + "\n");
    new TestServer(new Program(folder.resolve("home")), data, "--config", config.toString())
        .start()
        .close();
    String backups = folder.resolve("backups").toString();
    String keys = folder.resolve("keys").toString();
    admin("backup", "--config", config.toString(), "--keys", keys, backups).succeeded();
    Path restored = folder.resolve("restored");
    admin("restore", "--data", restored.toString(), "--keys", keys, backups).succeeded();

    Person mallory = Person.in(folder, "mallory", "a password of mallory");
    try (TestServer server =
            new TestServer(new Program(folder.resolve("other home")), restored).start();
        Client client =
            new Client(folder.resolve("mallory home"), server.connectionString(), mallory)) {
      Result refused = client.tryToRegister();
      assertThat(refused.exitCode()).isNotEqualTo(0);
      assertThat(refused.err()).contains("invit");
    }
    assertThat(
            new Program(folder.resolve("other home"))
                .run("server", "--check", "--data", restored.toString())
                .succeeded()
                .out())
        .contains("registration = invite", "quota = 5M");
  }

  @Test
  @Tag("S4.17")
  void theLogTellsTheLifeOfAServerAndNothingOfPeople() throws Exception {
    Path data = folder.resolve("data");
    TestServer server =
        new TestServer(
            new Program(folder.resolve("home")),
            data,
            "--registration",
            "invite",
            "--public-address",
            "cloud.example.org");
    server.start().close();

    String string = "anoncloud://cloud.example.org:" + server.port() + "#";
    assertThat(server.connectionString()).startsWith(string);
    String time = "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d ";
    assertThat(server.log())
        .containsPattern(
            time
                + "INFO  Server: AnonymousCloud 0\\.1\\.0 starts on 127\\.0\\.0\\.1:"
                + server.port()
                + ": database sqlite, registration invite, isolation thread, quota none")
        .containsPattern(time + "INFO  Server: Ready: " + string)
        .containsPattern(time + "INFO  Server: Stopping\\.")
        .containsPattern(time + "INFO  Server: Stopped\\.");
    assertThat(
            new Program(folder.resolve("admin home"))
                .run(
                    Map.of("ANONCLOUD_PUBLIC_ADDRESS", "[::1]:99", "ANONCLOUD_LISTEN", "0.0.0.0:1"),
                    "admin",
                    "connection-string",
                    "--data",
                    data.toString())
                .succeeded()
                .out()
                .strip())
        .isEqualTo(
            "anoncloud://[::1]:99"
                + server.connectionString().substring(server.connectionString().indexOf('#')));
    assertThat(
            new Program(folder.resolve("admin home"))
                .run(
                    Map.of("ANONCLOUD_REGISTRATON", "closed"),
                    "server",
                    "--check",
                    "--data",
                    data.toString())
                .succeeded()
                .err())
        .contains("ANONCLOUD_REGISTRATON");
  }

  /** Root can give a folder away; who is not root cannot, but meets the same check. */
  @Test
  @Tag("S4.14")
  void aFolderOfAnotherUserIsNotTouched() throws Exception {
    assumeTrue(new UnixSystem().getUid() == 0);
    Path data = folder.resolve("data");
    new TestServer(new Program(folder.resolve("home")), data).start().close();
    Files.setAttribute(data, "unix:uid", 1);
    Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwxr-xr-x"));
    List<Path> before = everything(data);
    String there = data.toString();
    for (List<String> command :
        List.of(
            List.of("accounts", "--data", there),
            List.of("invite", "--data", there),
            List.of("verify", "--data", there),
            List.of("rotate-secrets", "--data", there),
            List.of("backup", "--data", there, folder.resolve("backups").toString()),
            List.of("plugins", "disable", "--data", there, "chat"))) {
      assertThat(admin(command.toArray(String[]::new)).failed(FAILED))
          .as("%s", command)
          .contains("belongs to the user", "sudo -u");
    }
    assertThat(
            new Program(folder.resolve("home"))
                .run("server", "--data", there, "--listen", "127.0.0.1:0")
                .failed(FAILED))
        .contains("belongs to the user");
    assertThat(everything(data)).isEqualTo(before);
  }

  @Test
  @Tag("S4.14")
  void theModeOfAFolderThatWasThereStays() throws Exception {
    Path data = Files.createDirectory(folder.resolve("data"));
    Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwxr-xr-x"));
    new TestServer(new Program(folder.resolve("home")), data).start().close();
    assertThat(Files.getPosixFilePermissions(data))
        .isEqualTo(PosixFilePermissions.fromString("rwxr-xr-x"));

    Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwxrwxr-x"));
    assertThat(
            new Program(folder.resolve("home"))
                .run("server", "--data", data.toString(), "--listen", "127.0.0.1:0")
                .failed(FAILED))
        .contains("chmod go-w");
    assertThat(Files.getPosixFilePermissions(data))
        .isEqualTo(PosixFilePermissions.fromString("rwxrwxr-x"));
  }

  private static List<Path> everything(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.sorted().toList();
    }
  }

  private Result admin(String... arguments) throws Exception {
    return adminOn("", arguments);
  }

  /** With the address of a PostgreSQL in the environment, where other users do not see it. */
  private Result adminOn(String address, String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("admin"));
    command.addAll(List.of(arguments));
    return new Program(folder.resolve("admin home"))
        .run(Map.of("ANONCLOUD_DATABASE_URL", address), command.toArray(String[]::new));
  }

  private void assertSame(Client client, Path sent, String name) throws Exception {
    Path received = Files.createDirectory(folder.resolve(name));
    client.run("get", "-r", "/tree", received.resolve("tree").toString()).succeeded();
    assertThat(SampleTree.content(received)).isEqualTo(SampleTree.content(sent));
  }
}
