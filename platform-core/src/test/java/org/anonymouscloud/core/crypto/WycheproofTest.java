package org.anonymouscloud.core.crypto;

import static org.anonymouscloud.core.testing.Vectors.hex;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import org.anonymouscloud.core.testing.Vectors;
import org.anonymouscloud.core.wire.Malformed;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Project Wycheproof's cases through the production classes. */
final class WycheproofTest {
  @Test
  void ed25519SignaturesAreJudgedAsWycheproofJudgesThem() throws Exception {
    String file = "wycheproof/ed25519_test.json";
    int ran = 0;
    for (JsonNode group : Vectors.read(file).path("testGroups")) {
      byte[] key = hex(group.path("publicKey"), "pk");
      for (JsonNode test : group.path("tests")) {
        assertThat(verifies(key, hex(test, "msg"), hex(test, "sig")))
            .as(test.toString())
            .isEqualTo(test.path("result").asText().equals("valid"));
        ran++;
      }
    }
    Vectors.assertCount(file, ran);
  }

  private static boolean verifies(byte[] key, byte[] message, byte[] signature) {
    try {
      return VerifyKey.of(key).verify(message, signature);
    } catch (Malformed e) {
      return false;
    }
  }

  @ParameterizedTest
  @EnumSource(Hkdf.class)
  void hkdfGivesWhatWycheproofExpects(Hkdf hkdf) throws Exception {
    String file =
        "wycheproof/hkdf_" + hkdf.name().toLowerCase(java.util.Locale.ROOT) + "_test.json";
    int ran = 0;
    for (JsonNode group : Vectors.read(file).path("testGroups")) {
      for (JsonNode test : group.path("tests")) {
        byte[] output;
        try {
          output =
              hkdf.derive(
                  hex(test, "salt"),
                  hex(test, "ikm"),
                  hex(test, "info"),
                  test.path("size").asInt());
        } catch (IllegalArgumentException e) {
          output = new byte[0];
        }
        boolean valid = test.path("result").asText().equals("valid");
        assertThat(output).as(test.toString()).isEqualTo(valid ? hex(test, "okm") : new byte[0]);
        if (valid) {
          byte[] extracted = hkdf.extract(hex(test, "salt"), hex(test, "ikm"));
          assertThat(hkdf.expand(extracted, hex(test, "info"), output.length)).isEqualTo(output);
        }
        ran++;
      }
    }
    Vectors.assertCount(file, ran);
  }

  @Test
  void hmacGivesWhatWycheproofExpects() throws Exception {
    String file = "wycheproof/hmac_sha256_test.json";
    int ran = 0;
    for (JsonNode group : Vectors.read(file).path("testGroups")) {
      for (JsonNode test : group.path("tests")) {
        byte[] message = hex(test, "msg");
        byte[] code = Hmac.sha256(Secret.of(hex(test, "key")), message, 0, message.length).bytes();
        boolean same =
            Arrays.equals(Arrays.copyOf(code, group.path("tagSize").asInt() / 8), hex(test, "tag"));
        assertThat(same)
            .as(test.toString())
            .isEqualTo(test.path("result").asText().equals("valid"));
        ran++;
      }
    }
    Vectors.assertCount(file, ran);
  }

  @Test
  void aSigningKeyIsItsSeed() throws Exception {
    try (SigningKey key = SigningKey.generate();
        Secret seed = key.seed();
        SigningKey same = SigningKey.fromSeed(seed)) {
      byte[] message = {1, 2, 3};
      assertThat(same.verifyKey()).isEqualTo(key.verifyKey());
      assertThat(VerifyKey.of(key.verifyKey().bytes()).verify(message, same.sign(message)))
          .isTrue();
      assertThat(key.verifyKey().verify(new byte[] {1, 2, 4}, same.sign(message))).isFalse();
    }
  }
}
