package org.anonymouscloud.client.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.anonymouscloud.client.system.Client.Person;
import org.anonymouscloud.client.system.Program.Running;
import org.anonymouscloud.core.crypto.VerifyKey;
import org.anonymouscloud.core.release.Incoming;
import org.anonymouscloud.core.release.PluginFolder;
import org.anonymouscloud.core.release.Publisher;
import org.anonymouscloud.core.release.PublisherKey;
import org.anonymouscloud.core.testing.TinyPlugin;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Plugins that cannot be used: one clear line for each, and a server that serves. */
final class BrokenPluginsIT {
  private static final String START = "return new Running();";

  @TempDir private Path folder;
  private Path jars = Path.of("");
  private Path key = Path.of("");
  private PluginFolder ofServer = new PluginFolder(Path.of(""));
  private TestServer server;

  @BeforeEach
  void trustAPublisher() throws Exception {
    jars = Files.createDirectory(folder.resolve("jars"));
    key = folder.resolve("publisher.key");
    VerifyKey publisher = PublisherKey.create(key);
    server = new TestServer(folder);
    ofServer = new PluginFolder(server.data().resolve("plugins"));
    ofServer.trust(new Publisher(publisher, "Publisher"));
  }

  @Test
  void eachBrokenPluginIsNamedInOneLineAndTheRestServes() throws Exception {
    install(
        new TinyPlugin("good")
            .feature(
                "Good",
                "good",
                "return new Stubborn();",
                """
                record Stubborn() implements RunningFeature {
                  public Map<String, AccountHandler> methods() { return Map.of(); }
                  public void close() { throw new Error("four"); }
                }
                """));
    install(new TinyPlugin("broken").feature("Broken", "broken"));
    change(server.data().resolve("plugins/broken-1.0.0.jar"));
    install(new TinyPlugin("unsigned").feature("Unsigned", "unsigned"));
    Files.delete(server.data().resolve("plugins/unsigned-1.0.0.jar.sig"));
    install(
        new TinyPlugin("future")
            .feature("Future", "future")
            .capabilities("server-feature/1,server-feature/2"));
    install(new TinyPlugin("duplicate").feature("Duplicate", "vault"));
    install(throwing("constructor", START, "public Thrower() { throw new Error(\"one\"); }"));
    install(throwing("starter", "throw new AssertionError(\"two\");", ""));
    install(
        throwing(
            "methods",
            "return new Mute();",
            """
            record Mute() implements RunningFeature {
              public Map<String, AccountHandler> methods() {
                throw new IllegalStateException("three");
              }
              public void close() {}
            }
            """));
    new TinyPlugin("dropped").feature("Dropped", "dropped").writeTo(ofServerFolder());

    try (TestServer running = server.start()) {
      try (Client alice =
          new Client(
                  folder.resolve("home"),
                  running.connectionString(),
                  Person.in(folder, "alice", "a password of alice"))
              .register()) {
        alice.run("mkdir", "/works").succeeded();
        assertThat(alice.run("ls", "/").succeeded().out()).contains("works");
      }
      List<String> log = running.log().lines().toList();
      assertNamedOnce(log, "broken-1.0.0.jar", "damaged or was changed");
      assertNamedOnce(
          log, "plugin unsigned", "it is not signed: there is no unsigned-1.0.0.jar.sig");
      assertNamedOnce(
          log, "future-1.0.0.jar", "'server-feature/2', which this version does not have");
      assertNamedOnce(log, "duplicate-1.0.0.jar", "the name 'vault' is the program's own");
      assertNamedOnce(
          log, "constructor-1.0.0.jar", "Thrower fails when it is made (java.lang.Error: one)");
      assertNamedOnce(log, "feature starter", "java.lang.AssertionError: two");
      assertNamedOnce(log, "feature methods", "java.lang.IllegalStateException: three");
      assertNamedOnce(log, "dropped-1.0.0.jar", "nobody has installed it");
      assertThat(log).noneMatch(line -> line.contains("\tat ") || line.contains(" good"));
      // One line each, and those that it is new, starts and is ready, the latter for scripts too.
      assertThat(log).hasSize(12);
    }
    assertNamedOnce(server.log().lines().toList(), "Good$Stubborn", "java.lang.Error: four");
    // It has ended all the same, and in order: the next one starts on the same folder.
    server.start().close();
  }

  @Test
  void anOldPluginWhoseCapabilitiesAreGoneIsNamedOnceWhereverItIs() throws Exception {
    String reason =
        "it asks for the capability 'server-feature/0', which this version does not have any more:"
            + " the program needs a newer version of the plugin";
    Path old = signed(tiny("ancient").capabilities("server-feature/0,client-feature/0"));
    Program program = new Program(folder.resolve("home"));
    PluginFolder ofHome = new PluginFolder(program.home().resolve("plugins"));
    Files.createDirectories(program.home());
    ofHome.trust(ofServer.publishers().iterator().next());
    for (PluginFolder place : List.of(ofServer, ofHome)) {
      try (Incoming incoming = place.receive(old, Set.of())) {
        place.install(incoming);
      }
    }

    try (TestServer running = server.start()) {
      assertNamedOnce(running.log().lines().toList(), "ancient", reason);
    }
    program.run("agent", "start").succeeded();
    assertNamedOnce(Files.readAllLines(program.home().resolve("agent.log")), "ancient", reason);
    program.run("agent", "stop").succeeded();
    assertNamedOnce(
        program.run("plugin", "list").succeeded().out().lines().toList(), "ancient", reason);
    assertNamedOnce(
        program
            .run("admin", "plugins", "list", "--data", server.data().toString())
            .succeeded()
            .out()
            .lines()
            .toList(),
        "ancient",
        reason);
    try (Running up =
        new Program(folder.resolve("home of the author"))
            .start("up", "--listen", "127.0.0.1:0", "--plugin", old.toString())) {
      up.connectionString();
      assertNamedOnce(
          up.printed().lines().filter(line -> !line.contains("FOR DEVELOPMENT ONLY")).toList(),
          "ancient",
          reason);
    }
  }

  @Test
  void thePluginOfTheChosenDatabaseIsNeededAndSaidToBeMissing() throws Exception {
    Program admin = new Program(folder.resolve("admin home"));
    String data = server.data().toString();
    admin.run("admin", "plugins", "disable", "storage-sqlite", "--data", data).succeeded();
    assertThat(admin.run("admin", "plugins", "list", "--data", data).succeeded().out())
        .containsPattern("storage-sqlite +off")
        .containsPattern("file-vault +on");

    String said = admin.run("server", "--data", data, "--listen", "127.0.0.1:0").failed(2);

    assertThat(said).contains("'sqlite'", "switched on");
    admin.run("admin", "plugins", "enable", "storage-sqlite", "--data", data).succeeded();
    server.start().close();
  }

  @Test
  @Tag("A66")
  void theProgramsOwnPluginsAreCheckedAndStrangersBesideThemNotOpened() throws Exception {
    Path copy = copyOfTheProgram();
    Path plugins = copy.resolve("client/target/anoncloud/plugins");
    Path trace = folder.resolve("trace");
    new TinyPlugin("stranger")
        .feature("Stranger", "stranger", START, TinyPlugin.tracing(trace))
        .writeTo(plugins);
    change(jarOf(plugins, "encrypted-chat"));
    String metrics = "127.0.0.1:" + TestServer.freePort();

    try (Running running = start(copy, "server", "--listen", "127.0.0.1:0", "--metrics", metrics)) {
      running.connectionString();
      URLConnection health = URI.create("http://" + metrics + "/health").toURL().openConnection();
      assertThat(((HttpURLConnection) health).getResponseCode()).isEqualTo(503);
      List<String> log = running.printed().lines().toList();
      assertNamedOnce(log, "encrypted-chat", "damaged or was changed");
      assertNamedOnce(log, "stranger-1.0.0.jar", "not part of the program");
    }
    assertThat(trace).doesNotExist();

    change(jarOf(plugins, "storage-sqlite"));
    try (Running running = start(copy, "server", "--listen", "127.0.0.1:0")) {
      assertThat(running.exitCode()).isEqualTo(2);
      assertNamedOnce(
          running.printed().lines().toList(), "storage-sqlite", "damaged or was changed");
      assertThat(running.printed()).contains("'sqlite'").doesNotContain("\tat ");
    }
  }

  @Test
  void aPluginThatIsRefusedIsToldByTheExitCode() throws Exception {
    Program admin = new Program(folder.resolve("admin home"));
    String[] install = {"admin", "plugins", "install", "", "--yes", "--data", ""};
    install[6] = server.data().toString();

    install[3] = signed(tiny("future").capabilities("server-feature/7")).toString();
    assertThat(admin.run(install).failed(1)).contains("'server-feature/7'");
    install[3] = signed(tiny("file-vault").version("9.0.0")).toString();
    assertThat(admin.run(install).failed(4)).contains("a plugin of its own");
    Path changed = signed(tiny("changed"));
    change(changed);
    install[3] = changed.toString();
    assertThat(admin.run(install).failed(4)).contains("damaged or was changed");
    install[3] = folder.resolve("nothing.jar").toString();
    assertThat(admin.run(install).failed(1)).contains("There is no file");
    assertThat(ofServer.find().vouched()).isEmpty();
    try (Stream<Path> left = Files.list(ofServerFolder())) {
      assertThat(left.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder("lock", "publishers");
    }
  }

  private Path ofServerFolder() {
    return server.data().resolve("plugins");
  }

  /** A plugin of one feature. */
  private static TinyPlugin tiny(String id) {
    return new TinyPlugin(id).feature("Tiny", "tiny");
  }

  private static TinyPlugin throwing(String id, String start, String members) {
    return new TinyPlugin(id).feature("Thrower", id, start, members);
  }

  private Path signed(TinyPlugin plugin) throws Exception {
    Path jar = plugin.writeTo(jars);
    PublisherKey.sign(jar, key);
    return jar;
  }

  private void install(TinyPlugin plugin) throws Exception {
    try (Incoming incoming = ofServer.receive(signed(plugin), Set.of())) {
      ofServer.install(incoming);
    }
  }

  private static void change(Path jar) throws IOException {
    Files.write(jar, new byte[1], StandardOpenOption.APPEND);
  }

  private static Path jarOf(Path plugins, String id) throws IOException {
    try (Stream<Path> all = Files.list(plugins)) {
      return all.filter(jar -> jar.getFileName().toString().startsWith(id))
          .findFirst()
          .orElseThrow();
    }
  }

  /** The same launcher and libraries, with plugins of its own. */
  private Path copyOfTheProgram() throws IOException {
    Path root = Program.LAUNCHER.getParent();
    Path copy = Files.createDirectories(folder.resolve("program"));
    Path built = Files.createDirectories(copy.resolve("client/target/anoncloud"));
    Files.copy(Program.LAUNCHER, copy.resolve("anoncloud"));
    assertThat(copy.resolve("anoncloud").toFile().setExecutable(true)).isTrue();
    try (Stream<Path> parts = Files.list(root.resolve("client/target/anoncloud"))) {
      // Its class cache too, which is passed over here and need not be made anew.
      for (Path part : parts.filter(part -> !part.endsWith("plugins")).toList()) {
        Files.createSymbolicLink(built.resolve(part.getFileName()), part);
      }
    }
    Folders.copy(root.resolve("client/target/anoncloud/plugins"), built.resolve("plugins"));
    return copy;
  }

  private Running start(Path copy, String... arguments) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(copy.resolve("anoncloud").toString());
    builder.command().addAll(List.of(arguments));
    builder.environment().put("ANONCLOUD_HOME", folder.resolve("copy home").toString());
    return new Running(builder.start());
  }

  private static void assertNamedOnce(List<String> log, String plugin, String reason) {
    assertThat(log.stream().filter(line -> line.contains(plugin)))
        .as(String.join("\n", log))
        .singleElement()
        .asString()
        .contains(reason);
  }
}
