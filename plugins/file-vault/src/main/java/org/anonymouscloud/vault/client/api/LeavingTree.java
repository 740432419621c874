package org.anonymouscloud.vault.client.api;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.anonymouscloud.vault.client.archive.ArchiveEntry;
import org.anonymouscloud.vault.client.archive.TreeSource;
import org.anonymouscloud.vault.client.content.ReadAhead;
import org.anonymouscloud.vault.client.content.Step;
import org.anonymouscloud.vault.client.format.Entry;
import org.anonymouscloud.vault.client.format.Name;
import org.anonymouscloud.vault.client.format.Times;
import org.anonymouscloud.vault.client.remote.Untrusted;
import org.anonymouscloud.vault.client.tree.VaultPath;
import org.jspecify.annotations.Nullable;

/** A tree on its way out of a drive, for the local disk. Not thread-safe. */
final class LeavingTree implements TreeSource {
  private final ReadAhead tree;

  /** What was read last and nobody has taken. */
  private ReadAhead.@Nullable Arrived arrived;

  /** How many bytes of its segment have been taken. */
  private int taken;

  /** A file's content that cannot be trusted, or cannot be had. */
  static final class Unread extends Missing {
    private static final long serialVersionUID = 1;

    private final Untrusted why;

    private Unread(Untrusted why) {
      super(why, why.isForNow());
      this.why = why;
    }

    Untrusted why() {
      return why;
    }
  }

  LeavingTree(ReadAhead tree) {
    this.tree = tree;
  }

  @Override
  public @Nullable ArchiveEntry next() throws IOException {
    while (true) {
      try {
        ReadAhead.Arrived next = take();
        if (next.step() instanceof Step.Begin(VaultPath at, Entry entry)) {
          return describe(at, entry);
        } else if (next.step() == null) {
          return null;
        }
      } catch (Untrusted e) {
        // Of a file that nobody has read to its end.
      }
    }
  }

  private ReadAhead.Arrived take() throws IOException {
    ReadAhead.Arrived next = arrived == null ? tree.next() : arrived;
    arrived = null;
    taken = 0;
    return next;
  }

  @Override
  public InputStream content() {
    return new InputStream() {
      @Override
      public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
      }

      @Override
      public int read(byte[] target, int offset, int length) throws IOException {
        if (arrived == null) {
          try {
            arrived = take();
          } catch (Untrusted e) {
            throw new Unread(e);
          }
        }
        if (!(requireNonNull(arrived).step() instanceof Step.Segment segment)) {
          return -1;
        }
        int from = segment.from() + taken;
        int got = Math.min(length, segment.to() - from);
        System.arraycopy(arrived.plain(), from, target, offset, got);
        taken += got;
        if (segment.from() + taken == segment.to()) {
          arrived = null;
          taken = 0;
        }
        return got;
      }
    };
  }

  static List<String> texts(VaultPath path) {
    return path.names().stream().map(Name::text).toList();
  }

  static ArchiveEntry describe(VaultPath at, Entry entry) {
    List<String> names = texts(at);
    return switch (entry) {
      case Entry.Folder folder -> ArchiveEntry.folder(names, Times.nearest(folder.modified()));
      case Entry.File file ->
          ArchiveEntry.file(
              names.isEmpty() ? List.of(file.name().text()) : names,
              file.content().length(),
              Times.nearest(file.modified()),
              file.executable());
      case Entry.Link link ->
          ArchiveEntry.link(
              names.isEmpty() ? List.of(link.name().text()) : names,
              link.target().text(),
              Times.nearest(link.modified()));
    };
  }
}
