package org.anonymouscloud.core.release;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.crypto.SigningKey;
import org.anonymouscloud.core.crypto.VerifyKey;
import org.anonymouscloud.core.disk.PrivateFile;

/** A publisher's private key in a file of mode 0600, and what is done with it. */
public final class PublisherKey {
  private static final int MAGIC = 0x4143504b; // "ACPK"
  private static final byte VERSION = 1;
  private static final int HEADER = 5;

  private PublisherKey() {}

  /**
   * Makes a key.
   *
   * @return its public half
   * @throws java.nio.file.FileAlreadyExistsException if the file is there
   */
  public static VerifyKey create(Path file) throws IOException {
    try (SigningKey key = SigningKey.generate();
        Secret seed = key.seed();
        Secret content = Secret.of(content(seed))) {
      PrivateFile.create(file, content.bytes());
      return key.verifyKey();
    }
  }

  private static byte[] content(Secret seed) {
    return ByteBuffer.allocate(HEADER + SigningKey.SEED_LENGTH)
        .putInt(MAGIC)
        .put(VERSION)
        .put(seed.bytes())
        .array();
  }

  /**
   * Signs a jar by a file beside it, in place of an older one.
   *
   * @return what was signed
   * @throws PluginRefused if the jar is no plugin
   * @throws IOException if a file cannot be used, or {@code keyFile} holds no key
   */
  public static Release sign(Path jar, Path keyFile) throws PluginRefused, IOException {
    Release release = Release.of(jar);
    try (SigningKey key = open(keyFile)) {
      Files.write(signatureOf(jar), ReleaseSignature.sign(release, key));
    }
    return release;
  }

  /** Where the signature of a jar lies. */
  public static Path signatureOf(Path jar) {
    return jar.resolveSibling(jar.getFileName() + ReleaseSignature.SUFFIX);
  }

  /** The key in a file. The caller closes it. */
  static SigningKey open(Path file) throws IOException {
    byte[] content;
    try (var in = Files.newInputStream(file)) {
      content = in.readNBytes(HEADER + SigningKey.SEED_LENGTH + 1);
    }
    try (Secret all = Secret.of(content)) {
      ByteBuffer bytes = ByteBuffer.wrap(all.bytes());
      if (content.length != HEADER + SigningKey.SEED_LENGTH
          || bytes.getInt() != MAGIC
          || bytes.get() != VERSION) {
        throw new IOException(file + " is not a publisher's key, as 'plugin new-key' makes it.");
      }
      try (Secret seed = Secret.of(Arrays.copyOfRange(content, HEADER, content.length))) {
        return SigningKey.fromSeed(seed);
      }
    }
  }
}
