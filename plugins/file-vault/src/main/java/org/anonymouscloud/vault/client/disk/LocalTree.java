package org.anonymouscloud.vault.client.disk;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A local folder that is read with all that is below it, while others may change it. What is below
 * is looked at, listed and opened in the folder above it, which is open itself, and never through a
 * link: who may write in the tree and swaps a folder for a link to another one has nothing of that
 * read. The folder itself may lie behind links. Where a link leads, and whether a file has holes,
 * the JDK and the system tell only by a whole path; what does not belong to the thing that was
 * looked at is not believed. On a disk that does not open folders so, within a file for one, all
 * goes by whole paths. Not thread-safe.
 *
 * <p>Paths are whole ones: that of the folder, and names from there on.
 */
public final class LocalTree implements LocalFile.Place, AutoCloseable {
  private static final Set<OpenOption> READ =
      Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);

  private final LocalFile top;
  private boolean open;

  /** Null also on a disk that has none. */
  private @Nullable OpenFolders folders;

  /**
   * Of a folder that somebody named. It is opened when it is listed, and closed by the caller.
   *
   * @param top by a path that is not empty
   */
  public LocalTree(LocalFile top) {
    this.top = top;
  }

  /** The folder itself, as it was looked at. */
  public LocalFile top() {
    return top;
  }

  private @Nullable OpenFolders folders() throws IOException {
    if (!open) {
      folders = OpenFolders.below(top.path()).orElse(null);
      open = true;
    }
    return folders;
  }

  /** What is in a folder, as paths of which the last names count; the caller closes it. */
  @SuppressWarnings("StreamResourceLeak")
  public DirectoryStream<Path> list(Path folder) throws IOException {
    OpenFolders folders = folders();
    return folders == null
        ? Files.newDirectoryStream(folder)
        : OpenFolders.again(folders.at(names(folder)));
  }

  /** Looks at a thing below the folder without following it if it is a link. */
  @Override
  public LocalFile look(Path path) throws IOException {
    OpenFolders folders = folders();
    PosixFileAttributeView view =
        folders == null
            ? Files.getFileAttributeView(
                path, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
            : parent(folders, path)
                .getFileAttributeView(
                    path.getFileName(), PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
    return LocalFile.of(path, view.readAttributes(), this);
  }

  /** Opens what has this path below the folder; the caller closes it. */
  @Override
  public InputStream open(Path path) throws IOException {
    OpenFolders folders = folders();
    return folders == null
        ? Files.newInputStream(path)
        : Channels.newInputStream(parent(folders, path).newByteChannel(path.getFileName(), READ));
  }

  private SecureDirectoryStream<Path> parent(OpenFolders folders, Path path) throws IOException {
    List<Path> names = names(path);
    return folders.at(names.subList(0, names.size() - 1));
  }

  private List<Path> names(Path path) {
    List<Path> names = new ArrayList<>();
    for (int i = top.path().getNameCount(); i < path.getNameCount(); i++) {
      names.add(path.getName(i));
    }
    return names;
  }

  @Override
  public void close() throws IOException {
    if (folders != null) {
      folders.close();
    }
  }
}
