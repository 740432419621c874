package org.anonymouscloud.client.system;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.anonymouscloud.client.system.Client.Person;
import org.anonymouscloud.client.system.Program.Result;
import org.anonymouscloud.client.system.Program.Running;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Arguments, names and files that would steer the terminal of whoever uses them. */
@Tag("S4.10a")
final class TerminalIT {
  /** Clears the screen, turns the direction of writing, begins a sequence in one character. */
  private static final String TREACHEROUS = "x\u001b[2J\u202ey\u009b2J\r";

  @TempDir private Path folder;

  @Test
  void nothingThatIsGivenSteersTheTerminal() throws Exception {
    Program program = new Program(folder.resolve("home"));
    Path data = Files.createDirectories(folder.resolve("data"));
    Files.writeString(data.resolve("anoncloud.conf"), TREACHEROUS + " = 1\n");
    Path manifest = Files.writeString(folder.resolve("no.jar"), TREACHEROUS);
    Path link = folder.resolve("a" + TREACHEROUS);
    Path words = Files.writeString(folder.resolve("words"), TREACHEROUS + " abandon");
    String server = "anoncloud://127.0.0.1:1#" + "a".repeat(26);

    for (List<String> command :
        List.of(
            List.of(TREACHEROUS),
            List.of("--" + TREACHEROUS),
            List.of("agent", TREACHEROUS),
            List.of("agent", "status", "--" + TREACHEROUS),
            List.of("agent", "token", "--scope", TREACHEROUS),
            List.of("--timeout", TREACHEROUS, "ping"),
            List.of("--plugin", link.toString(), "notes"),
            List.of("server", "--listen", TREACHEROUS),
            List.of("server", "--listen", TREACHEROUS + ":1"),
            List.of("server", "--data", link.toString(), "--isolation", TREACHEROUS),
            List.of("server", "--data", data.toString(), "--check"),
            List.of("admin", "fingerprint", "--data", link.toString()),
            List.of("admin", "accounts", "--data", data.toString()),
            List.of("admin", "verify", link.toString()),
            List.of("admin", "quota", "--data", data.toString(), TREACHEROUS, TREACHEROUS),
            List.of("admin", "plugins", "install", manifest.toString(), "--data", link.toString()),
            List.of("plugin", "install", manifest.toString(), "--yes"),
            List.of("plugin", "enable", TREACHEROUS),
            List.of("ping", "--server", "anoncloud://" + TREACHEROUS + ":1"),
            List.of("ping", "--server", TREACHEROUS),
            List.of("register", "--user", TREACHEROUS, "--server", server),
            List.of("recover", "--user", "anna", "--words-file", link.toString()),
            List.of("recover", "--user", "anna", "--words-file", words.toString()),
            List.of("contact", "add", TREACHEROUS),
            List.of("device", "revoke", TREACHEROUS, "--yes"),
            List.of("get", TREACHEROUS, link.toString()),
            List.of("put", link.toString(), "/"))) {
      Result result = program.run(command.toArray(String[]::new));
      assertThat(result.exitCode()).as("%s", command).isNotZero();
      assertThat(result.out() + result.err())
          .as("%s", command)
          .isNotBlank()
          .doesNotContain("\u001b", "\u202e", "\u009b", "\r");
    }
    program.run("agent", "stop");
  }

  @Test
  void namesAreShownAndDataStaysAsItIs() throws Exception {
    Path source = Files.createDirectories(folder.resolve("source"));
    Path file = Files.writeString(source.resolve("data"), TREACHEROUS);
    Path treacherous = Files.writeString(source.resolve(TREACHEROUS), "content");
    try (TestServer server = new TestServer(folder).start();
        Client alice =
            new Client(
                    folder.resolve("home"),
                    server.connectionString(),
                    Person.in(folder, "alice", "a password of alice"))
                .register()) {
      alice.run("put", file.toString(), "/data").succeeded();

      assertThat(alice.run("cat", "/data").succeeded().out()).isEqualTo(TREACHEROUS);
      for (Result result :
          List.of(
              alice.run("put", treacherous.toString(), "/other"),
              alice.run("put", treacherous.toString(), "/"),
              alice.run("put", "-r", source.toString(), "/"),
              alice.run("get", "/" + TREACHEROUS, folder.resolve("there").toString()),
              alice.run("get", "/data", folder.resolve("no/" + TREACHEROUS).toString()),
              alice.run("stat", "/" + TREACHEROUS),
              alice.run("mkdir", "/" + TREACHEROUS),
              alice.run("ls", "/"),
              alice.run("device", "rename", "alice", TREACHEROUS),
              alice.run("device", "revoke", TREACHEROUS, "--yes"))) {
        assertThat((result.out() + result.err()).getBytes(UTF_8))
            .asString(UTF_8)
            .doesNotContain("\u001b", "\u202e", "\u009b", "\r");
      }
    }
  }

  @Test
  @Tag("S4.18")
  void whatIsMistypedIsAskedForAgainAndTheOnlyDeviceIsNotLeftUnasked() throws Exception {
    try (TestServer server = new TestServer(folder).start();
        Client alice =
            new Client(
                    folder.resolve("home"),
                    server.connectionString(),
                    Person.in(folder, "alice", "a password of alice"))
                .register()) {
      String phrase = "a phrase of this one";
      try (Running sealing = alice.program().startOnTerminal("agent passphrase")) {
        sealing.answer("New passphrase: ", "");
        sealing.answer("Once more:", phrase);
        sealing.answer("again: ", "another phrase, not this");
        sealing.answer("Once more:", phrase);
        sealing.answer("again: ", phrase);
        assertThat(sealing.exitCode()).isZero();
        assertThat(sealing.printed()).contains("Nothing was typed.", "differ");
      }
      alice.run("agent", "lock").succeeded();
      try (Running opening = alice.program().startOnTerminal("agent unlock")) {
        opening.answer("Passphrase: ", "another phrase, not this");
        opening.answer("Once more:", phrase);
        assertThat(opening.exitCode()).isZero();
      }
      try (Running shortly = alice.program().startOnTerminal("agent passphrase --lock-after 5")) {
        for (int i = 0; i < 3; i++) {
          shortly.answer("New passphrase: ", "short");
        }
        assertThat(shortly.exitCode()).isEqualTo(2);
      }
      try (Running leaving = alice.program().startOnTerminal("logout")) {
        leaving.answer("[yes/no]", "no");
        assertThat(leaving.exitCode()).isEqualTo(1);
        assertThat(leaving.printed()).contains("only device");
      }
      alice.run("ls", "/").succeeded();
    }
  }
}
