package org.anonymouscloud.client.cli.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SizeTest {
  @Test
  void unitsArePowersOf1024InEitherCase() {
    assertThat(Size.parse("0")).isZero();
    assertThat(Size.parse("4096")).isEqualTo(4096);
    assertThat(Size.parse("500M")).isEqualTo(500L << 20);
    assertThat(Size.parse(" 20g ")).isEqualTo(20L << 30);
    assertThat(Size.parse("3GiB")).isEqualTo(3L << 30);
    assertThat(Size.parse("1T")).isEqualTo(1L << 40);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "M", "-1", "1.5G", "10 apples", "99999999999999999"})
  void whatIsNoSizeIsRefused(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> Size.parse(text));
  }

  @Test
  void aSizeThatDoesNotFitIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Size.parse("9000000T"))
        .withMessageContaining("too large");
  }
}
