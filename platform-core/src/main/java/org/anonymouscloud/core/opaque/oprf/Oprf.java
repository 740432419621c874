package org.anonymouscloud.core.opaque.oprf;

import static org.anonymouscloud.core.opaque.oprf.Octets.ascii;
import static org.anonymouscloud.core.opaque.oprf.Octets.prefixed;

import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.crypto.p256.P256Point;
import org.anonymouscloud.core.crypto.p256.P256Scalar;

/** The base protocol of RFC 9497, section 3.3.1: a keyed hash whose key and input stay apart. */
public final class Oprf {
  private Oprf() {}

  /**
   * The client's input for the server.
   *
   * @param blind random, and used for this input alone
   */
  public static Blinded blind(byte[] input, P256Scalar blind) {
    return Blinded.of(OprfMode.OPRF, input, blind);
  }

  /** The server's part. */
  public static P256Point evaluate(P256Scalar key, P256Point blindedElement) {
    return blindedElement.times(key);
  }

  /** The client's result: 32 bytes. */
  public static byte[] finish(Blinded blinded, P256Point evaluated) {
    return output(blinded.input(), blinded.unblind(evaluated));
  }

  static byte[] output(byte[] input, P256Point unblinded) {
    return Digest.sha256(prefixed(input), prefixed(unblinded.encode()), ascii("Finalize")).bytes();
  }
}
