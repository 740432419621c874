package org.anonymouscloud.core.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.plugin.ServerFeature;
import org.anonymouscloud.core.release.PluginRefused;
import org.anonymouscloud.core.release.Plugins;
import org.anonymouscloud.core.release.Release;
import org.anonymouscloud.core.release.SwitchedOff;
import org.anonymouscloud.core.release.Version;
import org.anonymouscloud.core.release.Vouched;
import org.anonymouscloud.core.testing.TinyPlugin;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
    Vouched off = new Vouched(jar, Release.of(jar), "a test", false);
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
  void twoFeaturesOfOnePluginMayNotShareAName() throws Exception {
    new TinyPlugin("twin").feature("One", "echo").feature("Two", "echo").writeTo(folder);

    try (PluginHost host = load()) {
      assertThat(names(host)).isEmpty();
      assertSwitchedOff(host, "twin", "'echo'");
    }
  }

  @Test
  void aFeatureMayNotTakeTheNameOfTheProgramsOwnMethods() throws Exception {
    new TinyPlugin("thief").feature("Thief", "account").writeTo(folder);

    try (PluginHost host = load()) {
      assertThat(names(host)).isEmpty();
      assertSwitchedOff(host, "thief", "'account'");
    }
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
    List<Vouched> vouched = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path jar : files.filter(file -> file.toString().endsWith(".jar")).sorted().toList()) {
        vouched.add(new Vouched(jar, release(jar), "a test", true));
      }
    }
    return new Plugins(vouched, List.of());
  }

  private static Release release(Path jar) throws Exception {
    try {
      return Release.of(jar);
    } catch (PluginRefused e) {
      return new Release(
          "broken",
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
