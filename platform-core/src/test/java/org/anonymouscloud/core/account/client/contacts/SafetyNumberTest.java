package org.anonymouscloud.core.account.client.contacts;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import org.anonymouscloud.core.crypto.Digest;
import org.junit.jupiter.api.Test;

final class SafetyNumberTest {
  private static final String DIGITS =
      "300354477692869396892869876765458257569162576843440918079131";
  private static final byte[] ALICE =
      HexFormat.of().parseHex("0506863bc66d02b40d27b8d49ca7c09e9239236f9d7d25d6fcca5ce13c7064d868");
  private static final byte[] BOB =
      HexFormat.of().parseHex("05f781b6fb32fed9ba1cf2de978d4d5da28dc34046ae814402b5c0dbd96fda907b");
  private static final byte[] ALICES_ID = "+14152222222".getBytes(US_ASCII);
  private static final byte[] BOBS_ID = "+14153333333".getBytes(US_ASCII);

  /** The vector of the tests of libsignal, in its class NumericFingerprintGenerator. */
  @Test
  void bothSidesHaveTheNumberThatSignalPublishes() {
    assertThat(SafetyNumber.of(ALICE, ALICES_ID, BOB, BOBS_ID).digits()).isEqualTo(DIGITS);
    assertThat(SafetyNumber.of(BOB, BOBS_ID, ALICE, ALICES_ID).digits()).isEqualTo(DIGITS);
    assertThat(SafetyNumber.of(ALICE, BOBS_ID, BOB, ALICES_ID).digits()).isNotEqualTo(DIGITS);
  }

  @Test
  void itIsShownInGroupsAndReadWithBlanksAnywhere() {
    SafetyNumber number = new SafetyNumber(DIGITS);

    assertThat(number.toString())
        .isEqualTo("30035 44776 92869 39689 28698 76765 45825 75691 62576 84344 09180 79131");
    assertThat(SafetyNumber.parse(" " + number + "\n")).isEqualTo(number);
    assertThat(SafetyNumber.parse(DIGITS)).isEqualTo(number);
    for (String wrong : List.of("", DIGITS.substring(1), DIGITS + "1", DIGITS.replace('3', 'x'))) {
      assertThatThrownBy(() -> SafetyNumber.parse(wrong))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("60 digits");
    }
  }

  /** The account of the document's example, and one whose bytes count up. */
  @Test
  void theNumberInTheDocumentIsThatOfTheExample() throws Exception {
    JsonNode example;
    try (InputStream in = SafetyNumberTest.class.getResourceAsStream("../account-v1.json")) {
      example = new ObjectMapper().readTree(in);
    }
    byte[] genesis = HexFormat.of().parseHex(example.path("made").path("links").path(0).asText());
    byte[] account = HexFormat.of().parseHex(example.path("given").path("account").asText());

    assertThat(Files.readString(Path.of("..", "docs", "formats", "account.md")))
        .contains(
            SafetyNumber.of(
                    Digest.sha256(genesis).bytes(), account, counting(32, 0x20), counting(16, 0xf0))
                .toString());
  }

  private static byte[] counting(int length, int from) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) (from + i);
    }
    return bytes;
  }
}
