package org.anonymouscloud.core.crypto.noise;

import static org.anonymouscloud.core.testing.Vectors.hex;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.testing.Vectors;
import org.anonymouscloud.core.wire.Malformed;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** NIST's, Wycheproof's and CCTV's cases of ML-KEM-768. */
final class MlKem768Test {
  /** Version and algorithm in PKCS #8. */
  private static final String PRIVATE_KEY_HEAD = "020100300b0609608648016503040402";

  @Test
  void keysGrowFromSeedsAsNistExpects() throws Exception {
    String file = "mlkem/acvp-keygen-mlkem768.json";
    int ran = 0;
    for (JsonNode group : Vectors.read(file)) {
      for (JsonNode test : group.path("tests")) {
        assertGrows(test.path("d").asText() + test.path("z").asText(), test);
        ran++;
      }
    }
    Vectors.assertCount(file, ran);
  }

  @Test
  void keysGrowFromSeedsAsWycheproofExpects() throws Exception {
    String file = "wycheproof/mlkem_768_keygen_seed_test.json";
    int ran = 0;
    for (JsonNode group : Vectors.read(file).path("testGroups")) {
      for (JsonNode test : group.path("tests")) {
        assertGrows(test.path("seed").asText(), test);
        ran++;
      }
    }
    Vectors.assertCount(file, ran);
  }

  private static void assertGrows(String seed, JsonNode test) throws Exception {
    try (MlKem768 pair = MlKem768.fromSeed(Secret.of(HexFormat.of().parseHex(seed)))) {
      assertThat(pair.publicKey()).isEqualTo(hex(test, "ek"));
      byte[] encoded = pair.privateKey().getEncoded();
      byte[] expected = hex(test, "dk");
      assertThat(Arrays.copyOfRange(encoded, encoded.length - expected.length, encoded.length))
          .isEqualTo(expected);
    }
  }

  @Test
  void secretsTravelAsNistExpects() throws Exception {
    String file = "mlkem/acvp-encapdecap-mlkem768.json";
    int ran = 0;
    for (JsonNode group : Vectors.read(file)) {
      boolean encapsulation = group.path("function").asText().equals("encapsulation");
      for (JsonNode test : group.path("tests")) {
        if (encapsulation) {
          MlKem768.Encapsulated made =
              MlKem768.encapsulate(hex(test, "ek"), Secret.of(hex(test, "m")));
          assertThat(made.ciphertext()).isEqualTo(hex(test, "c"));
          assertThat(made.secret().bytes()).isEqualTo(hex(test, "k"));
        } else {
          assertThat(expanded(hex(group, "dk")).decapsulate(hex(test, "c")).bytes())
              .isEqualTo(hex(test, "k"));
        }
        ran++;
      }
    }
    Vectors.assertCount(file, ran);
  }

  @Test
  void secretsOpenAsWycheproofExpects() throws Exception {
    String file = "wycheproof/mlkem_768_test.json";
    int ran = 0;
    for (JsonNode group : Vectors.read(file).path("testGroups")) {
      for (JsonNode test : group.path("tests")) {
        byte[] secret;
        try (MlKem768 pair = MlKem768.fromSeed(Secret.of(hex(test, "seed")))) {
          assertThat(pair.publicKey()).isEqualTo(hex(test, "ek"));
          secret = pair.decapsulate(hex(test, "c")).bytes();
        } catch (IllegalArgumentException | Malformed e) {
          secret = new byte[0];
        }
        boolean valid = test.path("result").asText().equals("valid");
        assertThat(secret).as(test.toString()).isEqualTo(valid ? hex(test, "K") : new byte[0]);
        ran++;
      }
    }
    Vectors.assertCount(file, ran);
  }

  @Test
  void keysInTheirLongFormAreJudgedAsWycheproofJudgesThem() throws Exception {
    String file = "wycheproof/mlkem_768_semi_expanded_decaps_test.json";
    int ran = 0;
    for (JsonNode group : Vectors.read(file).path("testGroups")) {
      for (JsonNode test : group.path("tests")) {
        byte[] secret;
        try {
          secret = expanded(hex(test, "dk")).decapsulate(hex(test, "c")).bytes();
        } catch (GeneralSecurityException | IllegalStateException | Malformed e) {
          secret = new byte[0];
        }
        boolean valid = test.path("result").asText().equals("valid");
        assertThat(secret).as(test.toString()).isEqualTo(valid ? hex(test, "K") : new byte[0]);
        ran++;
      }
    }
    Vectors.assertCount(file, ran);
  }

  @Test
  @Tag("A47")
  void aKeyWithACoefficientThatIsNotReducedIsRefused() throws Exception {
    String file = "mlkem/cctv-modulus-invalid-ek-mlkem768.txt";
    int ran = 0;
    for (String line : Vectors.lines(file)) {
      byte[] key = HexFormat.of().parseHex(line);
      assertThat(key).hasSize(MlKem768.PUBLIC_KEY_LENGTH);
      assertThatThrownBy(() -> MlKem768.check(key)).isInstanceOf(Malformed.class);
      assertThatThrownBy(() -> MlKem768.encapsulate(key)).isInstanceOf(Malformed.class);
      ran++;
    }
    Vectors.assertCount(file, ran);
  }

  @Test
  void aKeyOfAnotherLengthIsRefused() {
    try (MlKem768 pair = MlKem768.generate()) {
      for (int length : new int[] {0, 1, 1183, 1185, 1568}) {
        byte[] key = Arrays.copyOf(pair.publicKey(), length);
        assertThatThrownBy(() -> MlKem768.check(key)).isInstanceOf(Malformed.class);
        assertThatThrownBy(() -> MlKem768.encapsulate(key)).isInstanceOf(Malformed.class);
      }
    }
  }

  @Test
  void aFreshSecretReachesTheOwnerOfAFreshKey() throws Exception {
    try (MlKem768 pair = MlKem768.generate();
        MlKem768 other = MlKem768.generate()) {
      MlKem768.Encapsulated made = MlKem768.encapsulate(pair.publicKey());
      assertThat(pair.decapsulate(made.ciphertext()).sameAs(made.secret())).isTrue();
      assertThat(other.decapsulate(made.ciphertext()).sameAs(made.secret())).isFalse();
      assertThat(MlKem768.encapsulate(pair.publicKey()).secret().sameAs(made.secret())).isFalse();
    }
  }

  @Test
  void aClosedKeyOpensNothing() throws Exception {
    MlKem768 pair = MlKem768.generate();
    MlKem768.Encapsulated made = MlKem768.encapsulate(pair.publicKey());
    pair.close();
    assertThatThrownBy(() -> pair.decapsulate(made.ciphertext()))
        .isInstanceOf(IllegalStateException.class);
  }

  private static MlKem768 expanded(byte[] key) throws GeneralSecurityException {
    byte[] head = HexFormat.of().parseHex(PRIVATE_KEY_HEAD);
    byte[] octets = der(0x04, der(0x04, key));
    byte[] encoded =
        der(0x30, ByteBuffer.allocate(head.length + octets.length).put(head).put(octets).array());
    PrivateKey decoded =
        KeyFactory.getInstance("ML-KEM-768", "SunJCE")
            .generatePrivate(new PKCS8EncodedKeySpec(encoded));
    return new MlKem768(decoded, new byte[0]);
  }

  private static byte[] der(int tag, byte[] content) {
    return ByteBuffer.allocate(4 + content.length)
        .put((byte) tag)
        .put((byte) 0x82)
        .putShort((short) content.length)
        .put(content)
        .array();
  }
}
