package org.anonymouscloud.core.crypto;

import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.NoSuchProviderException;
import java.util.HexFormat;

/** A SHA-256 or HMAC-SHA-256 value of 32 bytes, compared in constant time. Immutable. */
public final class Digest {
  /** Bytes in a digest. */
  public static final int LENGTH = 32;

  private static final int BUFFER = 64 * 1024;

  private final byte[] bytes;

  private Digest(byte[] bytes) {
    this.bytes = bytes;
  }

  /**
   * Copies a digest out of {@code bytes}.
   *
   * @throws IllegalArgumentException if the length is not {@link #LENGTH}
   */
  public static Digest of(byte[] bytes) {
    if (bytes.length != LENGTH) {
      throw new IllegalArgumentException("A digest has 32 bytes, not " + bytes.length + ".");
    }
    return new Digest(bytes.clone());
  }

  /** SHA-256 over the concatenation of {@code parts}. */
  public static Digest sha256(byte[]... parts) {
    MessageDigest hash = sha256();
    for (byte[] part : parts) {
      hash.update(part);
    }
    return new Digest(hash.digest());
  }

  /** SHA-256 over what is left of a stream, which stays open. */
  public static Digest sha256(InputStream content) throws IOException {
    MessageDigest hash = sha256();
    byte[] buffer = new byte[BUFFER];
    for (int n = content.read(buffer); n >= 0; n = content.read(buffer)) {
      hash.update(buffer, 0, n);
    }
    return new Digest(hash.digest());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256", "SUN");
    } catch (NoSuchAlgorithmException | NoSuchProviderException e) {
      throw new IllegalStateException("This Java runtime has no SHA-256.", e);
    }
  }

  public byte[] bytes() {
    return bytes.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Digest digest && MessageDigest.isEqual(bytes, digest.bytes);
  }

  @Override
  public int hashCode() {
    return java.nio.ByteBuffer.wrap(bytes).getInt();
  }

  @Override
  public String toString() {
    return HexFormat.of().formatHex(bytes);
  }
}
