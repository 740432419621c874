package org.anonymouscloud.core.opaque.oprf;

import static org.anonymouscloud.core.opaque.oprf.Octets.ascii;
import static org.anonymouscloud.core.opaque.oprf.Octets.concat;
import static org.anonymouscloud.core.opaque.oprf.Octets.prefixed;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.crypto.p256.P256Point;
import org.anonymouscloud.core.crypto.p256.P256Scalar;

/**
 * The protocols of RFC 9497, sections 3.3.2 and 3.3.3, in which the server proves that it used its
 * published key. With a public input ({@code info}) it is the POPRF, without it the VOPRF.
 */
record VerifiableOprf(Optional<byte[]> info) {

  /** The server's answer to a batch. */
  record Evaluation(List<P256Point> elements, EqualityProof proof) {
    Evaluation {
      elements = List.copyOf(elements);
    }
  }

  private OprfMode mode() {
    return info.isPresent() ? OprfMode.POPRF : OprfMode.VOPRF;
  }

  Blinded blind(byte[] input, P256Scalar blind) {
    return Blinded.of(mode(), input, blind);
  }

  /** The number that the public input adds to the key; absent in the VOPRF. */
  private Optional<P256Scalar> tweak() {
    return info.map(octets -> mode().hashToScalar(concat(ascii("Info"), prefixed(octets))));
  }

  /**
   * The server's part.
   *
   * @param random fresh for each call
   */
  Evaluation evaluate(P256Scalar key, List<P256Point> blinded, P256Scalar random) {
    P256Scalar tweaked =
        tweak().map(t -> t.plus(key).orElseThrow(VerifiableOprf::weak)).orElse(key);
    // The POPRF divides by its key where the VOPRF multiplies; so does the claim it proves.
    P256Scalar factor = info.isPresent() ? tweaked.inverse() : tweaked;
    List<P256Point> evaluated = new ArrayList<>();
    for (P256Point element : blinded) {
      evaluated.add(element.times(factor));
    }
    var claim = claim(P256Point.generator().times(tweaked), blinded, evaluated);
    return new Evaluation(evaluated, EqualityProof.make(tweaked, claim, random));
  }

  /**
   * The client's part: one output of 32 bytes for each input, or nothing if the proof does not
   * hold.
   */
  Optional<List<byte[]>> finish(P256Point publicKey, List<Blinded> blinded, Evaluation answer) {
    if (answer.elements().size() != blinded.size()) {
      return Optional.empty();
    }
    Optional<P256Point> tweaked =
        info.isEmpty()
            ? Optional.of(publicKey)
            : tweak().flatMap(t -> P256Point.generator().times(t).plus(publicKey));
    List<P256Point> elements = blinded.stream().map(Blinded::element).toList();
    return tweaked
        .filter(key -> answer.proof().proves(claim(key, elements, answer.elements())))
        .map(proven -> outputs(blinded, answer.elements()));
  }

  private List<byte[]> outputs(List<Blinded> blinded, List<P256Point> evaluated) {
    List<byte[]> outputs = new ArrayList<>();
    for (int i = 0; i < blinded.size(); i++) {
      outputs.add(output(blinded.get(i).input(), blinded.get(i).unblind(evaluated.get(i))));
    }
    return outputs;
  }

  private byte[] output(byte[] input, P256Point unblinded) {
    if (info.isEmpty()) {
      return Oprf.output(input, unblinded);
    }
    return Digest.sha256(
            prefixed(input), prefixed(info.get()), prefixed(unblinded.encode()), ascii("Finalize"))
        .bytes();
  }

  private EqualityProof.Claim claim(
      P256Point publicKey, List<P256Point> blinded, List<P256Point> evaluated) {
    return info.isPresent()
        ? new EqualityProof.Claim(mode(), publicKey, evaluated, blinded)
        : new EqualityProof.Claim(mode(), publicKey, blinded, evaluated);
  }

  private static IllegalArgumentException weak() {
    return new IllegalArgumentException("The public input cancels the key.");
  }
}
