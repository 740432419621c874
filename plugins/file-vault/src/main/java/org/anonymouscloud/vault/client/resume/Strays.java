package org.anonymouscloud.vault.client.resume;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.anonymouscloud.core.plugin.RecordStore;
import org.anonymouscloud.vault.client.store.PackNotes;
import org.anonymouscloud.vault.protocol.DriveId;
import org.anonymouscloud.vault.protocol.PackName;

/**
 * The packs of a drive that are on their way and that no next try can use: what is in them is sent
 * anew if the work is cut, and so they are to be given back. Noted as docs/formats/vault.md says
 * ("Uploads under way"). Thread-safe.
 */
public final class Strays implements PackNotes {
  /** What is shorter is gone after a day, and sent in less time than a note takes. */
  static final int LEAST = 1 << 20;

  private static final Duration REST = Duration.ofMinutes(1);

  private static final String ALL = "stray/";
  private static final byte VERSION = 1;
  private static final int LENGTH = 1 + Long.BYTES;

  private final RecordStore records;
  private final Notes notes;
  private final String prefix;
  private final Clock clock;

  // Guarded by this, which is taken before the records'.
  private final Set<PackName> noted = new HashSet<>();

  /** Those of them whose work is over. */
  private final Set<PackName> left = new HashSet<>();

  /** Packs that are noted for a file, which is better. */
  private final Set<PackName> claimed = new HashSet<>();

  private boolean looked;

  /** When something could not be given back. */
  private Optional<Instant> failed = Optional.empty();

  /** Reads nothing yet. */
  Strays(RecordStore records, DriveId drive, Clock clock) {
    this.records = records;
    this.notes = new Notes(records);
    this.prefix = ALL + drive + "/";
    this.clock = clock;
  }

  /** The key of a pack's note. */
  String key(PackName pack) {
    return prefix + pack.text();
  }

  /**
   * A pack is going to be noted for a file.
   *
   * @return whether its note here is to be deleted in the same change
   */
  synchronized boolean claim(PackName pack) {
    claimed.add(pack);
    return noted.remove(pack);
  }

  /** Takes over packs that were noted for a file, and turn out to be of no use to it. */
  synchronized void adopt(Collection<PackName> packs, Collection<String> keys) throws IOException {
    noted.addAll(packs);
    boolean _ =
        records.change(
            changing -> {
              for (PackName pack : packs) {
                changing.put(key(pack), note());
              }
              for (String key : keys) {
                boolean _ = changing.delete(key);
              }
              return true;
            });
  }

  @Override
  public synchronized void leaving(PackName pack, int length) {
    if (length >= LEAST && !claimed.contains(pack)) {
      noteAll(List.of(pack));
    }
  }

  private void noteAll(Collection<PackName> packs) {
    noted.addAll(packs);
    byte[] note = note();
    boolean _ =
        notes.attempt(
            () -> {
              boolean _ =
                  records.change(
                      changing -> {
                        for (PackName pack : packs) {
                          changing.put(key(pack), note);
                        }
                        return true;
                      });
            });
  }

  @Override
  public synchronized void settled(Collection<PackName> packs) {
    claimed.removeAll(packs);
    List<String> keys = new ArrayList<>();
    for (PackName pack : packs) {
      if (noted.remove(pack)) {
        left.remove(pack);
        keys.add(key(pack));
      }
    }
    boolean _ = notes.attempt(() -> notes.delete(keys));
  }

  @Override
  public synchronized void ended(Collection<PackName> packs) {
    claimed.removeAll(packs);
    packs.stream().filter(noted::contains).forEach(left::add);
  }

  /** These could not be given back just now, by whom they were noted or not. */
  synchronized void keep(Collection<PackName> packs) {
    failed = Optional.of(clock.instant());
    left.addAll(packs);
    noteAll(packs);
  }

  /**
   * Packs that ended work has left, of this process or one before it. None for a while after they
   * could not be given back: a server that does not answer to that delays no upload again and
   * again.
   */
  public synchronized List<PackName> left() {
    if (!looked) {
      looked = true;
      boolean _ = notes.attempt(this::look);
    }
    boolean rests = failed.filter(time -> time.plus(REST).isAfter(clock.instant())).isPresent();
    return rests ? List.of() : List.copyOf(left);
  }

  private void look() throws IOException {
    List<String> outdated = new ArrayList<>();
    for (String key : records.list(ALL)) {
      Optional<byte[]> value = records.get(key);
      if (value.isEmpty() || !Notes.count(time(value.get()), clock.instant())) {
        outdated.add(key);
      } else if (key.startsWith(prefix)) {
        try {
          PackName pack = new PackName(key.substring(prefix.length()));
          if (noted.add(pack)) {
            left.add(pack);
          }
        } catch (IllegalArgumentException e) {
          outdated.add(key);
        }
      }
    }
    notes.delete(outdated);
  }

  /** The drive is not used here any more. */
  synchronized void forgetAll() {
    noted.clear();
    left.clear();
    claimed.clear();
    boolean _ = notes.attempt(() -> notes.delete(records.list(prefix)));
  }

  private byte[] note() {
    return ByteBuffer.allocate(LENGTH)
        .put(VERSION)
        .putLong(clock.instant().getEpochSecond())
        .array();
  }

  /** The time of a note; long ago if it is none of this version. */
  private static Instant time(byte[] note) {
    if (note.length != LENGTH || note[0] != VERSION) {
      return Instant.MIN;
    }
    long seconds = ByteBuffer.wrap(note, 1, Long.BYTES).getLong();
    return Instant.ofEpochSecond(
        Math.clamp(seconds, Instant.MIN.getEpochSecond(), Instant.MAX.getEpochSecond()));
  }
}
