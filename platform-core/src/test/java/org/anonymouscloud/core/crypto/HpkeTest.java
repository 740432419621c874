package org.anonymouscloud.core.crypto;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.anonymouscloud.core.testing.Vectors.hex;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.anonymouscloud.core.testing.Vectors;
import org.anonymouscloud.core.wire.Malformed;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

final class HpkeTest {
  private static final int X_WING = 0x647a;
  private static final byte[] INFO = {1};
  private static final byte[] CONTEXT = {2, 3};
  private static final byte[] PLAIN = "a root secret".getBytes(US_ASCII);

  private final OpeningKey key = OpeningKey.generate();

  @Test
  void keysAndEncapsulationsAreThoseOfXWingsDraft() throws Exception {
    String file = "hpke/xwing-draft.json";
    int ran = 0;
    for (JsonNode vector : Vectors.read(file)) {
      OpeningKey opening = key(hex(vector, "sk"));
      byte[] publicKey = opening.sealingKey().bytes();
      assertThat(publicKey).isEqualTo(hex(vector, "pk"));

      byte[] sealed = Hpke.seal(publicKey, hex(vector, "eseed"), INFO, CONTEXT, PLAIN);

      assertThat(Arrays.copyOf(sealed, Hpke.ENCAPSULATED)).isEqualTo(hex(vector, "ct"));
      assertThat(opening.open(INFO, CONTEXT, sealed)).isEqualTo(PLAIN);
      ran++;
    }
    Vectors.assertCount(file, ran);
  }

  @Test
  void theCaseOfThisSuiteInTheHybridDraftComesOutRight() throws Exception {
    String file = "hpke/hpke-pq-draft.json";
    int read = 0;
    int ran = 0;
    for (JsonNode vector : Vectors.read(file)) {
      read++;
      if (vector.path("kem_id").asInt() == X_WING) {
        check(vector);
        ran++;
      }
    }
    Vectors.assertCount(file, read);
    assertThat(ran).isEqualTo(1);
  }

  private static void check(JsonNode vector) throws NotAuthentic {
    assertThat(vector.path("mode").asInt()).isZero();
    assertThat(vector.path("kdf_id").asInt()).isEqualTo(1);
    assertThat(vector.path("aead_id").asInt()).isEqualTo(3);
    OpeningKey opening = key(hex(vector, "skRm"));
    assertThat(opening.sealingKey().bytes()).isEqualTo(hex(vector, "pkRm"));
    JsonNode first = vector.path("encryptions").path(0);
    byte[] sealed =
        Hpke.seal(
            hex(vector, "pkRm"),
            hex(vector, "ikmE"),
            hex(vector, "info"),
            hex(first, "aad"),
            hex(first, "pt"));
    byte[] expected =
        HexFormat.of().parseHex(vector.path("enc").asText() + first.path("ct").asText());
    assertThat(sealed).isEqualTo(expected);
    assertThat(opening.open(hex(vector, "info"), hex(first, "aad"), expected))
        .isEqualTo(hex(first, "pt"));
  }

  @Test
  void whatWasSealedOpensForItsKeyPurposeAndContextAlone() throws Exception {
    byte[] sealed = key.sealingKey().seal(INFO, CONTEXT, PLAIN);

    assertThat(sealed).hasSize(PLAIN.length + SealingKey.OVERHEAD);
    assertThat(SealingKey.of(key.sealingKey().bytes())).isEqualTo(key.sealingKey());
    assertThat(key.open(INFO, CONTEXT, sealed)).isEqualTo(PLAIN);
    refuses(OpeningKey.generate(), INFO, CONTEXT, sealed);
    refuses(key, CONTEXT, CONTEXT, sealed);
    refuses(key, INFO, INFO, sealed);
  }

  /** A seal that goes wrong unnoticed is a root secret that is lost. */
  @Test
  void manyThreadsSealAndOpenWithoutMixingTheirKeys() throws Exception {
    List<Future<Void>> all = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      for (int thread = 0; thread < 4; thread++) {
        all.add(
            threads.submit(
                () -> {
                  for (int i = 0; i < 100; i++) {
                    byte[] sealed =
                        SealingKey.of(key.sealingKey().bytes()).seal(INFO, CONTEXT, PLAIN);
                    assertThat(key.open(INFO, CONTEXT, sealed)).isEqualTo(PLAIN);
                  }
                  return null;
                }));
      }
    }
    for (Future<Void> one : all) {
      one.get();
    }
  }

  @Test
  @Tag("A1")
  void everyFlippedByteAndEveryCutIsRefusedWithOneText() {
    byte[] sealed = key.sealingKey().seal(INFO, CONTEXT, PLAIN);
    for (int i = 0; i < sealed.length; i++) {
      byte[] flipped = sealed.clone();
      flipped[i] ^= (byte) 0x80;
      refuses(key, INFO, CONTEXT, flipped);
    }
    for (int length : List.of(0, 1, 1119, 1120, 1135, 1136, sealed.length - 1)) {
      refuses(key, INFO, CONTEXT, Arrays.copyOf(sealed, length));
    }
    refuses(key, INFO, CONTEXT, Arrays.copyOf(sealed, sealed.length + 1));
  }

  @Test
  @Tag("A17")
  void aPointOfSmallOrderIsRefusedOnBothSides() throws Exception {
    byte[] publicKey = key.sealingKey().bytes();
    byte[] sealed = key.sealingKey().seal(INFO, CONTEXT, PLAIN);
    int tried = 0;
    for (byte[] point : pointsOfSmallOrder()) {
      byte[] small = publicKey.clone();
      System.arraycopy(point, 0, small, SealingKey.LENGTH - point.length, point.length);
      assertThatThrownBy(() -> SealingKey.of(small)).isInstanceOf(Malformed.class);

      byte[] swapped = sealed.clone();
      System.arraycopy(point, 0, swapped, Hpke.ENCAPSULATED - point.length, point.length);
      refuses(key, INFO, CONTEXT, swapped);
      tried++;
    }
    assertThat(tried).isEqualTo(7);
  }

  @Test
  void aKeyWithACoefficientThatIsNotReducedOrOfAnotherLengthIsRefused() {
    byte[] publicKey = key.sealingKey().bytes();
    publicKey[0] = (byte) 0xff;
    publicKey[1] |= 0x0f;

    assertThatThrownBy(() -> SealingKey.of(publicKey)).isInstanceOf(Malformed.class);
    assertThatThrownBy(() -> SealingKey.of(new byte[SealingKey.LENGTH - 1]))
        .isInstanceOf(Malformed.class);
    assertThatThrownBy(() -> SealingKey.of(new byte[0])).isInstanceOf(Malformed.class);
  }

  private static void refuses(OpeningKey key, byte[] info, byte[] context, byte[] sealed) {
    assertThatThrownBy(() -> key.open(info, context, sealed))
        .isInstanceOf(NotAuthentic.class)
        .hasMessage("The data is not authentic.");
  }

  private static OpeningKey key(byte[] seed) {
    return OpeningKey.fromSeed(Secret.of(seed));
  }

  /** All of them, little-endian, in their canonical and their other encodings (RFC 7748, 6.1). */
  private static List<byte[]> pointsOfSmallOrder() {
    return List.of(
            "0000000000000000000000000000000000000000000000000000000000000000",
            "0100000000000000000000000000000000000000000000000000000000000000",
            "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
            "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
            "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")
        .stream()
        .map(HexFormat.of()::parseHex)
        .toList();
  }
}
