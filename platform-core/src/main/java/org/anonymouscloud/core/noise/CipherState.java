package org.anonymouscloud.core.noise;

import java.util.Arrays;
import org.anonymouscloud.core.crypto.NotAuthentic;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.crypto.noise.Aead;

/**
 * A key and the number of the next message under it (Noise, section 5.1). After the handshake there
 * is one for each direction: what one side seals, the other opens in the same order, so a message
 * that is repeated, dropped or moved does not open (A40). Not thread-safe.
 */
public final class CipherState implements AutoCloseable {
  /** Bytes in a sealed message at most (Noise, section 3). */
  public static final int MAX_MESSAGE = 65_535;

  /** Bytes that sealing adds. */
  public static final int TAG_LENGTH = Aead.TAG_LENGTH;

  /** Messages under one key at most (A45); a session renews its keys long before. */
  static final long MAX_NUMBER = 1L << 32;

  private static final byte[] NO_DATA = {};

  /** The number that Noise keeps for {@code REKEY}: 2^64 - 1. */
  private static final long REKEY_NUMBER = -1;

  private final Aead.Algorithm algorithm;
  private final long limit;
  private Aead aead;
  private long number;
  private long firstUnderKey;

  CipherState(Aead.Algorithm algorithm, Secret key) {
    this(algorithm, key, MAX_NUMBER);
  }

  /**
   * @param key stays the caller's
   * @param limit messages under one key at most
   */
  CipherState(Aead.Algorithm algorithm, Secret key, long limit) {
    this.algorithm = algorithm;
    this.limit = limit;
    this.aead = new Aead(algorithm, key);
  }

  /**
   * Seals {@code length} bytes of {@code in}. In and out may be one array if the offsets are the
   * same.
   *
   * @param out with room for {@code length} and {@link #TAG_LENGTH} bytes from {@code outOffset}
   * @return bytes written
   * @throws IllegalArgumentException if the sealed message would be longer than {@link
   *     #MAX_MESSAGE}
   * @throws IllegalStateException if the key has sealed as many messages as it may, or is closed
   */
  public int seal(byte[] in, int offset, int length, byte[] out, int outOffset) {
    if (length > MAX_MESSAGE - TAG_LENGTH) {
      throw new IllegalArgumentException("A message of " + length + " bytes is too long.");
    }
    return seal(NO_DATA, in, offset, length, out, outOffset);
  }

  /**
   * Opens the next message, which lies in {@code length} bytes of {@code in}. In and out may be one
   * array if the offsets are the same; another array is faster ({@link Aead}).
   *
   * @return bytes written: {@code length} less {@link #TAG_LENGTH}
   * @throws NotAuthentic if it is not the next message of the other side; the one that was expected
   *     is still expected
   * @throws IllegalStateException if the key has opened as many messages as it may, or is closed
   */
  public int open(byte[] in, int offset, int length, byte[] out, int outOffset)
      throws NotAuthentic {
    if (length > MAX_MESSAGE) {
      throw new NotAuthentic();
    }
    return open(NO_DATA, in, offset, length, out, outOffset);
  }

  int seal(byte[] data, byte[] in, int offset, int length, byte[] out, int outOffset) {
    requireUnusedNumber();
    int written = aead.seal(number, data, in, offset, length, out, outOffset);
    number++;
    return written;
  }

  int open(byte[] data, byte[] in, int offset, int length, byte[] out, int outOffset)
      throws NotAuthentic {
    requireUnusedNumber();
    int written = aead.open(number, data, in, offset, length, out, outOffset);
    number++;
    return written;
  }

  /**
   * Replaces the key by one that follows from it (Noise, section 4.2 and 11.3); both sides do it
   * between the same two messages. Numbers go on.
   */
  public void rekey() {
    byte[] zeros = new byte[Aead.KEY_LENGTH];
    byte[] sealed = new byte[Aead.KEY_LENGTH + TAG_LENGTH];
    aead.seal(REKEY_NUMBER, NO_DATA, zeros, 0, zeros.length, sealed, 0);
    try (Secret next = Secret.of(Arrays.copyOf(sealed, Aead.KEY_LENGTH))) {
      aead.close();
      aead = new Aead(algorithm, next);
      firstUnderKey = number;
    } finally {
      Arrays.fill(sealed, (byte) 0);
    }
  }

  private void requireUnusedNumber() {
    if (number - firstUnderKey >= limit) {
      throw new IllegalStateException("This key has served as many messages as it may.");
    }
  }

  /** Gives up the key. */
  @Override
  public void close() {
    aead.close();
  }
}
