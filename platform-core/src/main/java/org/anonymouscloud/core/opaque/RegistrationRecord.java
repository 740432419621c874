package org.anonymouscloud.core.opaque;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.anonymouscloud.core.opaque.oprf.Octets.ascii;
import static org.anonymouscloud.core.opaque.oprf.Octets.concat;

import org.anonymouscloud.core.crypto.Hkdf;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.crypto.p256.P256Point;
import org.anonymouscloud.core.wire.Malformed;

/** What a server keeps of one user's password (RFC 9807, section 5.1). Immutable. */
public final class RegistrationRecord {
  /** Bytes in an encoded record. */
  public static final int LENGTH = Sizes.KEY + Sizes.HASH + Envelope.LENGTH;

  private final P256Point clientKey;
  private final byte[] maskingKey;
  private final byte[] envelope;

  RegistrationRecord(P256Point clientKey, byte[] maskingKey, byte[] envelope) {
    this.clientKey = clientKey;
    this.maskingKey = maskingKey;
    this.envelope = envelope;
  }

  public static RegistrationRecord decode(byte[] encoded) throws Malformed {
    Fields fields = Fields.of(encoded, LENGTH, "registration record");
    return new RegistrationRecord(
        fields.point(), fields.octets(Sizes.HASH), fields.octets(Envelope.LENGTH));
  }

  /**
   * A record for a user who does not exist. The same name gives the same record, so that repeated
   * logins look as if there were one (RFC 9807, section 10.9; A11).
   *
   * @param seed of the server, kept for this purpose alone
   */
  public static RegistrationRecord fake(Secret seed, String userName) {
    byte[] name = userName.getBytes(UTF_8);
    byte[] keySeed = expand(seed, "FakeClientKey", name);
    return new RegistrationRecord(
        P256Point.generator().times(KeyExchange.deriveKey(keySeed)),
        expand(seed, "FakeMaskingKey", name),
        new byte[Envelope.LENGTH]);
  }

  private static byte[] expand(Secret seed, String label, byte[] name) {
    return Hkdf.SHA256.expand(seed.bytes(), concat(ascii(label), name), Sizes.HASH);
  }

  public byte[] encode() {
    return concat(clientKey.encode(), maskingKey, envelope);
  }

  P256Point clientKey() {
    return clientKey;
  }

  byte[] maskingKey() {
    return maskingKey;
  }

  byte[] envelope() {
    return envelope;
  }
}
