package org.anonymouscloud.vault.client.disk;

import com.sun.security.auth.module.UnixSystem;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.FileSystems;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.UserPrincipal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.anonymouscloud.core.crypto.RandomBytes;

/**
 * The names of files that are not whole yet, and the removal of those that are nobody's any more.
 * Who writes one holds a lock on it, which ends with the process however that ends.
 */
final class Parts {
  /** This process alone: the system lets locks of its own go as soon as it looks for them. */
  private static final String OWN = ".anoncloud-" + random() + "-";

  private static final Pattern NAME =
      Pattern.compile("\\.anoncloud-[0-9a-f]{16}-(?:[0-9a-f]{16}-)?[0-9]{1,19}\\.part");

  /** So many names of a folder are looked at; in one with more a left part may stay. */
  private static final int MAX_NAMES = 100_000;

  private static final int TRIES = 20;

  private static final Duration GAP = Duration.ofMillis(200);

  /** What the names of one writer begin with, which nobody else here uses. */
  private final String prefix = OWN + random() + "-";

  private long begun;

  private static String random() {
    return HexFormat.of().formatHex(RandomBytes.next(8));
  }

  /** A name that was not there yet. */
  Path next() {
    return Path.of(prefix + begun++ + ".part");
  }

  /** Marks a part as somebody's, as long as the channel is open. */
  static void hold(SeekableByteChannel part) {
    if (part instanceof FileChannel file) {
      try {
        // Who looks for left parts holds the lock for a moment.
        for (int tries = 0; tries < TRIES && file.tryLock() == null; tries++) {
          Thread.sleep(1);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } catch (IOException e) {
        // A disk without locks, on which nobody takes parts for left ones either.
      }
    }
  }

  /**
   * Removes the parts of this user in a folder that a process has left which was killed. What
   * cannot be looked at stays, and so does all in a folder in which others may write: they could
   * put something else in the place of a part, on which opening it would wait.
   *
   * @param folder to be listed once; the caller closes it
   */
  static void removeLeft(SecureDirectoryStream<Path> folder) {
    if (!isOwn(folder.getFileAttributeView(PosixFileAttributeView.class))) {
      return;
    }
    List<Path> left = new ArrayList<>();
    try {
      Iterator<Path> names = folder.iterator();
      for (int seen = 0; seen < MAX_NAMES && names.hasNext(); seen++) {
        Path name = names.next().getFileName();
        if (NAME.matcher(name.toString()).matches()
            && !name.toString().startsWith(OWN)
            && isLeft(folder, name, false)) {
          left.add(name);
        }
      }
    } catch (DirectoryIteratorException e) {
      // Then nothing is cleared up, and the copying says what is wrong with the folder.
    }
    if (!left.isEmpty() && pause()) {
      left.forEach(name -> isLeft(folder, name, true));
    }
  }

  /** Another process has no lock on a part just after it came to be and just before it is whole. */
  private static boolean pause() {
    try {
      Thread.sleep(GAP);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Whether it is this user's, and others may not write it. */
  private static boolean isOwn(PosixFileAttributeView view) {
    try {
      PosixFileAttributes attributes = view.readAttributes();
      // A number is looked up as a name first, and is then taken for what it is.
      UserPrincipal self =
          FileSystems.getDefault()
              .getUserPrincipalLookupService()
              .lookupPrincipalByName(Long.toString(new UnixSystem().getUid()));
      return attributes.owner().equals(self)
          && !attributes.permissions().contains(PosixFilePermission.GROUP_WRITE)
          && !attributes.permissions().contains(PosixFilePermission.OTHERS_WRITE);
    } catch (IOException e) {
      return false;
    }
  }

  private static boolean isLeft(SecureDirectoryStream<Path> folder, Path name, boolean remove) {
    PosixFileAttributeView view =
        folder.getFileAttributeView(name, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
    try {
      if (!isOwn(view) || !view.readAttributes().isRegularFile()) {
        return false;
      }
      try (SeekableByteChannel part =
          folder.newByteChannel(
              name, Set.of(StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS))) {
        boolean left = part instanceof FileChannel channel && channel.tryLock() != null;
        if (left && remove) {
          folder.deleteFile(name);
        }
        return left;
      }
    } catch (IOException | OverlappingFileLockException e) {
      // Somebody's, or gone meanwhile.
      return false;
    }
  }
}
