package org.anonymouscloud.vault.client.space;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntConsumer;
import org.anonymouscloud.core.crypto.NotAuthentic;
import org.anonymouscloud.vault.client.format.Place;
import org.anonymouscloud.vault.client.format.Ref;
import org.anonymouscloud.vault.client.remote.Untrusted;
import org.anonymouscloud.vault.client.remote.Untrusted.DataNotAuthentic;
import org.anonymouscloud.vault.client.store.PackReader;
import org.jspecify.annotations.Nullable;

/**
 * Opens segments to see whether they open, several at a time, so that the way to the server and
 * back is not waited for at each. Closing ends what is still on its way. Not thread-safe.
 */
final class Openings implements AutoCloseable {
  /** So many at a time, of up to a mebibyte each. */
  private static final int AT_ONCE = 8;

  private final SpaceParts drive;
  private final IntConsumer settled;
  private final Deque<Opening> underWay = new ArrayDeque<>();
  private final Map<Segment, Untrusted> closed = new HashMap<>();

  /** Bytes in a pack, as what they are referred to: nobody else's reference to them counts. */
  record Segment(Place place, Ref ref) {}

  /**
   * @param settled hears of each that was waited for how many bytes it has
   */
  Openings(SpaceParts drive, IntConsumer settled) {
    this.drive = drive;
    this.settled = settled;
  }

  /** One that is under way; what came of it is there when its thread has ended. */
  private final class Opening {
    private final Segment segment;
    private final Thread thread;
    private @Nullable IOException failure;

    Opening(Segment segment) {
      this.segment = segment;
      this.thread = Thread.ofVirtual().name("segment-checker").start(this::run);
    }

    private void run() {
      Ref ref = segment.ref;
      try {
        var _ =
            drive
                .packs()
                .read(
                    ref,
                    PackReader.MAX_BLOCK,
                    (bytes, offset) -> {
                      try {
                        byte[] plain = new byte[ref.length()];
                        drive.sealing().open(segment.place, ref, bytes, offset, plain);
                        return plain;
                      } catch (NotAuthentic e) {
                        throw new DataNotAuthentic();
                      }
                    });
      } catch (IOException e) {
        failure = e;
      } catch (RuntimeException | Error e) {
        failure = new IOException("A segment could not be opened.", e);
      }
    }
  }

  /** Opens a segment; before, if many are on their way, waits for one of them. */
  void open(Segment segment) throws IOException {
    if (underWay.size() == AT_ONCE) {
      settle();
    }
    underWay.addLast(new Opening(segment));
  }

  /** Waits for all that are on their way. */
  void await() throws IOException {
    while (!underWay.isEmpty()) {
      settle();
    }
  }

  /** What did not open, of those that were waited for, and why. */
  Map<Segment, Untrusted> closed() {
    return closed;
  }

  private void settle() throws IOException {
    Opening first = underWay.getFirst();
    try {
      first.thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("The check was interrupted.");
    }
    underWay.removeFirst();
    settled.accept(first.segment.ref.length());
    switch (first.failure) {
      case null -> {}
      case Untrusted why -> closed.put(first.segment, why);
      case IOException e -> throw e;
    }
  }

  @Override
  public void close() {
    underWay.forEach(opening -> opening.thread.interrupt());
    boolean interrupted = false;
    while (!underWay.isEmpty()) {
      try {
        underWay.getLast().thread.join();
        underWay.removeLast();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
