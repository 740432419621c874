package org.anonymouscloud.vault.server;

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
import org.anonymouscloud.core.disk.PrivateFile;
import org.anonymouscloud.core.plugin.FeatureData.Hold;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.Refused;
import org.anonymouscloud.vault.protocol.Messages;
import org.anonymouscloud.vault.protocol.PackName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The bytes of packs, as files {@code packs/<first two characters>/<name>}. The names are not those
 * that the clients gave: the server draws one for each file that it begins, so that no two accounts
 * and no two attempts ever share a file, and a folder's listing says nothing about accounts.
 * Thread-safe.
 */
final class PackStore implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PackStore.class);

  /** Large enough that system calls do not count, small enough for many sessions at once. */
  private static final int RECEIVE_BUFFER = 128 * 1024;

  private static final int SEND_BUFFER = 64 * 1024;
  private static final String PACKS = "packs";
  private static final int FOLDER_CHARACTERS = 2;

  /** Left free for the database, which cannot even delete without space. */
  static final long SPARE_SPACE = 32L << 20;

  private final Path folder;
  private final Path packs;
  private final IncomingFolder incoming;
  private final Disk disk;
  private final Set<Path> folders = ConcurrentHashMap.newKeySet();

  private PackStore(Path folder, IncomingFolder incoming, Disk disk) {
    this.folder = folder;
    this.packs = folder.resolve(PACKS);
    this.incoming = incoming;
    this.disk = disk;
  }

  /** Opens the store below a folder, which it makes ready if it is empty. */
  static PackStore open(Path folder, Disk disk) throws IOException {
    PrivateFile.createFolder(folder.resolve(PACKS));
    return new PackStore(folder, IncomingFolder.open(folder.resolve("incoming")), disk);
  }

  /** The name of this process, under which it receives. */
  String process() {
    return incoming.process();
  }

  /** Processes that left this folder without closing it; nothing else of them is running. */
  List<String> deadProcesses() {
    return incoming.dead();
  }

  /** Deletes what a dead process had begun to receive. */
  void forget(String deadProcess) throws IOException {
    incoming.remove(deadProcess);
  }

  /**
   * Receives a file of exactly {@code length} bytes. It is durable when this returns; after any
   * failure nothing of it is left, or {@link #delete} can still remove it.
   *
   * @param file a name that no file had before
   * @throws Refused if the upload has another length or the disk fails
   * @throws IOException if the upload breaks
   */
  void receive(PackName file, InputStream upload, int length) throws Refused, IOException {
    try {
      if (disk.usableSpace(packs) < length + SPARE_SPACE) {
        throw full();
      }
      Path unfinished = incoming.file(file.text());
      write(unfinished, upload, length);
      Path finished = path(file);
      prepare(finished);
      disk.rename(unfinished, finished);
      disk.hideTimes(folderOf(finished));
      disk.syncFolder(folderOf(finished));
    } catch (DiskFailed e) {
      discard(file);
      throw refusal(e);
    } catch (Refused | IOException | RuntimeException e) {
      discard(file);
      throw e;
    }
  }

  private void write(Path file, InputStream upload, int length) throws Refused, IOException {
    try (FileChannel out = disk.create(file)) {
      byte[] buffer = new byte[Math.min(RECEIVE_BUFFER, length)];
      int left = length;
      while (left > 0) {
        int read = upload.read(buffer, 0, Math.min(buffer.length, left));
        if (read < 0) {
          throw new Refused(ErrorCode.BAD_REQUEST, "The pack ended before its length.");
        }
        disk.write(out, buffer, read);
        left -= read;
      }
      if (upload.read() >= 0) {
        throw new Refused(ErrorCode.BAD_REQUEST, "The pack goes on after its length.");
      }
      disk.hideTimes(file);
      disk.sync(out);
    }
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
      disk.syncFolder(packs);
      folders.add(folder);
    }
  }

  /** Frees the space of a failed file at once; the database may be unable to say so later. */
  private void discard(PackName file) {
    try {
      disk.delete(incoming.file(file.text()));
      disk.delete(path(file));
    } catch (DiskFailed e) {
      LOG.warn("A file that could not be received could not be deleted either: {}", e.getMessage());
    }
  }

  /**
   * Sends a part of a file.
   *
   * @return false if there is no such file; then nothing was sent
   * @throws Refused if the disk fails; a part may have been sent
   * @throws IOException if the download breaks
   */
  boolean send(PackName file, int offset, int length, OutputStream download)
      throws Refused, IOException {
    try (FileChannel in = open(file)) {
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
      LOG.error("A pack could not be read: {}", e.getMessage());
      throw new Refused(ErrorCode.INTERNAL, "The server's disk cannot read the pack.", true);
    }
  }

  private FileChannel open(PackName file) throws DiskFailed {
    try {
      return FileChannel.open(path(file), StandardOpenOption.READ);
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
      throw new DiskFailed(new IOException("the file is shorter than its pack"));
    }
    return read;
  }

  /** Keeps others from deleting files; empty if someone keeps us, for instance a backup. */
  Optional<Hold> tryHold() throws DiskFailed {
    try {
      return DeletionLock.tryHold(folder);
    } catch (IOException e) {
      throw new DiskFailed(e);
    }
  }

  /** Deletes files, those that are there, and makes that durable. */
  void delete(Collection<PackName> files) throws DiskFailed {
    Set<Path> changed = new HashSet<>();
    for (PackName file : files) {
      disk.delete(incoming.file(file.text()));
      Path path = path(file);
      disk.delete(path);
      changed.add(folderOf(path));
    }
    for (Path folder : changed) {
      if (folder.toFile().isDirectory()) {
        disk.syncFolder(folder);
      }
    }
  }

  private Path path(PackName file) {
    return folder.resolve(pathOf(file));
  }

  /** Where a file lies below the store's folder, with slashes. */
  static String pathOf(PackName file) {
    return PACKS + "/" + file.text().substring(0, FOLDER_CHARACTERS) + "/" + file.text();
  }

  private static Path folderOf(Path file) {
    return Objects.requireNonNull(file.getParent());
  }

  private Refused refusal(DiskFailed e) {
    LOG.error("A pack could not be stored: {}", e.getMessage());
    return isFull(e)
        ? full()
        : new Refused(ErrorCode.INTERNAL, "The server's disk cannot store the pack.", true);
  }

  /** Why not every pack would be taken just now, if so. */
  Optional<String> trouble() {
    if (!Files.isWritable(packs)) {
      return Optional.of("the vault's folder cannot be written");
    }
    try {
      return disk.usableSpace(packs) < Messages.MAX_PACK + SPARE_SPACE
          ? Optional.of("the disk is full")
          : Optional.empty();
    } catch (DiskFailed e) {
      LOG.error("The packs' disk cannot be looked at: {}", e.getMessage());
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
      return disk.usableSpace(packs) < SPARE_SPACE;
    } catch (DiskFailed unknown) {
      return false;
    }
  }

  private static Refused full() {
    return new Refused(ErrorCode.STORAGE_FULL, "The server's disk is full.");
  }

  @Override
  public void close() throws IOException {
    incoming.close();
  }
}
