package org.anonymouscloud.core.crypto.noise;

import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.wire.Malformed;

/** Lets vectors of other rooms choose what production draws at random. */
public final class GivenEncapsulation {
  private GivenEncapsulation() {}

  /** ML-KEM-768's encapsulation with m of FIPS 203 given. */
  public static MlKem768.Encapsulated encapsulate(byte[] publicKey, byte[] m) throws Malformed {
    return MlKem768.encapsulate(publicKey, Secret.of(m.clone()));
  }
}
