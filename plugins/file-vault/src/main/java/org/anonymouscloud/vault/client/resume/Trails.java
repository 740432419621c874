package org.anonymouscloud.vault.client.resume;

import java.io.IOException;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.vault.client.format.Entry;
import org.anonymouscloud.vault.client.remote.ServerRefused;
import org.anonymouscloud.vault.client.store.PackWriter;
import org.anonymouscloud.vault.client.tree.PathRefused;
import org.anonymouscloud.vault.client.tree.VaultPath;
import org.anonymouscloud.vault.protocol.PackName;

/**
 * The trails of the files that become one root. What a cut leaves is kept for the next try; what
 * was refused is not. Not thread-safe.
 */
public final class Trails {
  private final Journal journal;
  private final PackWriter writer;
  private final Map<VaultPath, Trail> open = new LinkedHashMap<>();
  private boolean refused;
  private long resumed;

  /**
   * @param writer sends what the files hold
   */
  public Trails(Journal journal, PackWriter writer) {
    this.journal = journal;
    this.writer = writer;
  }

  /**
   * The trail of a file that is about to be written.
   *
   * @param before the file that it takes the place of
   * @return none if another upload to the path is under way
   */
  public Optional<Trail> begin(VaultPath path, Optional<Entry.File> before) throws IOException {
    if (open.containsKey(path)) {
      return Optional.empty();
    }
    Optional<Trail> trail =
        journal
            .begin(path, before)
            .map(begun -> new Trail(journal, begun.key(), before, begun.earlier()));
    if (trail.isPresent()) {
      writer.mayHaveLeft(trail.get().earlierPacks());
      open.put(path, trail.get());
    }
    return trail;
  }

  /** All of a file was read. */
  public void read(Trail trail) {
    if (!trail.isWorthKeeping()) {
      open.values().remove(trail);
      trail.keep();
    }
  }

  /** A file is not wanted any more. */
  public void forget(Trail trail) {
    open.values().remove(trail);
    trail.forget();
  }

  /** A root has all the files. */
  public void committed() {
    for (Trail trail : open.values()) {
      resumed += trail.resumed();
      trail.forget();
    }
    open.clear();
  }

  /** Bytes of files with a root that earlier tries had sent. */
  public long resumed() {
    return resumed;
  }

  /**
   * Something has failed.
   *
   * @return what to tell
   */
  public IOException failed(IOException failure) {
    if (failure instanceof ServerRefused missing
        && missing.code() == ErrorCode.NOT_FOUND
        && open.values().stream().anyMatch(trail -> trail.resumed() > 0)) {
      refused = true;
      return new EarlierTryGone(failure);
    }
    refused |= isFinal(failure);
    return failure;
  }

  /** Whether the same try would fail again, so that what it has sent would wait for nothing. */
  private static boolean isFinal(IOException failure) {
    return failure instanceof PathRefused
        || (failure instanceof ServerRefused refusal
            && switch (refusal.code()) {
              case QUOTA_EXCEEDED, STORAGE_FULL, NOT_ALLOWED -> true;
              default -> false;
            });
  }

  /** Whether a next try can use what is still to be sent. */
  public boolean wantRest() {
    return !refused && open.values().stream().anyMatch(Trail::isWorthKeeping);
  }

  /**
   * Ends all trails that are left.
   *
   * @return the packs that the next try can use
   */
  public Set<PackName> end() {
    Set<PackName> kept = new HashSet<>();
    for (Trail trail : open.values()) {
      if (refused) {
        trail.forget();
      } else {
        kept.addAll(trail.packs());
        trail.keep();
      }
    }
    open.clear();
    return kept;
  }
}
