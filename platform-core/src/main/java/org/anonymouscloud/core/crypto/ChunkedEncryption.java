package org.anonymouscloud.core.crypto;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Cobblestone-256: chunked encryption of C2SP ({@code c2sp.org/chunked-encryption@v1}) with
 * HKDF-Expand-SHA-512 and AES-256-GCM. A message is a random salt, a commitment to the key and
 * chunks of 16 KiB, the last one shorter; so a message that is cut, lengthened, reordered or made
 * for another key or context does not open. Thread-safe.
 */
public final class ChunkedEncryption {
  /** Bytes in a key. */
  public static final int KEY_LENGTH = 32;

  private static final String LABEL = "c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0";
  private static final int SALT_LENGTH = 24;
  private static final int COMMITMENT_LENGTH = 32;
  private static final int HEADER_LENGTH = SALT_LENGTH + COMMITMENT_LENGTH;
  private static final int NONCE_LENGTH = 12;
  private static final int TAG_LENGTH = 16;
  private static final int CHUNK = 16 * 1024;
  private static final int SEALED_CHUNK = CHUNK + TAG_LENGTH;
  private static final int TAG_BITS = 8 * TAG_LENGTH;

  private ChunkedEncryption() {}

  /**
   * Bytes of a sealed message.
   *
   * @param plainLength bytes of the message, at most 1 GiB
   */
  public static int sealedLength(int plainLength) {
    return HEADER_LENGTH + plainLength + (plainLength / CHUNK + 1) * TAG_LENGTH;
  }

  /**
   * Seals part of an array. Two seals of one message differ in every byte.
   *
   * @param key uniformly random, {@link #KEY_LENGTH} bytes
   * @param context what the message is and where it belongs; needed again to open it
   */
  public static byte[] seal(Secret key, byte[] context, byte[] plain, int offset, int length) {
    return seal(key, RandomBytes.next(SALT_LENGTH), context, plain, offset, length);
  }

  /** Seals a whole array. */
  public static byte[] seal(Secret key, byte[] context, byte[] plain) {
    return seal(key, context, plain, 0, plain.length);
  }

  /**
   * Seals part of an array into an array that the caller reuses.
   *
   * @param target takes {@link #sealedLength} bytes from its start
   */
  public static void sealInto(
      byte[] target, Secret key, byte[] context, byte[] plain, int offset, int length) {
    seal(target, key, RandomBytes.next(SALT_LENGTH), context, plain, offset, length);
  }

  /** With a chosen salt, for vectors alone: a salt must never repeat under a key. */
  static byte[] seal(
      Secret key, byte[] salt, byte[] context, byte[] plain, int offset, int length) {
    byte[] sealed = new byte[sealedLength(length)];
    seal(sealed, key, salt, context, plain, offset, length);
    return sealed;
  }

  private static void seal(
      byte[] sealed,
      Secret key,
      byte[] salt,
      byte[] context,
      byte[] plain,
      int offset,
      int length) {
    MessageKey derived = MessageKey.of(key, salt, context);
    System.arraycopy(salt, 0, sealed, 0, SALT_LENGTH);
    System.arraycopy(derived.commitment(), 0, sealed, SALT_LENGTH, COMMITMENT_LENGTH);
    try {
      Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding", BulkProvider.current());
      int chunks = length / CHUNK + 1;
      for (int i = 0; i < chunks; i++) {
        int done = i * CHUNK;
        cipher.init(Cipher.ENCRYPT_MODE, derived.key(), derived.nonce(i));
        cipher.doFinal(
            plain,
            offset + done,
            Math.min(CHUNK, length - done),
            sealed,
            HEADER_LENGTH + i * SEALED_CHUNK);
      }
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES-GCM failed to seal.", e);
    }
  }

  /**
   * Opens a message that lies in part of an array. Nothing is returned before all of it is
   * verified.
   *
   * @throws NotAuthentic if it was not sealed with this key for this context, or was changed
   */
  public static byte[] open(Secret key, byte[] context, byte[] sealed, int offset, int length)
      throws NotAuthentic {
    byte[] plain = new byte[plainLength(length)];
    openInto(plain, key, context, sealed, offset, length);
    return plain;
  }

  /** Opens a whole array. */
  public static byte[] open(Secret key, byte[] context, byte[] sealed) throws NotAuthentic {
    return open(key, context, sealed, 0, sealed.length);
  }

  /**
   * Opens a message into an array that the caller reuses. What is in the array counts only once
   * this has returned: it is wiped if a later part of the message turns out to be false.
   *
   * @param target takes the message from its start
   * @return bytes of the message
   * @throws NotAuthentic if it was not sealed with this key for this context, or was changed
   */
  public static int openInto(
      byte[] target, Secret key, byte[] context, byte[] sealed, int offset, int length)
      throws NotAuthentic {
    int plainLength = plainLength(length);
    int body = length - HEADER_LENGTH;
    byte[] salt = Arrays.copyOfRange(sealed, offset, offset + SALT_LENGTH);
    byte[] commitment = Arrays.copyOfRange(sealed, offset + SALT_LENGTH, offset + HEADER_LENGTH);
    MessageKey derived = MessageKey.of(key, salt, context);
    if (!ConstantTime.equal(commitment, derived.commitment())) {
      throw new NotAuthentic();
    }
    int chunks = body / SEALED_CHUNK + 1;
    try {
      Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding", BulkProvider.current());
      for (int i = 0; i < chunks; i++) {
        int done = i * SEALED_CHUNK;
        cipher.init(Cipher.DECRYPT_MODE, derived.key(), derived.nonce(i));
        cipher.doFinal(
            sealed,
            offset + HEADER_LENGTH + done,
            Math.min(SEALED_CHUNK, body - done),
            target,
            i * CHUNK);
      }
      return plainLength;
    } catch (AEADBadTagException e) {
      Arrays.fill(target, 0, plainLength, (byte) 0);
      throw new NotAuthentic();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES-GCM failed to open.", e);
    }
  }

  private static int plainLength(int sealedLength) throws NotAuthentic {
    int body = sealedLength - HEADER_LENGTH;
    // A last chunk of full length means that something is missing after it.
    if (body < 0 || body % SEALED_CHUNK < TAG_LENGTH) {
      throw new NotAuthentic();
    }
    return body - (body / SEALED_CHUNK + 1) * TAG_LENGTH;
  }

  /** What HKDF-Expand gives for one message. */
  private record MessageKey(SecretKeySpec key, byte[] baseNonce, byte[] commitment) {
    static MessageKey of(Secret inputKey, byte[] salt, byte[] context) {
      if (inputKey.length() != KEY_LENGTH) {
        throw new IllegalArgumentException("The key has " + inputKey.length() + " bytes, not 32.");
      }
      byte[] label = LABEL.getBytes(US_ASCII);
      byte[] info =
          ByteBuffer.allocate(label.length + salt.length + context.length)
              .put(label)
              .put(salt)
              .put(context)
              .array();
      byte[] derived =
          Hkdf.SHA512.expand(inputKey.bytes(), info, KEY_LENGTH + NONCE_LENGTH + COMMITMENT_LENGTH);
      int nonceEnd = KEY_LENGTH + NONCE_LENGTH;
      MessageKey keys =
          new MessageKey(
              new SecretKeySpec(derived, 0, KEY_LENGTH, "AES"),
              Arrays.copyOfRange(derived, KEY_LENGTH, nonceEnd),
              Arrays.copyOfRange(derived, nonceEnd, derived.length));
      Arrays.fill(derived, (byte) 0);
      return keys;
    }

    GCMParameterSpec nonce(int chunk) {
      byte[] nonce = baseNonce.clone();
      ByteBuffer last = ByteBuffer.wrap(nonce);
      int place = NONCE_LENGTH - Integer.BYTES;
      last.putInt(place, last.getInt(place) ^ chunk);
      return new GCMParameterSpec(TAG_BITS, nonce);
    }
  }
}
