package org.anonymouscloud.core.account.client.local;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import org.anonymouscloud.core.crypto.Argon2id;
import org.anonymouscloud.core.crypto.ChunkedEncryption;
import org.anonymouscloud.core.crypto.Hkdf;
import org.anonymouscloud.core.crypto.NotAuthentic;
import org.anonymouscloud.core.crypto.RandomBytes;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.disk.PrivateFile;

/**
 * The file of a device's secret: as it is, for whoever can read the folder, or sealed to a
 * passphrase by Argon2id, so that a stolen disk opens nothing.
 *
 * @param path of the file
 */
record DeviceSecretFile(Path path) {
  /** Bytes in a device secret. */
  static final int SECRET = 32;

  private static final byte[] PLAIN = "anoncloud-device-1\n".getBytes(US_ASCII);
  private static final byte[] SEALED = "anoncloud-device-2\n".getBytes(US_ASCII);
  private static final String LABEL = "anonymouscloud/account/v1/local-passphrase";
  private static final int SALT = 16;

  /** Minutes in two bytes, then the salt: what is sealed is sealed for both. */
  private static final int HEADER = 2 + SALT;

  /**
   * The secret; none if the file is gone: then nothing that it sealed can ever be read again.
   *
   * @throws Locked if it is sealed
   */
  Optional<Secret> read() throws IOException {
    Optional<byte[]> content = content();
    if (content.isEmpty()) {
      return Optional.empty();
    }
    byte[] bytes = content.get();
    try {
      if (begins(bytes, SEALED)) {
        throw new Locked();
      }
      if (!begins(bytes, PLAIN) || bytes.length != PLAIN.length + SECRET) {
        throw new StateDamaged(path);
      }
      return Optional.of(Secret.of(Arrays.copyOfRange(bytes, PLAIN.length, bytes.length)));
    } finally {
      Arrays.fill(bytes, (byte) 0);
    }
  }

  /**
   * The secret of a file that is sealed.
   *
   * @param passphrase stays the caller's
   */
  Optional<Secret> open(Secret passphrase) throws IOException {
    Optional<byte[]> content = content();
    if (content.isEmpty() || !begins(content.get(), SEALED)) {
      return read();
    }
    byte[] bytes = content.get();
    if (bytes.length != SEALED.length + HEADER + ChunkedEncryption.sealedLength(SECRET)) {
      throw new StateDamaged(path);
    }
    byte[] header = Arrays.copyOfRange(bytes, SEALED.length, SEALED.length + HEADER);
    int start = SEALED.length + HEADER;
    try (Secret key = key(passphrase, header)) {
      return Optional.of(
          Secret.of(
              ChunkedEncryption.open(key, context(header), bytes, start, bytes.length - start)));
    } catch (NotAuthentic e) {
      throw new WrongPassphrase();
    }
  }

  /** After how long without use the secret is to be forgotten; none if only on request. */
  Optional<Duration> lockAfter() throws IOException {
    Optional<byte[]> content = content();
    if (content.isEmpty()
        || !begins(content.get(), SEALED)
        || content.get().length < SEALED.length + HEADER) {
      return Optional.empty();
    }
    int minutes = ByteBuffer.wrap(content.get(), SEALED.length, 2).getShort() & 0xffff;
    return minutes == 0 ? Optional.empty() : Optional.of(Duration.ofMinutes(minutes));
  }

  boolean isSealed() throws IOException {
    Optional<byte[]> content = content();
    boolean sealed = content.isPresent() && begins(content.get(), SEALED);
    content.ifPresent(bytes -> Arrays.fill(bytes, (byte) 0));
    return sealed;
  }

  /** Writes the secret as it is. */
  void write(Secret secret) throws IOException {
    byte[] content = Arrays.copyOf(PLAIN, PLAIN.length + SECRET);
    System.arraycopy(secret.bytes(), 0, content, PLAIN.length, SECRET);
    try {
      PrivateFile.replace(path, content);
    } finally {
      Arrays.fill(content, (byte) 0);
    }
  }

  /**
   * Writes the secret sealed.
   *
   * @param passphrase stays the caller's
   * @param minutes see {@link #lockAfter}; 0 for never, at most 65,535
   */
  void write(Secret secret, Secret passphrase, int minutes) throws IOException {
    byte[] header =
        ByteBuffer.allocate(HEADER).putShort((short) minutes).put(RandomBytes.next(SALT)).array();
    try (Secret key = key(passphrase, header)) {
      byte[] sealed = ChunkedEncryption.seal(key, context(header), secret.bytes());
      PrivateFile.replace(
          path,
          ByteBuffer.allocate(SEALED.length + HEADER + sealed.length)
              .put(SEALED)
              .put(header)
              .put(sealed)
              .array());
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

  private Optional<byte[]> content() throws IOException {
    try {
      return Optional.of(PrivateFile.read(path));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  private static boolean begins(byte[] content, byte[] magic) {
    return content.length >= magic.length
        && Arrays.equals(content, 0, magic.length, magic, 0, magic.length);
  }
}
