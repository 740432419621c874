package org.anonymouscloud.core.opaque.oprf;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.anonymouscloud.core.crypto.p256.P256Point;
import org.anonymouscloud.core.crypto.p256.P256Scalar;
import org.anonymouscloud.core.testing.Vectors;
import org.junit.jupiter.api.Test;

class OprfVectorsTest {
  private static final String FILE = "oprf/rfc9497-vectors.json";
  private static final HexFormat HEX = HexFormat.of();

  @Test
  void allThreeModesGiveTheRfcsResults() throws Exception {
    int read = 0;
    int ran = 0;
    for (JsonNode suite : Vectors.read(FILE)) {
      for (JsonNode vector : suite.get("vectors")) {
        read++;
        if (suite.get("identifier").asText().equals("P256-SHA256")) {
          if (suite.get("mode").asInt() == 0) {
            check(suite, vector);
          } else {
            checkVerifiable(suite, vector);
          }
          ran++;
        }
      }
    }
    Vectors.assertCount(FILE, read);
    assertThat(ran).as("cases of our suite").isEqualTo(5);
  }

  private static void check(JsonNode suite, JsonNode vector) {
    P256Scalar key = key(suite, OprfMode.OPRF);
    Blinded blinded = Oprf.blind(hex(vector.get("Input")), scalar(vector.get("Blind").asText()));
    assertThat(blinded.element()).isEqualTo(point(vector.get("BlindedElement").asText()));

    P256Point evaluated = Oprf.evaluate(key, blinded.element());
    assertThat(evaluated).isEqualTo(point(vector.get("EvaluationElement").asText()));
    assertThat(Oprf.finish(blinded, evaluated)).isEqualTo(hex(vector.get("Output")));
  }

  private static void checkVerifiable(JsonNode suite, JsonNode vector) {
    OprfMode mode = suite.get("mode").asInt() == 1 ? OprfMode.VOPRF : OprfMode.POPRF;
    var oprf =
        new VerifiableOprf(Optional.ofNullable(vector.get("Info")).map(OprfVectorsTest::hex));
    P256Scalar key = key(suite, mode);
    P256Point publicKey = P256Point.generator().times(key);
    assertThat(publicKey).isEqualTo(point(suite.get("pkSm").asText()));

    String[] inputs = list(vector, "Input");
    String[] blinds = list(vector, "Blind");
    List<Blinded> blinded = new ArrayList<>();
    for (int i = 0; i < inputs.length; i++) {
      blinded.add(oprf.blind(HEX.parseHex(inputs[i]), scalar(blinds[i])));
    }
    List<P256Point> elements = blinded.stream().map(Blinded::element).toList();
    assertThat(elements).isEqualTo(points(vector, "BlindedElement"));

    P256Scalar random = scalar(vector.get("Proof").get("r").asText());
    var answer = oprf.evaluate(key, elements, random);
    assertThat(answer.elements()).isEqualTo(points(vector, "EvaluationElement"));
    assertThat(answer.proof().encode()).isEqualTo(hex(vector.get("Proof").get("proof")));

    List<String> outputs =
        oprf.finish(publicKey, blinded, answer).orElseThrow().stream().map(HEX::formatHex).toList();
    assertThat(outputs).containsExactly(list(vector, "Output"));
    assertThat(oprf.finish(P256Point.generator(), blinded, answer)).isEmpty();
  }

  @Test
  void aBatchOfTwoIsProvenAsOne() {
    var oprf = new VerifiableOprf(Optional.of(new byte[] {7}));
    P256Scalar key = P256Scalar.random();
    P256Point publicKey = P256Point.generator().times(key);
    List<Blinded> blinded =
        List.of(
            oprf.blind(new byte[] {1}, P256Scalar.random()),
            oprf.blind(new byte[] {2}, P256Scalar.random()));
    List<P256Point> elements = blinded.stream().map(Blinded::element).toList();
    var answer = oprf.evaluate(key, elements, P256Scalar.random());
    var swapped = new VerifiableOprf.Evaluation(answer.elements().reversed(), answer.proof());

    assertThat(oprf.finish(publicKey, blinded, answer)).isPresent();
    assertThat(oprf.finish(publicKey, blinded, swapped)).isEmpty();
  }

  private static P256Scalar key(JsonNode suite, OprfMode mode) {
    P256Scalar key = mode.deriveKey(hex(suite.get("seed")), hex(suite.get("keyInfo")));
    assertThat(key.encode()).isEqualTo(hex(suite.get("skSm")));
    return key;
  }

  private static String[] list(JsonNode vector, String field) {
    return vector.get(field).asText().split(",", -1);
  }

  private static List<P256Point> points(JsonNode vector, String field) {
    return List.of(list(vector, field)).stream().map(OprfVectorsTest::point).toList();
  }

  private static P256Point point(String hex) {
    return P256Point.decode(HEX.parseHex(hex)).orElseThrow();
  }

  private static P256Scalar scalar(String hex) {
    return P256Scalar.decode(HEX.parseHex(hex)).orElseThrow();
  }

  private static byte[] hex(JsonNode node) {
    return HEX.parseHex(node.asText());
  }
}
