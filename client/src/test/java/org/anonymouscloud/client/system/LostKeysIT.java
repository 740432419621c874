package org.anonymouscloud.client.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.anonymouscloud.client.system.Client.Person;
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
    }
  }
}
