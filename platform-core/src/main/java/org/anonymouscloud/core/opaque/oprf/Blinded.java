package org.anonymouscloud.core.opaque.oprf;

import org.anonymouscloud.core.crypto.p256.P256Point;
import org.anonymouscloud.core.crypto.p256.P256Scalar;

/**
 * An input on its way through an OPRF.
 *
 * @param input what the server must not learn
 * @param blind hides it; used once
 * @param element what the server sees
 */
public record Blinded(byte[] input, P256Scalar blind, P256Point element) {
  static Blinded of(OprfMode mode, byte[] input, P256Scalar blind) {
    return new Blinded(input, blind, mode.hashToGroup(input).times(blind));
  }

  P256Point unblind(P256Point evaluated) {
    return evaluated.times(blind.inverse());
  }

  @Override
  public String toString() {
    return "Blinded[" + element + "]";
  }
}
