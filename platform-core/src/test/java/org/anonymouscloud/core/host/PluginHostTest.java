package org.anonymouscloud.core.host;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.crypto.SigningKey;
import org.anonymouscloud.core.crypto.VerifyKey;
import org.anonymouscloud.core.plugin.RunningFeature;
import org.anonymouscloud.core.plugin.ServerContext;
import org.anonymouscloud.core.plugin.ServerFeature;
import org.anonymouscloud.core.release.PluginRefused;
import org.anonymouscloud.core.release.Plugins;
import org.anonymouscloud.core.release.Release;
import org.anonymouscloud.core.release.SwitchedOff;
import org.anonymouscloud.core.release.TrustedPlugin;
import org.anonymouscloud.core.release.Version;
import org.anonymouscloud.core.testing.TinyPlugin;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pf4j.PluginClassLoader;

final class PluginHostTest {
  private static final String DATABASE =
      """
      import org.anonymouscloud.core.database.*;
      public final class Stone implements Database {
        public String name() { return "stone"; }
        public OpenDatabase open(DatabaseSettings settings) { throw new DatabaseUnavailable("Dry."); }
      }
      """;

  @TempDir private Path folder;

  /** Those of the jars that are the program's own. */
  private final Set<Path> own = new HashSet<>();

  private final Map<Path, VerifyKey> signers = new HashMap<>();

  @Test
  void whatAPluginOffersIsFoundByItsKindAndName() throws Exception {
    new TinyPlugin("echo").feature("Echo", "echo").writeTo(folder);
    new TinyPlugin("stone").capabilities("database/1").extension("Stone", DATABASE).writeTo(folder);

    try (PluginHost host = load()) {
      assertThat(names(host)).containsExactly("echo");
      assertThat(host.clientFeatures()).isEmpty();
      assertThat(host.database("stone")).isPresent();
      assertThat(host.database("echo")).isEmpty();
      assertThat(host.switchedOff()).isEmpty();
    }
  }

  @Test
  void aFileThatIsNoJarIsNamedAndTheRestStarts() throws Exception {
    Files.writeString(folder.resolve("broken.jar"), "not a jar");
    new TinyPlugin("echo").feature("Echo", "echo").writeTo(folder);

    try (PluginHost host = load()) {
      assertThat(names(host)).containsExactly("echo");
      assertSwitchedOff(host, "broken.jar", "cannot be read as a jar");
    }
  }

  @Test
  void aPluginThatAsksForAnUnknownCapabilityIsNotLoaded() throws Exception {
    Path trace = folder.resolve("loaded");
    new TinyPlugin("future")
        .capabilities("server-feature/1, server-feature/9")
        .feature("Future", "future", "return new Running();", TinyPlugin.tracing(trace))
        .writeTo(folder);
    new TinyPlugin("echo").feature("Echo", "echo").writeTo(folder);

    try (PluginHost host = load()) {
      assertThat(names(host)).containsExactly("echo");
      assertSwitchedOff(host, "future", "'server-feature/9'");
      assertThat(trace).doesNotExist();
    }
  }

  @Test
  void aPluginWhoseClassesThrowIsSwitchedOffAsAWhole() throws Exception {
    new TinyPlugin("bad")
        .feature("Good", "good")
        .feature(
            "Throws",
            "throws",
            "return new Running();",
            "public Throws() { throw new IllegalStateException(\"no\\nstack\"); }")
        .writeTo(folder);
    new TinyPlugin("worse")
        .feature(
            "Worse",
            "worse",
            "return new Running();",
            "static final int N = 1 / zero(); " + "static int zero() { return 0; }")
        .writeTo(folder);
    new TinyPlugin("echo").feature("Echo", "echo").writeTo(folder);

    try (PluginHost host = load()) {
      assertThat(names(host)).containsExactly("echo");
      assertSwitchedOff(host, "bad", "IllegalStateException");
      assertSwitchedOff(host, "worse", "ExceptionInInitializerError");
    }
  }

  @Test
  void aPluginThatThrowsAnErrorIsSwitchedOffToo() throws Exception {
    new TinyPlugin("assertion")
        .feature(
            "Assertion",
            "assertion",
            "return new Running();",
            "public Assertion() { throw new AssertionError(\"never\"); }")
        .writeTo(folder);
    new TinyPlugin("deep")
        .feature(
            "Deep",
            "deep",
            "return new Running();",
            "public Deep() { fall(); } static void fall() { fall(); }")
        .writeTo(folder);
    new TinyPlugin("echo").feature("Echo", "echo").writeTo(folder);

    try (PluginHost host = load()) {
      assertThat(names(host)).containsExactly("echo");
      assertSwitchedOff(host, "assertion", "AssertionError");
      assertSwitchedOff(host, "deep", "StackOverflowError");
    }
  }

  @Test
  void aPluginThatIsSwitchedOffByItsOwnerIsNotTouched() throws Exception {
    Path trace = folder.resolve("loaded");
    Path jar =
        new TinyPlugin("echo")
            .feature("Echo", "echo", "return new Running();", TinyPlugin.tracing(trace))
            .writeTo(folder);
    TrustedPlugin off =
        new TrustedPlugin(jar, Release.of(jar), "a test", false, false, Optional.empty());
    Files.delete(jar);

    try (PluginHost host =
        PluginHost.load(new Plugins(List.of(off), List.of()), EnumSet.allOf(Capability.class))) {
      assertThat(names(host)).isEmpty();
      assertThat(host.switchedOff()).isEmpty();
      assertThat(trace).doesNotExist();
    }
  }

  @Test
  @Tag("A66")
  void aJarThatWasChangedSinceSomeoneVouchedForItIsNotOpened() throws Exception {
    Path trace = folder.resolve("loaded");
    Path jar =
        new TinyPlugin("echo")
            .feature("Echo", "echo", "return new Running();", TinyPlugin.tracing(trace))
            .writeTo(folder);
    Plugins found = found();
    Path other = Files.createDirectory(folder.resolve("other"));
    Path changed = new TinyPlugin("echo").feature("Evil", "evil").writeTo(other);
    Files.move(changed, jar, StandardCopyOption.REPLACE_EXISTING);

    try (PluginHost host = PluginHost.load(found, EnumSet.allOf(Capability.class))) {
      assertThat(names(host)).isEmpty();
      assertSwitchedOff(host, "echo", "damaged or was changed");
    }
    // The same jar, vouched for: nothing but the digest has stopped it.
    try (PluginHost host = load()) {
      assertThat(names(host)).containsExactly("evil");
    }
  }

  @Test
  void anIdOrANameIsTakenOnce() throws Exception {
    new TinyPlugin("a").feature("First", "echo").writeTo(folder);
    new TinyPlugin("a").feature("Second", "other").writeTo(folder);
    new TinyPlugin("b").feature("Third", "echo").writeTo(folder);

    try (PluginHost host = load()) {
      assertThat(host.serverFeatures())
          .extracting(feature -> feature.getClass().getName())
          .containsExactly("First");
      assertSwitchedOff(host, "a-copy2.jar", "another plugin has this id");
      assertSwitchedOff(host, "b", "another plugin offers 'echo'");
    }
  }

  @Test
  void aPluginWhoseIdIsTakenDoesNotEndTheOneThatHasIt() throws Exception {
    own.add(new TinyPlugin("a").feature("First", "echo").writeTo(folder));
    new TinyPlugin("a").feature("Second", "other").writeTo(folder);

    try (PluginHost host = load()) {
      assertSwitchedOff(host, "a-copy2.jar", "the program has a plugin of its own with this id");
      // A class that was not needed so far: it is still to be had.
      assertThat(
              host.serverFeatures()
                  .getFirst()
                  .getClass()
                  .getClassLoader()
                  .loadClass("First$Running"))
          .isNotNull();
    }
  }

  @Test
  void twoFeaturesOfOnePluginMayNotShareAName() throws Exception {
    new TinyPlugin("twin").feature("One", "echo").feature("Two", "echo").writeTo(folder);

    try (PluginHost host = load()) {
      assertThat(names(host)).isEmpty();
      assertSwitchedOff(host, "twin", "'echo'");
    }
  }

  @Test
  void namesOfTheProgramAndOfItsOwnPluginsAreNotForOthers() throws Exception {
    List<String> reserved =
        List.of(
            "account",
            "contacts",
            "device",
            "drive",
            "rows",
            "dav",
            "calls",
            "share",
            "events",
            "vault");
    for (String name : reserved) {
      new TinyPlugin("thief-" + name).feature("Thief", name).writeTo(folder);
    }
    new TinyPlugin("echo").feature("Echo", "echo").writeTo(folder);

    try (PluginHost host = load()) {
      assertThat(names(host)).containsExactly("echo");
      for (String name : reserved) {
        assertSwitchedOff(host, "thief-" + name, "the name '" + name + "' is the program's own");
      }
      assertThat(host.switchedOff()).hasSameSizeAs(reserved);
    }
  }

  @Test
  void whatAFeatureKeepsIsNotReachedByAnothersPluginOfItsName() throws Exception {
    String feature =
        """
        import java.util.List;
        import org.anonymouscloud.core.plugin.*;

        public final class Notes implements ClientFeature {
          public String name() { return "notes"; }
          public List<Object> commands(CommandContext context) { return List.of(); }
          public RunningClient start(ClientContext context) { return List::of; }
        }
        """;
    Path jar =
        new TinyPlugin("notes")
            .capabilities("client-feature/1")
            .extension("Notes", feature)
            .writeTo(folder);
    List<String> names = new ArrayList<>();
    try (SigningKey first = SigningKey.generate();
        SigningKey second = SigningKey.generate()) {
      for (SigningKey signer : List.of(first, second, first)) {
        signers.put(jar, signer.verifyKey());
        names.add(onlyFullName());
      }
    }
    signers.clear();
    names.add(onlyFullName());
    own.add(jar);
    names.add(onlyFullName());

    assertThat(names.get(0)).startsWith("notes-").hasSize(6 + 64).isEqualTo(names.get(2));
    assertThat(new HashSet<>(names)).hasSize(4).contains("notes", "notes-unsigned");
  }

  private String onlyFullName() throws Exception {
    try (PluginHost host = load()) {
      assertThat(host.switchedOff()).isEmpty();
      return host.clientFeatures().getFirst().fullName();
    }
  }

  @Test
  @Tag("S4.12")
  void aFeatureHasTablesOfItsOwnNameAlone() throws Exception {
    String data =
        """
          public java.util.Optional<FeatureData> data() { return java.util.Optional.of(new Data()); }
          record Data() implements FeatureData {
            public org.anonymouscloud.core.database.Migrations tables() {
              return org.anonymouscloud.core.database.Migrations.of("other", Notes.class, "db");
            }
            public boolean forget(org.jdbi.v3.core.Handle rows, AccountId account) { return false; }
          }
        """;
    new TinyPlugin("notes")
        .feature("Notes", "notes", "return new Running();", data)
        .resource("db/V1__notes.sql", "CREATE TABLE notes (id BIGINT NOT NULL PRIMARY KEY);")
        .writeTo(folder);

    try (PluginHost host = load()) {
      assertSwitchedOff(host, "notes", "has tables of 'other'");
    }
  }

  @Test
  void thePluginsOfTheProgramHaveTheNamesThatAreKeptForThem() throws Exception {
    own.add(new TinyPlugin("share").feature("Share", "share").writeTo(folder));
    own.add(new TinyPlugin("account").feature("Account", "account").writeTo(folder));

    try (PluginHost host = load()) {
      assertThat(names(host)).containsExactly("share");
      assertSwitchedOff(host, "account", "the name 'account' is the program's own");
    }
  }

  @Test
  void aNameThatWouldSteerATerminalIsShownWithoutThat() throws Exception {
    new TinyPlugin("loud").feature("Loud", "l\\u001b[2Joud").writeTo(folder);

    try (PluginHost host = load()) {
      assertSwitchedOff(host, "loud", "is not 1 to 20 lower-case letters");
      assertThat(host.switchedOff().getFirst().reason()).doesNotContain("\u001b");
    }
  }

  @Test
  void aPluginThatIsTooOldOrTooNewIsToldWhoCanHelp() throws Exception {
    new TinyPlugin("gone").capabilities("bulk-feature/1").feature("Gone", "gone").writeTo(folder);
    new TinyPlugin("newer").capabilities("database/2").feature("Newer", "newer").writeTo(folder);
    new TinyPlugin("older")
        .capabilities("server-feature/1,client-feature/0")
        .feature("Older", "older")
        .writeTo(folder);
    new TinyPlugin("echo").feature("Echo", "echo").writeTo(folder);

    try (PluginHost host = load()) {
      assertThat(names(host)).containsExactly("echo");
      assertSwitchedOff(host, "gone", "'bulk-feature/1', which this version does not have (it has");
      assertSwitchedOff(host, "newer", "the plugin needs a newer version of the program");
      assertSwitchedOff(host, "older", "the program needs a newer version of the plugin");
      assertThat(host.switchedOff()).hasSize(3);
    }
  }

  @Test
  void aPluginBuiltForAnotherShapeOfTheApiIsLeftOutAsSoonAsItIsLoaded() throws Exception {
    // Compiled against a ServerFeature whose start took less, and against a type that is gone.
    new TinyPlugin("shape")
        .extension(
            "Shape",
            "public final class Shape extends Base implements"
                + " org.anonymouscloud.core.plugin.ServerFeature {}")
        .shadow(
            "Base",
            "public class Base { public String name() { return \"shape\"; } public"
                + " org.anonymouscloud.core.plugin.RunningFeature"
                + " start(org.anonymouscloud.core.plugin.ServerContext c) { return null; } }")
        .instead(
            "Base",
            "public class Base { public String name() { return \"shape\"; } public void start() {}"
                + " }")
        .writeTo(folder);
    new TinyPlugin("types")
        .feature("Types", "types", "return new Running();", "public Gone gone() { return null; }")
        .shadow("Gone", "public class Gone {}")
        .instead("Gone", "")
        .writeTo(folder);
    new TinyPlugin("echo").feature("Echo", "echo").writeTo(folder);

    try (PluginHost host = load()) {
      assertThat(names(host)).containsExactly("echo");
      assertSwitchedOff(host, "shape", "Shape has no start as this version asks for it");
      assertSwitchedOff(
          host, "types", "NoClassDefFoundError: Gone: it was built for another version");
      assertThat(host.switchedOff()).hasSize(2);
    }
  }

  @Test
  void aPluginThatNeedsAnotherIsLeftOutAndStopsNoOther() throws Exception {
    // PF4J would start none of the others for the first, and the second without what it needs.
    new TinyPlugin("absent")
        .attribute("Plugin-Dependencies", "nobody@1.0.0")
        .feature("Absent", "absent")
        .writeTo(folder);
    new TinyPlugin("broken")
        .feature(
            "Broken", "broken", "return new Running();", "public Broken() { throw new Error(); }")
        .writeTo(folder);
    new TinyPlugin("depends")
        .attribute("Plugin-Dependencies", "broken")
        .feature("Depends", "depends")
        .writeTo(folder);
    new TinyPlugin("echo").feature("Echo", "echo").writeTo(folder);

    try (PluginHost host = load()) {
      assertThat(names(host)).containsExactly("echo");
      assertSwitchedOff(host, "absent", "its manifest has a Plugin-Dependencies");
      assertSwitchedOff(host, "depends", "its manifest has a Plugin-Dependencies");
    }
  }

  /** A feature of the program itself, as far as a plugin can tell. */
  public static final class OfTheProgram implements ServerFeature {
    @Override
    public String name() {
      return "borrowed";
    }

    @Override
    public RunningFeature start(ServerContext context) throws IOException {
      throw new IOException("Nobody starts it.");
    }
  }

  @Test
  void aClassOfTheProgramIsNoExtensionOfAPlugin() throws Exception {
    new TinyPlugin("borrower").indexed(OfTheProgram.class.getName()).writeTo(folder);

    try (PluginHost host = load()) {
      assertThat(names(host)).isEmpty();
      assertSwitchedOff(host, "borrower", "it has no server-feature/1");
    }
  }

  @Test
  void noCodeRunsBesideTheExtensions() throws Exception {
    Path trace = folder.resolve("loaded");
    new TinyPlugin("beside")
        .attribute("Plugin-Class", "Beside")
        .feature("Feature", "feature")
        .shadow(
            "Beside",
            "public class Beside extends org.pf4j.Plugin {" + TinyPlugin.tracing(trace) + "}")
        .writeTo(folder);

    try (PluginHost host = load()) {
      assertThat(names(host)).isEmpty();
      assertSwitchedOff(host, "beside", "its manifest has a Plugin-Class");
      assertThat(trace).doesNotExist();
    }
  }

  @Test
  void closingEndsEachPlugin() throws Exception {
    for (String name : List.of("one", "two", "three")) {
      new TinyPlugin(name).feature("Feature", name).writeTo(folder);
    }
    PluginHost host = load();
    List<PluginClassLoader> loaders =
        host.serverFeatures().stream()
            .map(feature -> (PluginClassLoader) feature.getClass().getClassLoader())
            .toList();

    host.close();

    assertThat(loaders).hasSize(3).allMatch(PluginClassLoader::isClosed);
  }

  @Test
  void aJarThatTakesThePlaceOfAnotherIsReadAnewAndTheOldOneLetGo() throws Exception {
    Path jar = withGreeting("old");
    try (PluginHost host = load()) {
      assertThat(greeting(host)).isEqualTo("old");
    }
    assertThat(openFiles()).doesNotContain(jar);
    Files.delete(jar);
    withGreeting("new");

    try (PluginHost host = load()) {
      assertThat(greeting(host)).isEqualTo("new");
    }
  }

  @Test
  void aHostThatEndsTakesNothingFromAnotherOnTheSameJars() throws Exception {
    // As a JVM begins; tests before this one have loaded plugins too.
    URLConnection.setDefaultUseCaches("jar", true);
    Path jar = withGreeting("old");
    PluginHost first = load();
    try (PluginHost second = load();
        InputStream content = greetingOf(second).openStream()) {
      first.close();

      assertThat(new String(content.readAllBytes(), UTF_8)).isEqualTo("old");
      assertThat(greeting(second)).isEqualTo("old");
    }
    assertThat(openFiles()).doesNotContain(jar);
  }

  @Test
  void theJarOfARefusedPluginIsLetGo() throws Exception {
    Path jar =
        new TinyPlugin("bad")
            .feature("Bad", "bad", "return new Running();", "public Bad() { throw new Error(); }")
            .writeTo(folder);

    try (PluginHost host = load()) {
      assertSwitchedOff(host, "bad", "java.lang.Error");
      assertThat(openFiles()).doesNotContain(jar);
    }
  }

  /** Always the same file, of the same length. */
  private Path withGreeting(String text) throws Exception {
    return new TinyPlugin("echo")
        .feature("Echo", "echo")
        .resource("greeting.txt", text)
        .writeTo(folder);
  }

  /** Reads a resource in the way that keeps its jar in the JDK's cache. */
  private static String greeting(PluginHost host) throws Exception {
    try (InputStream content = greetingOf(host).openStream()) {
      return new String(content.readAllBytes(), UTF_8);
    }
  }

  private static URL greetingOf(PluginHost host) {
    return requireNonNull(host.serverFeatures().getFirst().getClass().getResource("/greeting.txt"));
  }

  /** What this process has open. */
  private static List<Path> openFiles() throws Exception {
    List<Path> open = new ArrayList<>();
    try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
      for (Path descriptor : descriptors.toList()) {
        try {
          open.add(Files.readSymbolicLink(descriptor));
        } catch (NoSuchFileException e) {
          // It was that of this listing.
        }
      }
    }
    return open;
  }

  @Test
  void aManifestThatPromisesMoreThanTheJarHoldsIsRefused() throws Exception {
    new TinyPlugin("empty")
        .capabilities("server-feature/1,database/1")
        .feature("Half", "half")
        .writeTo(folder);

    try (PluginHost host = load()) {
      assertThat(names(host)).isEmpty();
      assertSwitchedOff(host, "empty", "it has no database/1");
    }
  }

  @Test
  void aPluginThatOffersNothingWantedIsLeftAlone() throws Exception {
    Path trace = folder.resolve("loaded");
    new TinyPlugin("echo")
        .feature("Echo", "echo", "return new Running();", TinyPlugin.tracing(trace))
        .writeTo(folder);

    try (PluginHost host = PluginHost.load(found(), Set.of(Capability.DATABASE))) {
      assertThat(names(host)).isEmpty();
      assertThat(host.switchedOff()).isEmpty();
      assertThat(trace).doesNotExist();
    }
  }

  @Test
  @Tag("A66")
  void nothingIsUnpackedOrWrittenBesideThePlugins() throws Exception {
    new TinyPlugin("echo").feature("Echo", "echo").writeTo(folder);
    Files.writeString(folder.resolve("bundle.zip"), "not looked at");

    try (PluginHost host = load()) {
      assertThat(names(host)).containsExactly("echo");
      assertThat(folder).isDirectoryNotContaining("glob:**/{echo,bundle,*.txt}");
    }
  }

  @Test
  void aPluginCannotPutAClassInPlaceOfTheProgramsOwn() throws Exception {
    // The jar brings a SwitchedOff of its own, with a method that the program's does not have.
    new TinyPlugin("echo")
        .feature("Echo", "echo")
        .shadow(
            "org.anonymouscloud.core.release.SwitchedOff",
            "package org.anonymouscloud.core.release; public final class SwitchedOff {}")
        .writeTo(folder);

    try (PluginHost host = load()) {
      ClassLoader loader = host.serverFeatures().getFirst().getClass().getClassLoader();
      assertThat(loader.loadClass(SwitchedOff.class.getName())).isSameAs(SwitchedOff.class);
    }
  }

  private PluginHost load() throws Exception {
    return PluginHost.load(found(), EnumSet.allOf(Capability.class));
  }

  /** All jars of the folder, as if someone vouched for each. */
  private Plugins found() throws Exception {
    List<TrustedPlugin> vouched = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path jar : files.filter(file -> file.toString().endsWith(".jar")).sorted().toList()) {
        vouched.add(
            new TrustedPlugin(
                jar,
                release(jar),
                "a test",
                true,
                own.contains(jar),
                Optional.ofNullable(signers.get(jar))));
      }
    }
    return new Plugins(vouched, List.of());
  }

  private static Release release(Path jar) throws Exception {
    try {
      return Release.of(jar);
    } catch (PluginRefused e) {
      return new Release(
          jar.getFileName().toString().replaceAll("(-1\\.0\\.0)?\\.jar", ""),
          new Version(1, 0, 0),
          List.of("server-feature/1"),
          Files.size(jar),
          Digest.sha256(Files.readAllBytes(jar)));
    }
  }

  private static List<String> names(PluginHost host) {
    return host.serverFeatures().stream().map(ServerFeature::name).toList();
  }

  private static void assertSwitchedOff(PluginHost host, String plugin, String reason) {
    assertThat(host.switchedOff())
        .extracting(SwitchedOff::toString)
        .anySatisfy(line -> assertThat(line).contains(plugin, reason).hasLineCount(1));
  }
}
