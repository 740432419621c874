package org.anonymouscloud.client.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.anonymouscloud.client.system.Program.Running;
import org.anonymouscloud.core.testing.PostgresServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What README.md shows works as it is written there, typed on a terminal. */
final class ReadmeIT {
  private static final Path ROOT = Program.LAUNCHER.getParent();
  private static final String PASSWORD = "a password of alice";

  @TempDir private Path folder;

  @Test
  void eachCommandOfTheReadmeDoesWhatItSays() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/script")), "No script(1) to be the terminal.");
    Files.createSymbolicLink(folder.resolve("anoncloud"), Program.LAUNCHER);
    SampleTree.small(folder.resolve("Pictures"), 20, "a picture", 1);
    int commands = 0;

    try (PostgresServer postgres = PostgresServer.start(folder.resolve("postgres"));
        Servers servers = new Servers()) {
      for (String line : commands()) {
        commands++;
        if (line.startsWith("mvn ")) {
          // Not inside itself; but it is the command of the continuous integration.
          assertThat(Files.readString(ROOT.resolve(".ci/run"))).containsPattern("mvn .*verify");
        } else if (line.startsWith("./anoncloud up")) {
          servers.start(line, "first home");
        } else if (line.startsWith("./anoncloud server")) {
          String url = postgres.newDatabase();
          Path data = folder.resolve("data of command " + commands);
          servers.start(
              line.replace("DIR", "'" + data + "'")
                      .replace("HOST:PORT", "127.0.0.1:" + TestServer.freePort())
                      .replace("postgresql://user:password@host:5432/name", url)
                  + (line.contains("--listen")
                      ? ""
                      : " --listen 127.0.0.1:" + TestServer.freePort()),
              "owner home");
        } else if (line.startsWith("./anoncloud register")) {
          try (Running register = terminal(line, "first home")) {
            register.answer("Password", PASSWORD);
            register.answer("again", PASSWORD);
            assertThat(register.exitCode()).as(register.printed()).isZero();
          }
        } else if (line.startsWith("./anoncloud login")) {
          try (Running running = terminal(line, "second home")) {
            running.answer("Password", PASSWORD);
            assertThat(running.exitCode()).as(running.printed()).isZero();
          }
          endAgent("second home");
        } else {
          try (Running running = terminal(line, "first home")) {
            assertThat(running.exitCode()).as(line + "\n" + running.printed()).isZero();
          }
        }
      }
    }

    assertThat(commands).isGreaterThanOrEqualTo(9);
    assertThat(folder.resolve("sheet.txt")).content().contains("Account key: ");
    assertThat(SampleTree.content(folder.resolve("copy")))
        .isEqualTo(SampleTree.content(folder.resolve("Pictures")));
  }

  /** The lines of the fenced blocks. */
  private static List<String> commands() throws IOException {
    List<String> commands = new ArrayList<>();
    boolean inside = false;
    for (String line : Files.readAllLines(ROOT.resolve("README.md"))) {
      if (line.startsWith("```")) {
        inside = !inside;
      } else if (inside) {
        commands.add(line);
      }
    }
    return commands;
  }

  /** Runs a line of shell in the test's folder, on a terminal. */
  private Running terminal(String line, String home) throws IOException {
    ProcessBuilder builder = new ProcessBuilder("script", "-qefc", line, "/dev/null");
    builder.directory(folder.toFile());
    builder.environment().put("ANONCLOUD_HOME", folder.resolve(home).toString());
    return new Running(builder.start());
  }

  private void endAgent(String home) throws IOException, InterruptedException {
    new Program(folder.resolve(home)).run("agent", "stop", "--with-server").succeeded();
  }

  /** What runs in the background until the end of the test. */
  private final class Servers implements AutoCloseable {
    private final List<Running> running = new ArrayList<>();

    void start(String line, String home) throws IOException, InterruptedException {
      ProcessBuilder builder = new ProcessBuilder("sh", "-c", "exec " + line);
      builder.directory(folder.toFile());
      builder.environment().put("ANONCLOUD_HOME", folder.resolve(home).toString());
      Running server = new Running(builder.start());
      running.add(server);
      server.connectionString();
    }

    @Override
    public void close() {
      running.reversed().forEach(Running::close);
    }
  }
}
