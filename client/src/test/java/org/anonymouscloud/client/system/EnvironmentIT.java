package org.anonymouscloud.client.system;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.anonymouscloud.client.system.Client.Person;
import org.anonymouscloud.client.system.Program.Result;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The program in the odd places that people call it from. */
@Tag("S4.D")
@TestInstance(Lifecycle.PER_CLASS)
final class EnvironmentIT {
  private static final int DEPTH = 1_500;

  private Path folder = Path.of("");
  private TestServer server;
  private Client client;

  @BeforeAll
  void startServer(@TempDir Path temporary) throws Exception {
    folder = temporary;
    server = new TestServer(temporary).start();
    Person alice = Person.in(temporary, "alice", "a password of alice");
    client = new Client(temporary.resolve("home"), server.connectionString(), alice).register();
    client.run("mkdir", "/folder").succeeded();
  }

  @AfterAll
  void stop() throws Exception {
    client.close();
    server.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ls /",
        "ls --json /",
        "tree /",
        "du /",
        "stat /folder",
        "agent status",
        "agent token --scope read",
        "device list",
        "--help",
        "ls --help",
        "--version"
      })
  void aResultThatCannotBeWrittenIsAFailure(String command) throws Exception {
    Shell full = shell("\"$0\" " + command + " >/dev/full", Map.of());

    assertThat(full.exitCode()).isEqualTo(1);
    assertThat(full.err())
        .startsWith("anoncloud: The output could not be written: ")
        .hasLineCount(1);
  }

  @Test
  void whoHasSeenEnoughHearsNoComplaint() throws Exception {
    Path many = Files.createDirectory(folder.resolve("many"));
    for (int i = 0; i < 3_000; i++) {
      Files.createFile(many.resolve("a rather long name of a file " + i));
    }
    client.run("put", "-r", many.toString(), "/many").succeeded();

    for (String command : List.of("ls /many", "ls --json /many", "tree /many")) {
      assertThat(shell("\"$0\" " + command + " | head -n 1 >/dev/null", Map.of()).err())
          .as(command)
          .isEmpty();
    }
  }

  @Test
  void theLauncherIsFoundHoweverItIsCalled() throws Exception {
    String folderOfProgram = Program.LAUNCHER.getParent().toString();
    String name = Program.LAUNCHER.getParent().getFileName().toString();
    List<String> ways =
        List.of(
            "cd '" + folderOfProgram + "' && sh anoncloud --version",
            "cd '" + folderOfProgram + "/..' && CDPATH=$PWD '" + name + "/anoncloud' --version",
            "env -u HOME \"$0\" --version",
            "cd / && PATH=\"$PATH:" + folderOfProgram + "\" && anoncloud --version");
    for (String way : ways) {
      Shell result = shell(way, Map.of());
      assertThat(result.exitCode()).as("%s: %s", way, result.err()).isZero();
      assertThat(result.out()).startsWith("AnonymousCloud ").hasLineCount(1);
    }
  }

  @Test
  void theJvmsOptionsOfOthersDoNotReachTheOutput() throws Exception {
    Map<String, String> options =
        Map.of(
            "JAVA_TOOL_OPTIONS", "-Dx=1",
            "_JAVA_OPTIONS", "-Dx=1",
            "JDK_JAVA_OPTIONS", "-Dx=1");

    Shell result = shell("\"$0\" ls /", options);

    assertThat(result.exitCode()).isZero();
    assertThat(result.out()).startsWith("folder/\n").doesNotContain("Picked up");
    assertThat(result.complaint()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"LANG=en_US.UTF-8", "LC_ALL=C", "LC_CTYPE=UTF-8", "LC_ALL=tlh_QO.utf8"})
  void namesAreUnicodeWhateverTheLocaleIsSaidToBe(String locale) throws Exception {
    Path names = Files.createDirectories(folder.resolve("names"));
    Files.writeString(names.resolve("ü 語 🙂.txt"), "1", UTF_8);
    String clean = "env -u LC_ALL -u LC_CTYPE -u LANG " + locale + " \"$0\" ";
    Path copy = folder.resolve("copy " + locale.hashCode());

    assertThat(shell(clean + "put -r '" + names + "' /names", Map.of()).complaint()).isEmpty();
    assertThat(shell(clean + "get -r /names '" + copy + "'", Map.of()).complaint()).isEmpty();

    assertThat(copy.resolve("ü 語 🙂.txt")).hasContent("1");
  }

  @Test
  void aTreeMayBeDeeperThanAStack() throws Exception {
    Path top = Files.createDirectory(folder.resolve("deep"));
    Files.writeString(top.resolve("plain"), "p", UTF_8);
    // By a shell that walks down, as a whole path would be too long for some calls.
    Shell made =
        shell(
            "cd '"
                + top
                + "' && i=0; while [ $i -lt "
                + DEPTH
                + " ]; do mkdir d && cd -P d;"
                + " i=$((i+1)); done; printf leaf >leaf",
            Map.of());
    assertThat(made.exitCode()).isZero();

    client.run("put", "-r", top.toString(), "/deep").succeeded();
    assertThat(client.run("cat", "/deep/plain").succeeded().out()).isEqualTo("p");
    assertThat(client.run("du", "/deep").succeeded().out()).isEqualTo("5 bytes in 2 files\n");
    client.run("get", "-r", "/deep", folder.resolve("deep copy").toString()).succeeded();
    client.run("rm", "-r", "/deep").succeeded();

    Shell same = shell("diff -r '" + top + "' '" + folder.resolve("deep copy") + "'", Map.of());
    assertThat(same.exitCode()).as(same.out()).isZero();
  }

  @Test
  void aTemporaryFolderThatTakesNoProgramsIsNoFaultOfTheDatabase() throws Exception {
    // Stands for one that is mounted with noexec, for which an administrator is needed.
    Path unusable = Files.createFile(folder.resolve("no-folder"));
    Program program =
        new Program(
            folder.resolve("home without tmp"),
            List.of("env", "ANONCLOUD_JAVA_OPTIONS=-Dorg.sqlite.tmpdir=" + unusable));
    Path data = folder.resolve("data without tmp");
    try (TestServer without = new TestServer(program, data)) {
      assertThat(without.start().connectionString()).startsWith("anoncloud://");
    }

    Path refused = Files.createDirectory(folder.resolve("data refused"));
    Files.createFile(refused.resolve("sqlite-library"));
    assertThat(program.run("server", "--data", refused.toString()).failed(1))
        .contains("SQLite's library cannot be", unusable + " or " + refused, "org.sqlite.tmpdir=");
  }

  @Test
  void theFirstRequestOfACommandSaysWhoIsNotLoggedIn() throws Exception {
    Program nobody = new Program(folder.resolve("nobody"));
    Result refused = nobody.run("mkdir", "/x");
    nobody.run("agent", "stop").succeeded();

    assertThat(refused.failed(3)).contains("logged in");
  }

  /** What a shell made of a line. */
  private record Shell(int exitCode, String out, String err) {
    String complaint() {
      return Program.Result.complaint(err);
    }
  }

  /** Runs a line of sh, in which {@code $0} is the program. */
  private Shell shell(String line, Map<String, String> environment)
      throws IOException, InterruptedException {
    File out = Files.createTempFile(folder, "shell", ".out").toFile();
    File err = Files.createTempFile(folder, "shell", ".err").toFile();
    List<String> command = new ArrayList<>(List.of("sh", "-c", line, Program.LAUNCHER.toString()));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectInput(new File("/dev/null"))
            .redirectOutput(out)
            .redirectError(err);
    builder.environment().put("ANONCLOUD_HOME", client.program().home().toString());
    builder.environment().putAll(environment);
    Process process = builder.start();
    assertThat(process.waitFor(240, TimeUnit.SECONDS)).as(line).isTrue();
    return new Shell(
        process.exitValue(), Files.readString(out.toPath()), Files.readString(err.toPath()));
  }
}
