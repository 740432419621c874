package org.anonymouscloud.vault.client.resume;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.plugin.RecordStore;
import org.anonymouscloud.core.wire.Malformed;
import org.anonymouscloud.vault.client.format.Entry;
import org.anonymouscloud.vault.client.format.SentPack;
import org.anonymouscloud.vault.client.tree.VaultPath;
import org.anonymouscloud.vault.protocol.DriveId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The notes of a drive's uploads on this device, as docs/formats/vault.md says ("Uploads under
 * way"). They save work and are never needed: where the disk fails there are none. Thread-safe.
 */
public final class Journal {
  private static final Logger LOG = LoggerFactory.getLogger(Journal.class);

  /** Longer than an upload takes to end whose sender is gone. */
  private static final Duration OTHER = Duration.ofSeconds(30);

  private static final String ALL = "upload/";
  private static final int PATH_DIGITS = 32;

  private final RecordStore records;
  private final Notes notes;
  private final Strays strays;
  private final String prefix;
  private final Clock clock;

  // Guarded by this.
  private final Set<String> noted = new HashSet<>();
  private final Set<String> busy = new HashSet<>();

  /** Those of the busy ones that have notes, or will have. */
  private final Set<String> kept = new HashSet<>();

  private boolean looked;

  /** Reads nothing yet. */
  public Journal(RecordStore records, DriveId drive, Clock clock) {
    this.records = records;
    this.notes = new Notes(records);
    this.strays = new Strays(records, drive, clock);
    this.prefix = ALL + drive + "/";
    this.clock = clock;
  }

  /** What is noted of packs that no file of this journal has in its notes. */
  public Strays strays() {
    return strays;
  }

  /**
   * What a trail begins with.
   *
   * @param key of its notes
   */
  record Begun(String key, EarlierTry earlier) {}

  /**
   * Begins to note how a file is written. The caller ends the trail. If another upload to the same
   * path is under way that has notes, this waits a while for its end: it may be one whose sender is
   * gone already.
   *
   * @param there the file that is at the path
   * @return none if the other one does not end, which has the notes
   */
  Optional<Begun> begin(VaultPath path, Optional<Entry.File> there) throws IOException {
    String key = prefix + digits(path) + "/";
    boolean earlier;
    synchronized (this) {
      awaitEnd(key);
      if (!busy.add(key)) {
        return Optional.empty();
      }
      look();
      earlier = noted.contains(key);
      if (earlier) {
        kept.add(key);
      }
    }
    EarlierTry tried = new EarlierTry(there);
    if (earlier) {
      read(key, tried);
    }
    return Optional.of(new Begun(key, tried.complete()));
  }

  /** Guarded by this. */
  private void awaitEnd(String key) throws IOException {
    long end = System.nanoTime() + OTHER.toNanos();
    try {
      while (kept.contains(key)) {
        long left = Duration.ofNanos(end - System.nanoTime()).toMillis();
        if (left <= 0) {
          return;
        }
        wait(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("The upload was interrupted.");
    }
  }

  private static String digits(VaultPath path) {
    return Digest.sha256(path.toString().getBytes(UTF_8)).toString().substring(0, PATH_DIGITS);
  }

  /** Once: which paths have notes. What is outdated goes, of all drives. */
  private void look() {
    if (looked) {
      return;
    }
    looked = true;
    boolean _ =
        notes.attempt(
            () -> {
              List<String> outdated = new ArrayList<>();
              for (String key : records.list(ALL)) {
                if (note(key).isEmpty()) {
                  outdated.add(key);
                } else if (key.startsWith(prefix)) {
                  noted.add(key.substring(0, key.lastIndexOf('/') + 1));
                }
              }
              notes.delete(outdated);
            });
  }

  /** A note that counts; none if it is damaged, outdated or gone. */
  Optional<SentPack> note(String key) throws IOException {
    Optional<byte[]> value = records.get(key);
    if (value.isEmpty()) {
      return Optional.empty();
    }
    try {
      SentPack note = SentPack.decode(key, value.get());
      return Notes.count(note.time(), clock.instant()) ? Optional.of(note) : Optional.empty();
    } catch (Malformed e) {
      LOG.warn("A note of an upload is damaged and not used: {}", e.getMessage());
      return Optional.empty();
    }
  }

  /** As {@link #note}, where none is as good. */
  Optional<SentPack> noteIfReadable(String key) {
    try {
      return note(key);
    } catch (IOException e) {
      LOG.warn("A note of an upload cannot be read: {}", e.getMessage());
      return Optional.empty();
    }
  }

  private void read(String key, EarlierTry tried) {
    List<String> useless = new ArrayList<>();
    boolean _ =
        notes.attempt(
            () -> {
              for (String one : records.list(key)) {
                Optional<SentPack> note = note(one);
                if (note.isEmpty() || !tried.add(one, note.get())) {
                  useless.add(one);
                }
              }
              if (!useless.isEmpty()) {
                strays.adopt(tried.useless().keySet(), useless);
              }
            });
  }

  /** Keeps a note. */
  boolean put(String key, SentPack note) {
    // Of fixed length, so that their order is that of the segments.
    String record =
        key + "%016x-%s".formatted(note.segments().getFirst().index(), note.pack().text());
    boolean stray = strays.claim(note.pack());
    boolean done =
        notes.attempt(
            () -> {
              boolean _ =
                  records.change(
                      changing -> {
                        changing.put(record, note.encode(record));
                        return !stray || changing.delete(strays.key(note.pack()));
                      });
            });
    if (done) {
      synchronized (this) {
        noted.add(key);
      }
    }
    return done;
  }

  Instant now() {
    return clock.instant();
  }

  /** Deletes all notes of a path. */
  void forget(String key) {
    synchronized (this) {
      if (!noted.remove(key)) {
        return;
      }
    }
    boolean _ = notes.attempt(() -> notes.delete(records.list(key)));
  }

  /** An upload is long enough to have notes. */
  synchronized void keeps(String key) {
    kept.add(key);
  }

  /** Another upload to the path may begin. */
  synchronized void end(String key) {
    busy.remove(key);
    kept.remove(key);
    notifyAll();
  }

  /** Deletes all notes: the drive is not used here any more. */
  public void forgetAll() {
    synchronized (this) {
      noted.clear();
      looked = true;
    }
    boolean _ = notes.attempt(() -> notes.delete(records.list(prefix)));
    strays.forgetAll();
  }
}
