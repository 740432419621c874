package org.anonymouscloud.core.noise;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.anonymouscloud.core.crypto.HashFunction;
import org.anonymouscloud.core.crypto.NotAuthentic;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.crypto.noise.Aead;
import org.jspecify.annotations.Nullable;

/**
 * The chaining key and the hash of everything said so far (Noise, section 5.2). Not thread-safe.
 */
final class SymmetricState implements AutoCloseable {
  private static final byte[] NOTHING = {};

  private final Aead.Algorithm algorithm;
  private final HashFunction function;
  private byte[] hash;
  private byte[] chainingKey;
  private @Nullable CipherState cipher;

  SymmetricState(Protocol protocol) {
    this.algorithm = protocol.cipher();
    this.function = protocol.hash();
    byte[] name = protocol.nameBytes();
    this.hash =
        name.length <= function.length()
            ? Arrays.copyOf(name, function.length())
            : function.hash(name);
    this.chainingKey = hash.clone();
  }

  boolean hasKey() {
    return cipher != null;
  }

  byte[] hash() {
    return hash.clone();
  }

  void mixHash(byte[] data) {
    hash = function.hash(hash, data);
  }

  void mixKey(byte[] inputKey) {
    List<byte[]> outputs = derive(inputKey, 2);
    chainingKey = outputs.get(0);
    setKey(outputs.get(1));
  }

  void mixKeyAndHash(byte[] inputKey) {
    List<byte[]> outputs = derive(inputKey, 3);
    chainingKey = outputs.get(0);
    mixHash(outputs.get(1));
    setKey(outputs.get(2));
  }

  /** Writes {@code plain} to {@code out}, sealed if there is a key yet; returns bytes written. */
  int encryptAndHash(byte[] plain, byte[] out, int offset) {
    int written;
    if (cipher == null) {
      System.arraycopy(plain, 0, out, offset, plain.length);
      written = plain.length;
    } else {
      written = cipher.seal(hash, plain, 0, plain.length, out, offset);
    }
    mixHash(Arrays.copyOfRange(out, offset, offset + written));
    return written;
  }

  byte[] decryptAndHash(byte[] received) throws NotAuthentic {
    byte[] plain;
    if (cipher == null) {
      plain = received.clone();
    } else {
      if (received.length < Aead.TAG_LENGTH) {
        throw new NotAuthentic();
      }
      plain = new byte[received.length - Aead.TAG_LENGTH];
      cipher.open(hash, received, 0, received.length, plain, 0);
    }
    mixHash(received);
    return plain;
  }

  /** The keys of the two directions, the initiator's first. */
  List<CipherState> split() {
    List<CipherState> directions = new ArrayList<>();
    for (byte[] output : derive(NOTHING, 2)) {
      try (Secret key = cipherKey(output)) {
        directions.add(new CipherState(algorithm, key));
      }
    }
    return directions;
  }

  private void setKey(byte[] output) {
    if (cipher != null) {
      cipher.close();
    }
    try (Secret key = cipherKey(output)) {
      cipher = new CipherState(algorithm, key);
    }
  }

  /** A hash function of 64 bytes gives more than a key needs; the rest is dropped. */
  private static Secret cipherKey(byte[] output) {
    Secret key = Secret.of(Arrays.copyOf(output, Aead.KEY_LENGTH));
    Arrays.fill(output, (byte) 0);
    return key;
  }

  /** HKDF of Noise, section 4.3. */
  private List<byte[]> derive(byte[] inputKey, int count) {
    byte[] temporary = function.hmac(chainingKey, inputKey);
    Arrays.fill(chainingKey, (byte) 0);
    List<byte[]> outputs = new ArrayList<>();
    byte[] last = NOTHING;
    for (byte number = 1; number <= count; number++) {
      last = function.hmac(temporary, last, new byte[] {number});
      outputs.add(last);
    }
    Arrays.fill(temporary, (byte) 0);
    return outputs;
  }

  @Override
  public void close() {
    Arrays.fill(chainingKey, (byte) 0);
    if (cipher != null) {
      cipher.close();
    }
  }
}
