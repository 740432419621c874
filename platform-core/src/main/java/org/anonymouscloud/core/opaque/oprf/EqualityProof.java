package org.anonymouscloud.core.opaque.oprf;

import static org.anonymouscloud.core.opaque.oprf.Octets.ascii;
import static org.anonymouscloud.core.opaque.oprf.Octets.concat;
import static org.anonymouscloud.core.opaque.oprf.Octets.prefixed;
import static org.anonymouscloud.core.opaque.oprf.Octets.uint16;

import java.util.List;
import java.util.Optional;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.crypto.p256.P256Point;
import org.anonymouscloud.core.crypto.p256.P256Scalar;

/**
 * A proof that one key leads from the generator to a public key and from each blinded element to
 * its evaluation (RFC 9497, section 2.2).
 */
record EqualityProof(P256Scalar challenge, P256Scalar response) {

  /**
   * The claim a proof is about: {@code to} is {@code key} times {@code from}, for each pair, and
   * {@code publicKey} is {@code key} times the generator.
   */
  record Claim(OprfMode mode, P256Point publicKey, List<P256Point> from, List<P256Point> to) {
    Claim {
      from = List.copyOf(from);
      to = List.copyOf(to);
      if (from.isEmpty() || from.size() != to.size() || from.size() > 0xffff) {
        throw new IllegalArgumentException("A proof is about 1 to 65,535 pairs of elements.");
      }
    }

    /** {@code ComputeComposites}: all pairs folded into one. */
    private Optional<Pair> composite() {
      byte[] seed =
          Digest.sha256(prefixed(publicKey.encode()), prefixed(mode.label("Seed-"))).bytes();
      Optional<Pair> sum = Optional.empty();
      for (int i = 0; i < from.size(); i++) {
        P256Point source = from.get(i);
        P256Point target = to.get(i);
        P256Scalar weight =
            mode.hashToScalar(
                concat(
                    prefixed(seed),
                    uint16(i),
                    prefixed(source.encode()),
                    prefixed(target.encode()),
                    ascii("Composite")));
        Pair weighted = new Pair(source.times(weight), target.times(weight));
        sum = i == 0 ? Optional.of(weighted) : sum.flatMap(weighted::plus);
      }
      return sum;
    }

    private P256Scalar challenge(Pair composite, Pair commitments) {
      return mode.hashToScalar(
          concat(
              prefixed(publicKey.encode()),
              prefixed(composite.from().encode()),
              prefixed(composite.to().encode()),
              prefixed(commitments.from().encode()),
              prefixed(commitments.to().encode()),
              ascii("Challenge")));
    }
  }

  private record Pair(P256Point from, P256Point to) {
    Optional<Pair> plus(Pair other) {
      return from.plus(other.from).flatMap(f -> to.plus(other.to).map(t -> new Pair(f, t)));
    }
  }

  /**
   * Proves a claim that holds for {@code key}.
   *
   * @param random fresh for each proof
   */
  static EqualityProof make(P256Scalar key, Claim claim, P256Scalar random) {
    Pair composite = claim.composite().orElseThrow(EqualityProof::unlikely);
    Pair commitments =
        new Pair(P256Point.generator().times(random), composite.from().times(random));
    P256Scalar challenge = claim.challenge(composite, commitments);
    P256Scalar response = random.minus(challenge.times(key)).orElseThrow(EqualityProof::unlikely);
    return new EqualityProof(challenge, response);
  }

  boolean proves(Claim claim) {
    Optional<Pair> composite = claim.composite();
    if (composite.isEmpty()) {
      return false;
    }
    Pair pair = composite.get();
    Pair shares = new Pair(P256Point.generator().times(response), pair.from().times(response));
    return shares
        .plus(new Pair(claim.publicKey().times(challenge), pair.to().times(challenge)))
        .map(commitments -> claim.challenge(pair, commitments).sameAs(challenge))
        .orElse(false);
  }

  byte[] encode() {
    return concat(challenge.encode(), response.encode());
  }

  private static IllegalStateException unlikely() {
    return new IllegalStateException("A random number was zero.");
  }
}
