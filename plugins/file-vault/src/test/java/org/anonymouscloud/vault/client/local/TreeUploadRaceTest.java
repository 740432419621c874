package org.anonymouscloud.vault.client.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.vault.client.archive.ArchiveEntry;
import org.anonymouscloud.vault.client.disk.LeftOut;
import org.anonymouscloud.vault.client.disk.LocalFile;
import org.anonymouscloud.vault.client.disk.LocalTree;
import org.anonymouscloud.vault.client.tree.VaultPath;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Trees in which somebody else puts links where folders were, while they are read. */
@Tag("A34")
final class TreeUploadRaceTest {
  /** More than are kept open. */
  private static final int DEEP = 250;

  @TempDir private Path temporary;
  private Path top;
  private Path outside;
  private final Map<String, String> sent = new LinkedHashMap<>();
  private final List<String> failed = new ArrayList<>();

  @BeforeEach
  void make() throws IOException {
    top = Files.createDirectory(temporary.resolve("top"));
    outside = Files.createDirectory(temporary.resolve("outside"));
  }

  @Test
  void aFolderThatIsSwappedForALinkIsReadOnWhereItIsNow() throws Exception {
    Path folder = Files.createDirectory(top.resolve("folder"));
    for (String name : List.of("1", "2")) {
      Files.writeString(folder.resolve(name), "own");
      Files.writeString(outside.resolve(name), "secret");
    }
    Files.createSymbolicLink(folder.resolve("3"), Path.of("own"));
    Files.createSymbolicLink(outside.resolve("3"), Path.of("secret"));
    Files.createDirectory(folder.resolve("4"));
    Files.writeString(Files.createDirectory(outside.resolve("4")).resolve("5"), "secret");

    send("folder/1", () -> swap(folder));

    assertThat(sent)
        .containsExactly(
            Map.entry("", "folder"),
            Map.entry("folder", "folder"),
            Map.entry("folder/1", "own"),
            Map.entry("folder/2", "own"),
            Map.entry("folder/4", "folder"));
    assertThat(failed)
        .containsExactly("Cannot read " + folder.resolve("3") + ": it changes while it is read.");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, DEEP / 2})
  void aFolderThatIsOpenedAnewIsNotOpenedThroughALink(int depth) throws Exception {
    Path swapped = top;
    Path folder = top;
    for (int i = 0; i < DEEP; i++) {
      folder = Files.createDirectory(folder.resolve("d"));
      Files.writeString(folder.resolve("e"), "own");
      Path twin = outside.resolve(top.relativize(folder));
      Files.writeString(Files.createDirectory(twin).resolve("e"), "secret");
      swapped = i == depth ? folder : swapped;
    }
    Path there = swapped;
    String bottom = "d/".repeat(DEEP) + "e";

    send(
        bottom,
        () -> {
          Files.move(there, temporary.resolve("moved"));
          Files.createSymbolicLink(there, outside.resolve(top.relativize(there)));
        });

    assertThat(sent.get(bottom)).isEqualTo("own");
    assertThat(sent).doesNotContainValue("secret");
    assertThat(failed).isNotEmpty().allMatch(line -> line.startsWith("Cannot read " + there));
  }

  @Test
  void aDeepTreeArrivesWhole() throws Exception {
    Path folder = top;
    for (int i = 0; i < DEEP; i++) {
      folder = Files.createDirectory(folder.resolve("d"));
      Files.writeString(folder.resolve("e"), "own");
    }

    send("none", () -> {});

    assertThat(failed).isEmpty();
    assertThat(sent).hasSize(1 + 2 * DEEP);
  }

  private void swap(Path folder) throws IOException {
    Files.move(folder, temporary.resolve("moved"));
    Files.createSymbolicLink(folder, outside);
  }

  private interface Attack {
    void run() throws IOException;
  }

  /** Sends the top; the attack comes when a thing has been opened, or a folder begun. */
  private void send(String when, Attack attack) throws IOException {
    try (LocalTree tree = new LocalTree(LocalFile.named(top))) {
      TreeUpload upload =
          new TreeUpload(
              tree,
              new LeftOut(top, temporary.resolve("none"), List.of()),
              VaultPath.of("/t"),
              new NotKept(),
              new Report() {
                @Override
                public void fail(Problem.Kind kind, String message) {
                  failed.add(message);
                }

                @Override
                public void step(long bytes) {}
              });
      upload.send(
          new TreeSink() {
            @Override
            public void add(ArchiveEntry entry) throws IOException {
              sent.put(
                  String.join("/", entry.names()),
                  entry.kind() == ArchiveEntry.Kind.LINK ? entry.target() : "folder");
            }

            @Override
            public void add(ArchiveEntry file, InputStream content) throws IOException {
              String name = String.join("/", file.names());
              if (name.equals(when)) {
                attack.run();
              }
              sent.put(name, new String(content.readAllBytes(), UTF_8));
            }
          });
    }
  }
}
