package org.anonymouscloud.core.server;

import com.sun.security.auth.module.UnixSystem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.stream.Stream;
import org.anonymouscloud.core.disk.PrivateFile;
import org.jspecify.annotations.Nullable;

/**
 * The server's folder, readable by the server alone and locked as long as this is open: a database
 * that lives in it has one server, one that lives elsewhere may have several on one folder.
 */
public final class DataFolder implements AutoCloseable {
  private static final String LOCK_FILE = "server.lock";
  private static final int ROOT = 0;

  private final Path folder;
  private final FileChannel lockFile;

  private DataFolder(Path folder, FileChannel lockFile) {
    this.folder = folder;
    this.lockFile = lockFile;
  }

  /**
   * Makes the folder if it is not there, and locks it.
   *
   * @param shared whether other servers may use it at the same time
   */
  public static DataFolder open(Path chosen, boolean shared) throws CannotStart {
    Path folder = chosen.toAbsolutePath().normalize();
    try {
      checkOwner(folder);
      PrivateFile.createFolder(folder);
      checkContent(folder, new UnixSystem().getUid());
      // Whoever can read a file can lock it.
      FileChannel lockFile =
          FileChannel.open(
              folder.resolve(LOCK_FILE),
              Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE),
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      if (!lock(lockFile, shared)) {
        lockFile.close();
        throw taken(folder);
      }
      return new DataFolder(folder, lockFile);
    } catch (IOException e) {
      throw unusable(folder, reason(e), e);
    }
  }

  /**
   * Looks whether a server could have the folder now. Makes nothing.
   *
   * @param shared as for {@link #open}
   * @throws CannotStart if not
   */
  public static void check(Path chosen, boolean shared) throws CannotStart {
    Path folder = chosen.toAbsolutePath().normalize();
    checkOwner(folder);
    Path there = folder;
    while (Files.notExists(there) && there.getParent() != null) {
      there = there.getParent();
    }
    if (!Files.isDirectory(there)) {
      throw unusable(folder, there + " is no folder", null);
    }
    if (!Files.isWritable(there)) {
      throw unusable(folder, "permission denied on " + there, null);
    }
    if (Files.isDirectory(folder)) {
      try {
        checkContent(folder, new UnixSystem().getUid());
      } catch (IOException e) {
        throw unusable(folder, reason(e), e);
      }
    }
    Path lockFile = folder.resolve(LOCK_FILE);
    if (Files.exists(lockFile)) {
      try (FileChannel file =
          FileChannel.open(lockFile, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
        if (!lock(file, shared)) {
          throw taken(folder);
        }
      } catch (IOException e) {
        throw unusable(folder, reason(e), e);
      }
    }
  }

  /**
   * Refuses a folder of another user: what is made there by this one, root too, its server could
   * not use. Nor may others write there, who could put keys of theirs in place of the server's.
   * Changes nothing, for the folder may not be ours to change.
   *
   * @throws CannotStart if it is there and cannot be had
   */
  public static void checkOwner(Path folder) throws CannotStart {
    if (!Files.isDirectory(folder)) {
      checkPlace(folder);
      return;
    }
    try {
      PosixFileAttributes folderIs = Files.readAttributes(folder, PosixFileAttributes.class);
      int owner = (int) Files.getAttribute(folder, "unix:uid");
      if (owner != (int) new UnixSystem().getUid()) {
        throw new CannotStart(
            "The data folder "
                + folder
                + " belongs to the user "
                + folderIs.owner().getName()
                + ". "
                + (owner == ROOT
                    ? "Give it to the user whom the server runs as, as root: chown -R "
                        + System.getProperty("user.name")
                        + " "
                        + folder
                    : "Run the command as that user: sudo -u "
                        + folderIs.owner().getName()
                        + " anoncloud ..."));
      }
      if (folderIs.permissions().contains(PosixFilePermission.GROUP_WRITE)
          || folderIs.permissions().contains(PosixFilePermission.OTHERS_WRITE)) {
        throw new CannotStart(
            "Other users may write to the data folder "
                + folder
                + ". Take that right away: chmod go-w "
                + folder);
      }
    } catch (IOException e) {
      throw unusable(folder, reason(e), e);
    }
  }

  /** Root may make a folder anywhere, and the user whose place it is could not use it. */
  private static void checkPlace(Path folder) throws CannotStart {
    Path place = folder;
    while (!Files.isDirectory(place)) {
      Path parent = place.getParent();
      if (parent == null) {
        return;
      }
      place = parent;
    }
    try {
      int owner = (int) Files.getAttribute(place, "unix:uid");
      if (owner != ROOT && new UnixSystem().getUid() == ROOT) {
        throw new CannotStart(
            "The folder "
                + place
                + ", in which the data folder would be made, belongs to the user "
                + Files.getOwner(place).getName()
                + ". Run the command as that user: sudo -u "
                + Files.getOwner(place).getName()
                + " anoncloud ...");
      }
    } catch (IOException e) {
      throw unusable(folder, reason(e), e);
    }
  }

  /**
   * Refuses a folder in which something is another user's, whom a command may have been run as: its
   * server could not use it. Looks at what lies in it and in its folders.
   */
  private static void checkContent(Path folder, long owner) throws CannotStart, IOException {
    checkEach(folder, folder, 0, owner);
    try (Stream<Path> top = Files.list(folder)) {
      for (Path one : (Iterable<Path>) top::iterator) {
        // The file system's own, where the data folder has a disk for itself.
        if (!one.endsWith("lost+found")) {
          checkEach(folder, one, 1, owner);
        }
      }
    }
  }

  private static void checkEach(Path folder, Path from, int depth, long owner)
      throws CannotStart, IOException {
    try (Stream<Path> content = Files.walk(from, depth)) {
      for (Path one : (Iterable<Path>) content::iterator) {
        // The owner of the machine may keep the settings, which a server only reads.
        boolean onlyRead = one.equals(folder.resolve("anoncloud.conf")) && Files.isReadable(one);
        if (!onlyRead
            && (int) Files.getAttribute(one, "unix:uid", LinkOption.NOFOLLOW_LINKS) != owner) {
          throw new CannotStart(
              one
                  + " belongs to the user "
                  + Files.getOwner(one, LinkOption.NOFOLLOW_LINKS).getName()
                  + ", and the data folder to "
                  + Files.getOwner(folder).getName()
                  + ". Give it back, as root: chown -R "
                  + Files.getOwner(folder).getName()
                  + " "
                  + folder);
        }
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private static CannotStart taken(Path folder) {
    return new CannotStart(
        "Another server runs on the data folder "
            + folder
            + ", or a command of its owner that needs it stopped. Stop it first ('systemctl stop',"
            + " if it is a service), wait for the command, or choose another folder.");
  }

  private static CannotStart unusable(Path folder, String why, @Nullable Throwable cause) {
    return new CannotStart("The data folder " + folder + " cannot be used: " + why + ".", cause);
  }

  private static boolean lock(FileChannel file, boolean shared) throws IOException {
    try {
      FileLock lock = file.tryLock(0, Long.MAX_VALUE, shared);
      return lock != null;
    } catch (OverlappingFileLockException e) {
      // A server in this very process has it.
      return false;
    }
  }

  /** A failure of the disk as a clause. */
  static String reason(IOException failure) {
    return switch (failure) {
      case AccessDeniedException denied -> "permission denied on " + denied.getFile();
      case FileAlreadyExistsException file -> file.getFile() + " is no folder";
      case NoSuchFileException missing -> missing.getFile() + " cannot be made";
      case FileSystemException broken when broken.getReason() != null -> broken.getReason();
      default -> String.valueOf(failure.getMessage());
    };
  }

  /** What the disk has left for this user; not a number if it does not say. */
  double freeBytes() {
    try {
      return Files.getFileStore(folder).getUsableSpace();
    } catch (IOException e) {
      return Double.NaN;
    }
  }

  public Path path() {
    return folder;
  }

  /** A file or folder in it. */
  Path resolve(String name) {
    return folder.resolve(name);
  }

  @Override
  public void close() throws IOException {
    lockFile.close();
  }
}
