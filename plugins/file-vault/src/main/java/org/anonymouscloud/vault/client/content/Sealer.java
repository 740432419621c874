package org.anonymouscloud.vault.client.content;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import org.anonymouscloud.core.crypto.ChunkedEncryption;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.crypto.NotAuthentic;
import org.anonymouscloud.vault.client.format.Extent;
import org.anonymouscloud.vault.client.format.Hole;
import org.anonymouscloud.vault.client.format.Place;
import org.anonymouscloud.vault.client.format.Ref;
import org.anonymouscloud.vault.client.format.Sealing;
import org.anonymouscloud.vault.client.remote.Untrusted.DataNotAuthentic;
import org.anonymouscloud.vault.client.resume.Trail;
import org.anonymouscloud.vault.client.store.Buffers;
import org.anonymouscloud.vault.client.store.PackWriter;
import org.anonymouscloud.vault.client.store.UploadLanes;
import org.jspecify.annotations.Nullable;

/**
 * Seals segments of content on two threads while the caller reads on. A bound on what waits keeps
 * memory constant whatever is written. Thread-safe.
 */
public final class Sealer implements AutoCloseable {
  /** Digest and cipher take half of what the rest of an upload takes on one processor. */
  private static final int THREADS = 2;

  private static final int WAITING_KIB = 4 * 1024;
  private static final int KIB = 1024;

  private final ExecutorService threads =
      Executors.newFixedThreadPool(
          THREADS, Thread.ofPlatform().daemon().name("segment-sealer-", 0).factory());
  private final Semaphore waiting = new Semaphore(WAITING_KIB);
  private final Buffers plains;
  private final Sealing sealing;

  /**
   * @param plains arrays for segments that are to be sealed
   */
  public Sealer(Sealing sealing, Buffers plains) {
    this.sealing = sealing;
    this.plains = plains;
  }

  /** Arrays for segments that are to be sealed. */
  Buffers plains() {
    return plains;
  }

  /**
   * Begins to seal a segment and to put it in a pack, unless it is what it was and the server has
   * that still. Waits while too much waits already.
   *
   * @param before the segment that stood here in the file's last version
   * @param trail may know the segment from an earlier try, and learns where it lies
   * @param plain given up to this; holds the segment from its start
   */
  Pending begin(
      Place place,
      Optional<LastVersion.Segment> before,
      Optional<Trail> trail,
      byte[] plain,
      int length,
      PackWriter writer)
      throws IOException {
    int weight = Math.max(1, length / KIB);
    try {
      waiting.acquire(weight);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("The upload was interrupted.");
    }
    Pending pending = new Pending();
    threads.execute(
        () -> {
          try {
            pending.done(seal(place, before, trail, plain, length, writer));
          } catch (IOException e) {
            pending.failed(e);
          } catch (RuntimeException | Error e) {
            pending.failed(new IOException("A segment could not be sealed.", e));
          } finally {
            plains.give(plain);
            waiting.release(weight);
          }
        });
    return pending;
  }

  private Ref seal(
      Place place,
      Optional<LastVersion.Segment> before,
      Optional<Trail> trail,
      byte[] plain,
      int length,
      PackWriter writer)
      throws IOException {
    int generation = sealing.generation();
    try {
      Digest digest = sealing.digest(generation, plain, length);
      if (before.isPresent()
          && holds(before.get().ref(), generation, digest, plain, length)
          && before.get().isThere()) {
        return before.get().ref();
      }
      Optional<Ref> earlier = trail.flatMap(one -> one.proposed(place.index()));
      // What nobody has seen yet must not come out under keys that a removed member has (A33).
      if (earlier.isPresent()
          && earlier.get().generation() == generation
          && holds(earlier.get(), generation, digest, plain, length)) {
        trail.orElseThrow().takenUp(earlier.get());
        writer.takeUp(earlier.get());
        return earlier.get();
      }
      int sealedLength = ChunkedEncryption.sealedLength(length);
      byte[] sealed =
          sealedLength > UploadLanes.SEALED / 2 ? writer.buffers().take() : new byte[sealedLength];
      sealing.seal(place, generation, plain, length, sealed);
      Function<PackWriter.Spot, Ref> at =
          spot -> new Ref(spot.pack(), spot.offset(), length, generation, place.version(), digest);
      return at.apply(
          trail.isPresent()
              ? writer.add(
                  sealed,
                  sealedLength,
                  trail.get(),
                  spot -> trail.get().placed(place.index(), at.apply(spot)))
              : writer.add(sealed, sealedLength));
    } catch (NotAuthentic e) {
      throw new DataNotAuthentic();
    }
  }

  private boolean holds(Ref before, int generation, Digest digest, byte[] plain, int length)
      throws NotAuthentic {
    // A generation that there is not yet is a hostile device's; the segment is sealed anew.
    if (before.length() != length || before.generation() > generation) {
      return false;
    }
    return before
        .digest()
        .equals(
            before.generation() == generation
                ? digest
                : sealing.digest(before.generation(), plain, length));
  }

  @Override
  public void close() {
    threads.shutdown();
  }

  /** A segment that is being sealed. */
  static final class Pending {
    private @Nullable Extent extent;
    private @Nullable IOException failure;

    /** One of which nothing is to be sealed. */
    static Pending hole() {
      Pending pending = new Pending();
      pending.done(Hole.ZEROS);
      return pending;
    }

    private synchronized void done(Extent result) {
      extent = result;
      notifyAll();
    }

    private synchronized void failed(IOException e) {
      failure = e;
      notifyAll();
    }

    /** Waits until it is known where it lies. */
    synchronized Extent await() throws IOException {
      while (extent == null && failure == null) {
        try {
          wait();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new InterruptedIOException("The upload was interrupted.");
        }
      }
      if (extent == null) {
        throw java.util.Objects.requireNonNull(failure);
      }
      return extent;
    }

    /** Waits until it is over, well or not. */
    synchronized void awaitEnd() throws InterruptedException {
      while (extent == null && failure == null) {
        wait();
      }
    }
  }
}
