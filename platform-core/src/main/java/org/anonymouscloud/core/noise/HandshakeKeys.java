package org.anonymouscloud.core.noise;

import java.util.List;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.crypto.noise.X25519KeyPair;
import org.anonymouscloud.core.wire.Malformed;
import org.jspecify.annotations.Nullable;

/**
 * What a side brings to a handshake. The keys stay the caller's and must live until the handshake
 * is over. Immutable.
 */
public final class HandshakeKeys {
  private static final HandshakeKeys NONE = new HandshakeKeys(null, null, List.of());

  private final @Nullable X25519KeyPair ownStatic;
  private final byte @Nullable [] remoteStatic;
  private final List<Secret> preShared;

  private HandshakeKeys(
      @Nullable X25519KeyPair ownStatic, byte @Nullable [] remoteStatic, List<Secret> preShared) {
    this.ownStatic = ownStatic;
    this.remoteStatic = remoteStatic;
    this.preShared = preShared;
  }

  /** No keys, like a client of an {@code NX} pattern. */
  public static HandshakeKeys none() {
    return NONE;
  }

  /** With this side's own static key pair. */
  public HandshakeKeys ownStatic(X25519KeyPair pair) {
    return new HandshakeKeys(pair, remoteStatic, preShared);
  }

  /**
   * With the other side's static public key, known beforehand.
   *
   * @throws Malformed if it is no public key or one of small order (A17)
   */
  public HandshakeKeys remoteStatic(byte[] publicKey) throws Malformed {
    X25519KeyPair.check(publicKey);
    return new HandshakeKeys(ownStatic, publicKey.clone(), preShared);
  }

  /**
   * With pre-shared keys, in the order in which the pattern uses them.
   *
   * @param keys uniformly random, 32 bytes each
   */
  public HandshakeKeys preShared(List<Secret> keys) {
    return new HandshakeKeys(ownStatic, remoteStatic, List.copyOf(keys));
  }

  @Nullable X25519KeyPair ownStatic() {
    return ownStatic;
  }

  byte @Nullable [] remoteStatic() {
    return remoteStatic;
  }

  List<Secret> preShared() {
    return preShared;
  }
}
