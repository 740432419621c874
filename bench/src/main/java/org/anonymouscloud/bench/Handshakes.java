package org.anonymouscloud.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;

import org.anonymouscloud.core.crypto.NotAuthentic;
import org.anonymouscloud.core.crypto.noise.X25519KeyPair;
import org.anonymouscloud.core.noise.Handshake;
import org.anonymouscloud.core.noise.HandshakeKeys;
import org.anonymouscloud.core.noise.Protocol;
import org.anonymouscloud.core.noise.Transport;

/** The product's handshake in memory. */
final class Handshakes {
  private static final Protocol SUITE = Protocol.named("Noise_NXhfs_25519+MLKEM768_AESGCM_SHA256");
  private static final byte[] PROLOGUE = "AnonymousCloud/1".getBytes(US_ASCII);
  private static final byte[] NOTHING = {};

  private final X25519KeyPair server;

  Handshakes(X25519KeyPair server) {
    this.server = server;
  }

  /** A client's first message. */
  static byte[] firstMessage() {
    try (Handshake client = Handshake.initiator(SUITE, PROLOGUE, HandshakeKeys.none())) {
      return client.write(NOTHING);
    }
  }

  /** The server's part, up to its keys. */
  Transport answer(byte[] first) throws NotAuthentic {
    try (Handshake answering =
        Handshake.responder(SUITE, PROLOGUE, HandshakeKeys.none().ownStatic(server))) {
      var _ = answering.read(first);
      var _ = answering.write(NOTHING);
      return answering.split();
    }
  }

  /** Both sides, up to the client's keys. */
  Transport run() {
    try (Handshake client = Handshake.initiator(SUITE, PROLOGUE, HandshakeKeys.none());
        Handshake answering =
            Handshake.responder(SUITE, PROLOGUE, HandshakeKeys.none().ownStatic(server))) {
      var _ = answering.read(client.write(NOTHING));
      var _ = client.read(answering.write(NOTHING));
      return client.split();
    } catch (NotAuthentic e) {
      throw new IllegalStateException("A handshake failed.", e);
    }
  }
}
