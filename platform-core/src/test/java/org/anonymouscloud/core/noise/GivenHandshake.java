package org.anonymouscloud.core.noise;

import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.crypto.noise.GivenEncapsulation;
import org.anonymouscloud.core.crypto.noise.MlKem768;
import org.anonymouscloud.core.crypto.noise.X25519KeyPair;
import org.anonymouscloud.core.wire.Malformed;

/** Lets examples of other rooms choose the keys that production draws at random. */
public final class GivenHandshake {
  private GivenHandshake() {}

  /**
   * A side whose ephemeral keys are given.
   *
   * @param ephemeral X25519 private key
   * @param kemSeed ML-KEM-768 seed, d and z
   * @param encapsulation m of FIPS 203
   */
  public static Handshake side(
      boolean initiator,
      Protocol protocol,
      byte[] prologue,
      HandshakeKeys keys,
      byte[] ephemeral,
      byte[] kemSeed,
      byte[] encapsulation) {
    return Handshake.withEphemerals(
        initiator, protocol, prologue, keys, new Given(ephemeral, kemSeed, encapsulation));
  }

  private record Given(byte[] ephemeral, byte[] kemSeed, byte[] encapsulation)
      implements Ephemerals {
    @Override
    public X25519KeyPair keyPair() {
      return X25519KeyPair.fromSecret(Secret.of(ephemeral.clone()));
    }

    @Override
    public MlKem768 kemKeyPair() {
      return MlKem768.fromSeed(Secret.of(kemSeed.clone()));
    }

    @Override
    public MlKem768.Encapsulated encapsulate(byte[] publicKey) throws Malformed {
      return GivenEncapsulation.encapsulate(publicKey, encapsulation);
    }
  }
}
