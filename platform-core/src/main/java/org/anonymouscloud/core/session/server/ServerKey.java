package org.anonymouscloud.core.session.server;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.crypto.noise.X25519KeyPair;
import org.anonymouscloud.core.disk.PrivateFile;
import org.anonymouscloud.core.session.Fingerprint;

/**
 * What a server proves itself with: its static X25519 key. Clients pin it, so a server that loses
 * its file is another server to them; it belongs into the backup. Thread-safe while it is open.
 */
public final class ServerKey implements AutoCloseable {
  private static final byte[] MAGIC = "anoncloud-server-key-1\n".getBytes(US_ASCII);
  private static final int LENGTH = MAGIC.length + X25519KeyPair.LENGTH;

  private final X25519KeyPair pair;

  private ServerKey(X25519KeyPair pair) {
    this.pair = pair;
  }

  /** A new key that lives as long as this object. */
  public static ServerKey random() {
    return new ServerKey(X25519KeyPair.generate());
  }

  /**
   * Reads the file, or makes it if there is none: whole or not at all, readable by its owner alone.
   *
   * @throws IOException if the file is damaged, open to others, or cannot be read or made
   */
  public static ServerKey open(Path file) throws IOException {
    try {
      return read(file);
    } catch (NoSuchFileException e) {
      make(file);
      return read(file);
    }
  }

  private static void make(Path file) throws IOException {
    byte[] content = Arrays.copyOf(MAGIC, LENGTH);
    try (X25519KeyPair fresh = X25519KeyPair.generate();
        Secret secret = fresh.secret()) {
      System.arraycopy(secret.bytes(), 0, content, MAGIC.length, X25519KeyPair.LENGTH);
      PrivateFile.create(file, content);
    } catch (FileAlreadyExistsException another) {
      // A second server process on the same folder made it first; theirs counts.
      return;
    } finally {
      Arrays.fill(content, (byte) 0);
    }
  }

  private static ServerKey read(Path file) throws IOException {
    byte[] content = PrivateFile.read(file);
    try {
      if (content.length != LENGTH
          || !Arrays.equals(content, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
        throw new IOException(
            "The server's key in " + file + " is damaged. Restore the file from your backup.");
      }
      try (Secret secret = Secret.of(Arrays.copyOfRange(content, MAGIC.length, LENGTH))) {
        return new ServerKey(X25519KeyPair.fromSecret(secret));
      }
    } finally {
      Arrays.fill(content, (byte) 0);
    }
  }

  /** What people compare and connection strings carry. */
  public Fingerprint fingerprint() {
    return Fingerprint.of(pair.publicKey());
  }

  X25519KeyPair pair() {
    return pair;
  }

  @Override
  public void close() {
    pair.close();
  }

  @Override
  public String toString() {
    return "ServerKey[" + fingerprint() + "]";
  }
}
