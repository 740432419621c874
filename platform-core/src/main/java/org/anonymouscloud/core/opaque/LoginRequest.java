package org.anonymouscloud.core.opaque;

import static org.anonymouscloud.core.opaque.oprf.Octets.concat;

import org.anonymouscloud.core.crypto.p256.P256Point;
import org.anonymouscloud.core.wire.Malformed;

/** {@code KE1}, the first message of a login (RFC 9807, section 6.1). */
public record LoginRequest(P256Point blinded, byte[] nonce, P256Point keyShare) {
  public static final int LENGTH = Sizes.KEY + Sizes.NONCE + Sizes.KEY;

  public static LoginRequest decode(byte[] encoded) throws Malformed {
    Fields fields = Fields.of(encoded, LENGTH, "login request");
    return new LoginRequest(fields.point(), fields.octets(Sizes.NONCE), fields.point());
  }

  public byte[] encode() {
    return concat(blinded.encode(), nonce, keyShare.encode());
  }
}
