package org.anonymouscloud.core.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("S4.10a")
final class ForeignTextTest {
  /**
   * Zero widths, joiners, bidirectional marks, soft hyphen, fillers, variations, tags, controls.
   */
  @ParameterizedTest
  @ValueSource(
      ints = {
        0x00ad, 0x034f, 0x061c, 0x115f, 0x17b4, 0x180b, 0x180e, 0x200b, 0x200c, 0x200d, 0x200e,
        0x200f, 0x202e, 0x2060, 0x2061, 0x2064, 0x2065, 0x206a, 0x3164, 0xfe00, 0xfe0e, 0xfe0f,
        0xfeff, 0xffa0, 0xfff9, 0xe0001, 0xe0067, 0xe0100, 0x1b, 0x9b
      })
  void whatDoesNotShowIsShownByItsNumber(int character) {
    String text = "pay" + Character.toString(character) + "pal";

    assertThat(ForeignText.visible(text))
        .isEqualTo("pay\\u{" + Integer.toHexString(character) + "}pal");
    assertThat(ForeignText.lines(text)).isEqualTo(ForeignText.visible(text));
    assertThat(ForeignText.sentence(text)).isEqualTo("pay\ufffdpal");
  }

  @Test
  void whatWordsAndEmojiNeedStays() {
    for (String text :
        List.of(
            "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645.txt",
            "\u0915\u094d\u200d\u0937",
            "\u0dc1\u0dca\u200d\u0dbb\u0dd3",
            "\ud83d\udc69\ud83c\udffd\u200d\ud83d\udcbb work",
            "\ud83c\udff3\ufe0f\u200d\ud83c\udf08",
            "\u2764\ufe0f\u200d\ud83d\udd25",
            "1\ufe0f\u20e3",
            "\u0600\u0661",
            "日本語 Ä ß é")) {
      assertThat(ForeignText.visible(text)).isEqualTo(text);
      assertThat(ForeignText.sentence(text)).isEqualTo(text);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a\u200cb",
        "\u200ca",
        "\u0645\u06cc\u200c",
        "file1\ufe0f",
        "\ud83c\udf89\ufe0f",
        "1\u200d2",
        "a\u200d\ud83c\udf89",
        "\u0645\u200ca"
      })
  void aJoinerThatJoinsNothingIsShown(String text) {
    assertThat(ForeignText.visible(text)).contains("\\u{");
  }

  @Test
  void linesAndColumnsOfATextStay() {
    assertThat(ForeignText.lines("a\tb\nc\r")).isEqualTo("a\tb\nc\\u{d}");
    assertThat(ForeignText.visible("a\tb")).isEqualTo("a\\u{9}b");
  }
}
