package org.anonymouscloud.vault.client.content;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Optional;
import org.anonymouscloud.vault.client.format.Content;
import org.anonymouscloud.vault.client.format.ItemId;
import org.anonymouscloud.vault.client.format.Place;
import org.anonymouscloud.vault.client.format.Place.Kind;
import org.anonymouscloud.vault.client.format.Ref;
import org.anonymouscloud.vault.client.resume.Trail;
import org.anonymouscloud.vault.client.store.Buffers;
import org.anonymouscloud.vault.client.store.PackWriter;
import org.anonymouscloud.vault.client.tree.Nodes;
import org.anonymouscloud.vault.protocol.DriveId;

/**
 * Writes one version of a file. What is read is sealed meanwhile, on other threads; segments that
 * are what they were in the version before are not sent again. Not thread-safe.
 */
public final class FileWriter {
  /** Segments smaller than this get an array of their own size while they wait. */
  private static final int SMALL = Ref.MAX_LENGTH / 8;

  private static final int MAX_PENDING = 64;

  private final Sealer sealer;
  private final PackWriter writer;
  private final DriveId drive;
  private final ItemId file;
  private final long version;
  private final Optional<LastVersion> before;
  private final boolean sparse;
  private final Optional<Trail> trail;
  private final ContentBuilder builder;
  private final Deque<Sealer.Pending> pending = new ArrayDeque<>();
  private long length;

  /**
   * @param packs which the server has of the last version
   * @param version of the file that is being written
   * @param before its content in the last version
   * @param sparse whether nothing is to be stored of segments that are zeros
   * @param trail what an earlier try has sent, and where it is noted what this one sends
   */
  public FileWriter(
      PacksThere packs,
      Nodes nodes,
      Sealer sealer,
      PackWriter writer,
      DriveId drive,
      ItemId file,
      long version,
      Optional<Content> before,
      boolean sparse,
      Optional<Trail> trail)
      throws IOException {
    this.sealer = sealer;
    this.writer = writer;
    this.drive = drive;
    this.file = file;
    this.version = version;
    this.sparse = sparse;
    this.trail = trail;
    this.before =
        before.isEmpty()
            ? Optional.empty()
            : Optional.of(new LastVersion(packs, new SegmentCursor(nodes, file, before.get(), 0)));
    this.builder = new ContentBuilder(nodes, writer, file, version, this.before);
  }

  /** Something to do between two segments. */
  @FunctionalInterface
  public interface Checkpoint {
    void pass() throws IOException;
  }

  /** Reads all of the content; the caller closes the stream. */
  public void write(InputStream in, Checkpoint checkpoint) throws IOException {
    Buffers buffers = sealer.plains();
    int got;
    do {
      byte[] buffer = buffers.take();
      boolean given = false;
      try {
        got = in.readNBytes(buffer, 0, Ref.MAX_LENGTH);
        if (got > 0) {
          given = got >= SMALL;
          checkpoint.pass();
          begin(given ? buffer : Arrays.copyOf(buffer, got), got);
        }
      } finally {
        if (!given) {
          buffers.give(buffer);
        }
      }
    } while (got == Ref.MAX_LENGTH);
  }

  private void begin(byte[] plain, int count) throws IOException {
    Optional<LastVersion.Segment> earlier =
        before.isPresent() ? before.get().next() : Optional.empty();
    Place place = new Place(drive, Kind.CONTENT, 0, file, version, length / Ref.MAX_LENGTH);
    if (sparse && isZeros(plain, count)) {
      sealer.plains().give(plain);
      pending.addLast(Sealer.Pending.hole());
    } else {
      pending.addLast(sealer.begin(place, earlier, trail, plain, count, writer));
    }
    length += count;
    trail.ifPresent(one -> one.reached(place.index() + 1));
    while (pending.size() > MAX_PENDING) {
      settle();
    }
  }

  private static boolean isZeros(byte[] plain, int count) {
    return plain[0] == 0 && Arrays.mismatch(plain, 0, count - 1, plain, 1, count) < 0;
  }

  private void settle() throws IOException {
    builder.add(pending.removeFirst().await());
  }

  /** Bytes read so far. */
  public long length() {
    return length;
  }

  /** Waits until all segments are in packs, which need not have been sent yet. */
  public Content finish() throws IOException {
    while (!pending.isEmpty()) {
      settle();
    }
    return builder.finish(length);
  }

  /** Waits until no other thread works for this any more, well or not. */
  public void abandon() {
    boolean interrupted = false;
    while (!pending.isEmpty()) {
      try {
        pending.getFirst().awaitEnd();
        pending.removeFirst();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
