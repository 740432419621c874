package org.anonymouscloud.client.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;
import org.anonymouscloud.client.system.Client.Person;
import org.anonymouscloud.core.testing.FakeKeyring;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A device whose keys the platform's keyring opens. */
@Tag("S4.11")
final class KeyringIT {
  private static final int FAILED = 1;
  private static final int USAGE = 2;
  private static final int LOCKED = 3;

  @TempDir private Path folder;

  /** A machine whose keyring is a fake, and an account on it. */
  private final class Machine implements AutoCloseable {
    final FakeKeyring keyring;
    private final TestServer server;
    private final Program program;

    Machine() throws Exception {
      keyring = new FakeKeyring(folder.resolve("keyring"));
      server = new TestServer(folder).start();
      program =
          new Program(
              folder.resolve("home"),
              List.of("env", "PATH=" + keyring.folder() + ":" + System.getenv("PATH")));
      Person alice = Person.in(folder, "alice", "a password of alice");
      run(
              "register",
              "--server",
              server.connectionString(),
              "--user",
              alice.user(),
              "--password-file",
              alice.passwordFile().toString(),
              "--sheet",
              alice.sheet().toString())
          .succeeded();
    }

    Program.Result run(String... arguments) throws Exception {
      return program.run(arguments);
    }

    /** Ends the agent; the next command starts it again. */
    void restart() throws Exception {
      run("agent", "stop").succeeded();
    }

    JsonNode status() throws Exception {
      return new ObjectMapper().readTree(run("agent", "status", "--json").succeeded().out());
    }

    @Override
    public void close() throws IOException {
      try {
        program.run("agent", "stop");
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      server.close();
    }
  }

  @Test
  void theKeyringOpensTheKeysUntilSomebodyLocksThem() throws Exception {
    try (Machine machine = new Machine()) {
      Path file = folder.resolve("home/account/device-secret");
      byte[] open = Files.readAllBytes(file);
      assertThat(machine.status().path("keys").asText()).isEqualTo("file");

      machine.run("agent", "passphrase", "--keyring").succeeded();
      assertThat(machine.status().path("keys").asText()).isEqualTo("keyring");
      assertThat(HexFormat.of().formatHex(Files.readAllBytes(file)))
          .doesNotContain(HexFormat.of().formatHex(open, open.length - 32, open.length));
      String passphrase = Files.readString(machine.keyring.entries().getFirst());
      machine.restart();
      assertThat(machine.run("ls", "/").succeeded().complaint()).isEmpty();

      machine.run("agent", "lock").succeeded();
      assertThat(machine.run("ls", "/").failed(LOCKED)).contains("agent unlock");
      assertThat(machine.status().path("locked").asText()).isEqualTo("true");
      assertThat(machine.status().path("keys").asText()).isEqualTo("keyring");
      machine.run("agent", "unlock").succeeded();
      machine.run("ls", "/").succeeded();

      assertThat(machine.keyring.calls()).contains("lookup").doesNotContain(passphrase);
      assertThat(Files.readString(folder.resolve("home/agent.log"))).doesNotContain(passphrase);
      machine.run("agent", "lock").succeeded();
      machine.run("logout").succeeded();
      assertThat(machine.keyring.entries()).isEmpty();
    }
  }

  @Test
  void aKeyringThatDoesNotOpenThemIsNamedAndAskedOnce() throws Exception {
    try (Machine machine = new Machine()) {
      machine.keyring.lock();
      assertThat(machine.run("agent", "passphrase", "--keyring").failed(FAILED))
          .contains("locked")
          .contains("Nothing was changed");
      assertThat(machine.run("agent", "passphrase", "--keyring", "--remove").failed(USAGE))
          .contains("one of");
      machine.keyring.unlock();
      machine.run("agent", "passphrase", "--keyring").succeeded();

      machine.keyring.lock();
      machine.restart();
      assertThat(machine.run("ls", "/").failed(LOCKED))
          .contains("keyring is locked")
          .contains("agent unlock")
          .contains("logout");
      String calls = machine.keyring.calls();
      assertThat(machine.run("ls", "/").failed(LOCKED)).contains("keyring is locked");
      assertThat(machine.keyring.calls()).isEqualTo(calls);
      assertThat(machine.run("agent", "unlock").failed(LOCKED)).contains("keyring is locked");
      machine.keyring.unlock();
      machine.run("agent", "unlock").succeeded();
      machine.run("ls", "/").succeeded();

      Files.delete(machine.keyring.entries().getFirst());
      machine.restart();
      assertThat(machine.run("ls", "/").failed(LOCKED)).contains("nothing for this device");
      machine.run("logout").succeeded();
    }
  }

  @Test
  void aKeyringThatAsksAPersonIsWaitedForAndHoldsNothingUp() throws Exception {
    try (Machine machine = new Machine()) {
      machine.run("agent", "passphrase", "--keyring").succeeded();
      machine.restart();
      machine.keyring.hang();
      machine.run("agent", "start").succeeded();
      try (Program.Running ls = machine.program.start("ls", "/")) {
        assertThat(ls.await(Pattern.compile("Waiting for .*"), 0)).contains("keyring");
        machine.keyring.answer();
        assertThat(ls.exitCode()).isZero();
      }

      machine.restart();
      machine.keyring.hang();
      try (Program.Running ls = machine.program.start("ls", "/")) {
        ls.await(Pattern.compile("Waiting for .*"), 0);
        machine.run("agent", "stop").succeeded();
        assertThat(ls.exitCode()).isEqualTo(FAILED);
      }
      machine.keyring.answer();
    }
  }
}
