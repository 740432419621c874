package org.anonymouscloud.vault.client.local;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.wire.ForeignText;
import org.anonymouscloud.vault.client.archive.ArchiveEntry;
import org.anonymouscloud.vault.client.archive.TreeSource;
import org.anonymouscloud.vault.client.disk.IncomingFile;
import org.anonymouscloud.vault.client.disk.LocalFailure;
import org.anonymouscloud.vault.client.disk.LocalName;
import org.anonymouscloud.vault.client.disk.LocalTarget;
import org.anonymouscloud.vault.client.tree.VaultPath;
import org.jspecify.annotations.Nullable;

/**
 * Writes a tree to the local disk. One thing that cannot be had or written does not stop the rest.
 * Not thread-safe.
 */
public final class TreeDownload {
  private final String source;
  private final Path top;
  private final LocalTarget target;
  private final Outside outside;
  private final Report report;
  private final Set<List<String>> refused = new HashSet<>();
  private final List<ArchiveEntry> folders = new ArrayList<>();
  private @Nullable ArchiveEntry written;

  /** All of it, if it is small and so is written only when it is known to be kept. */
  private byte @Nullable [] held;

  private long files;
  private long bytes;
  private long links;

  /** What becomes of links that lead out of the target. */
  public enum Outside {
    REFUSED,
    SKIPPED,
    WRITTEN
  }

  /**
   * @param source for messages; what is copied, as a person types it
   * @param top for messages; where {@code target} is
   */
  public TreeDownload(String source, Path top, LocalTarget target, Outside outside, Report report) {
    this.source = source;
    this.top = top;
    this.target = target;
    this.outside = outside;
    this.report = report;
  }

  /** Writes all of a tree. */
  public void write(TreeSource tree) throws IOException {
    SmallFiles small = new SmallFiles(target);
    try (small) {
      for (ArchiveEntry entry = tree.next(); entry != null; entry = tree.next()) {
        settle(entry, small);
        if (!refused.isEmpty() && refused.contains(parent(entry.names()))) {
          // The folder was named already.
          refused.add(entry.names());
        } else {
          write(entry, tree);
        }
      }
      settle(null, small);
    } finally {
      // Something may have ended it: what was written before is there all the same.
      count(small);
    }
    // Last, as each file written into a folder changes the folder's time; the deepest first.
    for (ArchiveEntry folder : folders.reversed()) {
      attempt(folder.names(), () -> target.setTime(folder.names(), folder.modified()));
    }
  }

  /**
   * Names something that is not in the tree, or not wholly.
   *
   * @param names from the top of the tree down
   * @param why in a sentence
   * @param forNow whether it may be had later: no check has failed
   */
  public void missing(List<String> names, String why, boolean forNow) throws IOException {
    String path = names.isEmpty() ? "" : VaultPath.exact(String.join("/", names)).visible();
    String top = source.endsWith("/") ? source.substring(0, source.length() - 1) : source;
    report.fail(
        forNow ? Problem.Kind.UNAVAILABLE : Problem.Kind.SECURITY,
        "Cannot read " + (path.isEmpty() ? source : top + path) + ", or not wholly: " + why);
  }

  private void write(ArchiveEntry entry, TreeSource tree) throws IOException {
    attempt(
        entry.names(),
        () -> {
          switch (entry.kind()) {
            case FOLDER -> {
              target.makeFolder(entry.names());
              folders.add(entry);
            }
            case FILE -> {
              if (entry.size() <= SmallFiles.MAX_BYTES) {
                held = content(entry, tree);
              } else {
                target.write(incoming(entry), tree.content(), report);
              }
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

  private static byte[] content(ArchiveEntry file, TreeSource tree) throws IOException {
    byte[] content = tree.content().readNBytes(SmallFiles.MAX_BYTES);
    if (content.length != file.size()) {
      throw new IOException("The download ended early.");
    }
    return content;
  }

  private static IncomingFile incoming(ArchiveEntry file) {
    return new IncomingFile(file.names(), file.size(), file.modified(), file.executable());
  }

  /** The file that came last gets its name, unless what comes after it takes it back. */
  private void settle(@Nullable ArchiveEntry next, SmallFiles small) throws IOException {
    count(small);
    ArchiveEntry file = written;
    byte[] content = held;
    written = null;
    held = null;
    if (file == null) {
      return;
    }
    boolean takenBack =
        next != null
            && next.kind() == ArchiveEntry.Kind.TAKE_BACK
            && next.names().equals(file.names());
    if (content != null && !takenBack) {
      small.write(incoming(file), content);
      report.step(content.length);
    } else if (content == null && takenBack) {
      target.drop();
    } else if (content == null) {
      attempt(
          file.names(),
          () -> {
            target.keep();
            count(file.size());
          });
    }
  }

  /** Takes note of all small files that have been written meanwhile, or could not be. */
  private void count(SmallFiles small) throws IOException {
    IOException over = null;
    for (SmallFiles.Done done = small.poll(); done != null; done = small.poll()) {
      IncomingFile file = done.file();
      IOException failure = done.failure();
      try {
        attempt(
            file.names(),
            () -> {
              if (failure != null) {
                throw failure;
              }
              count(file.size());
            });
      } catch (IOException e) {
        over = e;
      }
    }
    if (over != null) {
      throw over;
    }
  }

  private void count(long size) {
    files++;
    bytes += size;
  }

  @FunctionalInterface
  private interface Writing {
    void run() throws IOException;
  }

  private void attempt(List<String> names, Writing writing) throws IOException {
    try {
      writing.run();
    } catch (TreeSource.Missing e) {
      missing(names, String.valueOf(e.getMessage()), e.isForNow());
    } catch (LocalName.NameRefused e) {
      refused.add(names);
      report.fail(Problem.Kind.SECURITY, shown(names) + " was not written: " + e.getMessage());
    } catch (LocalTarget.LinkRefused e) {
      if (outside == Outside.REFUSED) {
        report.fail(
            Problem.Kind.CONFLICT,
            "The link "
                + shown(names)
                + " was not written: "
                + e.getMessage()
                + ". With --all-links it is, and with --skip-links this is no failure.");
      }
    } catch (FileSystemException e) {
      if (LocalFailure.isDiskFull(e)) {
        throw e;
      }
      refused.add(names);
      report.fail(
          Problem.Kind.INTERNAL,
          "Cannot write " + shown(names) + ": " + LocalFailure.reason(e) + ".");
    }
  }

  private static List<String> parent(List<String> names) {
    return names.subList(0, Math.max(0, names.size() - 1));
  }

  private String shown(List<String> names) {
    return ForeignText.visible(top + "/" + String.join("/", names));
  }

  public long files() {
    return files;
  }

  public long bytes() {
    return bytes;
  }

  public long links() {
    return links;
  }
}
