package org.anonymouscloud.vault.client.api;

import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.wire.ForeignText;
import org.anonymouscloud.vault.client.archive.ArchiveEntry;
import org.anonymouscloud.vault.client.drive.Attributes;
import org.anonymouscloud.vault.client.drive.Batch;
import org.anonymouscloud.vault.client.drive.Precondition;
import org.anonymouscloud.vault.client.format.LinkTarget;
import org.anonymouscloud.vault.client.format.Times;
import org.anonymouscloud.vault.client.local.TreeSink;
import org.anonymouscloud.vault.client.tree.PathRefused;
import org.anonymouscloud.vault.client.tree.VaultPath;

/**
 * A tree on its way into a batch. What cannot be in the vault is named, the rest goes on. Not
 * thread-safe.
 */
final class Arriving implements TreeSink {
  private final Batch batch;
  private final VaultPath top;
  private final String place;
  private final Refusals refusals;
  private final Set<VaultPath> refusedFolders = new HashSet<>();

  /** How the tree spells what is more than ASCII, and so may be composed otherwise. */
  private final Map<VaultPath, String> spellings = new HashMap<>();

  private long files;
  private long folders;
  private long links;
  private long bytes;
  private long lastSize;
  private int commitsSeen;
  private Counted kept = new Counted(0, 0, 0);

  /** How much of a tree. */
  record Counted(long files, long bytes, long links) {}

  /** Hears what cannot be in the vault. */
  @FunctionalInterface
  interface Refusals {
    /**
     * @param sentence says of which thing, and why, for a person's eyes
     */
    void refuse(String sentence) throws IOException;
  }

  /**
   * @param place what stands before paths in what is said, see {@link RequestArguments#place}
   */
  Arriving(Batch batch, VaultPath top, String place, Refusals refusals) {
    this.batch = batch;
    this.commitsSeen = batch.commits();
    this.top = top;
    this.place = place;
    this.refusals = refusals;
  }

  @Override
  public void add(ArchiveEntry entry) throws IOException {
    add(entry, InputStream.nullInputStream());
  }

  @Override
  public void add(ArchiveEntry entry, InputStream content) throws IOException {
    String names = String.join("/", entry.names());
    VaultPath path;
    try {
      path = RequestArguments.writable(top.join(RequestArguments.newPath(names)));
    } catch (Problem e) {
      refuse(names, String.valueOf(e.getMessage()));
      return;
    }
    if (!path.isTop() && refusedFolders.contains(path.parent())) {
      // Of a folder that is refused one line is enough.
      refusedFolders.add(path);
      return;
    }
    if (isAnothers(path, names)) {
      refusedFolders.add(path);
      refuse(
          names,
          "another name in its folder looks the same and differs only in how its accents are"
              + " written (composed or not); rename one of them.");
      return;
    }
    Counted before = arrived();
    try {
      add(path, entry, content);
    } catch (PathRefused e) {
      if (e.path().names().size() <= top.names().size()) {
        throw e;
      }
      refusedFolders.add(path);
      refusals.refuse(ForeignText.sentence(e.message(place)));
    } finally {
      if (batch.commits() != commitsSeen) {
        // A long batch commits before it takes the next thing.
        commitsSeen = batch.commits();
        kept = before;
      }
    }
  }

  private Counted arrived() {
    return new Counted(files, bytes, links);
  }

  private void refuse(String names, String why) throws IOException {
    refusals.refuse(ForeignText.sentence(names) + ": " + ForeignText.sentence(why));
  }

  private boolean isAnothers(VaultPath path, String names) {
    return names.chars().anyMatch(character -> character > 0x7f)
        && !Objects.requireNonNullElse(spellings.putIfAbsent(path, names), names).equals(names);
  }

  private void add(VaultPath path, ArchiveEntry entry, InputStream content) throws IOException {
    switch (entry.kind()) {
      case FOLDER -> {
        batch.makeFoldersBelow(top, path, Optional.of(Times.nearest(entry.modified())));
        folders++;
      }
      case FILE -> {
        batch.makeFoldersBelow(top, path.parent(), Optional.empty());
        batch.write(
            path,
            content,
            new Attributes(Times.nearest(entry.modified()), entry.executable(), entry.sparse()),
            new Precondition.Anything());
        files++;
        lastSize = entry.size();
        bytes += lastSize;
      }
      case LINK -> {
        LinkTarget target;
        try {
          target = new LinkTarget(entry.target());
        } catch (IllegalArgumentException e) {
          refuse(place + path.visible(), String.valueOf(e.getMessage()));
          return;
        }
        batch.makeFoldersBelow(top, path.parent(), Optional.empty());
        batch.link(path, target, Times.nearest(entry.modified()));
        links++;
      }
      case TAKE_BACK -> {
        if (batch.takeBack(path)) {
          files--;
          bytes -= lastSize;
        }
      }
    }
  }

  /** What of it is part of the drive by now. */
  Counted kept() {
    return batch.commits() == commitsSeen ? kept : arrived();
  }

  long files() {
    return files;
  }

  long folders() {
    return folders;
  }

  long links() {
    return links;
  }

  /** Of all files that have arrived. */
  long bytes() {
    return bytes;
  }
}
