package org.anonymouscloud.vault.client.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import org.anonymouscloud.core.plugin.AgentApi;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.plugin.Terminal;
import org.anonymouscloud.vault.client.archive.ArchiveEntry;
import org.anonymouscloud.vault.client.archive.ArchiveWriter;
import org.anonymouscloud.vault.client.format.Name;
import org.jspecify.annotations.Nullable;

/**
 * A local folder with all that is in it, on its way into the vault as an archive. Links, devices
 * and the like are passed over; what cannot be read is named, and the rest goes on.
 */
final class TreeUpload implements AgentApi.Body {
  /** Files up to this size are read before they are begun, so they cannot change meanwhile. */
  private static final int SMALL = 256 * 1024;

  /** So many names of a folder are put in order at a time. */
  private static final int SORTED = 100_000;

  private final Path top;
  private final Outcome outcome;
  private final Terminal.Progress progress;
  private final byte[] buffer = new byte[SMALL];
  private final List<Changed> changed = new ArrayList<>();

  /** A file that shrank while it was read; it has to be sent again. */
  record Changed(Path path, List<String> names) {}

  TreeUpload(Path top, Outcome outcome, Terminal.Progress progress) {
    this.top = top;
    this.outcome = outcome;
    this.progress = progress;
  }

  /** Files that have to be sent again. */
  List<Changed> changed() {
    return changed;
  }

  @Override
  public void writeTo(OutputStream out) throws IOException {
    ArchiveWriter archive = new ArchiveWriter(out);
    folder(LocalFile.named(top), List.of(), archive);
    archive.finish();
  }

  private void folder(LocalFile folder, List<String> names, ArchiveWriter archive)
      throws IOException {
    archive.begin(ArchiveEntry.folder(names, folder.modified()));
    archive.end();
    Set<String> seen = new HashSet<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder.path())) {
      Iterator<Path> paths = stream.iterator();
      while (paths.hasNext()) {
        for (Path path : nextInOrder(paths)) {
          child(path, names, seen, archive);
        }
      }
    } catch (java.nio.file.FileSystemException | java.nio.file.DirectoryIteratorException e) {
      IOException cause =
          e instanceof java.nio.file.DirectoryIteratorException iterating
              ? iterating.getCause()
              : (IOException) e;
      fail(folder.path(), Outcome.reason(cause));
    }
  }

  /** In the order in which they will be read again, so that neighbours share a pack. */
  private static List<Path> nextInOrder(Iterator<Path> paths) {
    List<Path> some = new ArrayList<>();
    while (some.size() < SORTED && paths.hasNext()) {
      some.add(paths.next());
    }
    Collections.sort(some);
    return some;
  }

  private void child(Path path, List<String> parent, Set<String> seen, ArchiveWriter archive)
      throws IOException {
    LocalFile file;
    try {
      file = LocalFile.of(path);
    } catch (IOException e) {
      fail(path, Outcome.reason(e));
      return;
    }
    if (file.kind() == LocalFile.Kind.LINK) {
      outcome.skip("Passed over " + path + ": it is a symbolic link.");
      return;
    }
    if (file.kind() == LocalFile.Kind.OTHER) {
      outcome.skip("Passed over " + path + ": it is neither a file nor a folder.");
      return;
    }
    String name = VaultName.of(path, seen, outcome);
    if (name.isEmpty()) {
      return;
    }
    List<String> names = new ArrayList<>(parent);
    names.add(name);
    if (file.kind() == LocalFile.Kind.FOLDER) {
      folder(file, names, archive);
    } else {
      file(file, names, archive);
    }
  }

  private void file(LocalFile file, List<String> names, ArchiveWriter archive) throws IOException {
    InputStream content;
    int first;
    try {
      content = Files.newInputStream(file.path());
    } catch (IOException e) {
      fail(file.path(), Outcome.reason(e));
      return;
    }
    try (content) {
      try {
        first = content.readNBytes(buffer, 0, SMALL);
      } catch (IOException e) {
        fail(file.path(), Outcome.reason(e));
        return;
      }
      // What is read whole has the size that was read; a larger file has the size it is said to
      // have.
      long size = first < SMALL ? first : Math.max(file.size(), first);
      archive.begin(ArchiveEntry.file(names, size, file.modified(), file.executable()));
      archive.write(buffer, 0, first);
      progress.step(first);
      if (!copy(content, size - first, archive)) {
        changed.add(new Changed(file.path(), names));
      }
      archive.end();
    }
  }

  /** Copies so many bytes; where the file is shorter by now, zeros. */
  private boolean copy(InputStream content, long length, ArchiveWriter archive) throws IOException {
    boolean whole = true;
    for (long left = length; left > 0; ) {
      int wanted = (int) Math.min(buffer.length, left);
      int got = whole ? content.readNBytes(buffer, 0, wanted) : 0;
      if (got < wanted) {
        whole = false;
        Arrays.fill(buffer, got, wanted, (byte) 0);
      }
      archive.write(buffer, 0, wanted);
      progress.step(wanted);
      left -= wanted;
    }
    return whole;
  }

  private void fail(Path path, String why) {
    outcome.fail(Problem.Kind.INTERNAL, "Cannot read " + path + ": " + why + ".");
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
        return none(path, "its name is the same as another's when both are composed", outcome);
      }
      return name.text();
    }

    private static String none(Path path, @Nullable String why, Outcome outcome) {
      outcome.fail(
          Problem.Kind.INTERNAL, "Cannot keep " + Shown.path(path) + " in the vault: " + why + ".");
      return "";
    }
  }
}
