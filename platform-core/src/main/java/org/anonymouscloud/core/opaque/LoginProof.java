package org.anonymouscloud.core.opaque;

import org.anonymouscloud.core.crypto.ConstantTime;
import org.anonymouscloud.core.wire.Malformed;

/** {@code KE3}, by which a client shows that it knew the password (RFC 9807, section 6.1). */
public record LoginProof(byte[] clientMac) {
  public static final int LENGTH = Sizes.HASH;

  public static LoginProof decode(byte[] encoded) throws Malformed {
    return new LoginProof(Fields.of(encoded, LENGTH, "login proof").octets(LENGTH));
  }

  public byte[] encode() {
    return clientMac.clone();
  }

  /** Compares in constant time. */
  boolean matches(byte[] expected) {
    return ConstantTime.equal(clientMac, expected);
  }
}
