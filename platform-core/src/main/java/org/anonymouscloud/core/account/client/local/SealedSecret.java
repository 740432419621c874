package org.anonymouscloud.core.account.client.local;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import org.anonymouscloud.core.crypto.Argon2id;
import org.anonymouscloud.core.crypto.ChunkedEncryption;
import org.anonymouscloud.core.crypto.Hkdf;
import org.anonymouscloud.core.crypto.NotAuthentic;
import org.anonymouscloud.core.crypto.RandomBytes;
import org.anonymouscloud.core.crypto.Secret;

/** A device secret sealed to a passphrase by Argon2id, as a file has it. Never changes. */
final class SealedSecret {
  /** Bytes in a device secret. */
  static final int SECRET = 32;

  private static final byte[] MAGIC = "anoncloud-device-2\n".getBytes(US_ASCII);
  private static final String LABEL = "anonymouscloud/account/v1/local-passphrase";
  private static final byte PASSPHRASE = 0;
  private static final byte KEYRING = 1;
  private static final int SALT = 16;

  /** Keeper, minutes, salt. What is sealed is sealed for all of them. */
  private static final int HEADER = 1 + 2 + SALT;

  private static final int LENGTH = MAGIC.length + HEADER + ChunkedEncryption.sealedLength(SECRET);

  private final byte[] content;

  private SealedSecret(byte[] content) {
    this.content = content;
  }

  /**
   * Seals a secret anew.
   *
   * @param passphrase stays the caller's
   * @param byKeyring whether the platform's keyring keeps the passphrase, or else a person
   * @param minutes see {@link #lockAfter}; 0 for never, at most 65,535
   */
  static SealedSecret seal(Secret secret, Secret passphrase, boolean byKeyring, int minutes) {
    byte[] header =
        ByteBuffer.allocate(HEADER)
            .put(byKeyring ? KEYRING : PASSPHRASE)
            .putShort((short) minutes)
            .put(RandomBytes.next(SALT))
            .array();
    try (Secret key = key(passphrase, header)) {
      byte[] sealed = ChunkedEncryption.seal(key, context(header), secret.bytes());
      return new SealedSecret(
          ByteBuffer.allocate(LENGTH).put(MAGIC).put(header).put(sealed).array());
    }
  }

  /** Whether this is a file of this kind, be it damaged or not. */
  static boolean isIn(byte[] content) {
    return content.length >= MAGIC.length
        && Arrays.equals(content, 0, MAGIC.length, MAGIC, 0, MAGIC.length);
  }

  /**
   * @param content that {@link #isIn} says yes to
   * @param file that has it
   */
  static SealedSecret parse(byte[] content, Path file) throws StateDamaged {
    if (content.length != LENGTH
        || (content[MAGIC.length] != PASSPHRASE && content[MAGIC.length] != KEYRING)) {
      throw new StateDamaged(file);
    }
    return new SealedSecret(content.clone());
  }

  /** The file's content. */
  byte[] bytes() {
    return content.clone();
  }

  /** Whether the platform's keyring keeps the passphrase. */
  boolean byKeyring() {
    return content[MAGIC.length] == KEYRING;
  }

  /** After how long without use the secret is to be forgotten; none if only on request. */
  Optional<Duration> lockAfter() {
    int minutes = ByteBuffer.wrap(content, MAGIC.length + 1, 2).getShort() & 0xffff;
    return minutes == 0 ? Optional.empty() : Optional.of(Duration.ofMinutes(minutes));
  }

  /** What the keyring's entry is called, new with each sealing. */
  String entry() {
    int end = MAGIC.length + HEADER;
    return HexFormat.of().formatHex(content, end - SALT, end);
  }

  /**
   * @param passphrase stays the caller's
   * @throws NotAuthentic if it is another one, or the file was changed
   */
  Secret open(Secret passphrase) throws NotAuthentic {
    int start = MAGIC.length + HEADER;
    byte[] header = Arrays.copyOfRange(content, MAGIC.length, start);
    try (Secret key = key(passphrase, header)) {
      return Secret.of(
          ChunkedEncryption.open(key, context(header), content, start, content.length - start));
    }
  }

  private static Secret key(Secret passphrase, byte[] header) {
    byte[] salt = Arrays.copyOfRange(header, HEADER - SALT, HEADER);
    try (Secret stretched = Argon2id.stretch(passphrase, salt, SECRET)) {
      return Hkdf.SHA256.key(stretched, LABEL);
    }
  }

  private static byte[] context(byte[] header) {
    byte[] label = LABEL.getBytes(US_ASCII);
    return ByteBuffer.allocate(label.length + 1 + HEADER)
        .put(label)
        .put((byte) 0)
        .put(header)
        .array();
  }
}
