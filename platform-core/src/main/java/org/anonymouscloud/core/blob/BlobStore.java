package org.anonymouscloud.core.blob;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.CRC32C;
import org.anonymouscloud.core.channel.Channel;
import org.anonymouscloud.core.disk.PrivateFile;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.Refused;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The bytes of a feature's blobs, as files {@code packs/<first two characters>/<name>}. A blob
 * never changes once it is received. Whose it is stands in the feature's tables alone, which note a
 * name before a file is made and cross it out after the file is gone: so no crash leaves a file
 * that nobody knows. Several server processes may have the same store open. Thread-safe.
 */
public final class BlobStore implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(BlobStore.class);

  /**
   * Large enough that system calls do not count, small enough for many sessions at once. Whole
   * pages of the system's cache, which takes half as long to write as parts of them.
   */
  private static final int RECEIVE_BUFFER = 128 * 1024;

  /** Whole records of a session, which are sent without being gathered first. */
  private static final int SEND_BUFFER = 4 * Channel.MAX_DATA;

  /** Where the blobs are, below the feature's folder. */
  public static final String BLOBS = "packs";

  private static final int FOLDER_CHARACTERS = 2;

  /** Bytes left free for the database, which cannot even delete without space. */
  public static final long SPARE_SPACE = 32L << 20;

  /** What small blobs leave of that which belong to a deletion: else nobody could make room. */
  private static final long SPARE_FOR_DELETIONS = SPARE_SPACE / 4;

  private static final int SMALL = 1 << 20;

  /** More are not said one by one: then it is the disk that fails. */
  private static final int MOST_UNREAD = 1_000;

  private final Path folder;
  private final Path blobs;
  private final IncomingFolder incoming;
  private final Disk disk;
  private final Set<Path> folders = ConcurrentHashMap.newKeySet();

  /** Those of which the log says that they could not be read. */
  private final Set<BlobName> unread = ConcurrentHashMap.newKeySet();

  private BlobStore(Path folder, IncomingFolder incoming, Disk disk) {
    this.folder = folder;
    this.blobs = folder.resolve(BLOBS);
    this.incoming = incoming;
    this.disk = disk;
  }

  /** Opens the store below a folder, which it makes ready if it is empty. */
  static BlobStore open(Path folder, Disk disk) throws IOException {
    PrivateFile.createFolder(folder.resolve(BLOBS));
    return new BlobStore(folder, IncomingFolder.open(folder.resolve(BlobFolder.INCOMING)), disk);
  }

  /** The random name of this process, under which it receives until it closes the store. */
  public String process() {
    return incoming.process();
  }

  /** Processes that ended without closing the store: what they were receiving is left over. */
  public List<String> deadProcesses() {
    return incoming.dead();
  }

  /** Deletes what a dead process had begun to receive, and its name with it. */
  public void forget(String deadProcess) throws IOException {
    incoming.remove(deadProcess);
  }

  /**
   * Receives a blob of exactly {@code length} bytes. It is durable when this returns; after any
   * failure nothing of it is left, or {@link #delete} can still remove it.
   *
   * @param blob a name that none had before
   * @param length from 1; that it is not too much is the feature's to see to
   * @param frees whether it belongs to what makes room; a small one may then take of the space that
   *     is kept for that
   * @return of the bytes as they came, before the disk had them; for the feature's row, so that a
   *     check finds what the disk has changed since
   * @throws Refused if the upload has another length ({@code BAD_REQUEST}), the disk is full
   *     ({@code STORAGE_FULL}) or fails ({@code INTERNAL}, retryable)
   * @throws IOException if the upload breaks
   */
  public Checksum receive(BlobName blob, InputStream upload, int length, boolean frees)
      throws Refused, IOException {
    try {
      long spare = frees && length <= SMALL ? SPARE_FOR_DELETIONS : SPARE_SPACE;
      if (disk.usableSpace(blobs) < length + spare) {
        throw full();
      }
      Path unfinished = incoming.file(blob.text());
      Checksum checksum = write(unfinished, upload, length);
      Path finished = path(blob);
      prepare(finished);
      disk.rename(unfinished, finished);
      disk.hideTimes(folderOf(finished));
      disk.syncFolder(folderOf(finished));
      return checksum;
    } catch (DiskFailed e) {
      discard(blob);
      throw refusal(e);
    } catch (Refused | IOException | RuntimeException e) {
      discard(blob);
      throw e;
    }
  }

  private Checksum write(Path file, InputStream upload, int length) throws Refused, IOException {
    CRC32C sum = new CRC32C();
    try (FileChannel out = disk.create(file)) {
      byte[] buffer = new byte[Math.min(RECEIVE_BUFFER, length)];
      int left = length;
      while (left > 0) {
        int wanted = Math.min(buffer.length, left);
        if (upload.readNBytes(buffer, 0, wanted) < wanted) {
          throw new Refused(ErrorCode.BAD_REQUEST, "The upload ended before its length.");
        }
        sum.update(buffer, 0, wanted);
        disk.write(out, buffer, wanted);
        left -= wanted;
      }
      if (upload.read() >= 0) {
        throw new Refused(ErrorCode.BAD_REQUEST, "The upload goes on after its length.");
      }
      disk.hideTimes(file);
      disk.sync(out);
    }
    return new Checksum(sum.getValue());
  }

  private void prepare(Path file) throws DiskFailed {
    Path folder = folderOf(file);
    if (!folders.contains(folder)) {
      try {
        PrivateFile.createFolder(folder);
      } catch (IOException e) {
        throw new DiskFailed(e);
      }
      // Whoever made it, even a moment ago, may not have come to this yet.
      disk.syncFolder(blobs);
      folders.add(folder);
    }
  }

  /** Frees the space of a failed file at once; the database may be unable to say so later. */
  private void discard(BlobName blob) {
    try {
      disk.delete(incoming.file(blob.text()));
      disk.delete(path(blob));
    } catch (DiskFailed e) {
      LOG.warn("A file that could not be received could not be deleted either: {}", e.getMessage());
    }
  }

  /**
   * Sends a part of a blob.
   *
   * @param offset from 0
   * @param length from 1; both together not beyond the blob's length
   * @return false if there is no such blob; then nothing was sent
   * @throws Refused with {@code INTERNAL}, retryable, if the disk fails or has less than that; a
   *     part may have been sent
   * @throws IOException if the download breaks
   */
  public boolean send(BlobName blob, int offset, int length, OutputStream download)
      throws Refused, IOException {
    try (FileChannel in = open(blob)) {
      byte[] buffer = new byte[Math.min(SEND_BUFFER, length)];
      long at = offset;
      int left = length;
      while (left > 0) {
        int read = read(in, ByteBuffer.wrap(buffer, 0, Math.min(buffer.length, left)), at);
        download.write(buffer, 0, read);
        at += read;
        left -= read;
      }
      return true;
    } catch (DiskFailed e) {
      if (e.getCause() instanceof NoSuchFileException) {
        return false;
      }
      if (unread.size() < MOST_UNREAD && unread.add(blob)) {
        LOG.error(
            "A blob could not be read, which is said once for each: {}. Run 'anoncloud admin verify"
                + " --reread', which names all such.",
            e.getMessage());
      }
      throw new Refused(
          ErrorCode.INTERNAL, "The server's disk cannot read what was asked for.", true);
    }
  }

  /**
   * Whether a blob, or its end, is not on the disk. A disk that does not tell just now has not lost
   * it.
   *
   * @param length as it was received
   */
  public boolean hasLost(BlobName blob, int length) {
    try {
      return Files.size(path(blob)) < length;
    } catch (NoSuchFileException e) {
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** Whether the server's user may read a blob that is there. */
  public boolean mayRead(BlobName blob) {
    return Files.isReadable(path(blob));
  }

  private FileChannel open(BlobName blob) throws DiskFailed {
    try {
      return FileChannel.open(path(blob), StandardOpenOption.READ);
    } catch (IOException e) {
      throw new DiskFailed(e);
    }
  }

  private static int read(FileChannel in, ByteBuffer buffer, long at) throws DiskFailed {
    int read;
    try {
      read = in.read(buffer, at);
    } catch (IOException e) {
      throw new DiskFailed(e);
    }
    if (read <= 0) {
      throw new DiskFailed(new IOException("the file is shorter than its blob"));
    }
    return read;
  }

  /** Whoever deletes needs this; empty if someone else has it, for instance a backup. */
  public Optional<DeletionLock> tryLockDeletions() throws DiskFailed {
    try {
      return DeletionLock.tryTake(folder);
    } catch (IOException e) {
      throw new DiskFailed(e);
    }
  }

  /**
   * Deletes blobs, those that are there, whole or on their way in this process, and makes that
   * durable. The caller holds {@link #tryLockDeletions}.
   */
  public void delete(Collection<BlobName> those) throws DiskFailed {
    Set<Path> changed = new HashSet<>();
    for (BlobName blob : those) {
      unread.remove(blob);
      disk.delete(incoming.file(blob.text()));
      Path path = path(blob);
      disk.delete(path);
      changed.add(folderOf(path));
    }
    for (Path folder : changed) {
      if (folder.toFile().isDirectory()) {
        disk.syncFolder(folder);
      }
    }
  }

  private Path path(BlobName blob) {
    return folder.resolve(pathOf(blob));
  }

  /** Where a blob lies below the feature's folder, with slashes. */
  public static String pathOf(BlobName blob) {
    return BLOBS + "/" + blob.text().substring(0, FOLDER_CHARACTERS) + "/" + blob.text();
  }

  private static Path folderOf(Path file) {
    return Objects.requireNonNull(file.getParent());
  }

  private Refused refusal(DiskFailed e) {
    LOG.error("A blob could not be stored: {}", e.getMessage());
    return isFull(e)
        ? full()
        : new Refused(ErrorCode.INTERNAL, "The server's disk cannot store the upload.", true);
  }

  /**
   * Why blobs would not be taken just now, if so; in words that name nobody.
   *
   * @param largest bytes of the largest that the feature takes
   */
  public Optional<String> trouble(int largest) {
    if (!Files.isWritable(blobs) || !incoming.isWritable()) {
      return Optional.of("a feature's folder cannot be written");
    }
    try {
      return disk.usableSpace(blobs) < largest + SPARE_SPACE
          ? Optional.of("the disk is full")
          : Optional.empty();
    } catch (DiskFailed e) {
      LOG.error("The disk of the blobs cannot be looked at: {}", e.getMessage());
      return Optional.of("the disk fails");
    }
  }

  /** The reason's text is the operating system's and may be in its language, so look as well. */
  private boolean isFull(DiskFailed e) {
    String reason = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
    if (reason.contains("no space left") || reason.contains("quota exceeded")) {
      return true;
    }
    try {
      return disk.usableSpace(blobs) < SPARE_SPACE;
    } catch (DiskFailed unknown) {
      return false;
    }
  }

  private static Refused full() {
    return new Refused(ErrorCode.STORAGE_FULL, "The server's disk is full.");
  }

  /**
   * Ends receiving.
   *
   * @throws IOException if this process's folder cannot be removed; the next process will find it
   *     among the dead
   */
  @Override
  public void close() throws IOException {
    incoming.close();
  }
}
