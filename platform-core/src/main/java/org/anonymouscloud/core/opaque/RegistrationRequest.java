package org.anonymouscloud.core.opaque;

import org.anonymouscloud.core.crypto.p256.P256Point;
import org.anonymouscloud.core.wire.Malformed;

/** The first message of a registration (RFC 9807, section 5.1). */
public record RegistrationRequest(P256Point blinded) {
  public static final int LENGTH = Sizes.KEY;

  public static RegistrationRequest decode(byte[] encoded) throws Malformed {
    return new RegistrationRequest(Fields.of(encoded, LENGTH, "registration request").point());
  }

  public byte[] encode() {
    return blinded.encode();
  }
}
