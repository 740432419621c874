package org.anonymouscloud.client.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.BooleanNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import org.anonymouscloud.client.system.Client.Person;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a stolen disk opens, and a device that somebody has locked. */
final class LockIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int FAILED = 1;
  private static final int USAGE = 2;
  private static final int LOCKED = 3;

  @TempDir private Path folder;

  @Test
  @Tag("S4.11")
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
      assertThat(status(alice).path("locked")).isEqualTo(BooleanNode.TRUE);
      assertThat(alice.run("agent", "status").succeeded().out()).contains("locked: true");
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
      assertThat(alice.run("logout").succeeded().out())
          .startsWith("Logged out.")
          .contains("could not be told", "'anoncloud device revoke ID'");
    }
  }

  @Test
  void aLogoutOfWhichTheOtherDevicesCannotBeToldSaysSo() throws Exception {
    Person person = Person.in(folder, "alice", "a password of alice");
    try (TestServer server = new TestServer(folder).start();
        Client alice =
            new Client(folder.resolve("home"), server.connectionString(), person).register()) {
      // Whoever has but one device is asked, and a script has to say it.
      assertThat(alice.run("logout").failed(USAGE)).contains("only device", "--yes");
      alice.run("ls", "/").succeeded();
      JsonNode told = JSON.readTree(alice.run("logout", "--yes", "--json").succeeded().out());
      assertThat(told.path("loggedOut").asBoolean()).isTrue();
      assertThat(told.path("othersTold")).isEqualTo(BooleanNode.TRUE);
      assertThat(JSON.readTree(alice.run("logout", "--json").succeeded().out()).path("loggedOut"))
          .isEqualTo(BooleanNode.FALSE);

      alice.login().succeeded();
      String device =
          JSON.readTree(alice.run("account", "--json").succeeded().out()).path("device").asText();
      server.stop();
      assertThat(alice.run("--timeout", "1", "logout").succeeded().out())
          .startsWith("Logged out.")
          .contains("could not be told", "'anoncloud device revoke " + device + "'");
    }
  }

  @Test
  void whatIsNotSealedIsNeitherUnlockedNorRemovedAndTheSettingIsShown() throws Exception {
    Path phrase = Files.writeString(folder.resolve("phrase"), "a phrase of this device\n");
    Path few = Files.writeString(folder.resolve("few"), "few\n");
    Person person = Person.in(folder, "alice", "a password of alice");
    try (TestServer server = new TestServer(folder).start();
        Client alice =
            new Client(folder.resolve("home"), server.connectionString(), person).register()) {
      assertThat(status(alice).path("locked")).isEqualTo(BooleanNode.FALSE);
      assertThat(alice.run("agent", "status").succeeded().out())
          .contains("On this device nobody has checked yet")
          .doesNotContain("locked", "lockAfter");
      assertThat(alice.run("agent", "unlock").succeeded().out()).contains("not sealed");
      assertThat(alice.run("agent", "passphrase", "--remove").succeeded().out())
          .contains("were not sealed");
      assertThat(
              alice.run("agent", "passphrase", "--passphrase-file", few.toString()).failed(USAGE))
          .contains("The passphrase is too short");

      String[] seal = {
        "agent", "passphrase", "--lock-after", "30", "--passphrase-file", phrase.toString()
      };
      alice.run(seal).succeeded();
      assertThat(status(alice).path("lockAfter").asLong()).isEqualTo(30);
      assertThat(alice.run("agent", "status").succeeded().out()).contains("lockAfter: 30 minutes");
      seal[3] = "0";
      alice.run(seal).succeeded();
      assertThat(alice.run("agent", "status").succeeded().out()).contains("lockAfter: never");
      assertThat(alice.run("agent", "passphrase", "--remove").succeeded().out())
          .contains("not sealed any more");
    }
  }

  private static JsonNode status(Client client) throws Exception {
    return JSON.readTree(client.run("agent", "status", "--json").succeeded().out());
  }
}
