package org.anonymouscloud.core.opaque;

import static org.anonymouscloud.core.opaque.oprf.Octets.concat;

import org.anonymouscloud.core.wire.Malformed;

/** What binds a password to the client's and the server's key (RFC 9807, section 4.1). */
record Envelope(byte[] nonce, byte[] tag) {
  static final int LENGTH = Sizes.NONCE + Sizes.HASH;

  static Envelope decode(byte[] encoded) throws Malformed {
    Fields fields = Fields.of(encoded, LENGTH, "envelope");
    return new Envelope(fields.octets(Sizes.NONCE), fields.octets(Sizes.HASH));
  }

  byte[] encode() {
    return concat(nonce, tag);
  }
}
