package org.anonymouscloud.core.account.client.local;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.anonymouscloud.core.crypto.ChunkedEncryption;
import org.anonymouscloud.core.crypto.Hkdf;
import org.anonymouscloud.core.crypto.NotAuthentic;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.disk.PrivateFile;

/** How a kind of file is sealed: its first line, its label, and the key that only it has. */
enum SealedFile {
  ACCOUNT("anoncloud-account-1\n", "anonymouscloud/account/v1/local-account"),
  VALUE("anoncloud-value-1\n", "anonymouscloud/account/v1/local-value");

  private final String magic;
  private final String label;

  SealedFile(String magic, String label) {
    this.magic = magic;
    this.label = label;
  }

  /** The key of this kind of file on this device; the caller closes it. */
  Secret key(Secret deviceSecret) {
    return Hkdf.SHA256.key(deviceSecret, label);
  }

  /** Replaces a file: whole or not at all, durable when this returns. */
  void write(Path file, Secret key, byte[] plain, String... place) throws IOException {
    byte[] first = magic.getBytes(US_ASCII);
    byte[] sealed = ChunkedEncryption.seal(key, context(place), plain);
    byte[] content = Arrays.copyOf(first, first.length + sealed.length);
    System.arraycopy(sealed, 0, content, first.length, sealed.length);
    PrivateFile.replace(file, content);
  }

  /**
   * Reads a file back; the caller closes what it holds.
   *
   * @param place of the file; another file cannot stand in for it (A2)
   */
  Optional<Secret> read(Path file, Secret key, String... place) throws IOException {
    byte[] content;
    try {
      content = Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
    byte[] first = magic.getBytes(US_ASCII);
    if (content.length < first.length
        || !Arrays.equals(content, 0, first.length, first, 0, first.length)) {
      throw new StateDamaged(file);
    }
    try {
      int length = content.length - first.length;
      return Optional.of(
          Secret.of(ChunkedEncryption.open(key, context(place), content, first.length, length)));
    } catch (NotAuthentic e) {
      throw new StateDamaged(file);
    }
  }

  private byte[] context(String... place) {
    ByteArrayOutputStream context = new ByteArrayOutputStream();
    context.writeBytes(label.getBytes(US_ASCII));
    for (String part : place) {
      context.write(0);
      context.writeBytes(part.getBytes(US_ASCII));
    }
    return context.toByteArray();
  }
}
