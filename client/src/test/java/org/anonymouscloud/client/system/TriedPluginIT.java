package org.anonymouscloud.client.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.anonymouscloud.client.system.Program.Running;
import org.anonymouscloud.core.testing.TinyPlugin;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code --plugin JAR}: what its author gets, and nobody else. */
final class TriedPluginIT {
  private static final String CLIENT =
      """
      import io.javalin.http.HandlerType;
      import java.util.List;
      import java.util.Map;
      import java.util.concurrent.Callable;
      import org.anonymouscloud.core.plugin.*;
      import picocli.CommandLine.Command;

      public final class Client implements ClientFeature {
        public String name() { return "tiny"; }
        public List<Object> commands(CommandContext context) { return List.of(new Tiny(context)); }
        public RunningClient start(ClientContext context) {
          return () -> List.of(new Route(HandlerType.GET, "/tiny", Scope.READ, "Speaks.",
              request -> request.json(Map.of("says", "@SAYS@"))));
        }
        @Command(name = "tiny")
        static final class Tiny implements Callable<Integer> {
          private final CommandContext context;
          Tiny(CommandContext context) { this.context = context; }
          public Integer call() throws Exception {
            context.terminal().print(context.agent().get("/tiny").path("says").asText());
            return 0;
          }
        }
      }
      """;

  @TempDir private Path folder;
  private Program program;
  private Path trace;

  @BeforeEach
  void aHome() {
    program = new Program(folder.resolve("home"));
    trace = folder.resolve("the server's half was used");
  }

  @Test
  void upServesAPluginFromWhereItLiesAndItsCommandsAreToBeHad() throws Exception {
    Path jar = tiny("as it was built first");
    String address = "127.0.0.1:" + TestServer.freePort();

    try (Running up = program.start("up", "--listen", address, "--plugin", jar.toString())) {
      up.connectionString();
      assertSaidLoudly(up.printed(), jar);
      assertThat(trace).exists();
      Program.Result said = program.run("--plugin", jar.toString(), "tiny").succeeded();
      assertThat(said.out().strip()).isEqualTo("as it was built first");
      assertSaidLoudly(said.err(), jar);
      // It was for that command alone.
      assertThat(program.run("tiny").exitCode()).isEqualTo(2);
      assertThat(program.run("plugin", "list").succeeded().out()).doesNotContain("tiny");
    }
    Files.delete(jar);
    tiny("as it was built again");
    try (Running up = program.start("up", "--listen", address, "--plugin", jar.toString())) {
      up.connectionString();
      assertThat(program.run("--plugin", jar.toString(), "tiny").succeeded().out().strip())
          .isEqualTo("as it was built again");
    }
    Files.delete(trace);
    try (Running up = program.start("up", "--listen", address)) {
      up.connectionString();
      assertThat(up.printed()).doesNotContain("tiny");
      assertThat(trace).doesNotExist();
    }
  }

  @Test
  void aServerTakesSeveral() throws Exception {
    Path jar = tiny("nothing");
    Path other = new TinyPlugin("other").feature("Other", "other").writeTo(folder);
    TestServer server =
        new TestServer(folder, "--plugin", jar.toString(), "--plugin", other.toString());

    try (TestServer running = server.start()) {
      assertSaidLoudly(running.log(), jar);
      assertSaidLoudly(running.log(), other);
      assertThat(trace).exists();
    }
  }

  @Test
  @Tag("A66")
  void noSettingAndNoVariableNamesAPlugin() throws Exception {
    Path jar = tiny("nothing");
    Path data = Files.createDirectories(folder.resolve("data"));
    Path settings = Files.writeString(data.resolve("anoncloud.conf"), "plugin = " + jar + "\n");
    String[] check = {"server", "--check", "--data", data.toString(), "--listen", "127.0.0.1:0"};

    assertThat(program.run(check).failed(2)).contains("there is no setting 'plugin'");
    Files.delete(settings);
    Program.Result said = program.run(Map.of("ANONCLOUD_PLUGIN", jar.toString()), check);
    assertThat(said.err()).contains("no setting for the variable ANONCLOUD_PLUGIN");
    assertThat(said.out() + said.err()).doesNotContain("DEVELOPMENT");
    assertThat(trace).doesNotExist();
  }

  @Test
  @Tag("A66")
  void itTakesThePlaceOfNoPluginOfTheProgram() throws Exception {
    Path id =
        new TinyPlugin("file-vault")
            .version("9.0.0")
            .feature("Evil", "evil", "return new Running();", TinyPlugin.tracing(trace))
            .writeTo(folder);
    Path name = new TinyPlugin("thief").feature("Thief", "vault").writeTo(folder);
    Program admin = new Program(folder.resolve("admin home"));
    TestServer server =
        new TestServer(folder, "--plugin", id.toString(), "--plugin", name.toString());
    // Not even of one that is switched off.
    admin.run("admin", "plugins", "disable", "file-vault", "--data", server.data().toString());

    try (TestServer running = server.start()) {
      List<String> log = running.log().lines().toList();
      assertThat(log)
          .anyMatch(line -> line.contains("the program has a plugin of its own with this id"))
          .anyMatch(line -> line.contains("the name 'vault' is the program's own"));
      assertThat(trace).doesNotExist();
    }
  }

  @Test
  void whatCannotBeTriedIsSaidInOneSentence() throws Exception {
    Path jar = tiny("nothing");
    Path text = Files.writeString(folder.resolve("text.jar"), "no jar");

    assertThat(program.run("up", "--plugin", folder.resolve("no.jar").toString()).failed(2))
        .contains("There is no file", "no.jar");
    assertThat(program.run("up", "--plugin", text.toString()).failed(2))
        .contains("text.jar is no plugin");
    assertThat(
            program.run("server", "--isolation", "process", "--plugin", jar.toString()).failed(2))
        .contains("--isolation thread");
    Program.Result before = program.run("--plugin", jar.toString(), "up");
    assertThat(before.exitCode()).isEqualTo(2);
    assertThat(before.err()).contains("'up' and 'server' take it after their name");
    assertThat(trace).doesNotExist();
  }

  /** A plugin with both halves. */
  private Path tiny(String says) throws Exception {
    String start =
        "java.nio.file.Files.write(java.nio.file.Path.of(\"%s\"), new byte[0]); return new Running();"
            .formatted(trace);
    return new TinyPlugin("tiny")
        .capabilities("server-feature/1,client-feature/1")
        .feature("Server", "tiny", start, "")
        .extension("Client", CLIENT.replace("@SAYS@", says))
        .writeTo(folder);
  }

  private static void assertSaidLoudly(String said, Path jar) {
    assertThat(said.lines().filter(line -> line.contains("FOR DEVELOPMENT ONLY")))
        .filteredOn(line -> line.contains(jar.toString()))
        .singleElement()
        .asString()
        .contains("nobody has signed it");
  }
}
