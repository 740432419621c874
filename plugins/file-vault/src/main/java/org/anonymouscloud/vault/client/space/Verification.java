package org.anonymouscloud.vault.client.space;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.anonymouscloud.vault.client.content.FileWriter;
import org.anonymouscloud.vault.client.format.Entry;
import org.anonymouscloud.vault.client.format.ItemId;
import org.anonymouscloud.vault.client.format.Pages;
import org.anonymouscloud.vault.client.format.Place;
import org.anonymouscloud.vault.client.format.Ref;
import org.anonymouscloud.vault.client.format.Trees;
import org.anonymouscloud.vault.client.remote.Untrusted;
import org.anonymouscloud.vault.client.remote.Untrusted.DataMissing;
import org.anonymouscloud.vault.client.tree.PageWalk;
import org.anonymouscloud.vault.client.tree.VaultPath;
import org.anonymouscloud.vault.protocol.PackName;

/**
 * Whether all is there that a drive consists of. Each page and list is opened, and the server has
 * to list each pack as whole, with a length that reaches far enough; if it is to be full, each
 * segment of content is opened as well. What several states share is looked at once. Used once; not
 * thread-safe.
 */
public final class Verification {
  /** So many are named; beyond that it is the drive that is damaged. */
  private static final int MOST_NAMED = 1_000;

  private final SpaceParts drive;
  private final boolean full;
  private final FileWriter.Checkpoint step;
  private final Marks marks = new Marks();
  private final List<Damaged> damaged = new ArrayList<>();
  private final Map<Openings.Segment, Untrusted> closed = new HashMap<>();
  private final List<Seen> seen = new ArrayList<>();
  private Set<PackName> lost = Set.of();
  private boolean more;
  private long files;
  private long folders;
  private long bytes;
  private final Marks counted = new Marks();
  private long toRead;
  private long read;

  /**
   * Something that is not as it was stored.
   *
   * @param state the number of its root; none for the newest
   * @param path of the file, or the folder that cannot be read wholly
   */
  public record Damaged(Optional<Long> state, VaultPath path, Untrusted why) {}

  /**
   * What was found.
   *
   * @param bytes of the files' content
   * @param packs that all of it lies in
   * @param more whether there is more damage than is named
   */
  public record Found(
      long files, long folders, long bytes, long packs, List<Damaged> damaged, boolean more) {}

  /** In a drive that is not there yet. */
  public static final Found NOTHING = new Found(0, 0, 0, 0, List.of(), false);

  /** Something that was gone through. */
  private record Seen(Optional<Long> state, VaultPath path, Walk walk) {}

  @FunctionalInterface
  private interface Walk {
    void with(Walking walking) throws IOException;
  }

  /**
   * @param full whether the content of files is opened, too
   * @param step passed all the time; what it throws ends the work
   */
  public Verification(SpaceParts drive, boolean full, FileWriter.Checkpoint step) {
    this.drive = drive;
    this.full = full;
    this.step = step;
    marks.beginNewest();
    counted.beginNewest();
  }

  /** Files so far. */
  public long files() {
    return files;
  }

  /** Bytes of content so far. */
  public long bytes() {
    return bytes;
  }

  /** Bytes of content that have been opened so far, what several files share once. */
  public long read() {
    return read;
  }

  /** How many will be, as far as that is known: of one state, before the first is. */
  public long toRead() {
    return toRead;
  }

  /**
   * Looks at both trees of a state.
   *
   * @param state the number of its root; none for the newest
   */
  public void state(Optional<Long> state, Trees trees) throws IOException {
    look(new Seen(state, VaultPath.TOP, walking -> walking.trees(trees)));
  }

  /** Looks at what is at a path of the newest state. */
  public void entry(VaultPath path, Entry entry) throws IOException {
    look(
        new Seen(
            Optional.empty(),
            path,
            walking -> {
              switch (entry) {
                case Entry.File file -> walking.file(path, file);
                case Entry.Folder folder -> walking.folder(path, folder.id(), folder.pages());
                case Entry.Link _ -> {}
              }
            }));
  }

  private void look(Seen one) throws IOException {
    seen.add(one);
    if (full) {
      one.walk.with(new Counting());
    }
    try (Openings openings = new Openings(drive, length -> read += length)) {
      one.walk.with(new Looking(one, marks, Optional.of(openings)));
      openings.await();
      closed.putAll(openings.closed());
    }
  }

  /** Compares with what the server lists, and says what was found in all. */
  public Found end() throws IOException {
    Set<PackName> wanted = new HashSet<>();
    marks.packs().forEach(wanted::add);
    int packs = wanted.size();
    drive
        .remote()
        .list(
            (name, length, isLost) -> {
              step.pass();
              if (!isLost && wanted.contains(name) && length >= marks.of(name).reach()) {
                wanted.remove(name);
              }
            });
    if (!wanted.isEmpty() || !closed.isEmpty()) {
      // Once more, to name all that needs what is not there: also what was passed before that
      // was known.
      lost = wanted;
      for (Seen one : seen) {
        Marks again = new Marks();
        again.beginNewest();
        one.walk.with(new Looking(one, again, Optional.empty()));
      }
    }
    return new Found(files, folders, bytes, packs, List.copyOf(damaged), more);
  }

  /** Holes may claim more than there are numbers for. */
  private static long sum(long one, long more) {
    return one > Long.MAX_VALUE - more ? Long.MAX_VALUE : one + more;
  }

  private void damage(Optional<Long> state, VaultPath path, Untrusted why) {
    for (Damaged known : damaged) {
      if (known.path.equals(path) && known.state.equals(state)) {
        return;
      }
    }
    if (damaged.size() < MOST_NAMED) {
      damaged.add(new Damaged(state, path, why));
    } else {
      more = true;
    }
  }

  /** Goes through what is to be looked at. */
  private class Walking extends Marking {
    Walking(Marks own, Damage damage) {
      super(drive.nodes(), drive.id(), own, damage, step);
    }

    void folder(VaultPath path, ItemId id, Pages pages) throws IOException {
      new PageWalk(drive.nodes(), this).walk(path, id, pages);
    }
  }

  /** Finds out how much there is to read; what is damaged is found by the way that reads. */
  private final class Counting extends Walking {
    Counting() {
      super(counted, (path, why) -> {});
    }

    @Override
    void segment(Place place, Ref segment, boolean isNew) throws IOException {
      step.pass();
      toRead += isNew ? segment.length() : 0;
    }
  }

  /** One way through. */
  private final class Looking extends Walking {
    private final boolean first;
    private final Optional<Openings> openings;

    /**
     * @param openings if this is the first way, which counts and opens
     */
    Looking(Seen one, Marks own, Optional<Openings> openings) {
      super(own, (path, why) -> damage(one.state, path, why));
      this.first = openings.isPresent();
      this.openings = openings;
    }

    @Override
    void require(Ref ref) throws Untrusted {
      if (lost.contains(ref.pack())) {
        throw new DataMissing();
      }
    }

    @Override
    public boolean enters(VaultPath path, Entry.Folder folder) {
      folders += first ? 1 : 0;
      return super.enters(path, folder);
    }

    @Override
    public void file(VaultPath path, Entry.File file) throws IOException {
      files += first ? 1 : 0;
      bytes = first ? sum(bytes, file.content().length()) : bytes;
      super.file(path, file);
    }

    @Override
    void segment(Place place, Ref segment, boolean isNew) throws IOException {
      step.pass();
      Openings.Segment one = new Openings.Segment(place, segment);
      Untrusted why = closed.get(one);
      if (why != null) {
        throw why;
      }
      if (full && isNew && openings.isPresent()) {
        openings.get().open(one);
      }
    }
  }
}
