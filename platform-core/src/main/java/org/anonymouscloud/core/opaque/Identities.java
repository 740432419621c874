package org.anonymouscloud.core.opaque;

import static org.anonymouscloud.core.opaque.oprf.Octets.concat;
import static org.anonymouscloud.core.opaque.oprf.Octets.prefixed;

import java.util.Optional;
import org.anonymouscloud.core.crypto.p256.P256Point;

/**
 * The names that a password is bound to. Where one is absent the party's public key stands for it
 * (RFC 9807, section 4).
 */
public record Identities(Optional<byte[]> client, Optional<byte[]> server) {
  /** Neither is named. */
  public static final Identities NONE = new Identities(Optional.empty(), Optional.empty());

  /** The client has a name, the server is known by its key. */
  public static Identities ofClient(byte[] client) {
    return new Identities(Optional.of(client), Optional.empty());
  }

  byte[] clientOr(P256Point key) {
    return client.orElseGet(key::encode);
  }

  byte[] serverOr(P256Point key) {
    return server.orElseGet(key::encode);
  }

  /** {@code CleartextCredentials}. */
  byte[] credentials(P256Point clientKey, P256Point serverKey) {
    return concat(serverKey.encode(), prefixed(serverOr(serverKey)), prefixed(clientOr(clientKey)));
  }
}
