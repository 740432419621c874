package org.anonymouscloud.core.crypto;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.anonymouscloud.core.testing.Vectors.hex;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import org.anonymouscloud.core.testing.Vectors;
import org.bouncycastle.crypto.digests.SHAKEDigest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ChunkedEncryptionTest {
  private static final String FILE = "chunked-encryption/cobblestone.json";
  private static final byte[] CONTEXT = "drive 7, segment 3".getBytes(UTF_8);
  private static final int SEALED_CHUNK = 16 * 1024 + 16;

  private final Secret key = Secret.of(new byte[32]);

  @Test
  void theVectorsOfCobblestone256AreReproducedAndOpened() throws Exception {
    int other = 0;
    int ran = 0;
    for (JsonNode vector : Vectors.read(FILE).path("vectors")) {
      if (!vector.path("aead").asText().equals("AEAD_AES_256_GCM")) {
        // Cobblestone-128 is no format of ours; it must not open by accident.
        other++;
        continue;
      }
      Secret inputKey = Secret.of(hex(vector, "input_key"));
      byte[] plain =
          shake128(hex(vector, "plaintext_shake128_seed"), vector.path("plaintext_length").asInt());

      byte[] sealed =
          ChunkedEncryption.seal(
              inputKey, hex(vector, "salt"), hex(vector, "context"), plain, 0, plain.length);

      assertThat(sealed).hasSize(vector.path("ciphertext_length").asInt());
      assertThat(Digest.sha256(sealed).bytes()).isEqualTo(hex(vector, "ciphertext_sha256"));
      assertThat(ChunkedEncryption.open(inputKey, hex(vector, "context"), sealed)).isEqualTo(plain);
      ran++;
    }
    assertThat(ran).isEqualTo(13);
    Vectors.assertCount(FILE, ran + other);
  }

  @ParameterizedTest
  @Tag("A20")
  @ValueSource(ints = {0, 1, 16_383, 16_384, 16_385, 40_000})
  void aCutOrLengthenedMessageIsRefusedAtEveryChunkBorder(int length) throws Exception {
    byte[] sealed = ChunkedEncryption.seal(key, CONTEXT, new byte[length]);

    assertThat(ChunkedEncryption.open(key, CONTEXT, sealed)).isEqualTo(new byte[length]);
    for (int border = 56; border <= sealed.length; border += SEALED_CHUNK) {
      for (int cut : new int[] {border - 1, border, border + 1, border + 16}) {
        if (cut < sealed.length) {
          assertRefused(Arrays.copyOf(sealed, cut));
        }
      }
    }
    assertRefused(Arrays.copyOf(sealed, sealed.length + 1));
    assertRefused(Arrays.copyOf(sealed, sealed.length + SEALED_CHUNK));
    assertRefused(new byte[0]);
  }

  @Test
  @Tag("A21")
  void aFlippedByteAnywhereIsRefused() {
    byte[] sealed = ChunkedEncryption.seal(key, CONTEXT, new byte[300]);

    for (int i = 0; i < sealed.length; i++) {
      byte[] flipped = sealed.clone();
      flipped[i] ^= 1;
      assertRefused(flipped);
    }
  }

  @Test
  @Tag("A20")
  void chunksThatChangePlacesAreRefused() {
    byte[] sealed = ChunkedEncryption.seal(key, CONTEXT, new byte[40_000]);
    byte[] swapped = sealed.clone();
    System.arraycopy(sealed, 56, swapped, 56 + SEALED_CHUNK, SEALED_CHUNK);
    System.arraycopy(sealed, 56 + SEALED_CHUNK, swapped, 56, SEALED_CHUNK);

    assertRefused(swapped);
  }

  @Test
  @Tag("A19")
  void aMessageOfAnotherPlaceOrKeyIsRefused() {
    byte[] sealed = ChunkedEncryption.seal(key, CONTEXT, new byte[10]);

    assertThatThrownBy(
            () -> ChunkedEncryption.open(key, "drive 7, segment 4".getBytes(UTF_8), sealed))
        .isInstanceOf(NotAuthentic.class);
    assertThatThrownBy(() -> ChunkedEncryption.open(Secret.random(32), CONTEXT, sealed))
        .isInstanceOf(NotAuthentic.class);
  }

  @Test
  @Tag("A28")
  void sealingTwiceGivesNothingInCommon() {
    byte[] first = ChunkedEncryption.seal(key, CONTEXT, new byte[64]);
    byte[] second = ChunkedEncryption.seal(key, CONTEXT, new byte[64]);

    assertThat(Arrays.copyOf(first, 24)).isNotEqualTo(Arrays.copyOf(second, 24));
    assertThat(Arrays.copyOfRange(first, 56, first.length))
        .isNotEqualTo(Arrays.copyOfRange(second, 56, second.length));
  }

  @Test
  @Tag("A21")
  void aReusedArrayTakesTheMessageAndIsWipedIfItsEndIsFalse() throws Exception {
    byte[] plain = new byte[40_000];
    Arrays.fill(plain, (byte) 7);
    byte[] sealed = new byte[ChunkedEncryption.sealedLength(plain.length) + 3];
    ChunkedEncryption.sealInto(sealed, key, CONTEXT, plain, 0, plain.length);
    byte[] opened = new byte[50_000];

    int length = ChunkedEncryption.openInto(opened, key, CONTEXT, sealed, 0, sealed.length - 3);
    assertThat(length).isEqualTo(plain.length);
    assertThat(Arrays.copyOf(opened, length)).isEqualTo(plain);

    sealed[sealed.length - 4] ^= 1;
    assertThatThrownBy(
            () -> ChunkedEncryption.openInto(opened, key, CONTEXT, sealed, 0, sealed.length - 3))
        .isInstanceOf(NotAuthentic.class);
    assertThat(opened).containsOnly(0);
  }

  private void assertRefused(byte[] sealed) {
    assertThatThrownBy(() -> ChunkedEncryption.open(key, CONTEXT, sealed))
        .isInstanceOf(NotAuthentic.class)
        .hasMessage("The data is not authentic.");
  }

  private static byte[] shake128(byte[] seed, int length) {
    SHAKEDigest shake = new SHAKEDigest(128);
    shake.update(seed, 0, seed.length);
    byte[] out = new byte[length];
    shake.doFinal(out, 0, length);
    return out;
  }
}
