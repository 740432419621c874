package org.anonymouscloud.vault.client.resume;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.anonymouscloud.vault.client.format.Entry;
import org.anonymouscloud.vault.client.format.ItemId;
import org.anonymouscloud.vault.client.format.Ref;
import org.anonymouscloud.vault.client.format.SentPack;
import org.anonymouscloud.vault.client.store.PackWatch;
import org.anonymouscloud.vault.protocol.PackName;

/**
 * How one file is written: which of its segments the server holds by now. Noted on the disk as soon
 * as the file is long enough for that to be worth it. Thread-safe.
 */
public final class Trail implements PackWatch {
  /** What fills no pack is soon sent again. */
  static final int SHORT = 16;

  private final Journal journal;
  private final String key;
  private final long replaced;
  private final ItemId file;

  // Guarded by this.
  private final EarlierTry earlier;
  private final Map<PackName, Carried> carried = new HashMap<>();
  private final Set<PackName> stored = new HashSet<>();
  private boolean isLong;
  private boolean ended;
  private long resumed;

  /** Held while a note is written, so that the newest is written last. Taken before the other. */
  private final Object writing = new Object();

  /** A pack with segments of the file. */
  private static final class Carried {
    private final List<SentPack.Numbered> segments = new ArrayList<>();
    private boolean left;
    private int length;
    private boolean stored;
  }

  Trail(Journal journal, String key, Optional<Entry.File> there, EarlierTry earlier) {
    this.journal = journal;
    this.key = key;
    this.replaced = there.map(Entry.File::version).orElse(0L);
    this.earlier = earlier;
    this.file = earlier.file().orElseGet(() -> there.map(Entry.File::id).orElseGet(ItemId::random));
    this.stored.addAll(earlier.stored().keySet());
  }

  /** The id of the file: for it the segments of an earlier try are sealed. */
  public ItemId file() {
    return file;
  }

  /** Whether anything is noted, or will be. */
  public synchronized boolean isWorthKeeping() {
    return isLong || earlier.file().isPresent();
  }

  /** What may be the reference of a segment; its digest says whether it is. */
  public synchronized Optional<Ref> proposed(long index) {
    return earlier.proposed(index, journal::noteIfReadable);
  }

  /** A reference of an earlier try is used. */
  public synchronized void takenUp(Ref ref) {
    resumed += ref.length();
  }

  /** Bytes of the file that an earlier try had sent. */
  public synchronized long resumed() {
    return resumed;
  }

  /** All packs that the server holds and this proposes to the next try. */
  public synchronized Set<PackName> packs() {
    return Set.copyOf(stored);
  }

  /**
   * Packs of earlier tries that may be on the server, and their lengths; what is not taken up is
   * not needed.
   */
  public synchronized Map<PackName, Integer> earlierPacks() {
    Map<PackName, Integer> packs = new HashMap<>(earlier.stored());
    packs.putAll(earlier.useless());
    return packs;
  }

  /** A segment has its place. */
  public synchronized void placed(long index, Ref ref) {
    carried
        .computeIfAbsent(ref.pack(), pack -> new Carried())
        .segments
        .add(new SentPack.Numbered(index, ref));
  }

  /** The file has so many segments by now. */
  public void reached(long segments) {
    List<PackName> unnoted;
    synchronized (this) {
      if (isLong || segments <= SHORT) {
        return;
      }
      isLong = true;
      unnoted = List.copyOf(carried.keySet());
    }
    journal.keeps(key);
    for (PackName pack : unnoted) {
      boolean _ = note(pack);
    }
  }

  @Override
  public boolean leaving(PackName pack, int length) {
    synchronized (this) {
      Carried one = carried.get(pack);
      one.left = true;
      one.length = length;
    }
    return note(pack);
  }

  @Override
  public void stored(PackName pack) {
    synchronized (this) {
      carried.get(pack).stored = true;
    }
    boolean _ = note(pack);
  }

  private boolean note(PackName pack) {
    synchronized (writing) {
      SentPack note;
      synchronized (this) {
        Carried one = carried.get(pack);
        if (ended || !isLong || one == null || !one.left) {
          return false;
        }
        note = new SentPack(one.stored, one.length, journal.now(), file, replaced, one.segments);
        if (one.stored) {
          carried.remove(pack);
        }
      }
      boolean done = journal.put(key, note);
      if (done && note.stored()) {
        synchronized (this) {
          stored.add(pack);
        }
      }
      return done;
    }
  }

  /** Nothing more is noted; what is stays for the next try. */
  public void keep() {
    synchronized (writing) {
      synchronized (this) {
        ended = true;
      }
    }
    journal.end(key);
  }

  /** Nothing more is noted, and what was is deleted: it is of no use any more. */
  public void forget() {
    synchronized (writing) {
      synchronized (this) {
        ended = true;
      }
    }
    journal.forget(key);
    journal.end(key);
  }
}
