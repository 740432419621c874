package org.anonymouscloud.core.opaque;

import static org.anonymouscloud.core.opaque.oprf.Octets.ascii;
import static org.anonymouscloud.core.opaque.oprf.Octets.concat;

import org.anonymouscloud.core.crypto.ConstantTime;
import org.anonymouscloud.core.crypto.Hkdf;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.crypto.p256.P256Point;
import org.anonymouscloud.core.crypto.p256.P256Scalar;

/**
 * What a client derives from its stretched password ({@code randomized_password}) and an envelope's
 * nonce (RFC 9807, section 4.1).
 */
final class Credentials implements AutoCloseable {
  private final Secret randomized;

  Credentials(Secret oprfOutput, KeyStretching stretching) {
    try (Secret stretched = stretching.stretch(oprfOutput)) {
      randomized =
          Secret.of(
              Hkdf.SHA256.extract(new byte[0], concat(oprfOutput.bytes(), stretched.bytes())));
    }
  }

  byte[] maskingKey() {
    return expand(ascii("MaskingKey"));
  }

  Secret exportKey(byte[] nonce) {
    return Secret.of(expand(concat(nonce, ascii("ExportKey"))));
  }

  P256Scalar privateKey(byte[] nonce) {
    return KeyExchange.deriveKey(expand(concat(nonce, ascii("PrivateKey"))));
  }

  Envelope seal(byte[] nonce, P256Point serverKey, Identities identities) {
    return new Envelope(nonce, tag(nonce, serverKey, identities));
  }

  boolean opens(Envelope envelope, P256Point serverKey, Identities identities) {
    byte[] expected = tag(envelope.nonce(), serverKey, identities);
    return ConstantTime.equal(expected, envelope.tag());
  }

  private byte[] tag(byte[] nonce, P256Point serverKey, Identities identities) {
    P256Point clientKey = P256Point.generator().times(privateKey(nonce));
    byte[] authKey = expand(concat(nonce, ascii("AuthKey")));
    return KeyExchange.mac(authKey, concat(nonce, identities.credentials(clientKey, serverKey)));
  }

  private byte[] expand(byte[] info) {
    return Hkdf.SHA256.expand(randomized.bytes(), info, Sizes.HASH);
  }

  @Override
  public void close() {
    randomized.close();
  }
}
