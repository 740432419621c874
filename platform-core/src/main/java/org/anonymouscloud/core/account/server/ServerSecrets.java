package org.anonymouscloud.core.account.server;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import org.anonymouscloud.core.crypto.P256Scalar;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.disk.PrivateFile;
import org.anonymouscloud.core.opaque.OpaqueServer;

/**
 * What the server needs to check passwords, in a file beside the database: who steals the database
 * alone cannot guess offline. If the file is lost, nobody can log in by password any more, so it
 * belongs into the backup, apart from the database's. Thread-safe.
 */
public final class ServerSecrets implements AutoCloseable {
  private static final byte[] MAGIC = "anoncloud-opaque-1\n".getBytes(US_ASCII);
  private static final int SEED = 32;
  private static final int LENGTH = MAGIC.length + SEED + P256Scalar.LENGTH + SEED;

  private final OpaqueServer opaque;
  private final Secret oprfSeed;
  private final Secret fakeSeed;

  private ServerSecrets(Secret oprfSeed, P256Scalar key, Secret fakeSeed) {
    this.oprfSeed = oprfSeed;
    this.fakeSeed = fakeSeed;
    this.opaque = new OpaqueServer(oprfSeed, key);
  }

  /** New secrets that live as long as this object. */
  public static ServerSecrets random() {
    return new ServerSecrets(Secret.random(SEED), P256Scalar.random(), Secret.random(SEED));
  }

  /**
   * Reads the file, or makes it if there is none: whole or not at all, readable by its owner alone.
   *
   * @throws IOException if the file is damaged or cannot be read or made
   */
  public static ServerSecrets open(Path file) throws IOException {
    try {
      return read(file);
    } catch (NoSuchFileException e) {
      byte[] fresh = fresh();
      try {
        PrivateFile.create(file, fresh);
      } catch (FileAlreadyExistsException another) {
        // A second server process on the same folder made it first; theirs counts.
        return read(file);
      } finally {
        Arrays.fill(fresh, (byte) 0);
      }
      return read(file);
    }
  }

  private static byte[] fresh() {
    byte[] content = Arrays.copyOf(MAGIC, LENGTH);
    try (Secret seeds = Secret.random(2 * SEED);
        Secret key = Secret.of(P256Scalar.random().encode())) {
      System.arraycopy(seeds.bytes(), 0, content, MAGIC.length, SEED);
      System.arraycopy(key.bytes(), 0, content, MAGIC.length + SEED, P256Scalar.LENGTH);
      System.arraycopy(seeds.bytes(), SEED, content, LENGTH - SEED, SEED);
    }
    return content;
  }

  private static ServerSecrets read(Path file) throws IOException {
    byte[] content = Files.readAllBytes(file);
    try {
      if (content.length != LENGTH
          || !Arrays.equals(content, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
        throw damaged(file);
      }
      int key = MAGIC.length + SEED;
      int fake = key + P256Scalar.LENGTH;
      P256Scalar scalar =
          P256Scalar.decode(Arrays.copyOfRange(content, key, fake))
              .orElseThrow(() -> damaged(file));
      return new ServerSecrets(
          Secret.of(Arrays.copyOfRange(content, MAGIC.length, key)),
          scalar,
          Secret.of(Arrays.copyOfRange(content, fake, LENGTH)));
    } finally {
      Arrays.fill(content, (byte) 0);
    }
  }

  private static IOException damaged(Path file) {
    return new IOException(
        "The password secrets in " + file + " are damaged. Restore the file from your backup.");
  }

  OpaqueServer opaque() {
    return opaque;
  }

  /** What the answers for unknown users come from. */
  Secret fakeSeed() {
    return fakeSeed;
  }

  @Override
  public void close() {
    oprfSeed.close();
    fakeSeed.close();
  }

  @Override
  public String toString() {
    return "ServerSecrets";
  }
}
