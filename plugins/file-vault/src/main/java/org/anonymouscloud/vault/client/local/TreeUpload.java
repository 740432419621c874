package org.anonymouscloud.vault.client.local;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.wire.ForeignText;
import org.anonymouscloud.vault.client.archive.ArchiveEntry;
import org.anonymouscloud.vault.client.disk.LeftOut;
import org.anonymouscloud.vault.client.disk.LocalContent;
import org.anonymouscloud.vault.client.disk.LocalFailure;
import org.anonymouscloud.vault.client.disk.LocalFile;
import org.anonymouscloud.vault.client.disk.LocalTree;
import org.anonymouscloud.vault.client.format.Name;
import org.anonymouscloud.vault.client.tree.VaultPath;
import org.jspecify.annotations.Nullable;

/**
 * A local folder with all that is in it, on its way into the vault. Symbolic links go as links, and
 * nothing is read through one ({@link LocalTree}); what cannot be read is named, and the rest goes
 * on. Not thread-safe.
 */
public final class TreeUpload {
  /** How many names of a folder are put in order at a time. */
  private static final int SORTED = 100_000;

  private final LocalTree tree;
  private final LeftOut leftOut;
  private final int deepest;
  private final Report report;
  private final NotKept notKept;
  private final byte[] buffer = new byte[LocalContent.SMALL];
  private final List<Changed> changed = new ArrayList<>();

  /** Folders that are not finished, the deepest first: how deep they lie is not ours to decide. */
  private final Deque<Level> levels = new ArrayDeque<>();

  /**
   * A file that changed while it was read; it has to be sent again.
   *
   * @param names in the vault
   */
  public record Changed(LocalFile file, List<String> names) {
    public Changed {
      names = List.copyOf(names);
    }
  }

  /**
   * @param tree stays the caller's
   * @param destination of the folder in the vault
   * @param notKept hears of what cannot be kept
   */
  public TreeUpload(
      LocalTree tree, LeftOut leftOut, VaultPath destination, NotKept notKept, Report report) {
    this.tree = tree;
    this.leftOut = leftOut;
    this.deepest = VaultPath.MAX_DEPTH - destination.names().size();
    this.notKept = notKept;
    this.report = report;
  }

  /** Files that have to be sent again. */
  public List<Changed> changed() {
    return changed;
  }

  /** Sends all of it. To be called once. */
  public void send(TreeSink sink) throws IOException {
    notKept.kept(tree.top());
    try {
      enter(tree.top(), List.of(), sink);
      while (!levels.isEmpty()) {
        Level level = levels.getFirst();
        Path path = next(level);
        if (path == null) {
          levels.removeFirst();
        } else {
          child(path, level, sink);
        }
      }
    } finally {
      levels.forEach(Level::close);
    }
  }

  /** A folder that is being sent. */
  private static final class Level {
    private final Path folder;
    private final List<String> names;
    private final Set<String> seen = new HashSet<>();
    private final DirectoryStream<Path> stream;
    private final Iterator<Path> rest;
    private Iterator<Path> sorted = Collections.emptyIterator();

    /** Takes the stream over. */
    Level(Path folder, List<String> names, DirectoryStream<Path> stream) {
      this.folder = folder;
      this.names = names;
      this.stream = stream;
      this.rest = stream.iterator();
    }

    /**
     * The next path; null at the end. In the order in which files will be read again, so that
     * neighbours share a pack.
     */
    @Nullable Path next() throws IOException {
      if (!sorted.hasNext()) {
        try {
          List<Path> some = new ArrayList<>();
          while (some.size() < SORTED && rest.hasNext()) {
            some.add(folder.resolve(rest.next().getFileName()));
          }
          if (some.size() < SORTED) {
            // Not kept open: a deep tree would take more open folders than a process may have.
            close();
          }
          Collections.sort(some);
          sorted = some.iterator();
        } catch (DirectoryIteratorException e) {
          throw e.getCause();
        }
      }
      return sorted.hasNext() ? sorted.next() : null;
    }

    void close() {
      try {
        stream.close();
      } catch (IOException e) {
        // Nothing was written; what could be read has been.
      }
    }
  }

  private @Nullable Path next(Level level) throws IOException {
    try {
      return level.next();
    } catch (IOException e) {
      fail(level.folder, LocalFailure.reason(e));
      return null;
    }
  }

  private void enter(LocalFile folder, List<String> names, TreeSink sink) throws IOException {
    try {
      levels.addFirst(new Level(folder.path(), names, tree.list(folder.path())));
    } catch (IOException e) {
      // Nor is it made in the vault, where it would look empty.
      fail(folder.path(), LocalFailure.reason(e));
      return;
    }
    sink.add(ArchiveEntry.folder(names, folder.modified()));
  }

  private void child(Path path, Level parent, TreeSink sink) throws IOException {
    if (leftOut.isUnwanted(path)) {
      return;
    }
    if (leftOut.isOwn(path)) {
      notKept.own(path);
      return;
    }
    LocalFile file;
    try {
      file = tree.look(path);
    } catch (IOException e) {
      fail(path, LocalFailure.reason(e));
      return;
    }
    if (file.kind() == LocalFile.Kind.OTHER) {
      notKept.special(file);
      return;
    }
    if (parent.names.size() == deepest) {
      report.fail(
          Problem.Kind.BAD_INPUT,
          "Cannot keep "
              + ForeignText.visible(path.toString())
              + " in the vault: it lies deeper than "
              + VaultPath.MAX_DEPTH
              + " folders.");
      return;
    }
    String name = VaultName.of(path, parent.seen, report);
    if (name.isEmpty()) {
      return;
    }
    List<String> names = new ArrayList<>(parent.names);
    names.add(name);
    notKept.kept(file);
    switch (file.kind()) {
      case FOLDER -> enter(file, names, sink);
      case LINK -> link(file, names, sink);
      case FILE, OTHER -> file(file, names, sink);
    }
  }

  private void link(LocalFile link, List<String> names, TreeSink sink) throws IOException {
    Path target;
    try {
      target = link.target();
    } catch (IOException e) {
      fail(link.path(), LocalFailure.reason(e));
      return;
    }
    sink.add(ArchiveEntry.link(names, target.toString(), link.modified()));
  }

  private void file(LocalFile file, List<String> names, TreeSink sink) throws IOException {
    LocalContent content;
    try {
      content = LocalContent.open(file, buffer, report);
    } catch (LocalContent.Unreadable e) {
      changed.add(new Changed(file, names));
      return;
    } catch (ClosedByInterruptException e) {
      throw e;
    } catch (IOException e) {
      fail(file.path(), LocalFailure.reason(e));
      return;
    }
    try (content) {
      sink.add(
          ArchiveEntry.file(
              names, content.size(), file.modified(), file.executable(), file.isSparse()),
          content);
    } catch (LocalContent.Unreadable e) {
      // What came before it in the vault stays.
      if (e.changed()) {
        changed.add(new Changed(file, names));
      } else {
        fail(file.path(), String.valueOf(e.getMessage()));
      }
    }
  }

  private void fail(Path path, String why) throws IOException {
    report.fail(
        Problem.Kind.INTERNAL,
        "Cannot read " + ForeignText.visible(path.toString()) + ": " + why + ".");
  }

  /** The names that local things get in the vault. */
  private static final class VaultName {
    /** A name; the empty text if the thing cannot have one there, which is said. */
    static String of(Path path, Set<String> seen, Report report) throws IOException {
      String text = String.valueOf(path.getFileName());
      if (!path.resolveSibling(text).equals(path)) {
        return none(path, "its name is not valid UTF-8", report);
      }
      Name name;
      try {
        name = Name.of(text);
      } catch (IllegalArgumentException e) {
        return none(path, e.getMessage(), report);
      }
      if (!name.isPlain()) {
        return none(path, "its name contains control or bidirectional characters", report);
      }
      if (!seen.add(name.text())) {
        return none(
            path,
            "another name in its folder looks the same and differs only in how its accents are"
                + " written (composed or not); rename one of them",
            report);
      }
      return name.text();
    }

    private static String none(Path path, @Nullable String why, Report report) throws IOException {
      report.fail(
          Problem.Kind.INTERNAL,
          "Cannot keep " + ForeignText.visible(path.toString()) + " in the vault: " + why + ".");
      return "";
    }
  }
}
