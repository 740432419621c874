package org.anonymouscloud.core.crypto;

import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;

/**
 * Argon2 of RFC 9106 at any cost, so that published vectors can be run through it. Everything else
 * uses {@link Argon2id}, whose cost nobody can choose.
 *
 * @param type 0 for Argon2d, 1 for Argon2i, 2 for Argon2id
 * @param version 0x10 or 0x13
 * @param memory in KiB
 * @param passes over the memory
 * @param lanes of parallelism
 */
record Argon2(int type, int version, int memory, int passes, int lanes) {
  static final int VERSION_13 = Argon2Parameters.ARGON2_VERSION_13;
  static final int ID = Argon2Parameters.ARGON2_id;

  byte[] hash(byte[] password, byte[] salt, byte[] secret, byte[] associatedData, int length) {
    Argon2Parameters parameters =
        new Argon2Parameters.Builder(type)
            .withVersion(version)
            .withMemoryAsKB(memory)
            .withIterations(passes)
            .withParallelism(lanes)
            .withSalt(salt)
            .withSecret(secret)
            .withAdditional(associatedData)
            .build();
    try {
      Argon2BytesGenerator generator = new Argon2BytesGenerator();
      generator.init(parameters);
      byte[] tag = new byte[length];
      generator.generateBytes(password, tag);
      return tag;
    } finally {
      parameters.clear();
    }
  }
}
