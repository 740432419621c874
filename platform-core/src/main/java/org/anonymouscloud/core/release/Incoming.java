package org.anonymouscloud.core.release;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
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
  private static final String PREFIX = ".incoming-";
  private static final String JAR = ".jar";

  private final Path copy;

  /** Locked as long as somebody is at it; not the copy itself, for who closes that frees it. */
  private final FileChannel held;

  private final ReleaseSignature signature;
  private final byte[] signatureFile;
  private final String publisher;

  private Incoming(
      Path copy,
      FileChannel held,
      ReleaseSignature signature,
      byte[] signatureFile,
      String publisher) {
    this.copy = copy;
    this.held = held;
    this.signature = signature;
    this.signatureFile = signatureFile;
    this.publisher = publisher;
  }

  /** Makes an empty copy; the caller holds the folder's lock. */
  static Incoming begin(
      ReleaseSignature signature, byte[] signatureFile, String publisher, Path folder)
      throws IOException {
    Path copy = Files.createTempFile(folder, PREFIX, JAR);
    FileChannel held = PrivateFile.openLock(lockOf(copy));
    var _ = held.lock();
    return new Incoming(copy, held, signature, signatureFile, publisher);
  }

  /**
   * Deletes what those left behind that were killed; the caller holds the folder's lock, and has no
   * copy of its own.
   */
  static void sweep(Path folder) throws IOException {
    try (DirectoryStream<Path> copies = Files.newDirectoryStream(folder, PREFIX + "*" + JAR)) {
      for (Path copy : copies) {
        try (FileChannel file = PrivateFile.openLock(lockOf(copy))) {
          if (file.tryLock() != null) {
            Files.deleteIfExists(copy);
            Files.deleteIfExists(lockOf(copy));
          }
        } catch (OverlappingFileLockException e) {
          // Somebody in this process is at it.
        }
      }
    }
  }

  private static Path lockOf(Path copy) {
    String name = copy.getFileName().toString();
    return copy.resolveSibling(name.substring(0, name.length() - JAR.length()) + ".lock");
  }

  /** Copies the jar and checks the copy, which nobody else can change. */
  void fill(Path jar) throws PluginRefused, IOException {
    copy(jar, copy, release().size());
    release().check(copy);
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
    Files.deleteIfExists(lockOf(copy));
    held.close();
  }
}
