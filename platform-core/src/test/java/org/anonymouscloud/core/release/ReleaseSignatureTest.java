package org.anonymouscloud.core.release;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.crypto.SigningKey;
import org.junit.jupiter.api.Test;

/** The file beside a jar, to the byte as docs/formats/plugin.md has it. */
final class ReleaseSignatureTest {
  private static final Path FORMAT = Path.of("..", "docs", "formats", "plugin.md");

  private final SigningKey key = SigningKey.fromSeed(Secret.of(counted(SigningKey.SEED_LENGTH)));
  private final List<Publisher> trusted = List.of(new Publisher(key.verifyKey(), "Example"));
  private final Release release =
      new Release(
          "notes",
          new Version(1, 4, 0),
          List.of("server-feature/1", "client-feature/1"),
          3,
          Digest.sha256("jar".getBytes(US_ASCII)));

  @Test
  void theExampleOfTheFormatIsWhatIsWrittenAndRead() throws Exception {
    byte[] example = example();

    assertThat(ReleaseSignature.sign(release, key)).isEqualTo(example);
    assertThat(ReleaseSignature.read(example, trusted))
        .isEqualTo(new ReleaseSignature(key.verifyKey(), release));
  }

  @Test
  void noByteCanBeChangedAddedOrTakenAway() throws Exception {
    byte[] example = example();

    for (int at = 0; at < example.length; at++) {
      byte[] changed = example.clone();
      changed[at] ^= 1;
      assertRefused(changed);
      assertRefused(java.util.Arrays.copyOf(example, at));
    }
    assertRefused(java.util.Arrays.copyOf(example, example.length + 1));
  }

  private void assertRefused(byte[] file) {
    assertThatThrownBy(() -> ReleaseSignature.read(file, trusted))
        .isInstanceOfSatisfying(
            PluginRefused.class, refused -> assertThat(refused.isUntrusted()).isTrue());
  }

  /** The block of hexadecimal digits under "Example". */
  private static byte[] example() throws Exception {
    Matcher block =
        Pattern.compile("### Example.*?```\\n([0-9a-f\\s]+)```", Pattern.DOTALL)
            .matcher(Files.readString(FORMAT));
    assertThat(block.find()).isTrue();
    return HexFormat.of().parseHex(block.group(1).replaceAll("\\s", ""));
  }

  private static byte[] counted(int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) i;
    }
    return bytes;
  }
}
