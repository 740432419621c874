package org.anonymouscloud.core.account.client.records;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.crypto.NotAuthentic;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.plugin.RecordStore;
import org.anonymouscloud.core.plugin.RecordsRolledBack;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The records of all features on this device. The file is opened, and all of it checked, when the
 * first of them is asked for. Thread-safe.
 *
 * <p>An old copy of the file is whole and well sealed; that it is old, the server's mark tells. The
 * device keeps the marks that the server may have: the one it was last known to have, and the one
 * sent since. Any other that is newer was made from a newer file than this (A23). Counting alone
 * would not do: an old copy that goes on counts as well.
 */
public final class DeviceRecords implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DeviceRecords.class);
  private static final String FILE = "records.db";

  /** A mark fails to go in where another was put meanwhile, by a copy of this device. */
  private static final int TRIES = 3;

  private final Path path;
  private final RecordKeys keys;

  /** Held while the server is asked; taken before the other lock. */
  private final ReentrantLock settling = new ReentrantLock();

  /** Held while the file is read or changed. */
  private final ReentrantLock using = new ReentrantLock();

  // Guarded by using.
  private @Nullable RecordFile file;
  private RecordState state = RecordState.NEW;
  private boolean closed;
  private boolean busy;

  /** What the server has, as far as is known. Guarded by settling. */
  private byte @Nullable [] kept;

  /**
   * @param folder of the account; made when there is something to keep
   * @param deviceSecret stays the caller's
   */
  public DeviceRecords(Path folder, Secret deviceSecret) {
    this.path = folder.resolve(FILE);
    this.keys = new RecordKeys(deviceSecret);
  }

  <T, X extends Exception> T read(String feature, RecordStore.Change<T, X> work)
      throws X, IOException {
    using.lock();
    try {
      RecordFile open = open();
      requireNewest(feature);
      return work.on(new Draft(open, feature));
    } finally {
      using.unlock();
    }
  }

  <T, X extends Exception> T change(String feature, RecordStore.Change<T, X> work)
      throws X, IOException {
    using.lock();
    try {
      RecordFile open = open();
      requireNewest(feature);
      Draft draft = new Draft(open, feature);
      boolean done = false;
      busy = true;
      try {
        T result = work.on(draft);
        if (draft.changed) {
          commit(open, state.changed(draft.sum));
        }
        done = true;
        return result;
      } finally {
        busy = false;
        draft.ended = true;
        if (!done) {
          takeBack();
        }
      }
    } finally {
      using.unlock();
    }
  }

  /** Deletes a feature's records, be they an old copy or not. */
  void reset(String feature) throws IOException {
    using.lock();
    try {
      RecordFile open = open();
      Draft draft = new Draft(open, feature);
      boolean done = false;
      try {
        for (String key : draft.list("")) {
          var _ = draft.delete(key);
        }
        commit(open, state.begun(keys.owner(feature)).changed(draft.sum));
        done = true;
      } finally {
        if (!done) {
          takeBack();
        }
      }
    } finally {
      using.unlock();
    }
  }

  /** Guarded by using. One that fails may be on the disk all the same: the file says. */
  private void commit(RecordFile open, RecordState next) throws IOException {
    boolean done = false;
    try {
      open.putState(keys.seal(next));
      open.commit();
      state = next;
      done = true;
    } finally {
      if (!done) {
        closeFile();
      }
    }
  }

  /** Guarded by using. */
  private void takeBack() {
    RecordFile open = file;
    if (open != null && !open.rollBack()) {
      closeFile();
    }
  }

  /** Guarded by using. It is opened, and checked, when it is needed again. */
  private void closeFile() {
    RecordFile open = file;
    file = null;
    if (open != null) {
      open.close();
    }
  }

  /** Guarded by using. */
  private RecordFile open() throws IOException {
    if (busy) {
      throw new IllegalStateException("A change uses what it is given, not the store.");
    }
    if (closed) {
      throw new IOException("The account is closed on this device.");
    }
    RecordFile open = file;
    if (open == null) {
      open = RecordFile.open(path);
      boolean done = false;
      try {
        state = check(open);
        file = open;
        done = true;
      } finally {
        if (!done) {
          open.close();
        }
      }
    }
    return open;
  }

  /** What the file says of itself, if that is true of all its rows. */
  private RecordState check(RecordFile open) throws IOException {
    RecordState said = RecordState.NEW;
    byte[] sum = new byte[Digest.LENGTH];
    open.each(row -> toggle(sum, row));
    try {
      Optional<byte[]> sealed = open.state();
      if (sealed.isPresent()) {
        said = keys.openState(sealed.get());
      }
      if (!Arrays.equals(sum, said.sum())) {
        throw new NotAuthentic();
      }
    } catch (NotAuthentic e) {
      throw open.damaged(e);
    }
    if (open.state().isEmpty()) {
      commit(open, said);
    }
    return said;
  }

  private void toggle(byte[] sum, SealedRecord row) {
    byte[] code = keys.code(row).bytes();
    for (int i = 0; i < sum.length; i++) {
      sum[i] ^= code[i];
    }
  }

  /** Guarded by using. */
  private void requireNewest(String feature) throws RecordsRolledBack {
    if (state.stale().contains(keys.owner(feature))) {
      throw new RecordsRolledBack(feature);
    }
  }

  /**
   * Looks whether this is an old copy, once for each opening of the account, if there is anything
   * to look at. Records that cannot be read are not compared: who uses them is told.
   *
   * @throws MarkRefused if what is kept for this device was not made by it
   */
  public void compare(MarkKeeper keeper) throws IOException {
    settling.lock();
    try {
      if (kept == null && isReadable()) {
        kept = compared(keeper);
      }
    } finally {
      settling.unlock();
    }
  }

  private boolean isReadable() {
    using.lock();
    try {
      if (closed || !Files.exists(path)) {
        return false;
      }
      var _ = open();
      return true;
    } catch (IOException e) {
      LOG.warn("The records of this device cannot be read: {}", e.getMessage());
      return false;
    } finally {
      using.unlock();
    }
  }

  /** Guarded by settling. What the server has, whose meaning is in the file when this returns. */
  private byte[] compared(MarkKeeper keeper) throws IOException {
    byte[] mark = keeper.mark();
    using.lock();
    try {
      RecordFile open = open();
      // A server without a mark, or with an older one, was restored from a backup.
      if (mark.length == 0 || isOne(mark, state.settled()) || isOne(mark, state.sent())) {
        return mark;
      }
      long marked = keys.openMark(mark);
      if (state.settled().length > 0 && marked < keys.openMark(state.settled())) {
        return mark;
      }
      Set<Digest> stale = open.owners();
      commit(open, state.rolledBack(mark, marked, stale));
      LOG.warn("The records of this device are an old copy; features must begin anew.");
      return mark;
    } catch (NotAuthentic e) {
      throw new MarkRefused(e);
    } finally {
      using.unlock();
    }
  }

  private static boolean isOne(byte[] mark, byte[] own) {
    return Arrays.equals(mark, own);
  }

  void settle(String feature, MarkKeeper keeper) throws IOException {
    if (using.isHeldByCurrentThread()) {
      throw new IllegalStateException("A change settles when it has ended.");
    }
    settling.lock();
    try {
      for (int i = 0; i < TRIES; i++) {
        byte[] known = kept;
        if (known == null) {
          known = compared(keeper);
          kept = known;
        }
        Optional<byte[]> next = next(feature, known);
        if (next.isEmpty()) {
          return;
        }
        // Until the answer is there, nobody knows which one the server has.
        kept = null;
        if (keeper.replace(known, next.get())) {
          kept = next.get();
          return;
        }
      }
      throw new IOException(
          "This device's records are changed by another copy of it all the time.");
    } finally {
      settling.unlock();
    }
  }

  /** The mark to put in place of the one that the server has; none if that is right. */
  private Optional<byte[]> next(String feature, byte[] known) throws IOException {
    using.lock();
    try {
      RecordFile open = open();
      requireNewest(feature);
      long marked = known.length == 0 ? 0 : keys.openMark(known);
      if (marked == state.changes()) {
        return Optional.empty();
      }
      byte[] mark = keys.sealMark(state.changes());
      byte[] settled = isOne(known, state.sent()) ? state.sent() : state.settled();
      // Before it is sent: if the answer is lost, it must be known again.
      commit(open, state.sending(settled, mark));
      return Optional.of(mark);
    } catch (NotAuthentic e) {
      throw new MarkRefused(e);
    } finally {
      using.unlock();
    }
  }

  /** Closes the file and wipes the keys; a change that is under way ends first. */
  @Override
  public void close() {
    using.lock();
    try {
      closed = true;
      closeFile();
      keys.close();
    } finally {
      using.unlock();
    }
  }

  /** The records of a feature, as a change has left them so far. */
  private final class Draft implements RecordStore.Records {
    private final RecordFile open;
    private final String feature;
    private final byte[] sum = state.sum().clone();
    private boolean changed;
    private boolean ended;

    Draft(RecordFile open, String feature) {
      this.open = open;
      this.feature = feature;
    }

    @Override
    public Optional<byte[]> get(String key) throws IOException {
      Optional<SealedRecord> row = row(key);
      if (row.isEmpty()) {
        return Optional.empty();
      }
      try {
        return Optional.of(keys.openValue(feature, row.get().place(), row.get().value()));
      } catch (NotAuthentic e) {
        throw open.damaged(e);
      }
    }

    private Optional<SealedRecord> row(String key) throws IOException {
      requireUse();
      int length = key.getBytes(UTF_8).length;
      if (length < 1 || length > RecordStore.LONGEST_KEY) {
        throw new IllegalArgumentException(
            "A record's key has 1 to " + RecordStore.LONGEST_KEY + " bytes, not " + length + ".");
      }
      return open.get(keys.owner(feature), keys.place(feature, key));
    }

    @Override
    public List<String> list(String prefix) throws IOException {
      requireUse();
      List<SealedRecord> rows = new ArrayList<>();
      open.eachKey(keys.owner(feature), rows::add);
      List<String> found = new ArrayList<>();
      try {
        for (SealedRecord row : rows) {
          String key = keys.openKey(feature, row.place(), row.key());
          if (key.startsWith(prefix)) {
            found.add(key);
          }
        }
      } catch (NotAuthentic e) {
        throw open.damaged(e);
      }
      found.sort(null);
      return found;
    }

    @Override
    public void put(String key, byte[] value) throws IOException {
      if (value.length > RecordStore.LONGEST_VALUE) {
        throw new IllegalArgumentException(
            "A record's value has at most "
                + RecordStore.LONGEST_VALUE
                + " bytes, not "
                + value.length
                + ".");
      }
      row(key).ifPresent(before -> toggle(sum, before));
      SealedRecord row = keys.seal(feature, key, value);
      toggle(sum, row);
      open.put(row);
      changed = true;
    }

    @Override
    public boolean delete(String key) throws IOException {
      Optional<SealedRecord> row = row(key);
      if (row.isEmpty()) {
        return false;
      }
      toggle(sum, row.get());
      open.delete(row.get().owner(), row.get().place());
      changed = true;
      return true;
    }

    private void requireUse() {
      if (ended) {
        throw new IllegalStateException("The change has ended.");
      }
    }
  }
}
