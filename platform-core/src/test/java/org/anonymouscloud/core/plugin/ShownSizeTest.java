package org.anonymouscloud.core.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sizes as people read them. */
final class ShownSizeTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0 bytes",
    "1, 1 byte",
    "1023, 1023 bytes",
    "1024, 1.0 KiB",
    "1536, 1.5 KiB",
    "1048524, 1023.9 KiB",
    "1048525, 1.0 MiB",
    "16777216, 16.0 MiB",
    "21474836480, 20.0 GiB",
    "9223372036854775807, 8.0 EiB"
  })
  void aSizeIsInTheLargestUnitThatFits(long bytes, String shown) {
    assertThat(ShownSize.of(bytes)).isEqualTo(shown);
  }

  @Test
  void thereIsNoLargerUnit() {
    assertThat(ShownSize.of(BigInteger.TWO.pow(80))).isEqualTo("1048576.0 EiB");
  }
}
