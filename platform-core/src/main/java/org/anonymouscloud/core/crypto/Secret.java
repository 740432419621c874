package org.anonymouscloud.core.crypto;

import java.util.Arrays;

/**
 * Key material that is wiped when closed. Never printed, never serialised, never compared in
 * variable time. Not thread-safe: do not close while another thread reads.
 */
public final class Secret implements AutoCloseable {
  private final byte[] bytes;
  private boolean closed;

  private Secret(byte[] bytes) {
    this.bytes = bytes;
  }

  /** Takes ownership of {@code bytes}: the caller must not use or keep the array. */
  public static Secret of(byte[] bytes) {
    return new Secret(bytes);
  }

  /** Fresh bytes from the system's random source. */
  public static Secret random(int length) {
    return new Secret(RandomBytes.next(length));
  }

  /**
   * The bytes themselves, not a copy: read them, do not keep or change them.
   *
   * @throws IllegalStateException after {@link #close}
   */
  public byte[] bytes() {
    if (closed) {
      throw new IllegalStateException("This secret has been wiped.");
    }
    return bytes;
  }

  /** A second secret of the same bytes, with its own lifetime. */
  public Secret copy() {
    return new Secret(bytes().clone());
  }

  public int length() {
    return bytes.length;
  }

  /** Compares in constant time. */
  public boolean sameAs(Secret other) {
    return ConstantTime.equal(bytes(), other.bytes());
  }

  @Override
  public void close() {
    Arrays.fill(bytes, (byte) 0);
    closed = true;
  }

  @Override
  public String toString() {
    return "Secret[" + bytes.length + " bytes]";
  }
}
