package org.anonymouscloud.core.opaque;

import static org.anonymouscloud.core.opaque.oprf.Octets.concat;

import org.anonymouscloud.core.crypto.p256.P256Point;
import org.anonymouscloud.core.wire.Malformed;

/** The server's answer in a registration (RFC 9807, section 5.1). */
public record RegistrationResponse(P256Point evaluated, P256Point serverKey) {
  public static final int LENGTH = 2 * Sizes.KEY;

  public static RegistrationResponse decode(byte[] encoded) throws Malformed {
    Fields fields = Fields.of(encoded, LENGTH, "registration response");
    return new RegistrationResponse(fields.point(), fields.point());
  }

  public byte[] encode() {
    return concat(evaluated.encode(), serverKey.encode());
  }
}
