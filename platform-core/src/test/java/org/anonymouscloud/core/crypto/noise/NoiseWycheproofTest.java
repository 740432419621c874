package org.anonymouscloud.core.crypto.noise;

import static org.anonymouscloud.core.testing.Vectors.hex;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.HexFormat;
import org.anonymouscloud.core.crypto.NotAuthentic;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.testing.Vectors;
import org.anonymouscloud.core.wire.Malformed;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Project Wycheproof's cases for what Noise is made of. */
final class NoiseWycheproofTest {
  @Test
  void aesGcmGivesWhatWycheproofExpects() throws Exception {
    runAead("wycheproof/aes_gcm_test.json", Aead.Algorithm.AES_256_GCM);
  }

  @Test
  void chaCha20Poly1305GivesWhatWycheproofExpects() throws Exception {
    runAead("wycheproof/chacha20_poly1305_test.json", Aead.Algorithm.CHACHA20_POLY1305);
  }

  /** Keys of 128 and 192 bits are not ours, so refusing them is what these cases must show. */
  private static void runAead(String file, Aead.Algorithm algorithm) throws Exception {
    int ran = 0;
    for (JsonNode group : Vectors.read(file).path("testGroups")) {
      boolean ours = group.path("keySize").asInt() == 8 * Aead.KEY_LENGTH;
      for (JsonNode test : group.path("tests")) {
        Secret key = Secret.of(hex(test, "key"));
        if (ours) {
          runAead(algorithm, key, test);
        } else {
          assertThatThrownBy(() -> new Aead(algorithm, key))
              .isInstanceOf(IllegalArgumentException.class);
        }
        ran++;
      }
    }
    Vectors.assertCount(file, ran);
  }

  private static void runAead(Aead.Algorithm algorithm, Secret key, JsonNode test)
      throws Exception {
    int offset = 3;
    byte[] nonce = hex(test, "iv");
    byte[] data = hex(test, "aad");
    byte[] plain = hex(test, "msg");
    String sealed = "000000" + test.path("ct").asText() + test.path("tag").asText();
    byte[] work = HexFormat.of().parseHex(sealed);
    int length = work.length - offset;
    Aead opening = new Aead(algorithm, key);
    if (!test.path("result").asText().equals("valid")) {
      assertThatThrownBy(() -> opening.open(nonce, data, work, offset, length, work, offset))
          .as(test.toString())
          .isInstanceOfAny(NotAuthentic.class, IllegalStateException.class);
      if (nonce.length != 12) {
        assertThatThrownBy(() -> opening.seal(nonce, data, plain, 0, plain.length, new byte[99], 0))
            .as(test.toString())
            .isInstanceOf(IllegalStateException.class);
      }
      return;
    }
    assertThat(opening.open(nonce, data, work, offset, length, work, offset))
        .isEqualTo(plain.length);
    assertThat(Arrays.copyOfRange(work, offset, offset + plain.length))
        .as(test.toString())
        .isEqualTo(plain);
    Aead sealing = new Aead(algorithm, key);
    assertThat(sealing.seal(nonce, data, work, offset, plain.length, work, offset))
        .isEqualTo(length);
    assertThat(HexFormat.of().formatHex(work)).as(test.toString()).isEqualTo(sealed);
  }

  /** Where the two sides may differ, ours is: nothing but an all-zero secret is refused (A17). */
  @Test
  @Tag("A17")
  void x25519GivesWhatWycheproofExpectsAndNoZeroSecret() throws Exception {
    String file = "wycheproof/x25519_test.json";
    int ran = 0;
    for (JsonNode group : Vectors.read(file).path("testGroups")) {
      for (JsonNode test : group.path("tests")) {
        byte[] expected = hex(test, "shared");
        byte[] other = hex(test, "public");
        try (X25519KeyPair pair = X25519KeyPair.fromSecret(Secret.of(hex(test, "private")))) {
          if (Arrays.equals(expected, new byte[X25519KeyPair.LENGTH])) {
            assertThatThrownBy(() -> pair.agree(other))
                .as(test.toString())
                .isInstanceOf(Malformed.class);
            assertThatThrownBy(() -> X25519KeyPair.check(other))
                .as(test.toString())
                .isInstanceOf(Malformed.class);
          } else {
            X25519KeyPair.check(other);
            assertThat(pair.agree(other).bytes()).as(test.toString()).isEqualTo(expected);
          }
        }
        ran++;
      }
    }
    Vectors.assertCount(file, ran);
  }
}
