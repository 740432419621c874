package org.anonymouscloud.core.crypto;

import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.NoSuchProviderException;

/** A stream that is hashed as it is read. Not thread-safe. */
public final class HashedInput extends InputStream {
  private final InputStream in;
  private final MessageDigest hash;

  private HashedInput(InputStream in, String algorithm) {
    this.in = in;
    try {
      this.hash = MessageDigest.getInstance(algorithm, "SUN");
    } catch (NoSuchAlgorithmException | NoSuchProviderException e) {
      throw new IllegalStateException("This Java runtime has no " + algorithm + ".", e);
    }
  }

  /**
   * @param in closed with this
   */
  public static HashedInput sha256(InputStream in) {
    return new HashedInput(in, "SHA-256");
  }

  /**
   * @param in closed with this
   */
  public static HashedInput sha512(InputStream in) {
    return new HashedInput(in, "SHA-512");
  }

  @Override
  public int read() throws IOException {
    int octet = in.read();
    if (octet >= 0) {
      hash.update((byte) octet);
    }
    return octet;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    int got = in.read(target, offset, length);
    if (got > 0) {
      hash.update(target, offset, got);
    }
    return got;
  }

  /** The hash of all that was read since this was last asked. */
  public byte[] hash() {
    return hash.digest();
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
