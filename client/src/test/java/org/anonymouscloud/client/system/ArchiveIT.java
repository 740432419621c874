package org.anonymouscloud.client.system;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** The archive that {@code mvn -Pdist} makes, on a machine without Java. */
@EnabledIfSystemProperty(
    named = "anoncloud.archives",
    matches = ".+",
    disabledReason = "made by -Pdist alone")
@TestInstance(Lifecycle.PER_CLASS)
final class ArchiveIT {
  private static final long MOST_BYTES = 120_000_000;

  /** What the launcher calls; none of it is Java. */
  private static final List<String> TOOLS =
      List.of("sh", "readlink", "mkdir", "mv", "rm", "find", "nice", "sleep", "dirname");

  private long bytes;
  private Path made = Path.of("");
  private Path folder = Path.of("");
  private Path root = Path.of("");
  private Path tools = Path.of("");

  @BeforeAll
  void unpack(@TempDir Path temporary) throws Exception {
    made = Path.of(System.getProperty("anoncloud.archives"));
    folder = temporary;
    tools = Files.createDirectory(folder.resolve("tools"));
    for (String tool : TOOLS) {
      Path found =
          Stream.of("/usr/bin", "/bin")
              .map(bin -> Path.of(bin, tool))
              .filter(Files::exists)
              .findFirst()
              .orElseThrow();
      Files.createSymbolicLink(tools.resolve(tool), found);
    }
    run(folder, Map.of(), "tar", "-xzf", only("*.tar.gz").toString());
    try (DirectoryStream<Path> unpacked = Files.newDirectoryStream(folder, "anoncloud-*")) {
      root = unpacked.iterator().next();
    }
    bytes = bytes(root);
  }

  private Path only(String glob) throws IOException {
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(made, glob)) {
      files.forEach(found::add);
    }
    assertThat(found).hasSize(1);
    return found.getFirst();
  }

  /** The first start makes what the archive leaves out. */
  @AfterAll
  void theCacheOfProcessesIsMade() throws Exception {
    while (caches("process.aot").isEmpty()) {
      Thread.sleep(100);
    }
    assertThat(caches("command.aot")).hasSize(1);
  }

  private List<Path> caches(String name) throws IOException {
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(root, "classes-*")) {
      folders.forEach(caches -> found.add(caches.resolve(name)));
    }
    return found.stream().filter(Files::exists).toList();
  }

  private static long bytes(Path tree) throws IOException {
    long bytes = 0;
    try (Stream<Path> files = Files.walk(tree)) {
      for (Path file : files.toList()) {
        if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
          bytes += Files.size(file);
        }
      }
    }
    return bytes;
  }

  @Test
  void itIsSmallAndSaysWhatIsInIt() throws Exception {
    assertThat(bytes).isLessThanOrEqualTo(MOST_BYTES);
    String vault = Files.readString(root.resolve("sbom/file-vault.cdx.json"));
    assertThat(new ObjectMapper().readTree(vault).findValuesAsText("name"))
        .contains("commons-compress");
    assertThat(root.resolve("licences/bcprov-jdk18on-1.87")).isDirectory();
    assertThat(Files.readString(root.resolve("docs/operations.md")))
        .contains(Files.readString(root.resolve("samples/anoncloud.service")));
    run(made, Map.of(), "sha256sum", "--check", "SHA256SUMS");
  }

  @Test
  void theClassCacheFitsWhereverTheArchiveLies() throws Exception {
    // The JVM does not start at all if it cannot use it.
    Map<String, String> only = Map.of("ANONCLOUD_JAVA_OPTIONS", "-XX:AOTMode=on");
    assertThat(anoncloud(folder.resolve("cache home"), only, "--version"))
        .startsWith("AnonymousCloud ");
  }

  @Test
  void aNewcomerKeepsAFolderWithoutJava() throws Exception {
    Path home = folder.resolve("home");
    Path sent = folder.resolve("sent");
    SampleTree.small(sent, 20, "content", 1);
    Path password = Files.writeString(folder.resolve("password"), "a good password\n");
    Path out = folder.resolve("up.log");
    Process up =
        builder(folder, home, Map.of(), "up", "--listen", "127.0.0.1:0")
            .redirectErrorStream(true)
            .redirectOutput(out.toFile())
            .start();
    try {
      while (!Files.readString(out).contains("anoncloud register")) {
        assertThat(up.isAlive()).as(Files.readString(out)).isTrue();
        Thread.sleep(50);
      }
      String sheet = folder.resolve("sheet").toString();
      String file = password.toString();
      anoncloud(
          home, Map.of(), "register", "--user", "alice", "--password-file", file, "--sheet", sheet);
      anoncloud(home, Map.of(), "put", "-r", sent.toString(), "/sent");
      Path received = folder.resolve("received");
      anoncloud(home, Map.of(), "get", "-r", "/sent", received.toString());
      assertThat(SampleTree.content(received)).isEqualTo(SampleTree.content(sent));
    } finally {
      up.destroy();
      assertThat(up.waitFor(1, TimeUnit.MINUTES)).isTrue();
    }
    assertThat(up.exitValue()).as(Files.readString(out)).isIn(0, 143);
  }

  @Test
  void theDebianPackageHasTheSameInOpt() throws Exception {
    Path unpacked = folder.resolve("debian");
    run(folder, Map.of(), "dpkg-deb", "--extract", only("*.deb").toString(), unpacked.toString());

    assertThat(Files.readSymbolicLink(unpacked.resolve("usr/bin/anoncloud")))
        .isEqualTo(Path.of("/opt/anoncloud/anoncloud"));
    assertThat(
            Files.mismatch(root.resolve("anoncloud"), unpacked.resolve("opt/anoncloud/anoncloud")))
        .isEqualTo(-1);
    assertThat(unpacked.resolve("lib/systemd/system/anoncloud.service")).exists();
    assertThat(run(folder, Map.of(), "dpkg-deb", "--field", only("*.deb").toString(), "Package"))
        .isEqualTo("anoncloud\n");
  }

  private String anoncloud(Path home, Map<String, String> more, String... arguments)
      throws Exception {
    return output(builder(folder, home, more, arguments));
  }

  private ProcessBuilder builder(
      Path place, Path home, Map<String, String> more, String... arguments) {
    List<String> command = new ArrayList<>(List.of(root.resolve("anoncloud").toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).directory(place.toFile());
    builder.environment().clear();
    builder.environment().put("PATH", tools.toString());
    builder.environment().put("ANONCLOUD_HOME", home.toString());
    builder.environment().putAll(more);
    return builder;
  }

  private static String run(Path place, Map<String, String> more, String... command)
      throws Exception {
    ProcessBuilder builder = new ProcessBuilder(command).directory(place.toFile());
    builder.environment().putAll(more);
    return output(builder);
  }

  private static String output(ProcessBuilder builder) throws Exception {
    Process process = builder.redirectErrorStream(true).start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    return said;
  }
}
