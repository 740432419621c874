package org.anonymouscloud.vault.client.resume;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;
import org.anonymouscloud.vault.client.format.Entry;
import org.anonymouscloud.vault.client.format.ItemId;
import org.anonymouscloud.vault.client.format.Ref;
import org.anonymouscloud.vault.client.format.SentPack;
import org.anonymouscloud.vault.protocol.PackName;

/**
 * What earlier uploads of a file have left. Eight bytes a segment are in memory; references are
 * read from the disk as they are asked for. Not thread-safe.
 */
final class EarlierTry {
  /** Segments are sealed in nearly their order: at a time those of a few packs are asked for. */
  private static final int KEPT_NOTES = 4;

  private final Optional<Entry.File> there;
  private Optional<ItemId> file;
  private final Map<PackName, Integer> stored = new HashMap<>();
  private final Map<PackName, Integer> useless = new HashMap<>();
  private final List<String> keys = new ArrayList<>();
  private final LongStream.Builder found = LongStream.builder();

  /** Number of a segment (32 bits) and place of its note in the keys (32 bits), in order. */
  private long[] places = {};

  private final Map<String, Map<Long, Ref>> notes =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Map<Long, Ref>> eldest) {
          return size() > KEPT_NOTES;
        }
      };

  /** Reads a note anew. */
  @FunctionalInterface
  interface Notes {
    Optional<SentPack> get(String key);
  }

  /**
   * @param there the file at the path, as it is now
   */
  EarlierTry(Optional<Entry.File> there) {
    this.there = there;
    this.file = there.map(Entry.File::id);
  }

  /**
   * Takes a note.
   *
   * @return whether it is of use: what was sealed for another file is not
   */
  boolean add(String key, SentPack note) {
    boolean fits =
        there.isPresent()
            ? there.get().id().equals(note.file())
            // An id is not given again to what was removed, so a tag never means two contents.
            : note.replaced() == 0 && file.orElse(note.file()).equals(note.file());
    if (!fits || !note.stored()) {
      useless.put(note.pack(), note.length());
      return false;
    }
    file = Optional.of(note.file());
    stored.put(note.pack(), note.length());
    note.segments().forEach(one -> found.add(one.index() << Integer.SIZE | keys.size()));
    keys.add(key);
    return true;
  }

  /** All notes were taken. */
  EarlierTry complete() {
    places = found.build().sorted().toArray();
    return this;
  }

  /** The id that the segments are sealed for. */
  Optional<ItemId> file() {
    return keys.isEmpty() ? Optional.empty() : file;
  }

  /** Packs that the server has said it holds, and their lengths. */
  Map<PackName, Integer> stored() {
    return stored;
  }

  /** Packs that may be on the server and that nothing can be made of, and their lengths. */
  Map<PackName, Integer> useless() {
    return useless;
  }

  /** What may be the reference of a segment. */
  Optional<Ref> proposed(long index, Notes source) {
    int at = Arrays.binarySearch(places, index << Integer.SIZE);
    at = at < 0 ? -at - 1 : at;
    if (at == places.length || places[at] >> Integer.SIZE != index) {
      return Optional.empty();
    }
    String key = keys.get((int) places[at]);
    return Optional.ofNullable(notes.computeIfAbsent(key, one -> refs(source.get(one))).get(index));
  }

  private static Map<Long, Ref> refs(Optional<SentPack> note) {
    Map<Long, Ref> refs = new HashMap<>();
    note.ifPresent(
        pack -> pack.segments().forEach(segment -> refs.put(segment.index(), segment.ref())));
    return refs;
  }
}
