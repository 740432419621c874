package org.anonymouscloud.core.release;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.anonymouscloud.core.disk.PrivateFile;

/**
 * A checked copy of a plugin that is not installed yet; closing it deletes what was not installed.
 * Not thread-safe.
 */
public final class Incoming implements AutoCloseable {
  private final Path copy;
  private final ReleaseSignature signature;
  private final byte[] signatureFile;
  private final String publisher;

  private Incoming(Path copy, ReleaseSignature signature, byte[] signatureFile, String publisher) {
    this.copy = copy;
    this.signature = signature;
    this.signatureFile = signatureFile;
    this.publisher = publisher;
  }

  /** Copies a jar into the folder and checks the copy, which nobody else can change. */
  static Incoming of(
      Path jar, ReleaseSignature signature, byte[] signatureFile, String publisher, Path folder)
      throws PluginRefused, IOException {
    Path copy = Files.createTempFile(folder, ".incoming-", ".jar");
    Incoming incoming = new Incoming(copy, signature, signatureFile, publisher);
    try {
      copy(jar, copy, signature.release().size());
      signature.release().check(copy);
      return incoming;
    } catch (IOException | PluginRefused | RuntimeException e) {
      incoming.close();
      throw e;
    }
  }

  /** One byte more than the size, so that a longer jar is found to be one. */
  private static void copy(Path from, Path to, long size) throws IOException {
    try (FileChannel in = FileChannel.open(from);
        FileChannel out = FileChannel.open(to, StandardOpenOption.WRITE)) {
      long copied = 0;
      long step;
      do {
        step = in.transferTo(copied, size + 1 - copied, out);
        copied += step;
      } while (step > 0);
      out.force(true);
    }
  }

  /** What the plugin is and asks for. */
  public Release release() {
    return signature.release();
  }

  /** Who signed it, by the name that the owner of the machine has given. */
  public String publisher() {
    return publisher;
  }

  ReleaseSignature signature() {
    return signature;
  }

  /** Puts the jar and its signature where they belong. */
  void moveTo(Path jar) throws IOException {
    PrivateFile.replace(PublisherKey.signatureOf(jar), signatureFile);
    Files.move(copy, jar, StandardCopyOption.ATOMIC_MOVE);
  }

  @Override
  public void close() throws IOException {
    Files.deleteIfExists(copy);
  }
}
