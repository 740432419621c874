package org.anonymouscloud.core.noise;

import org.anonymouscloud.core.crypto.noise.MlKem768;
import org.anonymouscloud.core.crypto.noise.X25519KeyPair;
import org.anonymouscloud.core.wire.Malformed;

/** Where a handshake takes what must be fresh in each. Vectors bring their own. */
interface Ephemerals {
  /** The system's random source. */
  Ephemerals FRESH =
      new Ephemerals() {
        @Override
        public X25519KeyPair keyPair() {
          return X25519KeyPair.generate();
        }

        @Override
        public MlKem768 kemKeyPair() {
          return MlKem768.generate();
        }

        @Override
        public MlKem768.Encapsulated encapsulate(byte[] publicKey) throws Malformed {
          return MlKem768.encapsulate(publicKey);
        }
      };

  X25519KeyPair keyPair();

  MlKem768 kemKeyPair();

  MlKem768.Encapsulated encapsulate(byte[] publicKey) throws Malformed;
}
