package org.anonymouscloud.vault.client.past;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.anonymouscloud.vault.client.drive.Drive;
import org.anonymouscloud.vault.client.drive.Snapshot;
import org.anonymouscloud.vault.client.format.Entry;
import org.anonymouscloud.vault.client.format.ItemId;
import org.anonymouscloud.vault.client.store.States;
import org.anonymouscloud.vault.client.tree.TreeDiff;
import org.anonymouscloud.vault.client.tree.VaultPath;
import org.jspecify.annotations.Nullable;

/**
 * Where something was before it was moved, or a folder above it was.
 *
 * @param path at which it was
 * @param state number of the last state in which it was there, of those that are whole
 */
public record EarlierPlace(VaultPath path, long state) {
  /**
   * So many differences of two states are looked through. What a move changes is little; that many
   * have only those between which much was given back, or a change of very many things.
   */
  private static final int MAX_DIFFERENCES = 10_000;

  /**
   * Looks where in an older state that is which came to a path by the next one. A move keeps the
   * ids, so what is gone elsewhere under the same id was moved; only what differs between the two
   * states is read.
   *
   * @param id of what is at the path in the newer one
   * @return none if it was nowhere
   */
  static Optional<EarlierPlace> find(
      Drive drive, States.State before, States.State after, VaultPath path, ItemId id)
      throws IOException {
    Snapshot then = drive.snapshot(before);
    Map<ItemId, VaultPath> below = below(drive.snapshot(after), path);
    TreeDiff differences = drive.difference(Optional.of(before.root()), after.root());
    TreeDiff.Difference next = differences.next();
    for (int looked = 0; next != null && looked < MAX_DIFFERENCES; looked++) {
      Optional<ItemId> gone = next.was().map(Entry::id);
      @Nullable VaultPath rest = gone.isEmpty() ? null : below.get(gone.get());
      if (rest != null && next.path().names().size() + rest.names().size() <= VaultPath.MAX_DEPTH) {
        VaultPath place = next.path().join(rest);
        if (!place.equals(path) && then.find(place).map(Entry::id).equals(Optional.of(id))) {
          return Optional.of(new EarlierPlace(place, before.number()));
        }
      }
      next = differences.next();
    }
    return Optional.empty();
  }

  /** What is at a path and the folders above it, by their ids, with the way from each to it. */
  private static Map<ItemId, VaultPath> below(Snapshot state, VaultPath path) throws IOException {
    Map<ItemId, VaultPath> below = new HashMap<>();
    VaultPath above = path;
    while (!above.isTop()) {
      VaultPath rest = path.below(above.names().size());
      state.find(above).ifPresent(entry -> below.put(entry.id(), rest));
      above = above.parent();
    }
    return below;
  }
}
