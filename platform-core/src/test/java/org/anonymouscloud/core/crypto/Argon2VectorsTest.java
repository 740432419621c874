package org.anonymouscloud.core.crypto;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HexFormat;
import java.util.Map;
import org.anonymouscloud.core.testing.Vectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class Argon2VectorsTest {
  private static final Map<String, Integer> TYPES =
      Map.of("argon2d", 0, "argon2i", 1, "argon2id", Argon2.ID);
  private static final byte[] NONE = {};

  @Test
  void theVectorsOfTheRfcComeOutRight() throws Exception {
    String file = "argon2/rfc9106-vectors.json";
    int ran = 0;
    for (JsonNode vector : Vectors.read(file)) {
      byte[] tag =
          argon2(vector)
              .hash(
                  hex(vector, "password"),
                  hex(vector, "salt"),
                  hex(vector, "secret"),
                  hex(vector, "associated_data"),
                  vector.get("tag_length").asInt());
      assertThat(tag).isEqualTo(hex(vector, "tag"));
      ran++;
    }
    Vectors.assertCount(file, ran);
  }

  @Test
  void theVectorsOfTheReferenceImplementationComeOutRight() throws Exception {
    String file = "argon2/reference-vectors.json";
    int ran = 0;
    for (JsonNode vector : Vectors.read(file)) {
      byte[] tag =
          argon2(vector)
              .hash(ascii(vector, "password_ascii"), ascii(vector, "salt_ascii"), NONE, NONE, 32);
      assertThat(tag).isEqualTo(hex(vector, "tag"));
      ran++;
    }
    Vectors.assertCount(file, ran);
  }

  @Test
  @Tag("A7")
  void theCostIsTheSecondChoiceOfTheRfc() {
    byte[] salt = new byte[16];
    try (Secret input = Secret.of(ascii("password"));
        Secret stretched = Argon2id.stretch(input, salt, 32)) {
      assertThat(stretched.bytes())
          .isEqualTo(
              new Argon2(2, 0x13, 65536, 3, 4).hash(ascii("password"), salt, NONE, NONE, 32));
    }
  }

  private static Argon2 argon2(JsonNode vector) {
    return new Argon2(
        TYPES.get(vector.get("type").asText()),
        vector.get("version").asInt(),
        vector.get("m_kib").asInt(),
        vector.get("t").asInt(),
        vector.get("p").asInt());
  }

  private static byte[] hex(JsonNode vector, String field) {
    return HexFormat.of().parseHex(vector.get(field).asText());
  }

  private static byte[] ascii(JsonNode vector, String field) {
    return ascii(vector.get(field).asText());
  }

  private static byte[] ascii(String text) {
    return text.getBytes(US_ASCII);
  }
}
