package org.anonymouscloud.vault.client.disk;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.anonymouscloud.core.wire.ForeignText;
import org.anonymouscloud.vault.client.format.Times;
import org.jspecify.annotations.Nullable;

/**
 * A local folder into which a tree is written. Each folder is opened by its name in the one above
 * it and never through a link, so that nothing outside is touched (A34). A file stands under its
 * name only when all of it is there (A21). Folders and links the JDK can make only by their whole
 * path: whoever may write into the target and swaps a folder in it for a link at that very moment
 * gets an empty folder or a link where that leads, and never content. Not thread-safe, but for
 * {@link #abandon}.
 */
public final class LocalTarget implements AutoCloseable {
  private static final int BUFFER = 256 * 1024;

  private static final Set<StandardOpenOption> NEW =
      Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);

  private final Path top;
  private final OpenFolders folders;

  private final Parts parts = new Parts();
  private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
  private final Consumer<Path> left;

  /** The file that was written last and has not got its name yet. */
  private @Nullable Unfinished unfinished;

  /** The same, for whoever has to clear it away in a hurry. */
  private volatile @Nullable Path unfinishedPath;

  private record Unfinished(SecureDirectoryStream<Path> folder, Path temporary, Path name) {}

  /** Open as long as that file has no name, so that no other process takes it for a left one. */
  private @Nullable SeekableByteChannel unfinishedChannel;

  /** Folders that were there, and were looked through for parts that others have left. */
  private final Set<List<String>> cleared;

  /** Folders that were made here, in which nothing can be in the way yet. */
  private final Set<List<String>> made;

  /** Those that write into the same folder on other threads. */
  private final List<LocalTarget> beside = new CopyOnWriteArrayList<>();

  /** On any disk, also one that fails. Takes the folders over, and closes them. */
  LocalTarget(Path top, OpenFolders folders, Consumer<Path> left) {
    this(top, folders, left, ConcurrentHashMap.newKeySet(), ConcurrentHashMap.newKeySet());
  }

  private LocalTarget(
      Path top,
      OpenFolders folders,
      Consumer<Path> left,
      Set<List<String>> made,
      Set<List<String>> cleared) {
    this.top = top;
    this.folders = folders;
    this.left = left;
    this.made = made;
    this.cleared = cleared;
  }

  /**
   * A folder that is there.
   *
   * @param left is told of a part of a file that could not be removed; may be called by whichever
   *     thread abandons
   */
  public static LocalTarget of(Path folder, Consumer<Path> left) throws IOException {
    OpenFolders folders =
        OpenFolders.below(folder)
            .orElseThrow(
                () -> new IOException("This disk cannot open folders without following links."));
    return new LocalTarget(folder, folders, left);
  }

  /**
   * The same folder, for another thread, which closes it. What is written there is abandoned with
   * this.
   */
  public LocalTarget beside() throws IOException {
    LocalTarget other = new LocalTarget(top, folders.beside(), left, made, cleared);
    beside.add(other);
    return other;
  }

  /** Makes a folder in one that is there. */
  public void makeFolder(List<String> names) throws IOException {
    if (names.isEmpty()) {
      return;
    }
    // Opened without following links, so that a link above it is noticed.
    List<Path> checked = checked(names);
    var _ = folders.at(checked.subList(0, checked.size() - 1));
    Path folder = path(checked);
    try {
      Files.createDirectory(folder);
      made.add(List.copyOf(names));
    } catch (FileAlreadyExistsException e) {
      if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
        throw e;
      }
    }
  }

  /** Sets a folder's time, when nothing will be written into it any more. */
  public void setTime(List<String> names, Instant modified) throws IOException {
    setModified(
        folders.at(checked(names)).getFileAttributeView(BasicFileAttributeView.class), modified);
  }

  /**
   * Writes a file under a temporary name. It gets its own by {@link #keep}, or goes by {@link
   * #drop}, before anything else is written.
   *
   * @param steps hears what has been written
   */
  public void write(IncomingFile file, InputStream content, Steps steps) throws IOException {
    List<String> parent = file.names().subList(0, file.names().size() - 1);
    List<Path> checked = checked(parent);
    SecureDirectoryStream<Path> folder = folders.at(checked);
    Path name = LocalName.checked(file.names().getLast());
    if (!made.contains(parent)) {
      requireFileOrNothing(folder, name);
      clear(parent, folder);
    }
    Path temporary = parts.next();
    unfinished = new Unfinished(folder, temporary, name);
    unfinishedPath = path(checked).resolve(temporary);
    boolean whole = false;
    try {
      SeekableByteChannel channel = folder.newByteChannel(temporary, NEW);
      unfinishedChannel = channel;
      Parts.hold(channel);
      long written = copy(content, channel, steps);
      if (written != file.size()) {
        throw new IOException("The download ended early.");
      }
      describe(folder, temporary, file);
      whole = true;
    } finally {
      if (!whole) {
        drop();
      }
    }
  }

  /** Once for each folder that was there, whichever thread comes first. */
  private void clear(List<String> names, SecureDirectoryStream<Path> folder) throws IOException {
    if (cleared.add(List.copyOf(names))) {
      try (SecureDirectoryStream<Path> listed = OpenFolders.again(folder)) {
        Parts.removeLeft(listed);
      }
    }
  }

  /**
   * Makes a symbolic link, or leaves one that leads to the same place. Nothing here is ever written
   * through it.
   *
   * @param anywhere whether it may lead out of this folder
   * @throws LinkRefused if it leads out of it and may not
   */
  public void link(List<String> names, String target, Instant modified, boolean anywhere)
      throws IOException {
    if (!anywhere && !staysInside(names.size() - 1, target)) {
      throw new LinkRefused(target);
    }
    // Opened without following links, so that a link above it is noticed.
    List<Path> checked = checked(names);
    var _ = folders.at(checked.subList(0, checked.size() - 1));
    Path link = path(checked);
    Path to = Path.of(target);
    try {
      Files.createSymbolicLink(link, to);
    } catch (FileAlreadyExistsException e) {
      if (!Files.isSymbolicLink(link) || !Files.readSymbolicLink(link).equals(to)) {
        throw e;
      }
    }
    setModified(
        Files.getFileAttributeView(link, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS),
        modified);
  }

  /** A link that would lead out of the folder into which it was to be written. */
  public static final class LinkRefused extends IOException {
    private static final long serialVersionUID = 1;

    LinkRefused(String target) {
      super("it leads out of the folder, to " + ForeignText.visible(target));
    }
  }

  /**
   * Whether a link leads into the folder for sure, whatever other links in it lead to: all steps up
   * come first, where the way is one of folders, and are no more than it has.
   *
   * @param depth of the folder in which the link lies
   */
  private static boolean staysInside(int depth, String target) {
    int up = 0;
    boolean down = false;
    for (String step : target.split("/", -1)) {
      if (step.equals("..")) {
        up++;
        if (down) {
          return false;
        }
      } else if (!step.equals(".") && !step.isEmpty()) {
        down = true;
      }
    }
    return !target.startsWith("/") && up <= depth;
  }

  /** Gives the file that was written last its name. */
  public void keep() throws IOException {
    Unfinished file = requireNonNull(unfinished);
    boolean kept = false;
    try {
      // First, as some disks say only now that they have not kept it.
      requireNonNull(unfinishedChannel).close();
      file.folder.move(file.temporary, file.folder, file.name);
      kept = true;
    } finally {
      if (!kept) {
        drop();
      }
      unfinished = null;
      unfinishedPath = null;
      unfinishedChannel = null;
    }
  }

  /** Removes the file that was written last, if it has no name yet. */
  public void drop() {
    Unfinished file = unfinished;
    if (file != null) {
      closeUnfinished();
      try {
        file.folder.deleteFile(file.temporary);
      } catch (NoSuchFileException e) {
        // It never came to be.
      } catch (IOException e) {
        Path part = requireNonNull(unfinishedPath);
        // On a disk that takes no files it never came to be either.
        if (Files.exists(part, LinkOption.NOFOLLOW_LINKS)) {
          left.accept(part);
        }
      }
    }
    unfinished = null;
    unfinishedPath = null;
  }

  private void closeUnfinished() {
    SeekableByteChannel channel = unfinishedChannel;
    unfinishedChannel = null;
    if (channel != null) {
      try {
        channel.close();
      } catch (IOException e) {
        // The file goes, whatever of it the disk has kept.
      }
    }
  }

  private static List<Path> checked(List<String> names) throws LocalName.NameRefused {
    List<Path> checked = new ArrayList<>();
    for (String name : names) {
      checked.add(LocalName.checked(name));
    }
    return checked;
  }

  private Path path(List<Path> names) {
    Path path = top;
    for (Path name : names) {
      path = path.resolve(name);
    }
    return path;
  }

  /**
   * Removes the file that was written last, if it has no name yet, while the thread that writes may
   * not get to it any more: the process ends.
   */
  public void abandon() {
    beside.forEach(LocalTarget::abandon);
    Path path = unfinishedPath;
    if (path != null) {
      try {
        Files.deleteIfExists(path);
      } catch (IOException e) {
        left.accept(path);
      }
    }
  }

  /** A file may be replaced; a link, a device or a folder may not. */
  private static void requireFileOrNothing(SecureDirectoryStream<Path> folder, Path name)
      throws IOException {
    try {
      boolean file =
          folder
              .getFileAttributeView(name, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
              .readAttributes()
              .isRegularFile();
      if (!file) {
        throw new FileAlreadyExistsException(name.toString());
      }
    } catch (NoSuchFileException e) {
      // Nothing is in the way.
    }
  }

  private long copy(InputStream content, SeekableByteChannel channel, Steps steps)
      throws IOException {
    long written = 0;
    long hole = 0;
    int got;
    while ((got = content.readNBytes(buffer.array(), 0, BUFFER)) > 0) {
      if (got == BUFFER && isZeros(buffer.array())) {
        // Zeros are left out, so that the disk need not keep them.
        hole += got;
      } else {
        if (hole > 0) {
          channel.position(written);
          hole = 0;
        }
        writeAll(channel, buffer.clear().limit(got));
      }
      written += got;
      steps.step(got);
    }
    if (hole > 0) {
      // The last byte gives the file its length.
      channel.position(written - 1);
      writeAll(channel, ByteBuffer.allocate(1));
    }
    return written;
  }

  private static boolean isZeros(byte[] bytes) {
    return bytes[0] == 0 && Arrays.mismatch(bytes, 0, bytes.length - 1, bytes, 1, bytes.length) < 0;
  }

  private static void writeAll(SeekableByteChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  private static void describe(
      SecureDirectoryStream<Path> folder, Path unfinished, IncomingFile file) throws IOException {
    PosixFileAttributeView view =
        folder.getFileAttributeView(
            unfinished, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
    if (file.executable()) {
      Set<PosixFilePermission> permissions = EnumSet.copyOf(view.readAttributes().permissions());
      permissions.add(PosixFilePermission.OWNER_EXECUTE);
      if (permissions.contains(PosixFilePermission.GROUP_READ)) {
        permissions.add(PosixFilePermission.GROUP_EXECUTE);
      }
      if (permissions.contains(PosixFilePermission.OTHERS_READ)) {
        permissions.add(PosixFilePermission.OTHERS_EXECUTE);
      }
      view.setPermissions(permissions);
    }
    setModified(view, file.modified());
  }

  /** A time that the disk does not take costs a part of itself, and never the content. */
  private static void setModified(BasicFileAttributeView view, Instant modified) {
    // Said too, as the JDK would ask the system for the time of reading that there is.
    FileTime read = FileTime.fromMillis(System.currentTimeMillis());
    // The JDK hands parts of a second before 1970 to the system as a negative number.
    for (Instant time : List.of(modified, modified.truncatedTo(ChronoUnit.SECONDS))) {
      try {
        view.setTimes(FileTime.from(Times.nearest(time)), read, null);
        return;
      } catch (IOException e) {
        // The next one is coarser; after the last the file has the time of its copying.
      }
    }
  }

  @Override
  public void close() throws IOException {
    drop();
    folders.close();
  }
}
