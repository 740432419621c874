package org.anonymouscloud.client.system;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The search must find what the system tests rely on it to find. */
final class CanarySearchTest {
  private static final String CANARY = "canary-Größe-7261";

  @TempDir private Path folder;

  @Test
  void eachFormIsFoundAtEachAlignment() throws Exception {
    for (int before = 0; before < 4; before++) {
      byte[] text = ("x".repeat(before) + CANARY + "yz").getBytes(UTF_8);
      Files.write(folder.resolve("raw" + before), text);
      Files.writeString(folder.resolve("hex" + before), HexFormat.of().formatHex(text));
      Files.writeString(
          folder.resolve("base64" + before), Base64.getEncoder().encodeToString(text));
    }
    Files.createFile(folder.resolve("name of " + CANARY));

    assertThat(CanarySearch.forTexts(List.of(CANARY)).in(List.of(folder))).hasSize(13);
  }

  @Test
  void otherContentIsNotFound() throws Exception {
    Files.writeString(folder.resolve("other"), "canary-Große-7261");

    assertThat(CanarySearch.forTexts(List.of(CANARY)).in(List.of(folder))).isEmpty();
  }
}
