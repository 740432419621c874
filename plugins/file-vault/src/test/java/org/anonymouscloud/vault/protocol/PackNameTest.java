package org.anonymouscloud.vault.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.HexFormat;
import java.util.Set;
import org.anonymouscloud.core.wire.Malformed;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PackNameTest {
  private static final String EXAMPLE = "vq3c5y6tq7kx2m4n5p6r7s2t3a.mp4";

  @Test
  void aNameSurvivesItsEncoding() throws Malformed {
    for (int i = 0; i < 1000; i++) {
      PackName name = PackName.random();
      byte[] within = new byte[PackName.LENGTH + 5];
      System.arraycopy(name.encode(), 0, within, 3, PackName.LENGTH);
      assertThat(PackName.decode(within, 3)).isEqualTo(name);
    }
  }

  @Test
  void noNameIsDrawnTwiceAndEachExtensionIsDrawn() {
    Set<PackName> names = new HashSet<>();
    Set<String> extensions = new HashSet<>();
    for (int i = 0; i < 2000; i++) {
      PackName name = PackName.random();
      names.add(name);
      extensions.add(name.text().substring(name.text().indexOf('.') + 1));
    }
    assertThat(names).hasSize(2000);
    assertThat(extensions).containsExactlyInAnyOrderElementsOf(PackName.EXTENSIONS);
  }

  @Test
  void theExampleOfThePageIsAName() {
    assertThat(new PackName(EXAMPLE)).hasToString(EXAMPLE);
    assertThat(new PackName(EXAMPLE).encode())
        .isEqualTo(HexFormat.of().parseHex("ac362ee3d387d57d338debfd1fcb53d802"));
  }

  @ParameterizedTest
  @Tag("A34")
  @ValueSource(
      strings = {
        "",
        ".",
        "..",
        "../../etc/passwd",
        "/etc/passwd",
        "vq3c5y6tq7kx2m4n5p6r7s2t3a",
        "vq3c5y6tq7kx2m4n5p6r7s2t3a.",
        "vq3c5y6tq7kx2m4n5p6r7s2t3a.exe",
        "vq3c5y6tq7kx2m4n5p6r7s2t3a.MP4",
        "VQ3C5Y6TQ7KX2M4N5P6R7S2T3A.mp4",
        "vq3c5y6tq7kx2m4n5p6r7s2t3.mp4",
        "vq3c5y6tq7kx2m4n5p6r7s2t3aa.mp4",
        "vq3c5y6tq7kx2m4n5p6r7s2t3b.mp4",
        "vq3c5y6tq7kx2m4n5p6r7s2t1a.mp4",
        "vq3c5y6tq7kx2m4n5p6r7s2t3a.mp4\n",
        "vq3c5y6tq7kx2m4n5p6r7s2t3a.mp4\0",
        " vq3c5y6tq7kx2m4n5p6r7s2t3a.mp4",
        "vq3c5y6tq7kx2m4n5p6r7s2t3a.mp4/x",
        "vq3c5y6tq7kx2m4n5p6r/s2t3aa.mp4",
      })
  void whatIsNoNameIsRefused(String text) {
    assertThatThrownBy(() -> new PackName(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  @Tag("A36")
  void bytesThatAreNoNameAreMalformed() {
    byte[] unknownExtension = new byte[PackName.LENGTH];
    unknownExtension[PackName.LENGTH - 1] = (byte) PackName.EXTENSIONS.size();
    byte[] negativeExtension = new byte[PackName.LENGTH];
    negativeExtension[PackName.LENGTH - 1] = -1;
    assertThatThrownBy(() -> PackName.decode(unknownExtension, 0)).isInstanceOf(Malformed.class);
    assertThatThrownBy(() -> PackName.decode(negativeExtension, 0)).isInstanceOf(Malformed.class);
    assertThatThrownBy(() -> PackName.decode(new byte[PackName.LENGTH - 1], 0))
        .isInstanceOf(Malformed.class);
    assertThatThrownBy(() -> PackName.decode(new byte[PackName.LENGTH], 1))
        .isInstanceOf(Malformed.class);
  }
}
