package org.anonymouscloud.vault.client.tree;

import java.time.Instant;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.anonymouscloud.vault.client.format.Entry;
import org.anonymouscloud.vault.client.format.Name;
import org.jspecify.annotations.Nullable;

/** What shall become of one name in a folder. */
sealed interface Change {
  /**
   * A file shall be there.
   *
   * @param base what was there when its writing began
   * @param strict whether the change is to fail if that is not there any more
   */
  record Put(Entry.File file, Optional<Entry> base, boolean strict) implements Change {}

  /** What was there shall be gone. */
  record Remove(Entry base, boolean strict) implements Change {}

  /** What is there shall be there no more, as it {@link Arrive}s elsewhere. */
  record Leave() implements Change {}

  /**
   * Something shall be there that the drive has already: nothing of it is sealed anew.
   *
   * @param thing what it is; it gets the name of this place
   */
  record Arrive(Thing thing) implements Change {}

  /** What arrives. */
  sealed interface Thing {
    /** Whatever is at a path of the tree to which the change is made. */
    record Moved(VaultPath from) implements Thing {}

    /**
     * One more of a file, with its id; or a copy of a folder, whose pages are written for a new id.
     */
    record Copied(Entry entry) implements Thing {}
  }

  /**
   * Something in the folder of this name changes, or the folder shall be there. Not thread-safe.
   */
  final class Below implements Change {
    private final SortedMap<Name, Change> changes = new TreeMap<>();
    private @Nullable Instant made;

    SortedMap<Name, Change> changes() {
      return changes;
    }

    /** The folder shall be there even if it is empty, with this time. */
    void make(Instant modified) {
      made = modified;
    }

    Optional<Instant> made() {
      return Optional.ofNullable(made);
    }
  }
}
