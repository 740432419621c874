package org.anonymouscloud.vault.client.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which texts are names, and which of them are composed. */
final class NameTest {
  @ParameterizedTest
  @ValueSource(strings = {"a", "é", "日", "😀"})
  void aNameHasAtMostSoManyBytes(String character) {
    int bytes = new Name(character).encode().length;
    String filled = character.repeat(Name.MAX_BYTES / bytes) + "x".repeat(Name.MAX_BYTES % bytes);

    assertThat(new Name(filled).encode()).hasSize(Name.MAX_BYTES);
    assertThatThrownBy(() -> new Name(filled + "x"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("longer than 255 bytes");
  }

  @ParameterizedTest
  @ValueSource(strings = {"\ud800", "\udc00", "a\ud800", "\udc00\ud800", "\ud83d\ude00\ude00"})
  void halfACharacterIsRefused(String text) {
    assertThatThrownBy(() -> new Name(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("not valid Unicode");
    assertThatThrownBy(() -> Name.of(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aNameThatIsMadeHereIsComposed() {
    assertThat(Name.of("e\u0301te").text()).isEqualTo("\u00e9te");
    assertThat(Name.of("plain").text()).isEqualTo("plain");
    assertThat(new Name("e\u0301te").isComposed()).isFalse();
    assertThat(new Name("\u00e9te").isComposed()).isTrue();
    assertThat(new Name("plain").isComposed()).isTrue();
  }
}
