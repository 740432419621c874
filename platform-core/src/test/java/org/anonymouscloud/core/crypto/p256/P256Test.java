package org.anonymouscloud.core.crypto.p256;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HexFormat;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.testing.Vectors;
import org.bouncycastle.util.BigIntegers;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class P256Test {
  private static final HexFormat HEX = HexFormat.of();

  @Test
  void messagesExpandAsInTheRfc() throws Exception {
    String file = "hash-to-curve/expand_message_xmd_SHA256_38.json";
    JsonNode vectors = Vectors.read(file);
    byte[] label = vectors.get("DST").asText().getBytes(US_ASCII);
    int ran = 0;
    for (JsonNode vector : vectors.get("tests")) {
      byte[] message = vector.get("msg").asText().getBytes(US_ASCII);
      int length = Integer.decode(vector.get("len_in_bytes").asText());
      assertThat(ExpandMessage.xmd(message, label, length))
          .isEqualTo(HEX.parseHex(vector.get("uniform_bytes").asText()));
      ran++;
    }
    Vectors.assertCount(file, ran);
  }

  @Test
  void aLabelOver255BytesIsHashedFirst() {
    byte[] message = "abc".getBytes(US_ASCII);
    byte[] label = new byte[256];
    byte[] hashed = Digest.sha256("H2C-OVERSIZE-DST-".getBytes(US_ASCII), label).bytes();

    assertThat(ExpandMessage.xmd(message, label, 40))
        .isEqualTo(ExpandMessage.xmd(message, hashed, 40));
  }

  @Test
  void messagesHashToThePointsOfTheRfc() throws Exception {
    String file = "hash-to-curve/P256_XMD-SHA-256_SSWU_RO_.json";
    JsonNode vectors = Vectors.read(file);
    byte[] label = vectors.get("dst").asText().getBytes(US_ASCII);
    int ran = 0;
    for (JsonNode vector : vectors.get("vectors")) {
      byte[] message = vector.get("msg").asText().getBytes(US_ASCII);
      assertThat(HEX.formatHex(P256Point.hash(message, label).orElseThrow().coordinates()))
          .isEqualTo(coordinate(vector, "x") + coordinate(vector, "y"));
      ran++;
    }
    Vectors.assertCount(file, ran);
  }

  private static String coordinate(JsonNode vector, String name) {
    return vector.get("P").get(name).asText().substring(2);
  }

  @Test
  @Tag("A17")
  void nothingButACompressedPointOfTheCurveIsRead() {
    byte[] good = P256Point.generator().encode();
    byte[] infinity = new byte[33];
    byte[] wrongSign = good.clone();
    wrongSign[0] = 4;
    // x = p, a second name for x = 0.
    byte[] unreduced =
        HEX.parseHex("02ffffffff00000001000000000000000000000000ffffffffffffffffffffffff");
    // x = 1 is not the coordinate of a point.
    byte[] offTheCurve = new byte[33];
    offTheCurve[0] = 2;
    offTheCurve[32] = 1;

    assertThat(P256Point.decode(good)).contains(P256Point.generator());
    assertThat(P256Point.decode(infinity)).isEmpty();
    assertThat(P256Point.decode(new byte[] {0})).isEmpty();
    assertThat(P256Point.decode(new byte[0])).isEmpty();
    assertThat(P256Point.decode(wrongSign)).isEmpty();
    assertThat(P256Point.decode(unreduced)).isEmpty();
    assertThat(P256Point.decode(offTheCurve)).isEmpty();
  }

  @Test
  void nothingButANumberBelowTheOrderIsAScalar() {
    byte[] largest =
        BigIntegers.asUnsignedByteArray(32, P256Scalar.ORDER.subtract(BigIntegers.ONE));

    assertThat(P256Scalar.decode(largest)).isPresent();
    assertThat(P256Scalar.decode(BigIntegers.asUnsignedByteArray(32, P256Scalar.ORDER))).isEmpty();
    assertThat(P256Scalar.decode(new byte[32])).isEmpty();
    assertThat(P256Scalar.decode(new byte[31])).isEmpty();
  }

  @Test
  void dividingUndoesMultiplying() {
    P256Scalar scalar = P256Scalar.random();
    P256Point point = P256Point.generator().times(P256Scalar.random());

    assertThat(point.times(scalar)).isNotEqualTo(point);
    assertThat(point.times(scalar).times(scalar.inverse())).isEqualTo(point);
  }

  @Test
  void aSumAtInfinityIsNoPoint() {
    P256Scalar minusOne =
        P256Scalar.decode(
                BigIntegers.asUnsignedByteArray(32, P256Scalar.ORDER.subtract(BigIntegers.ONE)))
            .orElseThrow();
    P256Point point = P256Point.generator();

    assertThat(point.plus(point.times(minusOne))).isEmpty();
  }
}
