package org.anonymouscloud.core.crypto;

import org.bouncycastle.crypto.ExtendedDigest;
import org.bouncycastle.crypto.digests.Blake2bDigest;
import org.bouncycastle.crypto.digests.Blake2sDigest;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.digests.SHA512Digest;
import org.bouncycastle.crypto.macs.HMac;
import org.bouncycastle.crypto.params.KeyParameter;

/**
 * The hash functions of Noise (section 12.5 to 12.8), each with HMAC over it. For the short inputs
 * of a handshake. Thread-safe.
 */
public enum HashFunction {
  SHA256(32),
  SHA512(64),
  BLAKE2S(32),
  BLAKE2B(64);

  private final int length;

  HashFunction(int length) {
    this.length = length;
  }

  /** Bytes in a hash: 32 or 64. */
  public int length() {
    return length;
  }

  /** The hash of the concatenation of {@code parts}. */
  public byte[] hash(byte[]... parts) {
    ExtendedDigest digest = digest();
    for (byte[] part : parts) {
      digest.update(part, 0, part.length);
    }
    byte[] hash = new byte[length];
    digest.doFinal(hash, 0);
    return hash;
  }

  /** HMAC (RFC 2104) over the concatenation of {@code parts}. */
  public byte[] hmac(byte[] key, byte[]... parts) {
    HMac mac = new HMac(digest());
    mac.init(new KeyParameter(key));
    for (byte[] part : parts) {
      mac.update(part, 0, part.length);
    }
    byte[] code = new byte[length];
    mac.doFinal(code, 0);
    return code;
  }

  private ExtendedDigest digest() {
    return switch (this) {
      case SHA256 -> new SHA256Digest();
      case SHA512 -> new SHA512Digest();
      case BLAKE2S -> new Blake2sDigest(8 * length);
      case BLAKE2B -> new Blake2bDigest(8 * length);
    };
  }
}
