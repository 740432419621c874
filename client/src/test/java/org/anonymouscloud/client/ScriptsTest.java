package org.anonymouscloud.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.anonymouscloud.core.crypto.Digest;
import org.junit.jupiter.api.Test;

/**
 * The scripts of tables as they were released. A server that has run one refuses another of its
 * number, so none ever changes: add the next one, and its line with {@code -Danoncloud.write=true}.
 */
final class ScriptsTest {
  private static final Path ROOT = Path.of("..");
  private static final Path LIST = Path.of("src/test/resources/scripts.sha256");

  @Test
  void noScriptOfTablesIsAnotherThanItWas() throws IOException {
    SortedMap<String, String> digests = new TreeMap<>();
    for (String module : List.of("platform-core", "plugins/file-vault", "plugins/encrypted-chat")) {
      Path resources = ROOT.resolve(module).resolve("src/main/resources");
      if (Files.exists(resources)) {
        try (Stream<Path> files = Files.walk(resources)) {
          for (Path file : files.filter(one -> one.toString().endsWith(".sql")).toList()) {
            digests.put(
                ROOT.relativize(file).toString(),
                Digest.sha256(Files.readAllBytes(file)).toString());
          }
        }
      }
    }
    List<String> lines =
        digests.entrySet().stream().map(one -> one.getValue() + "  " + one.getKey()).toList();
    if (Boolean.getBoolean("anoncloud.write")) {
      Files.write(LIST, lines, UTF_8);
    }
    assertThat(lines).isNotEmpty().isEqualTo(Files.readAllLines(LIST, UTF_8));
  }
}
