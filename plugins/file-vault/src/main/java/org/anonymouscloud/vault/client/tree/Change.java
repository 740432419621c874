package org.anonymouscloud.vault.client.tree;

import java.time.Instant;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.anonymouscloud.vault.client.format.Entry;
import org.anonymouscloud.vault.client.format.ItemId;
import org.anonymouscloud.vault.client.format.Name;
import org.jspecify.annotations.Nullable;

/** What shall become of one name in a folder. */
sealed interface Change {
  /**
   * A file or a link shall be there.
   *
   * @param base what was there when its writing began
   * @param strict whether the change is to fail if that is not there any more
   */
  record Put(Entry thing, Optional<Entry> base, boolean strict) implements Change {}

  /**
   * What was there shall be gone.
   *
   * @param into where in the trash it goes; none to remove it for good
   */
  record Remove(Entry base, boolean strict, Optional<Removal> into) implements Change {}

  /** What is there shall be there no more, as it {@link Arrive}s elsewhere. */
  record Leave() implements Change {}

  /**
   * Something shall be there that the drive has already: nothing of it is sealed anew.
   *
   * @param thing what it is; it gets the name of this place
   * @param instead what makes room for it, if that is still there
   */
  record Arrive(Thing thing, Optional<Instead> instead) implements Change {}

  /**
   * What makes room.
   *
   * @param base what it was when that was asked for
   * @param into where in the trash it goes
   */
  record Instead(Entry base, Removal into) {}

  /** What arrives. */
  sealed interface Thing {
    /** Whatever is at a path of the trees to which the change is made. */
    record Moved(Tree tree, VaultPath from) implements Thing {}

    /**
     * One more of a file or a link, with its id; or a copy of a folder, whose pages are written for
     * a new id.
     */
    record Copied(Entry entry) implements Thing {}
  }

  /**
   * Something in the folder of this name changes, or the folder shall be there. Not thread-safe.
   */
  final class Below implements Change {
    private final SortedMap<Name, Change> changes = new TreeMap<>();
    private @Nullable Instant made;
    private @Nullable ItemId id;

    SortedMap<Name, Change> changes() {
      return changes;
    }

    /** The folder shall be there even if it is empty, with this time. */
    void make(Instant modified) {
      made = modified;
    }

    /** The folder is made for what is in it; if it is not there yet, with this id. */
    void hold(ItemId holder, Instant modified) {
      id = holder;
      made = modified;
    }

    /** The id of the folder, if it is not there yet. */
    ItemId newId() {
      return id == null ? ItemId.random() : id;
    }

    Optional<Instant> made() {
      return Optional.ofNullable(made);
    }
  }
}
