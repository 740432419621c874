package org.anonymouscloud.vault.client.disk;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A folder and those below it, each opened by its name in the one above it and never through a
 * link, whatever is moved meanwhile (A34). The top one itself may lie behind links. Not
 * thread-safe.
 */
final class OpenFolders implements AutoCloseable {
  /** A process may have about a thousand files open, and a tree may be deeper. */
  private static final int MAX_OPEN = 100;

  private final SecureDirectoryStream<Path> top;

  // The folder that was used last and those above it, as the next one is mostly near it. Those far
  // above are closed again, and null.
  private final List<Path> openNames = new ArrayList<>();
  private final List<@Nullable SecureDirectoryStream<Path>> open = new ArrayList<>();

  /** Takes the stream over, and closes it. */
  OpenFolders(SecureDirectoryStream<Path> top) {
    this.top = top;
  }

  /** A folder that is there; none if its disk cannot open folders without following links. */
  static Optional<OpenFolders> below(Path folder) throws IOException {
    DirectoryStream<Path> stream =
        folder.getFileSystem().provider().newDirectoryStream(folder, path -> true);
    if (stream instanceof SecureDirectoryStream<Path> secure) {
      return Optional.of(new OpenFolders(secure));
    }
    stream.close();
    return Optional.empty();
  }

  /** The same top folder, opened once more; the caller closes it. */
  OpenFolders beside() throws IOException {
    return new OpenFolders(again(top));
  }

  /** A folder that is open, opened once more, so that it can be listed; the caller closes it. */
  static SecureDirectoryStream<Path> again(SecureDirectoryStream<Path> folder) throws IOException {
    return folder.newDirectoryStream(Path.of("."), LinkOption.NOFOLLOW_LINKS);
  }

  /**
   * The folder that these names lead to, opened step by step. It stays this one's, and open until
   * the next one is asked for.
   *
   * @param names each of one component, from the top folder down; none for that itself
   */
  SecureDirectoryStream<Path> at(List<Path> names) throws IOException {
    int common = 0;
    while (common < Math.min(names.size(), openNames.size())
        && names.get(common).equals(openNames.get(common))) {
      common++;
    }
    SecureDirectoryStream<Path> folder = common == 0 ? top : open.get(common - 1);
    if (folder == null) {
      common = 0;
      folder = top;
    }
    closeBelow(common);
    for (Path name : names.subList(common, names.size())) {
      folder = folder.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS);
      openNames.add(name);
      open.add(folder);
      if (open.size() > MAX_OPEN) {
        SecureDirectoryStream<Path> far = open.set(open.size() - 1 - MAX_OPEN, null);
        if (far != null) {
          far.close();
        }
      }
    }
    return folder;
  }

  /** Closes the open folders from this depth on. */
  private void closeBelow(int depth) throws IOException {
    while (open.size() > depth) {
      openNames.removeLast();
      SecureDirectoryStream<Path> folder = open.removeLast();
      if (folder != null) {
        folder.close();
      }
    }
  }

  @Override
  public void close() throws IOException {
    closeBelow(0);
    top.close();
  }
}
