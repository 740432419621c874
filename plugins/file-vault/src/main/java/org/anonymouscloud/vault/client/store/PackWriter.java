package org.anonymouscloud.vault.client.store;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.anonymouscloud.vault.protocol.PackName;
import org.anonymouscloud.vault.protocol.VaultMessages;
import org.jspecify.annotations.Nullable;

/**
 * Gathers sealed segments in packs and sends each that is full, several at a time. Thread-safe; who
 * closes it gives up what has not been sent.
 */
public final class PackWriter implements AutoCloseable {
  private final RemoteVault remote;
  private final UploadLanes lanes;

  // Guarded by this.
  private final List<PackName> sent = new ArrayList<>();
  private final Set<Thread> uploads = new HashSet<>();
  private Pack open = new Pack();

  /** Bytes of the packs that were full. */
  private long full;

  private long bytes;
  private @Nullable IOException failure;

  private volatile boolean frees;

  public PackWriter(RemoteVault remote, UploadLanes lanes) {
    this.remote = remote;
    this.lanes = lanes;
    lanes.join();
  }

  /** Where a segment lies. */
  public record Spot(PackName pack, int offset) {}

  /** Arrays for full segments; they come back when their pack has been sent. */
  public Buffers buffers() {
    return lanes.buffers();
  }

  /**
   * Puts a sealed segment in a pack. Waits while too many packs are on their way.
   *
   * @param sealed belongs to this until its pack has been sent
   * @throws IOException if this or an earlier pack could not be sent
   */
  public Spot add(byte[] sealed, int length) throws IOException {
    while (true) {
      Pack filled;
      synchronized (this) {
        check();
        if (open.filled() == 0 || open.filled() + length <= lanes.packLimit()) {
          return new Spot(open.name(), open.add(sealed, length));
        }
        filled = open;
        full += open.length();
        open = new Pack();
      }
      send(filled);
    }
  }

  /** Says whether what is sent from now on belongs to a change that only deletes. */
  public void setFrees(boolean frees) {
    this.frees = frees;
  }

  /** Sends what there is and waits until the server holds all of it. */
  public void flush() throws IOException {
    Pack last;
    synchronized (this) {
      check();
      last = open;
      open = new Pack();
      // Full packs say little, but together with an exact last one they would say the length of a
      // large file to the last kilobytes (A31).
      last.atLeast((int) Math.min(VaultMessages.MAX_PACK, Padme.step(full + last.filled())));
    }
    if (last.filled() > 0) {
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

  /** How many packs {@link #takeSent} would give. */
  public synchronized int sentPacks() {
    return sent.size();
  }

  /** Bytes of all packs that were sent, padding included. */
  public synchronized long sentBytes() {
    return bytes;
  }

  private void send(Pack pack) throws IOException {
    lanes.enter();
    Thread upload = Thread.ofVirtual().name("pack-upload").unstarted(() -> upload(pack));
    synchronized (this) {
      uploads.add(upload);
    }
    upload.start();
  }

  private void upload(Pack pack) {
    IOException failed = null;
    int length = pack.close();
    try {
      remote.put(pack.name(), length, frees, out -> pack.writeTo(out, length));
    } catch (IOException e) {
      failed = e;
    } catch (RuntimeException | Error e) {
      failed = new IOException("A pack could not be sent.", e);
    } finally {
      pack.recycle(lanes.buffers());
      lanes.leave();
      done(pack, length, failed);
    }
  }

  private synchronized void done(Pack pack, int length, @Nullable IOException failed) {
    uploads.remove(Thread.currentThread());
    if (failed == null) {
      sent.add(pack.name());
      bytes += length;
    } else if (failure == null) {
      failure = failed;
    }
    notifyAll();
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

  /** Stops what is still on its way and waits until it has stopped. */
  @Override
  public void close() {
    lanes.part();
    boolean interrupted = false;
    synchronized (this) {
      uploads.forEach(Thread::interrupt);
      while (!uploads.isEmpty()) {
        try {
          wait();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      open.recycle(lanes.buffers());
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
