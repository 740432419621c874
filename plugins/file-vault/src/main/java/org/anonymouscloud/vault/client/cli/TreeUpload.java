package org.anonymouscloud.vault.client.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import org.anonymouscloud.core.plugin.AgentApi;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.plugin.Terminal;
import org.anonymouscloud.vault.client.archive.ArchiveEntry;
import org.anonymouscloud.vault.client.archive.ArchiveWriter;
import org.anonymouscloud.vault.client.disk.LeftOut;
import org.anonymouscloud.vault.client.disk.LocalContent;
import org.anonymouscloud.vault.client.disk.LocalFailure;
import org.anonymouscloud.vault.client.disk.LocalFile;
import org.anonymouscloud.vault.client.format.Name;
import org.anonymouscloud.vault.client.tree.VaultPath;
import org.jspecify.annotations.Nullable;

/**
 * A local folder with all that is in it, on its way into the vault as an archive. Symbolic links go
 * as links; what cannot be read is named, and the rest goes on.
 */
final class TreeUpload implements AgentApi.Body {
  /** How many names of a folder are put in order at a time. */
  private static final int SORTED = 100_000;

  private final LocalFile top;
  private final LeftOut leftOut;
  private final int deepest;
  private final Outcome outcome;
  private final NotKept notKept;
  private final Terminal.Progress progress;
  private final byte[] buffer = new byte[LocalContent.SMALL];
  private final List<Changed> changed = new ArrayList<>();

  /** Folders that are not finished, the deepest first: how deep they lie is not ours to decide. */
  private final Deque<Level> levels = new ArrayDeque<>();

  /** A file that shrank while it was read; it has to be sent again. */
  record Changed(Path path, List<String> names) {}

  /**
   * @param destination of the folder in the vault
   * @param notKept hears of what cannot be kept
   */
  TreeUpload(
      LocalFile top,
      LeftOut leftOut,
      VaultPath destination,
      Outcome outcome,
      NotKept notKept,
      Terminal.Progress progress) {
    this.top = top;
    this.leftOut = leftOut;
    this.deepest = VaultPath.MAX_DEPTH - destination.names().size();
    this.outcome = outcome;
    this.notKept = notKept;
    this.progress = progress;
  }

  /** Files that have to be sent again. */
  List<Changed> changed() {
    return changed;
  }

  @Override
  public void writeTo(OutputStream out) throws IOException {
    ArchiveWriter archive = new ArchiveWriter(out);
    try {
      enter(top, List.of(), archive);
      while (!levels.isEmpty()) {
        Level level = levels.getFirst();
        Path path = next(level);
        if (path == null) {
          levels.removeFirst();
        } else {
          child(path, level, archive);
        }
      }
    } finally {
      levels.forEach(Level::close);
    }
    archive.finish();
  }

  /** A folder that is being sent. */
  private static final class Level {
    private final Path folder;
    private final List<String> names;
    private final Set<String> seen = new HashSet<>();
    private final DirectoryStream<Path> stream;
    private final Iterator<Path> rest;
    private Iterator<Path> sorted = Collections.emptyIterator();

    /** The caller closes it. */
    @SuppressWarnings("StreamResourceLeak")
    Level(Path folder, List<String> names) throws IOException {
      this.folder = folder;
      this.names = names;
      this.stream = Files.newDirectoryStream(folder);
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
            some.add(rest.next());
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

  private @Nullable Path next(Level level) {
    try {
      return level.next();
    } catch (IOException e) {
      fail(level.folder, LocalFailure.reason(e));
      return null;
    }
  }

  private void enter(LocalFile folder, List<String> names, ArchiveWriter archive)
      throws IOException {
    try {
      levels.addFirst(new Level(folder.path(), names));
    } catch (IOException e) {
      // Nor is it made in the vault, where it would look empty.
      fail(folder.path(), LocalFailure.reason(e));
      return;
    }
    archive.begin(ArchiveEntry.folder(names, folder.modified()));
    archive.end();
  }

  private void child(Path path, Level parent, ArchiveWriter archive) throws IOException {
    if (leftOut.isUnwanted(path)) {
      return;
    }
    if (leftOut.isOwn(path)) {
      notKept.own(path);
      return;
    }
    LocalFile file;
    try {
      file = LocalFile.of(path);
    } catch (IOException e) {
      fail(path, LocalFailure.reason(e));
      return;
    }
    if (file.kind() == LocalFile.Kind.OTHER) {
      notKept.special(file);
      return;
    }
    if (parent.names.size() == deepest) {
      outcome.fail(
          Problem.Kind.BAD_INPUT,
          "Cannot keep "
              + TerminalText.path(path)
              + " in the vault: it lies deeper than "
              + VaultPath.MAX_DEPTH
              + " folders.");
      return;
    }
    String name = VaultName.of(path, parent.seen, outcome);
    if (name.isEmpty()) {
      return;
    }
    List<String> names = new ArrayList<>(parent.names);
    names.add(name);
    notKept.kept(file);
    switch (file.kind()) {
      case FOLDER -> enter(file, names, archive);
      case LINK -> link(file, names, archive);
      case FILE, OTHER -> file(file, names, archive);
    }
  }

  private void link(LocalFile link, List<String> names, ArchiveWriter archive) throws IOException {
    Path target;
    try {
      target = Files.readSymbolicLink(link.path());
    } catch (IOException e) {
      fail(link.path(), LocalFailure.reason(e));
      return;
    }
    if (!Path.of(target.toString()).equals(target)) {
      fail(link.path(), "where the link leads is not valid UTF-8");
      return;
    }
    archive.begin(ArchiveEntry.link(names, target.toString(), link.modified()));
    archive.end();
  }

  private void file(LocalFile file, List<String> names, ArchiveWriter archive) throws IOException {
    LocalContent content;
    try {
      content = LocalContent.open(file, buffer);
    } catch (IOException e) {
      fail(file.path(), LocalFailure.reason(e));
      return;
    }
    try (content) {
      archive.begin(
          ArchiveEntry.file(
              names, content.size(), file.modified(), file.executable(), file.isSparse()));
      try {
        content.copyTo(archive::write, progress::step);
        archive.end();
      } catch (LocalContent.Unreadable e) {
        // What came before it in the vault stays.
        archive.giveUp(names);
        if (e.shrunk()) {
          changed.add(new Changed(file.path(), names));
        } else {
          fail(file.path(), String.valueOf(e.getMessage()));
        }
      }
    }
  }

  private void fail(Path path, String why) {
    outcome.fail(
        Problem.Kind.INTERNAL, "Cannot read " + TerminalText.path(path) + ": " + why + ".");
  }

  /** The names that local things get in the vault. */
  private static final class VaultName {
    /** A name; the empty text if the thing cannot have one there, which is said. */
    static String of(Path path, Set<String> seen, Outcome outcome) {
      String text = String.valueOf(path.getFileName());
      if (!path.resolveSibling(text).equals(path)) {
        return none(path, "its name is not valid UTF-8", outcome);
      }
      Name name;
      try {
        name = Name.of(text);
      } catch (IllegalArgumentException e) {
        return none(path, e.getMessage(), outcome);
      }
      if (!name.isPlain()) {
        return none(path, "its name contains control or bidirectional characters", outcome);
      }
      if (!seen.add(name.text())) {
        return none(
            path,
            "another name in its folder looks the same and differs only in how its accents are"
                + " written (composed or not); rename one of them",
            outcome);
      }
      return name.text();
    }

    private static String none(Path path, @Nullable String why, Outcome outcome) {
      outcome.fail(
          Problem.Kind.INTERNAL,
          "Cannot keep " + TerminalText.path(path) + " in the vault: " + why + ".");
      return "";
    }
  }
}
