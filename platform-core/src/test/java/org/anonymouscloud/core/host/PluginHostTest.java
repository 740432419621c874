package org.anonymouscloud.core.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.anonymouscloud.core.plugin.ServerFeature;
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
        .feature("Future", "future", "return new Running();", tracing(trace))
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
  void anIdOrANameIsTakenOnce() throws Exception {
    new TinyPlugin("a").feature("First", "echo").writeTo(folder);
    new TinyPlugin("a").feature("Second", "other").writeTo(folder);
    new TinyPlugin("b").feature("Third", "echo").writeTo(folder);

    try (PluginHost host = load()) {
      assertThat(host.serverFeatures())
          .extracting(feature -> feature.getClass().getName())
          .containsExactly("First");
      assertSwitchedOff(host, "a-1.0.2.jar", "another plugin has this id");
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
        .feature("Echo", "echo", "return new Running();", tracing(trace))
        .writeTo(folder);

    try (PluginHost host = PluginHost.load(folder, Set.of(Capability.DATABASE))) {
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
            "org.anonymouscloud.core.host.SwitchedOff",
            "package org.anonymouscloud.core.host; public final class SwitchedOff {}")
        .writeTo(folder);

    try (PluginHost host = load()) {
      ClassLoader loader = host.serverFeatures().getFirst().getClass().getClassLoader();
      assertThat(loader.loadClass(SwitchedOff.class.getName())).isSameAs(SwitchedOff.class);
    }
  }

  private PluginHost load() throws Exception {
    return PluginHost.load(folder, EnumSet.allOf(Capability.class));
  }

  private static List<String> names(PluginHost host) {
    return host.serverFeatures().stream().map(ServerFeature::name).toList();
  }

  /** Code that leaves a trace as soon as the class is used. */
  private static String tracing(Path trace) {
    return "static { try { java.nio.file.Files.createFile(java.nio.file.Path.of(\"%s\")); }"
            .formatted(trace)
        + " catch (java.io.IOException e) { throw new java.io.UncheckedIOException(e); } }";
  }

  private static void assertSwitchedOff(PluginHost host, String plugin, String reason) {
    assertThat(host.switchedOff())
        .extracting(SwitchedOff::toString)
        .anySatisfy(line -> assertThat(line).contains(plugin, reason).hasLineCount(1));
  }
}
