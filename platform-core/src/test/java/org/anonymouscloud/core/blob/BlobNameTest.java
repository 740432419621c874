package org.anonymouscloud.core.blob;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class BlobNameTest {
  @Test
  void noNameIsDrawnTwiceAndEachCharacterAndExtensionIsDrawn() {
    Set<BlobName> names = new HashSet<>();
    Set<Character> characters = new HashSet<>();
    Set<Character> last = new HashSet<>();
    Set<String> extensions = new HashSet<>();
    for (int i = 0; i < 2000; i++) {
      BlobName name = BlobName.random();
      String text = name.text();
      names.add(name);
      text.substring(0, 25).chars().forEach(c -> characters.add((char) c));
      last.add(text.charAt(25));
      extensions.add(text.substring(27));
    }
    assertThat(names).hasSize(2000);
    assertThat(characters).hasSize(32);
    assertThat(last).hasSize(8);
    assertThat(extensions).hasSize(12);
  }

  @ParameterizedTest
  @Tag("A34")
  @ValueSource(
      strings = {
        "",
        ".",
        "../../etc/passwd",
        "vq3c5y6tq7kx2m4n5p6r7s2t3a",
        "vq3c5y6tq7kx2m4n5p6r7s2t3a.exe",
        "vq3c5y6tq7kx2m4n5p6r7s2t3a.MP4",
        "VQ3C5Y6TQ7KX2M4N5P6R7S2T3A.mp4",
        "vq3c5y6tq7kx2m4n5p6r7s2t3.mp4",
        "vq3c5y6tq7kx2m4n5p6r7s2t3aa.mp4",
        "vq3c5y6tq7kx2m4n5p6r7s2t3b.mp4",
        "vq3c5y6tq7kx2m4n5p6r7s2t3a.mp4\n",
        "vq3c5y6tq7kx2m4n5p6r7s2t3a.mp4/x",
        "vq3c5y6tq7kx2m4n5p6r/s2t3aa.mp4",
      })
  void whatIsNoNameIsRefused(String text) {
    assertThatThrownBy(() -> new BlobName(text)).isInstanceOf(IllegalArgumentException.class);
  }
}
