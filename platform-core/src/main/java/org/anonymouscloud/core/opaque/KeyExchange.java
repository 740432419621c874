package org.anonymouscloud.core.opaque;

import static org.anonymouscloud.core.opaque.oprf.Octets.ascii;
import static org.anonymouscloud.core.opaque.oprf.Octets.concat;
import static org.anonymouscloud.core.opaque.oprf.Octets.prefixed;
import static org.anonymouscloud.core.opaque.oprf.Octets.uint16;

import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.crypto.Hkdf;
import org.anonymouscloud.core.crypto.p256.P256Point;
import org.anonymouscloud.core.crypto.p256.P256Scalar;
import org.anonymouscloud.core.opaque.oprf.OprfMode;

/** What both sides of OPAQUE-3DH compute from their Diffie-Hellman results (section 6.4). */
record KeyExchange(byte[] serverMac, byte[] clientMac, byte[] sessionKey) {
  private static final byte[] NONE = {};

  /** {@code DeriveDiffieHellmanKeyPair}. */
  static P256Scalar deriveKey(byte[] seed) {
    return OprfMode.OPRF.deriveKey(seed, ascii("OPAQUE-DeriveDiffieHellmanKeyPair"));
  }

  /** Everything said before the server's MAC. */
  record Preamble(
      byte[] context,
      byte[] clientIdentity,
      LoginRequest request,
      byte[] serverIdentity,
      LoginResponse.Credential credential,
      byte[] serverNonce,
      P256Point serverShare) {
    byte[] encode() {
      return concat(
          ascii("OPAQUEv1-"),
          prefixed(context),
          prefixed(clientIdentity),
          request.encode(),
          prefixed(serverIdentity),
          credential.encode(),
          serverNonce,
          serverShare.encode());
    }
  }

  /**
   * The MACs and the key that follow from the three Diffie-Hellman results, in section 6.4's order.
   */
  static KeyExchange of(Preamble preamble, P256Point first, P256Point second, P256Point third) {
    byte[] said = preamble.encode();
    byte[] transcript = Digest.sha256(said).bytes();
    byte[] secret =
        Hkdf.SHA256.extract(NONE, concat(first.encode(), second.encode(), third.encode()));
    byte[] handshake = expandLabel(secret, "HandshakeSecret", transcript);
    byte[] serverMac = mac(expandLabel(handshake, "ServerMAC", NONE), transcript);
    byte[] clientMac =
        mac(expandLabel(handshake, "ClientMAC", NONE), Digest.sha256(said, serverMac).bytes());
    return new KeyExchange(serverMac, clientMac, expandLabel(secret, "SessionKey", transcript));
  }

  private static byte[] expandLabel(byte[] secret, String label, byte[] context) {
    byte[] name = ascii("OPAQUE-" + label);
    byte[] info =
        concat(
            uint16(Sizes.HASH),
            new byte[] {(byte) name.length},
            name,
            new byte[] {(byte) context.length},
            context);
    return Hkdf.SHA256.expand(secret, info, Sizes.HASH);
  }

  /** HMAC-SHA-256, which is what HKDF's extraction is (RFC 5869, section 2.2). */
  static byte[] mac(byte[] key, byte[] message) {
    return Hkdf.SHA256.extract(key, message);
  }

  @Override
  public String toString() {
    return "KeyExchange";
  }
}
