package org.anonymouscloud.vault.client.store;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.vault.client.format.Ref;
import org.anonymouscloud.vault.client.remote.RemoteVault;
import org.anonymouscloud.vault.client.remote.ServerRefused;
import org.anonymouscloud.vault.protocol.PackName;
import org.anonymouscloud.vault.protocol.VaultMessages;
import org.jspecify.annotations.Nullable;

/**
 * Gathers sealed segments in packs and sends each that is full, several at a time. Thread-safe; who
 * closes it gives up what has not been sent.
 */
public final class PackWriter implements AutoCloseable {
  /** A server has written a pack that it has all of by then, unless something is wrong. */
  private static final Duration ANSWER = Duration.ofSeconds(5);

  /** What a pack takes on a slow line. */
  private static final Duration BEGUN = Duration.ofSeconds(20);

  /** What comes last goes in one pack if it is no more than this. */
  private static final int LEAST_FULL = 1 << 16;

  private final RemoteVault remote;
  private final UploadLanes lanes;
  private final PackNotes notes;

  /**
   * One pack at a time is on the wire: they are not sooner there together, and a cut would cost
   * what each had sent.
   */
  private final Semaphore wire = new Semaphore(1, true);

  // Guarded by this.
  private final List<PackName> sent = new ArrayList<>();
  private final Set<PackName> unnamed = new LinkedHashSet<>();
  private final Set<Upload> uploads = new HashSet<>();

  /** Packs of an earlier try, and how long they are. */
  private final Map<PackName, Integer> earlier = new HashMap<>();

  /** Those of them that are used again. */
  private final Set<PackName> taken = new HashSet<>();

  private final Filling open;

  /**
   * Of full segments alone, if it is known how much is to come: any number of them fills packs to
   * the last bytes, but not with something small before them.
   */
  private final Filling whole;

  /** Bytes of the packs that were full since the last flush, those of an earlier try among them. */
  private long full;

  /** Packs that wait for a lane: no other begins meanwhile, which would be in memory as well. */
  private int leaving;

  /** How much of the packs of an earlier try is not taken up. */
  private long unused;

  private long bytes;
  private @Nullable IOException failure;

  private volatile boolean frees;
  private volatile boolean ending;

  /**
   * @param notes of the packs that are sent for nothing if the work is cut
   */
  public PackWriter(RemoteVault remote, UploadLanes lanes, PackNotes notes) {
    this.remote = remote;
    this.lanes = lanes;
    this.notes = notes;
    this.open = new Filling(lanes);
    this.whole = new Filling(lanes);
    lanes.join();
  }

  /** A pack that is not full yet. */
  private static final class Filling {
    private final UploadLanes lanes;
    private Pack pack;
    private int limit = VaultMessages.MAX_PACK;

    /** Bytes that are still to come, if that is known. */
    private long expected = Long.MAX_VALUE;

    Filling(UploadLanes lanes) {
      this.lanes = lanes;
      this.pack = new Pack(lanes);
    }

    boolean isExpected() {
      return expected != Long.MAX_VALUE;
    }

    Pack take() {
      Pack taken = pack;
      pack = new Pack(lanes);
      return taken;
    }

    /** Says how much the pack that begins now may hold. */
    void begin() {
      limit =
          Math.clamp(Long.highestOneBit(Math.max(1, expected)), LEAST_FULL, VaultMessages.MAX_PACK);
    }
  }

  /** Where a segment lies. */
  public record Spot(PackName pack, int offset) {}

  /** Arrays for full segments; they come back when their pack has been sent. */
  public Buffers buffers() {
    return lanes.buffers();
  }

  /** As the other one, where nobody watches. */
  public Spot add(byte[] sealed, int length) throws IOException {
    return add(sealed, length, PackWatch.NONE, spot -> {});
  }

  /**
   * Puts a sealed segment in a pack. Waits while too many packs are on their way.
   *
   * @param sealed belongs to this until its pack has been sent
   * @param watch is told how the pack fares
   * @param placed learns where the segment lies before the pack can leave; must be quick
   * @throws IOException if this or an earlier pack could not be sent
   */
  public Spot add(byte[] sealed, int length, PackWatch watch, Consumer<Spot> placed)
      throws IOException {
    while (true) {
      Pack filled;
      synchronized (this) {
        check();
        Filling filling = whole.isExpected() && length == UploadLanes.SEALED ? whole : open;
        Pack pack = filling.pack;
        if (pack.filled() == 0) {
          if (leaving > 0) {
            awaitLane();
            continue;
          }
          filling.begin();
        }
        if (pack.filled() == 0 || pack.filled() + length <= filling.limit) {
          filling.expected -= filling.isExpected() ? length : 0;
          Spot spot = new Spot(pack.name(), pack.add(sealed, length));
          pack.watch(watch);
          placed.accept(spot);
          return spot;
        }
        filled = filling.take();
        full += filled.length();
        leaving++;
      }
      send(filled);
    }
  }

  /**
   * Says how many bytes are still to come, so that the last of them go in packs that they fill.
   * Else a pack may be half empty, which costs little where it is soon beside others.
   *
   * @param segments in full segments, sealed
   * @param more in others
   */
  public synchronized void expect(long segments, long more) {
    whole.expected = segments;
    open.expected = more;
  }

  /** Says whether what is sent from now on belongs to a change that only deletes. */
  public void setFrees(boolean frees) {
    this.frees = frees;
  }

  /** Sends what there is and waits until the server holds all of it. */
  public void flush() throws IOException {
    Pack segments;
    Pack last;
    synchronized (this) {
      check();
      segments = whole.take();
      full += segments.filled() > 0 ? segments.length() : 0;
      last = open.take();
      // Full packs say little, but together with an exact last one they would say the length of a
      // large file to the last kilobytes (A31). Not if an earlier try has hidden it already.
      long sum = full + last.filled();
      if (full + (last.filled() > 0 ? last.length() : 0) < Padme.padded(sum - unused)) {
        (last.filled() > 0 ? last : segments)
            .atLeast((int) Math.min(VaultMessages.MAX_PACK, Padme.step(sum)));
      }
      // What comes later is of another root, or pages alone.
      full = 0;
      unused = 0;
      leaving += 2;
    }
    try {
      send(segments);
    } finally {
      send(last);
    }
    awaitUploads();
  }

  /** The packs that were sent since this was last asked. */
  public synchronized List<PackName> takeSent() {
    List<PackName> names = List.copyOf(sent);
    sent.clear();
    return names;
  }

  /** Counts the pack of a segment as sent: an earlier try has sent it. */
  public synchronized void takeUp(Ref segment) {
    PackName pack = segment.pack();
    if (taken.add(pack)) {
      sent.add(pack);
      unnamed.add(pack);
      // The root will show it together with what this sends (A31).
      int length = earlier.getOrDefault(pack, segment.end());
      full += length;
      unused += length;
    }
    unused -= segment.sealedLength();
  }

  /** Those of some packs that an earlier try has not sent. */
  public synchronized List<PackName> sentHere(List<PackName> packs) {
    return packs.stream().filter(pack -> !taken.contains(pack)).toList();
  }

  /**
   * An earlier try may have left these on the server, which are not needed unless they are taken
   * up.
   *
   * @param packs and their lengths
   */
  public synchronized void mayHaveLeft(Map<PackName, Integer> packs) {
    earlier.putAll(packs);
    unnamed.addAll(packs.keySet());
  }

  /** A root has named these. */
  public void named(Collection<PackName> packs) {
    synchronized (this) {
      unnamed.removeAll(new HashSet<>(packs));
    }
    notes.settled(packs);
  }

  /** The packs that the server has, or may have, and that no root has named. */
  public synchronized List<PackName> unnamed() {
    return List.copyOf(unnamed);
  }

  /** How many packs {@link #takeSent} would give. */
  public synchronized int sentPacks() {
    return sent.size();
  }

  /** Bytes of all packs that were sent, padding included. */
  public synchronized long sentBytes() {
    return bytes;
  }

  /** Sends a pack that {@link #leaving} counts, if there is anything in it. */
  private void send(Pack pack) throws IOException {
    try {
      if (pack.filled() > 0) {
        lanes.enter();
        Upload upload = new Upload(pack);
        synchronized (this) {
          uploads.add(upload);
        }
        upload.thread.start();
      }
    } catch (InterruptedIOException e) {
      pack.recycle();
      throw e;
    } finally {
      synchronized (this) {
        leaving--;
        notifyAll();
      }
    }
  }

  /** Guarded by this. */
  private void awaitLane() throws InterruptedIOException {
    try {
      while (leaving > 0) {
        wait();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("The upload was interrupted.");
    }
  }

  /** A pack on its way. */
  private final class Upload {
    private final Pack pack;
    private final Thread thread = Thread.ofVirtual().name("pack-upload").unstarted(this::run);
    private volatile boolean onWire;

    /** Whether all of it has left and the answer alone is waited for. */
    private volatile boolean written;

    Upload(Pack pack) {
      this.pack = pack;
    }

    private void run() {
      IOException failed = null;
      int length = pack.length();
      try {
        pack.close();
        if (!pack.leaving()) {
          notes.leaving(pack.name(), length);
        }
        // Before the call begins: what is open and idle costs the server memory.
        takeWire();
        remote.put(pack.name(), length, frees, this::write);
      } catch (IOException e) {
        failed = e;
      } catch (RuntimeException | Error e) {
        failed = new IOException("A pack could not be sent.", e);
      } finally {
        leaveWire();
        pack.recycle();
        lanes.leave();
        if (failed == null) {
          pack.tell(watch -> watch.stored(pack.name()));
        } else if (!mayBeThere(failed)) {
          notes.settled(List.of(pack.name()));
        }
        done(this, length, failed);
      }
    }

    private void write(OutputStream out) throws IOException {
      written = false;
      takeWire();
      pack.writeTo(out);
      leaveWire();
      written = true;
    }

    private void takeWire() throws InterruptedIOException {
      if (!onWire) {
        try {
          wire.acquire();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new InterruptedIOException("The upload was interrupted.");
        }
        onWire = true;
        if (ending) {
          throw new InterruptedIOException("The upload has ended.");
        }
      }
    }

    private void leaveWire() {
      if (onWire) {
        onWire = false;
        wire.release();
      }
    }
  }

  private synchronized void done(Upload upload, int length, @Nullable IOException failed) {
    uploads.remove(upload);
    PackName name = upload.pack.name();
    if (failed == null) {
      sent.add(name);
      unnamed.add(name);
      bytes += length;
    } else {
      if (mayBeThere(failed)) {
        unnamed.add(name);
      }
      if (failure == null) {
        failure = failed;
      }
    }
    notifyAll();
  }

  /** After a cut nobody knows; who says no has not kept it, unless it was its disk or database. */
  private static boolean mayBeThere(IOException failed) {
    return !(failed instanceof ServerRefused refused)
        || refused.code() == ErrorCode.UNAVAILABLE
        || refused.code() == ErrorCode.INTERNAL;
  }

  private void check() throws IOException {
    if (failure != null) {
      throw failure;
    }
  }

  private synchronized void awaitUploads() throws IOException {
    try {
      while (!uploads.isEmpty()) {
        wait();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("The upload was interrupted.");
    }
    check();
  }

  /**
   * Waits until what has begun to leave is on the server, if that is soon. Nothing else is sent any
   * more.
   */
  public void finishBegun() {
    ending = true;
    long end = System.nanoTime() + BEGUN.toNanos();
    try {
      synchronized (this) {
        long left = BEGUN.toMillis();
        while (left > 0 && uploads.stream().anyMatch(upload -> upload.onWire || upload.written)) {
          wait(left);
          left = Duration.ofNanos(end - System.nanoTime()).toMillis();
        }
      }
    } catch (InterruptedException e) {
      // Whoever ends the work does not wait.
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Stops what is still on its way and waits until it has stopped. What has left whole is waited
   * for, as it would be on the server all the same, but not for long.
   */
  @Override
  public void close() {
    long end = System.nanoTime() + ANSWER.toNanos();
    boolean interrupted = false;
    synchronized (this) {
      interruptUploads(false);
      while (!uploads.isEmpty()) {
        try {
          long left = Duration.ofNanos(end - System.nanoTime()).toMillis();
          if (left > 0 && !interrupted) {
            wait(left);
          } else {
            interruptUploads(true);
            wait();
          }
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      open.pack.recycle();
      whole.pack.recycle();
    }
    lanes.part();
    notes.ended(unnamed());
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void interruptUploads(boolean written) {
    for (Upload upload : uploads) {
      if (written || !upload.written) {
        upload.thread.interrupt();
      }
    }
  }
}
