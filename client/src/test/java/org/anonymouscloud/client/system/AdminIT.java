package org.anonymouscloud.client.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.anonymouscloud.client.system.Client.Person;
import org.anonymouscloud.client.system.Program.Result;
import org.anonymouscloud.core.testing.PostgresServer;
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
    try (PostgresServer postgres = PostgresServer.start(folder.resolve("postgres"));
        TestServer server = new TestServer(folder).start();
        Client client =
            new Client(folder.resolve("home"), server.connectionString(), alice).register()) {
      client.run("put", "-r", sent.resolve("tree").toString(), "/tree").succeeded();

      String data = server.data().toString();
      admin("backup", "--data", data, backup.toString()).succeeded();
      assertThat(admin("verify", "--data", data).succeeded().out()).contains("The server is whole");
      assertThat(admin("verify", backup.toString()).succeeded().out())
          .contains("The backup is whole");
      assertThat(admin("backup", "--data", data, backup.toString()).failed(FAILED))
          .contains("is not empty");
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

      // To PostgreSQL, and the server goes on there.
      String address = postgres.newDatabase();
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
      String empty = postgres.newDatabase();
      adminOn(
              empty,
              "restore",
              "--data",
              restored.toString(),
              "--database",
              "postgres",
              backup.toString())
          .succeeded();
      assertThat(
              adminOn(empty, "verify", "--data", restored.toString(), "--database", "postgres")
                  .succeeded()
                  .out())
          .contains("The server is whole");
    }
  }

  @Test
  void aDamagedBackupAndWrongQuestionsAreNamed() throws Exception {
    Path data = folder.resolve("data");
    new TestServer(new Program(folder.resolve("home")), data).start().close();
    Path backup = folder.resolve("backup");
    admin("backup", "--data", data.toString(), backup.toString()).succeeded();
    byte[] rows = Files.readAllBytes(backup.resolve("rows"));
    rows[rows.length / 2] ^= 1;
    Files.write(backup.resolve("rows"), rows);

    assertThat(admin("verify", backup.toString()).failed(REFUSED_BY_A_CHECK)).contains("rows");
    assertThat(
            admin("restore", "--data", folder.resolve("new").toString(), backup.toString())
                .failed(REFUSED_BY_A_CHECK))
        .contains("rows");
    assertThat(admin("verify", folder.resolve("nowhere").toString()).failed(REFUSED_BY_A_CHECK))
        .contains("no backup");
    assertThat(admin("migrate-database", "--to", "oracle", "--data", data.toString()).failed(USAGE))
        .contains("oracle");
    assertThat(admin("verify", "--data", folder.resolve("nowhere").toString()).failed(FAILED))
        .contains("No server has run");
    assertThat(
            admin("migrate-database", "--to", "postgres", "--data", data.toString()).failed(FAILED))
        .contains("--database-url");
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
