package org.anonymouscloud.vault.client.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.plugin.Terminal;
import org.anonymouscloud.vault.client.archive.ArchiveEntry;
import org.anonymouscloud.vault.client.archive.ArchiveReader;
import org.anonymouscloud.vault.client.disk.IncomingFile;
import org.anonymouscloud.vault.client.disk.LocalFailure;
import org.anonymouscloud.vault.client.disk.LocalName;
import org.anonymouscloud.vault.client.disk.LocalTarget;
import org.anonymouscloud.vault.client.tree.VaultPath;
import org.jspecify.annotations.Nullable;

/**
 * Writes a tree that comes as an archive. One thing that cannot be written does not stop the rest.
 */
final class TreeDownload {
  private final VaultPath source;
  private final Path top;
  private final LocalTarget target;
  private final Outcome outcome;
  private final Terminal.Progress progress;
  private final Outside outside;
  private final Set<List<String>> refused = new HashSet<>();
  private final List<ArchiveEntry> folders = new ArrayList<>();
  private @Nullable ArchiveEntry written;
  private long files;
  private long bytes;
  private long links;

  /** What becomes of links that lead out of the target. */
  enum Outside {
    REFUSED,
    SKIPPED,
    WRITTEN
  }

  /**
   * @param source for messages; what is copied
   * @param top for messages; where {@code target} is
   */
  TreeDownload(
      VaultPath source,
      Path top,
      LocalTarget target,
      Outcome outcome,
      Terminal.Progress progress,
      Outside outside) {
    this.source = source;
    this.top = top;
    this.target = target;
    this.outcome = outcome;
    this.progress = progress;
    this.outside = outside;
  }

  /** Reads the archive to its end. */
  void read(InputStream in) throws IOException {
    ArchiveReader archive = new ArchiveReader(in, this::missing);
    for (ArchiveEntry entry = archive.next(); entry != null; entry = archive.next()) {
      settle(entry);
      if (!refused.isEmpty() && refused.contains(parent(entry.names()))) {
        // The folder was named already.
        refused.add(entry.names());
      } else {
        write(entry, archive);
      }
    }
    settle(null);
    // Last, as each file written into a folder changes the folder's time; the deepest first.
    for (ArchiveEntry folder : folders.reversed()) {
      attempt(folder, () -> target.setTime(folder.names(), folder.modified()));
    }
  }

  private void missing(ArchiveReader.Unreadable what) {
    String path = source.join(VaultPath.exact(String.join("/", what.names()))).visible();
    outcome.fail(Problem.Kind.SECURITY, "Cannot read " + path + ", or not wholly: " + what.why());
  }

  private void write(ArchiveEntry entry, ArchiveReader archive) throws IOException {
    attempt(
        entry,
        () -> {
          switch (entry.kind()) {
            case FOLDER -> {
              target.makeFolder(entry.names());
              folders.add(entry);
            }
            case FILE -> {
              target.write(incoming(entry), archive.content(), progress::step);
              written = entry;
            }
            case LINK -> {
              target.link(
                  entry.names(), entry.target(), entry.modified(), outside == Outside.WRITTEN);
              links++;
            }
            case TAKE_BACK -> {}
          }
        });
  }

  private static IncomingFile incoming(ArchiveEntry file) {
    return new IncomingFile(file.names(), file.size(), file.modified(), file.executable());
  }

  /** The file that was written last gets its name, unless what comes after it takes it back. */
  private void settle(@Nullable ArchiveEntry next) throws IOException {
    ArchiveEntry file = written;
    written = null;
    if (file == null) {
      return;
    }
    if (next != null
        && next.kind() == ArchiveEntry.Kind.TAKE_BACK
        && next.names().equals(file.names())) {
      target.drop();
      return;
    }
    attempt(
        file,
        () -> {
          target.keep();
          files++;
          bytes += file.size();
        });
  }

  @FunctionalInterface
  private interface Writing {
    void run() throws IOException;
  }

  private void attempt(ArchiveEntry entry, Writing writing) throws IOException {
    try {
      writing.run();
    } catch (LocalName.NameRefused e) {
      refused.add(entry.names());
      outcome.fail(Problem.Kind.SECURITY, shown(entry) + " was not written: " + e.getMessage());
    } catch (LocalTarget.LinkRefused e) {
      if (outside == Outside.REFUSED) {
        outcome.fail(
            Problem.Kind.CONFLICT,
            "The link "
                + shown(entry)
                + " was not written: "
                + e.getMessage()
                + ". With --all-links it is, and with --skip-links this is no failure.");
      }
    } catch (FileSystemException e) {
      if (String.valueOf(e.getReason()).contains("No space left")) {
        throw e;
      }
      refused.add(entry.names());
      outcome.fail(
          Problem.Kind.INTERNAL,
          "Cannot write " + shown(entry) + ": " + LocalFailure.reason(e) + ".");
    }
  }

  private static List<String> parent(List<String> names) {
    return names.subList(0, Math.max(0, names.size() - 1));
  }

  private String shown(ArchiveEntry entry) {
    return TerminalText.text(top + "/" + String.join("/", entry.names()));
  }

  long files() {
    return files;
  }

  long bytes() {
    return bytes;
  }

  long links() {
    return links;
  }
}
