package org.anonymouscloud.client.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import org.anonymouscloud.client.system.Client.Person;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a stolen disk opens, and a device that somebody has locked. */
@Tag("S4.11")
final class LockIT {
  private static final int FAILED = 1;
  private static final int LOCKED = 3;

  @TempDir private Path folder;

  @Test
  void theKeysOfADeviceAreSealedToAPassphraseAndForgottenOnRequest() throws Exception {
    Path right = Files.writeString(folder.resolve("right"), "a phrase of this device\n");
    Path wrong = Files.writeString(folder.resolve("wrong"), "another phrase, not right\n");
    try (TestServer server = new TestServer(folder).start();
        Client alice =
            new Client(
                    folder.resolve("home"),
                    server.connectionString(),
                    Person.in(folder, "alice", "a password of alice"))
                .register()) {
      Path secret = alice.program().home().resolve("account/device-secret");
      byte[] open = Files.readAllBytes(secret);
      assertThat(alice.run("agent", "lock").failed(FAILED)).contains("passphrase");

      alice.run("agent", "passphrase", "--passphrase-file", right.toString()).succeeded();
      assertThat(HexFormat.of().formatHex(Files.readAllBytes(secret)))
          .doesNotContain(HexFormat.of().formatHex(open, open.length - 32, open.length));
      alice.run("mkdir", "/folder").succeeded();

      alice.run("agent", "lock").succeeded();
      assertThat(alice.run("ls", "/").failed(LOCKED)).contains("agent unlock");
      assertThat(alice.run("device", "list").failed(LOCKED)).contains("agent unlock");
      assertThat(
              new ObjectMapper()
                  .readTree(alice.run("agent", "status", "--json").succeeded().out())
                  .path("locked")
                  .asText())
          .isEqualTo("true");
      assertThat(alice.run("agent", "unlock", "--passphrase-file", wrong.toString()).failed(FAILED))
          .contains("not the passphrase");
      alice.run("agent", "unlock", "--passphrase-file", right.toString()).succeeded();
      assertThat(alice.run("ls", "/").succeeded().out()).isEqualTo("folder/\n");

      alice.stopAgent();
      assertThat(alice.run("ls", "/").failed(LOCKED)).contains("agent unlock");
      alice.run("agent", "unlock", "--passphrase-file", right.toString()).succeeded();
      alice.run("agent", "passphrase", "--remove").succeeded();
      alice.stopAgent();
      assertThat(alice.run("ls", "/").succeeded().out()).isEqualTo("folder/\n");

      alice.run("agent", "passphrase", "--passphrase-file", right.toString()).succeeded();
      alice.run("agent", "lock").succeeded();
      assertThat(alice.run("logout").succeeded().out()).startsWith("Logged out.");
    }
  }
}
