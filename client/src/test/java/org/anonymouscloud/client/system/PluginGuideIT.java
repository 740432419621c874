package org.anonymouscloud.client.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.anonymouscloud.client.system.Client.Person;
import org.anonymouscloud.client.system.Program.Running;
import org.anonymouscloud.client.testing.TestCloud;
import org.anonymouscloud.client.testing.TestDevice;
import org.anonymouscloud.core.plugin.Terminal;
import org.anonymouscloud.core.testing.TestTerminal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The plugins of docs/plugin-guide.md, built outside this build and used as the guide says. */
final class PluginGuideIT {
  private static final Path ROOT = Program.LAUNCHER.getParent();
  private static final Path EXAMPLES = ROOT.resolve("examples");
  private static final Path SAMPLE = EXAMPLES.resolve("notes-plugin");
  private static final String JAR = "examples/notes-plugin/target/notes-plugin-1.0.0.jar";
  private static final String NOTE = "buy milk";
  private static final String LONG_NOTE = "a canary that no server may see";

  @TempDir private Path folder;

  @Test
  void theGuidesPluginIsBuiltSignedInstalledAndUsedAsTheGuideSays() throws Exception {
    Path jar = built("notes", "NotesTest");
    itIsTriedUnsigned(jar);
    Program program = new Program(folder.resolve("home"));
    List<String> commands = commands(false);
    List<String> beforeTheStart = commands.subList(0, 6);
    List<String> afterwards = commands.subList(6, commands.size());

    assertThat(program.run("plugin", "install", jar.toString(), "--yes").failed(4))
        .contains("not signed");
    String key = "";
    for (String command : beforeTheStart) {
      String out = run(program, command, jar, key);
      if (command.contains("new-key")) {
        key = out;
      }
      if (command.contains("install")) {
        assertThat(out).contains("notes 1.0.0", "Example", "server-feature/1", "client-feature/1");
      }
    }

    try (Running up = program.start("up", "--listen", "127.0.0.1:" + TestServer.freePort());
        Client alice =
            new Client(
                program.home(),
                up.connectionString(),
                Person.in(folder, "alice", "a password of alice"))) {
      alice.register();
      run(program, afterwards.get(0), jar, key);
      assertThat(run(program, afterwards.get(1), jar, key)).contains(NOTE).hasLineCount(1);
      assertThat(run(program, afterwards.get(2), jar, key))
          .containsPattern("notes +on +1.0.0 .*server-feature/1, client-feature/1.*Example");
      assertThat(afterwards).hasSize(3);
      aNoteIsSealedAndCanBeRemoved(program);
      notesAreSealedAnewWhenADeviceIsRemoved(program, alice, up.connectionString());
      thePanelIsServedAsFilesThatABrowserCanLoad(program);
    }
    theServerGoesOnWithoutIt(program);
    assertThat(
            CanarySearch.forTexts(List.of(LONG_NOTE)).in(List.of(program.home().resolve("server"))))
        .isEmpty();
  }

  @Test
  void theCounterIsTestedOnBothDatabasesAndCounts() throws Exception {
    String jar = built("counter", "SqliteCounterTest", "PostgresCounterTest").toString();
    Program program = new Program(folder.resolve("home"));

    try (Running up =
            program.start("up", "--listen", "127.0.0.1:" + TestServer.freePort(), "--plugin", jar);
        Client alice =
            new Client(
                program.home(),
                up.connectionString(),
                Person.in(folder, "alice", "a password of alice"))) {
      alice.register();
      program.run("--plugin", jar, "counter", "up").succeeded();
      assertThat(program.run("--plugin", jar, "counter").succeeded().out()).isEqualTo("1\n");
    }
  }

  /** Packages an example as a stranger does, which runs its tests. */
  private Path built(String name, String... tests) throws Exception {
    Path example = EXAMPLES.resolve(name + "-plugin");
    Path project = Files.createDirectory(folder.resolve(name + "-plugin"));
    Files.copy(example.resolve("pom.xml"), project.resolve("pom.xml"));
    Folders.copy(example.resolve("src"), project.resolve("src"));
    new OutsideBuild(folder.resolve("outside")).packageProject(project);
    for (String test : tests) {
      String report = "target/surefire-reports/TEST-org.example." + name + "." + test + ".xml";
      assertThat(project.resolve(report)).content().containsPattern("tests=\"[1-9]");
    }
    return project.resolve("target/" + name + "-plugin-1.0.0.jar");
  }

  /** Backup, check and restore work without the plugin; what it had is deleted if that is said. */
  private void theServerGoesOnWithoutIt(Program program) throws Exception {
    String backups = folder.resolve("backups").toString();
    String restored = folder.resolve("restored").toString();
    assertThat(program.run("admin", "plugins", "remove", "notes").succeeded().out())
        .contains("What it has stored stays", "drop-data");
    String keys = folder.resolve("keys").toString();
    assertThat(program.run("admin", "backup", "--keys", keys, backups).succeeded().err())
        .contains("The plugin of 'notes' is removed");
    Program.Result verified = program.run("admin", "verify");
    assertThat(verified.exitCode()).isEqualTo(1);
    assertThat(verified.err())
        .contains("The plugin of 'notes' is removed", "'notes' were not looked at");
    program.run("admin", "verify", backups).succeeded();
    assertThat(program.run("admin", "restore", "--data", restored, backups).failed(1))
        .contains("--leave-out notes");
    program
        .run("admin", "restore", "--data", restored, "--leave-out", "notes", backups)
        .succeeded();
    itComesBackWithThePlugin(program, keys, backups);
    assertThat(program.run("admin", "drop-data", "vault", "--yes").failed(1))
        .contains("no feature 'vault'");
    assertThat(program.run("admin", "drop-data").succeeded().out()).isEqualTo("notes\n");
    assertThat(program.run("admin", "drop-data", "notes", "--yes").succeeded().out())
        .contains("Deleted");
    assertThat(program.run("admin", "drop-data").succeeded().out()).contains("Nothing is here");
    assertThat(program.run("admin", "backup", backups).succeeded().err()).doesNotContain("notes");
  }

  /** As the refusal of the restore says: trust, install, and restore into the same folder again. */
  private void itComesBackWithThePlugin(Program program, String keys, String backups)
      throws Exception {
    String data = folder.resolve("restored with it").toString();
    String jar = folder.resolve("notes-plugin/target/notes-plugin-1.0.0.jar").toString();
    program.run("admin", "restore", "--data", data, "--keys", keys, backups).failed(1);
    program.run("admin", "plugins", "install", "--data", data, jar, "--yes").succeeded();

    program.run("admin", "restore", "--data", data, "--keys", keys, backups).succeeded();

    assertThat(program.run("admin", "plugins", "list", "--data", data).succeeded().out())
        .containsPattern("notes +on");
    assertThat(program.run("admin", "verify", "--data", data).succeeded().err())
        .doesNotContain("notes");
  }

  private void itIsTriedUnsigned(Path jar) throws Exception {
    Program author = new Program(folder.resolve("home of the author"));
    List<String> lines = commands(true);
    assertThat(lines).hasSize(2);
    List<String> start = new ArrayList<>(words(lines.getFirst(), jar, ""));
    start.addAll(List.of("--listen", "127.0.0.1:" + TestServer.freePort()));
    try (Running up = author.start(start.toArray(String[]::new));
        Client bob =
            new Client(
                author.home(),
                up.connectionString(),
                Person.in(folder, "bob", "a password of bob"))) {
      bob.register();
      Program.Result notes =
          author.run(words(lines.getLast(), jar, "").toArray(String[]::new)).succeeded();
      assertThat(notes.out()).isEmpty();
      assertThat(notes.err()).contains("FOR DEVELOPMENT ONLY");
    }
  }

  private static void aNoteIsSealedAndCanBeRemoved(Program program) throws Exception {
    String id = program.run("notes", "add", LONG_NOTE).succeeded().out().strip();
    JsonNode notes = json(program.run("notes", "--json").succeeded().out()).path("notes");
    assertThat(notes).hasSize(2);
    assertThat(notes)
        .anySatisfy(
            note -> {
              assertThat(note.path("id").asText()).isEqualTo(id);
              assertThat(note.path("text").asText()).isEqualTo(LONG_NOTE);
            });
    program.run("notes", "remove", id).succeeded();
    assertThat(program.run("notes", "remove", id).failed(1)).contains("no such note");
    assertThat(program.run("notes").succeeded().out()).hasLineCount(1);
    program.run("notes", "add", LONG_NOTE).succeeded();
  }

  private void notesAreSealedAnewWhenADeviceIsRemoved(Program program, Client alice, String server)
      throws Exception {
    String before = program.run("notes", "--json").succeeded().out();
    Person same =
        new Person("alice", folder.resolve("alice.password"), folder.resolve("alice.sheet"));
    try (Client phone = new Client(folder.resolve("phone"), server, same)) {
      phone.login().succeeded();
      String device = phone.device();
      alice.run("device", "revoke", "--yes", device).succeeded();
    }
    // It is refused while any of them is sealed with keys that the phone has.
    assertThat(program.run("notes", "--json").succeeded().out()).isEqualTo(before);
    assertThat(program.run("notes", "renew").succeeded().out()).startsWith("0 notes");
  }

  private static void thePanelIsServedAsFilesThatABrowserCanLoad(Program program) throws Exception {
    String url = json(program.run("agent", "status", "--json").out()).path("url").asText();
    String token = program.run("agent", "token").succeeded().out().strip();
    Path sources = SAMPLE.resolve("src/main/resources/org/example/notes/client/ui");

    HttpURLConnection list = get(url + "/api/v1/panels", token);
    JsonNode panels = new ObjectMapper().readTree(list.getInputStream());
    assertThat(panels).hasSize(1);
    assertThat(panels.get(0).path("title").asText()).isEqualTo("Notes");
    HttpURLConnection script = get(url + panels.get(0).path("script").asText(), "");
    assertThat(script.getInputStream().readAllBytes())
        .isEqualTo(Files.readAllBytes(sources.resolve("panel.js")));
    assertThat(script.getContentType()).startsWith("text/javascript");
    assertThat(script.getHeaderField("Content-Security-Policy"))
        .contains("default-src 'none'", "script-src 'self'")
        .doesNotContain("unsafe");
    HttpURLConnection style = get(url + "/ui/panels/notes/panel.css", "");
    assertThat(style.getInputStream().readAllBytes())
        .isEqualTo(Files.readAllBytes(sources.resolve("panel.css")));

    assertThat(get(url + "/api/v1/panels", "").getResponseCode()).isEqualTo(401);
    for (String path :
        List.of(
            "notes/missing.js",
            "notes/",
            "notes/..%2FNotesClient.class",
            "notes/%2e%2e/%2e%2e/db/V1__notes.sql",
            "notes/../NotesClient.class",
            "notes//org/example/notes/client/ui/panel.js",
            "vault/panel.js",
            "other/panel.js")) {
      assertThat(get(url + "/ui/panels/" + path, token).getResponseCode())
          .as(path)
          .isBetween(400, 404);
    }
  }

  private static HttpURLConnection get(String url, String token) throws IOException {
    HttpURLConnection request = (HttpURLConnection) URI.create(url).toURL().openConnection();
    request.setRequestProperty("Authorization", "Bearer " + token);
    return request;
  }

  /** Runs a line of the guide for the jar that was built outside. */
  private String run(Program program, String command, Path jar, String key) throws Exception {
    List<String> words = words(command, jar, key);
    if (words.contains("install")) {
      // Without a terminal there is nobody to ask.
      assertThat(program.run(words.toArray(String[]::new)).exitCode()).as(command).isEqualTo(2);
      words.add("--yes");
    }
    return program.run(words.toArray(String[]::new)).succeeded().out().strip();
  }

  private List<String> words(String command, Path jar, String key) {
    String line =
        command
            .replace("./anoncloud ", "")
            .replace(JAR, jar.toString())
            .replace("KEY", key)
            .replace("publisher.key", folder.resolve("publisher.key").toString());
    List<String> words = new ArrayList<>();
    var word = Pattern.compile("'([^']*)'|\\S+").matcher(line);
    while (word.find()) {
      words.add(word.group(1) == null ? word.group() : word.group(1));
    }
    return words;
  }

  /** The guide's lines that try the plugin, or the others. */
  private static List<String> commands(boolean tried) throws IOException {
    return Files.readAllLines(ROOT.resolve("docs/plugin-guide.md")).stream()
        .filter(line -> line.startsWith("./anoncloud ") && line.contains("--plugin") == tried)
        .toList();
  }

  @Test
  void whatTheGuideShowsStandsInTheExamples() throws Exception {
    StringBuilder examples = new StringBuilder();
    try (Stream<Path> files = Files.walk(EXAMPLES)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        if (file.toString().matches(".*\\.(java|xml|sql)")) {
          examples.append(Files.readString(file));
        }
      }
    }
    var excerpts =
        Pattern.compile("```(?:java|xml|sql)\\n(.*?)```", Pattern.DOTALL)
            .matcher(Files.readString(ROOT.resolve("docs/plugin-guide.md")));
    int count = 0;
    while (excerpts.find()) {
      assertThat(examples).contains(excerpts.group(1));
      count++;
    }
    assertThat(count).isGreaterThanOrEqualTo(8);
  }

  @Test
  void theGuideNamesAllThatTheKitHas() throws Exception {
    String guide = Files.readString(ROOT.resolve("docs/plugin-guide.md"));
    for (Class<?> type : List.of(TestCloud.class, TestDevice.class, TestTerminal.class)) {
      assertThat(guide).contains("`" + type.getSimpleName() + "` ", "`" + type.getPackageName());
      for (Method method : type.getDeclaredMethods()) {
        if (Modifier.isPublic(method.getModifiers())
            && !method.isSynthetic()
            && !method.getName().equals("close")
            && Stream.of(Terminal.class.getMethods())
                .noneMatch(known -> known.getName().equals(method.getName()))) {
          assertThat(guide)
              .as(method.toString())
              .containsPattern("[`.]" + method.getName() + "[`(]");
        }
      }
    }
  }

  private static JsonNode json(String text) throws IOException {
    return new ObjectMapper().readTree(text);
  }
}
