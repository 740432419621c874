package org.anonymouscloud.core.release;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.sun.security.auth.module.UnixSystem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.crypto.SigningKey;
import org.anonymouscloud.core.crypto.VerifyKey;
import org.anonymouscloud.core.host.Capability;
import org.anonymouscloud.core.host.PluginHost;
import org.anonymouscloud.core.testing.TinyPlugin;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** What a stranger's jar, signature or hand in the folder achieves: nothing. */
@Tag("A66")
final class PluginTrustTest {
  private static final Set<String> NO_OWN = Set.of();

  @TempDir private Path folder;
  private Path downloads = Path.of("");
  private Path key = Path.of("");
  private Path installed = Path.of("");

  /** Is there as soon as code of the plugin has run. */
  private Path trace = Path.of("");

  private PluginFolder plugins = new PluginFolder(Path.of(""));

  @BeforeEach
  void trustOnePublisher() throws Exception {
    downloads = Files.createDirectory(folder.resolve("downloads"));
    key = folder.resolve("publisher.key");
    installed = folder.resolve("server").resolve("plugins");
    trace = folder.resolve("trace");
    plugins = new PluginFolder(installed);
    plugins.trust(new Publisher(PublisherKey.create(key), "Alice"));
  }

  @Test
  void aJarOfATrustedPublisherIsInstalledAndRuns() throws Exception {
    install(plugins, signed("1.0.0"));

    assertThat(plugins.find().refused()).isEmpty();
    assertThat(plugins.find().vouched())
        .singleElement()
        .satisfies(
            plugin -> {
              assertThat(plugin.release().id()).isEqualTo("notes");
              assertThat(plugin.publisher()).isEqualTo("Alice");
            });
    assertThat(run()).containsExactly("notes");
    // The teeth of all other tests here, where it must not be there.
    assertThat(trace).exists();
  }

  @Test
  void whatIsInstalledIsItsUsersAlone() throws Exception {
    Path jar = signed("1.0.0");
    try (Incoming waiting = plugins.receive(jar, NO_OWN)) {
      assertOwnersAlone();
      plugins.install(waiting);
    }
    assertOwnersAlone();
  }

  private void assertOwnersAlone() throws IOException {
    try (Stream<Path> files = Files.list(installed)) {
      assertThat(files)
          .hasSizeGreaterThan(2)
          .allSatisfy(
              file ->
                  assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                      .isEqualTo("rw-------"));
    }
  }

  @Test
  void whatAKilledInstallationLeftIsClearedAwayByTheNextOne() throws Exception {
    Path left = Files.writeString(installed.resolve(".incoming-1.jar"), "half of a jar");
    Path jar = signed("1.0.0");
    try (Incoming waiting = plugins.receive(jar, NO_OWN)) {
      assertThat(left).doesNotExist();

      // One that still waits for its owner's answer is not taken away.
      plugins.receive(jar, NO_OWN).close();
      plugins.install(waiting);
    }
    try (Stream<Path> files = Files.list(installed)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .noneMatch(name -> name.startsWith(".incoming"));
    }
  }

  /** What can be wrong with a jar that somebody hands over. */
  enum Handed {
    WITHOUT_SIGNATURE("not signed"),
    SIGNED_BY_A_STRANGER("not that of a trusted publisher"),
    SIGNED_BY_A_STRANGER_IN_THE_PUBLISHERS_NAME("false"),
    WITH_A_CHANGED_STATEMENT("false"),
    WITH_A_SIGNATURE_FOR_ANOTHER_PURPOSE("false"),
    WITH_A_CUT_SIGNATURE("false"),
    WITH_AN_ENDLESS_SIGNATURE("no signature of a plugin"),
    WITH_THE_SIGNATURE_OF_ANOTHER_JAR("changed"),
    WITH_ONE_BYTE_MORE("changed"),
    WITH_THE_MANIFEST_OF_ANOTHER_PLUGIN("manifest is that of another"),
    WITH_A_HIGHER_VERSION_THAN_ITS_MANIFEST_SAYS("manifest is that of another"),
    WITH_MORE_CAPABILITIES_THAN_ITS_MANIFEST_SAYS("manifest is that of another"),
    WITH_AN_ID_THAT_LEADS_TO_A_SIBLING_FOLDER("its id is not"),
    WITH_THE_ID_OF_ONE_OF_THE_PROGRAMS_OWN("a plugin of its own");

    private final String reason;

    Handed(String reason) {
      this.reason = reason;
    }
  }

  @ParameterizedTest
  @EnumSource
  void aJarThatIsHandedOverIsRefusedAndNothingIsWritten(Handed handed) throws Exception {
    Path jar = signed("1.0.0");
    Set<String> own =
        handed == Handed.WITH_THE_ID_OF_ONE_OF_THE_PROGRAMS_OWN ? Set.of("notes") : NO_OWN;
    spoil(handed, jar);
    Map<String, Digest> before = content();

    PluginRefused refused =
        catchThrowableOfType(PluginRefused.class, () -> plugins.receive(jar, own).close());

    assertThat(refused).hasMessageContaining(handed.reason);
    assertThat(content()).isEqualTo(before);
    assertThat(run()).isEmpty();
    assertThat(trace).doesNotExist();
  }

  private void spoil(Handed handed, Path jar) throws Exception {
    Path sig = PublisherKey.signatureOf(jar);
    byte[] file = Files.readAllBytes(sig);
    Release honest = Release.of(jar);
    switch (handed) {
      case WITHOUT_SIGNATURE -> Files.delete(sig);
      case SIGNED_BY_A_STRANGER -> PublisherKey.sign(jar, strangersKey());
      case SIGNED_BY_A_STRANGER_IN_THE_PUBLISHERS_NAME -> {
        byte[] named = Arrays.copyOfRange(file, 5, 5 + VerifyKey.LENGTH);
        PublisherKey.sign(jar, strangersKey());
        byte[] forged = Files.readAllBytes(sig);
        System.arraycopy(named, 0, forged, 5, named.length);
        Files.write(sig, forged);
      }
      case WITH_A_CHANGED_STATEMENT -> {
        file[5 + VerifyKey.LENGTH + 8] ^= 1;
        Files.write(sig, file);
      }
      case WITH_A_SIGNATURE_FOR_ANOTHER_PURPOSE -> {
        // The publisher's key has signed these very bytes, but not as a release.
        byte[] statement = Arrays.copyOf(file, file.length - 64);
        try (SigningKey publisher = PublisherKey.open(key)) {
          System.arraycopy(publisher.sign(statement), 0, file, statement.length, 64);
        }
        Files.write(sig, file);
      }
      case WITH_A_CUT_SIGNATURE -> Files.write(sig, Arrays.copyOf(file, file.length - 1));
      case WITH_AN_ENDLESS_SIGNATURE -> Files.write(sig, Arrays.copyOf(file, 1 << 20));
      case WITH_THE_SIGNATURE_OF_ANOTHER_JAR -> {
        Path other = signed("1.0.1");
        Files.copy(PublisherKey.signatureOf(other), sig, StandardCopyOption.REPLACE_EXISTING);
      }
      case WITH_ONE_BYTE_MORE ->
          Files.write(jar, new byte[1], java.nio.file.StandardOpenOption.APPEND);
      case WITH_THE_MANIFEST_OF_ANOTHER_PLUGIN -> vouch(jar, honest, "other", honest.version());
      case WITH_A_HIGHER_VERSION_THAN_ITS_MANIFEST_SAYS ->
          vouch(jar, honest, "notes", new Version(9, 0, 0));
      case WITH_MORE_CAPABILITIES_THAN_ITS_MANIFEST_SAYS ->
          vouch(
              jar,
              new Release(
                  honest.id(),
                  honest.version(),
                  List.of("server-feature/1", "database/1"),
                  honest.size(),
                  honest.digest()));
      case WITH_AN_ID_THAT_LEADS_TO_A_SIBLING_FOLDER ->
          vouch(jar, honest, "../plugins-evil/notes", honest.version());
      case WITH_THE_ID_OF_ONE_OF_THE_PROGRAMS_OWN -> assertThat(sig).exists();
    }
  }

  @Test
  void aPluginDoesNotGoBackToAnOlderVersion() throws Exception {
    Path old = signed("1.9.0");
    install(plugins, old);
    install(plugins, signed("1.10.0"));

    assertRefused(old, "does not go back");
    plugins.remove("notes", false);
    // The floor outlives the plugin.
    assertRefused(old, "does not go back");
    assertThat(run()).isEmpty();

    plugins.remove("notes", true);
    install(plugins, old);
    assertThat(run()).containsExactly("notes");
  }

  @Test
  void anotherPublisherCannotSupplyAPluginThatIsInstalled() throws Exception {
    install(plugins, signed("1.0.0"));
    Path mallory = strangersKey();
    Path jar = plugin().version("2.0.0").writeTo(downloads);
    PublisherKey.sign(jar, mallory);
    plugins.trust(new Publisher(publicHalf(mallory), "Mallory of another plugin"));

    assertRefused(jar, "its publisher is not");
  }

  @Test
  void anUpdateComesWholeOrNotAtAll() throws Exception {
    install(plugins, signed("1.0.0"));
    Path update = signed("1.1.0");

    try (Incoming incoming = plugins.receive(update, NO_OWN)) {
      // As far as it comes when it is cut off before the end.
      incoming.moveTo(installed.resolve("notes-1.1.0.jar"));
    }

    assertThat(plugins.find().vouched())
        .extracting(plugin -> plugin.release().version().toString())
        .containsExactly("1.0.0");
    assertThat(run()).containsExactly("notes");
    install(plugins, update);
    assertThat(plugins.find().refused()).isEmpty();
    assertThat(run()).containsExactly("notes");
  }

  /** What somebody may do to the folder behind the program's back. */
  enum Tampering {
    JAR_CHANGED("changed"),
    JAR_AND_SIGNATURE_OF_AN_OLDER_VERSION("than was installed"),
    JAR_AND_SIGNATURE_OF_ANOTHER_PLUGIN("than was installed"),
    JAR_AND_SIGNATURE_OF_A_STRANGER("not that of a trusted publisher"),
    JAR_REPLACED_BY_A_LINK("no file"),
    JAR_GONE("missing"),
    SIGNATURE_GONE("not signed"),
    PUBLISHER_NOT_TRUSTED_ANY_MORE("not that of a trusted publisher"),
    FOLDER_OPENED_FOR_OTHERS("other users can write"),
    FOLDER_OF_ANOTHER_USER("belongs to another user");

    private final String reason;

    Tampering(String reason) {
      this.reason = reason;
    }
  }

  @ParameterizedTest
  @EnumSource
  void whatWasChangedInTheFolderIsNotLoaded(Tampering tampering) throws Exception {
    install(plugins, signed("1.0.0"));
    tamper(tampering, installed.resolve("notes-1.0.0.jar"));

    try (PluginHost host = host()) {
      assertThat(host.serverFeatures()).isEmpty();
      assertThat(host.switchedOff())
          .singleElement()
          .satisfies(
              off ->
                  assertThat(off.toString()).contains("notes", tampering.reason).hasLineCount(1));
    }
    assertThat(trace).doesNotExist();
  }

  private void tamper(Tampering tampering, Path jar) throws Exception {
    Path sig = PublisherKey.signatureOf(jar);
    switch (tampering) {
      case JAR_CHANGED -> {
        byte[] content = Files.readAllBytes(jar);
        content[content.length / 2] ^= 1;
        Files.write(jar, content);
      }
      case JAR_AND_SIGNATURE_OF_AN_OLDER_VERSION -> put(signed("0.9.0"), jar);
      case JAR_AND_SIGNATURE_OF_ANOTHER_PLUGIN -> {
        Path other = new TinyPlugin("other").feature("Other", "other").writeTo(downloads);
        PublisherKey.sign(other, key);
        put(other, jar);
      }
      case JAR_AND_SIGNATURE_OF_A_STRANGER -> {
        PublisherKey.sign(jar, strangersKey());
      }
      case JAR_REPLACED_BY_A_LINK -> {
        Path elsewhere = downloads.resolve("elsewhere.jar");
        Files.move(jar, elsewhere);
        Files.createSymbolicLink(jar, elsewhere);
      }
      case JAR_GONE -> Files.delete(jar);
      case SIGNATURE_GONE -> Files.delete(sig);
      case PUBLISHER_NOT_TRUSTED_ANY_MORE -> plugins.distrust(publicHalf(key));
      case FOLDER_OPENED_FOR_OTHERS ->
          Files.setPosixFilePermissions(installed, PosixFilePermissions.fromString("rwxrwx---"));
      case FOLDER_OF_ANOTHER_USER -> {
        assumeThat(new UnixSystem().getUid()).as("only root can give it away").isZero();
        Files.setAttribute(installed, "unix:uid", 4711);
      }
    }
  }

  private static void put(Path from, Path to) throws IOException {
    Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING);
    Files.copy(
        PublisherKey.signatureOf(from),
        PublisherKey.signatureOf(to),
        StandardCopyOption.REPLACE_EXISTING);
  }

  @Test
  void aJarThatWasPutIntoTheFolderByHandIsNamedAndNotOpened() throws Exception {
    put(signed("1.0.0"), installed.resolve("dropped.jar"));

    try (PluginHost host = host()) {
      assertThat(host.serverFeatures()).isEmpty();
      assertThat(host.switchedOff())
          .extracting(SwitchedOff::toString)
          .singleElement()
          .asString()
          .contains("dropped.jar", "nobody has installed it");
    }
    assertThat(trace).doesNotExist();
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "LINK")
  void aHostileArchiveOfAStrangerIsNotEvenOpened(HostileArchive archive) throws Exception {
    Path jar = archive.writeTo(downloads.resolve("notes.jar"));
    Map<String, Digest> before = content();

    assertRefused(jar, "not signed");

    assertThat(content()).isEqualTo(before);
    assertThat(HostileArchive.OUTSIDE).doesNotExist();
    // Teeth: had it been opened, its own fault would be the reason.
    PluginRefused opened = catchThrowableOfType(PluginRefused.class, () -> JarManifest.read(jar));
    assertThat(opened).isNotNull().message().doesNotContain("not signed");
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "LINK")
  void aHostileArchiveOfATrustedPublisherIsRefusedAndWritesNothing(HostileArchive archive)
      throws Exception {
    Path jar = archive.writeTo(downloads.resolve("notes.jar"));
    vouch(jar);
    Map<String, Digest> before = content();

    assertRefused(jar, archive.reason());

    assertThat(content()).isEqualTo(before);
    assertThat(HostileArchive.OUTSIDE).doesNotExist();
    assertThatThrownBy(() -> PublisherKey.sign(jar, key)).isInstanceOf(PluginRefused.class);
  }

  @Test
  void aLinkInAJarStaysAnEntryOfTheJar() throws Exception {
    Path jar = HostileArchive.LINK.writeTo(downloads.resolve("notes.jar"));
    assertRefused(jar, "not signed");
    vouch(jar);

    install(plugins, jar);

    try (PluginHost host = host()) {
      // It holds no feature; but it was opened, and there is no link.
      assertThat(host.switchedOff())
          .singleElement()
          .asString()
          .contains("it has no server-feature");
    }
    try (Stream<Path> all = Files.walk(folder)) {
      assertThat(all.filter(Files::isSymbolicLink)).isEmpty();
    }
    assertThat(installed)
        .isDirectoryNotContaining(
            file -> !file.getFileName().toString().matches("known|lock|publishers|notes-.*"));
  }

  @Test
  void whoUnpacksSuchArchivesInGoodFaithWritesOutside() throws Exception {
    // The attack itself: what the archives do to a program that unpacks them.
    Path victim = Files.createDirectories(folder.resolve("victim/plugins"));

    HostileArchive.CLIMBING.writeTo(downloads.resolve("climbing.jar"));
    HostileArchive.unpackInGoodFaith(downloads.resolve("climbing.jar"), victim);
    HostileArchive.SIBLING.writeTo(downloads.resolve("sibling.jar"));
    HostileArchive.unpackInGoodFaith(downloads.resolve("sibling.jar"), victim);

    assertThat(victim.resolveSibling("escaped")).exists();
    assertThat(victim.resolveSibling("plugins-evil/escaped")).exists();
  }

  private static void install(PluginFolder plugins, Path jar) throws Exception {
    try (Incoming incoming = plugins.receive(jar, NO_OWN)) {
      plugins.install(incoming);
    }
  }

  private void assertRefused(Path jar, String reason) {
    assertThatThrownBy(() -> plugins.receive(jar, NO_OWN).close())
        .isInstanceOf(PluginRefused.class)
        .hasMessageContaining(reason);
  }

  private PluginHost host() throws IOException {
    return PluginHost.load(plugins.find(), EnumSet.allOf(Capability.class));
  }

  /** Loads what is installed and gives the names of what runs. */
  private List<String> run() throws IOException {
    Files.deleteIfExists(trace);
    try (PluginHost host = host()) {
      return host.serverFeatures().stream().map(feature -> feature.name()).toList();
    }
  }

  private TinyPlugin plugin() {
    return new TinyPlugin("notes")
        .feature("Notes", "notes", "return new Running();", TinyPlugin.tracing(trace));
  }

  private Path signed(String version) throws Exception {
    Path jar = plugin().version(version).writeTo(downloads);
    PublisherKey.sign(jar, key);
    return jar;
  }

  private void vouch(Path jar, Release honest, String id, Version version) throws IOException {
    vouch(jar, new Release(id, version, honest.capabilities(), honest.size(), honest.digest()));
  }

  /** Signs a jar without a look into it. */
  private void vouch(Path jar) throws IOException {
    vouch(
        jar,
        new Release(
            "notes",
            new Version(1, 0, 0),
            List.of("server-feature/1"),
            Files.size(jar),
            Digest.sha256(Files.readAllBytes(jar))));
  }

  /** Signs whatever the release says, as the real publisher's key can. */
  private void vouch(Path jar, Release release) throws IOException {
    try (SigningKey publisher = PublisherKey.open(key)) {
      Files.write(PublisherKey.signatureOf(jar), ReleaseSignature.sign(release, publisher));
    }
  }

  private Path strangersKey() throws IOException {
    Path file = folder.resolve("stranger.key");
    if (!Files.exists(file)) {
      PublisherKey.create(file);
    }
    return file;
  }

  private static VerifyKey publicHalf(Path file) throws IOException {
    try (SigningKey key = PublisherKey.open(file)) {
      return key.verifyKey();
    }
  }

  /** Everything below the test's folder, what lies beside the plugins too. */
  private Map<String, Digest> content() throws IOException {
    Map<String, Digest> content = new TreeMap<>();
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path file : all.toList()) {
        boolean readable = Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS);
        content.put(
            folder.relativize(file).toString(),
            Digest.sha256(readable ? Files.readAllBytes(file) : new byte[0]));
      }
    }
    return content;
  }
}
