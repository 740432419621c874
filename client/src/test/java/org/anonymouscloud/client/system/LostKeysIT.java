package org.anonymouscloud.client.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.anonymouscloud.client.system.Client.Person;
import org.anonymouscloud.core.session.server.ServerKey;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server without its keys is not silently another one, nor are good ones replaced by false. */
@Tag("S4.12")
final class LostKeysIT {
  private static final int FAILED = 1;
  private static final int REFUSED = 4;

  @TempDir private Path folder;

  @Test
  void aServerThatHasLostItsKeysStartsOnlyWithThemOrWhenItsOwnerGivesThemUp() throws Exception {
    Path kept = folder.resolve("kept keys");
    Path place = folder.resolve("backups");
    Person alice = Person.in(folder, "alice", "a password of alice");
    try (TestServer server = new TestServer(folder).start();
        Client client =
            new Client(folder.resolve("home"), server.connectionString(), alice).register()) {
      Path data = server.data();
      Program owner = new Program(folder.resolve("server home"));
      server.stop();
      owner
          .run("admin", "backup", "--data", data.toString(), "--keys", kept.toString(), place + "")
          .succeeded();

      for (String file : new String[] {"server.key", "server.secrets"}) {
        byte[] good = Files.readAllBytes(kept.resolve(file));
        Files.delete(data.resolve(file));

        assertThat(owner.run("server", "--data", data.toString()).failed(FAILED))
            .contains(file + " is missing", "admin backup --keys", "new-keys");
        assertThat(data.resolve(file)).as("a refused start makes nothing").doesNotExist();
        assertThat(owner.run("server", "--check", "--data", data.toString()).out())
            .contains("failed: the server's keys: The file " + data.resolve(file));
        assertThat(owner.run("admin", "verify", "--data", data.toString()).failed(FAILED))
            .contains(file + " is missing");
        assertThat(
                owner
                    .run(
                        "admin",
                        "backup",
                        "--data",
                        data.toString(),
                        "--keys",
                        kept.toString(),
                        place.toString())
                    .failed(REFUSED))
            .contains("No backup was made", file);
        assertThat(kept.resolve(file)).hasBinaryContent(good);
        Files.copy(kept.resolve(file), data.resolve(file));
      }
      aKeyOfAnotherServerIsRefused(owner, data);
      aMissingFolderOfPacksIsRefused(owner, client, server);
      server.start();
      client.run("ls", "/").succeeded();
      server.stop();

      // Gone for good: the device that is logged in goes on with its pinned key, not without.
      Files.delete(data.resolve("server.secrets"));
      owner.run("admin", "new-keys", "--yes", "--data", data.toString()).succeeded();
      server.start();
      client.run("ls", "/").succeeded();
      client.run("logout", "--yes").succeeded();
      assertThat(client.login().failed(FAILED)).contains("password is wrong");
      server.stop();

      // A new server.key made on purpose counts.
      Files.delete(data.resolve("server.key"));
      owner.run("admin", "new-keys", "--yes", "--data", data.toString()).succeeded();
      server.start();
    }
  }

  @Test
  void keysMayComeAfterTheRestore() throws Exception {
    Path kept = folder.resolve("keys");
    String backups = folder.resolve("backups").toString();
    String restored = folder.resolve("restored").toString();
    Path data = Path.of(restored);
    Person alice = Person.in(folder, "alice", "a password of alice");
    Program owner = new Program(folder.resolve("server home"));
    try (TestServer server = new TestServer(folder).start();
        Client _ =
            new Client(folder.resolve("home"), server.connectionString(), alice).register()) {
      String old = server.data().toString();
      owner.run("admin", "backup", "--data", old, "--keys", kept.toString(), backups).succeeded();
    }
    String[] withKeys = {"admin", "restore", "--data", restored, "--keys", kept + "", backups};

    assertThat(owner.run("admin", "restore", "--data", restored, backups).succeeded().err())
        .contains("No keys were restored", "server --check", "admin new-keys");
    assertThat(owner.run(withKeys).failed(FAILED))
        .contains("Nothing was changed", "copy server.key and server.secrets from " + kept);
    assertThat(data.resolve("server.key")).doesNotExist();
    assertThat(owner.run("server", "--check", "--data", restored).out())
        .contains("failed: the server's keys");

    for (String file : new String[] {"server.key", "server.secrets"}) {
      Files.copy(kept.resolve(file), data.resolve(file));
    }
    assertThat(owner.run("server", "--check", "--data", restored).out())
        .contains("ok: the server's keys");
    assertThat(owner.run(withKeys).failed(FAILED)).contains("Restore into an empty one");
  }

  private static void aKeyOfAnotherServerIsRefused(Program owner, Path data) throws Exception {
    Path key = data.resolve("server.key");
    Path own = data.resolveSibling("own server.key");
    Files.move(key, own);
    ServerKey.open(key).close();
    try {
      assertThat(owner.run("server", "--data", data.toString()).failed(FAILED))
          .contains("is the key of another server", "admin backup --keys", "new-keys");
      assertThat(owner.run("server", "--check", "--data", data.toString()).out())
          .contains("failed: the server's keys: The file " + key);
    } finally {
      Files.move(own, key, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  private void aMissingFolderOfPacksIsRefused(Program owner, Client client, TestServer server)
      throws Exception {
    server.start();
    Path file = Files.writeString(folder.resolve("note"), "something");
    client.run("put", file.toString(), "/").succeeded();
    server.stop();
    Path vault = server.data().resolve("vault");
    Path away = server.data().resolveSibling("vault elsewhere");
    Files.move(vault, away);

    String data = server.data().toString();
    assertThat(owner.run("server", "--data", data).failed(FAILED))
        .contains("The folder " + vault + " is missing or empty", "admin verify");
    assertThat(owner.run("server", "--check", "--data", data).out())
        .contains("failed: the features' folders");
    assertThat(vault).as("a refused start makes nothing").doesNotExist();
    Files.move(away, vault);
  }
}
