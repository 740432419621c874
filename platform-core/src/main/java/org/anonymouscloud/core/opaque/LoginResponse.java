package org.anonymouscloud.core.opaque;

import static org.anonymouscloud.core.opaque.oprf.Octets.concat;

import org.anonymouscloud.core.crypto.p256.P256Point;
import org.anonymouscloud.core.wire.Malformed;

/** {@code KE2}, the server's answer in a login (RFC 9807, section 6.1). */
public record LoginResponse(
    Credential credential, byte[] nonce, P256Point keyShare, byte[] serverMac) {
  public static final int LENGTH = Credential.LENGTH + Sizes.NONCE + Sizes.KEY + Sizes.HASH;

  /** {@code CredentialResponse}: the evaluated password and the masked key and envelope. */
  public record Credential(P256Point evaluated, byte[] maskingNonce, byte[] masked) {
    static final int MASKED = Sizes.KEY + Envelope.LENGTH;
    static final int LENGTH = Sizes.KEY + Sizes.NONCE + MASKED;

    byte[] encode() {
      return concat(evaluated.encode(), maskingNonce, masked);
    }
  }

  public static LoginResponse decode(byte[] encoded) throws Malformed {
    Fields fields = Fields.of(encoded, LENGTH, "login response");
    Credential credential =
        new Credential(
            fields.point(), fields.octets(Sizes.NONCE), fields.octets(Credential.MASKED));
    return new LoginResponse(
        credential, fields.octets(Sizes.NONCE), fields.point(), fields.octets(Sizes.HASH));
  }

  public byte[] encode() {
    return concat(credential.encode(), nonce, keyShare.encode(), serverMac);
  }
}
