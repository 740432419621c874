package org.anonymouscloud.vault.client.store;

import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.anonymouscloud.core.crypto.ChunkedEncryption;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.vault.client.format.Ref;
import org.anonymouscloud.vault.protocol.PackName;
import org.anonymouscloud.vault.protocol.VaultMessages;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A pack while it fills: sealed segments one after another, in memory while there is room, else on
 * the disk. Its length says the same to the server either way. Not thread-safe.
 */
final class Pack {
  private static final Logger LOG = LoggerFactory.getLogger(Pack.class);

  private static final byte[] NO_CONTEXT = {};

  /** Sealed as one to fill what no segment needs. */
  private static final byte[] ZEROS = new byte[Ref.MAX_LENGTH];

  /** An array, as far as it is used. */
  private static final class Part {
    private final byte[] bytes;
    private int length;

    Part(byte[] bytes, int length) {
      this.bytes = bytes;
      this.length = length;
    }

    boolean holds(int more) {
      return length + more <= bytes.length;
    }

    void append(byte[] other, int more) {
      System.arraycopy(other, 0, bytes, length, more);
      length += more;
    }
  }

  private final UploadLanes lanes;
  private final PackName name = PackName.random();
  private final List<Part> parts = new ArrayList<>();
  private final Set<PackWatch> watches = new LinkedHashSet<>();
  private int filled;
  private int least = VaultMessages.MIN_PACK;

  /** Counts as one of those that are large and in memory. */
  private boolean large;

  /** Has all segments, in place of memory. */
  private @Nullable FileChannel disk;

  Pack(UploadLanes lanes) {
    this.lanes = lanes;
  }

  PackName name() {
    return name;
  }

  int filled() {
    return filled;
  }

  /**
   * Appends a segment and says where it lies. Keeps the array until it needs it no more.
   *
   * @throws IOException if it could not be kept; the pack is as before
   */
  int add(byte[] sealed, int length) throws IOException {
    int offset = filled;
    if (filled + length > UploadLanes.SEALED && disk == null && !large) {
      large = lanes.mayGrow();
      if (!large) {
        disk = spill();
      }
    }
    if (disk != null) {
      write(disk, new Part(sealed, length), offset);
      lanes.buffers().give(sealed);
    } else if (sealed.length == Buffers.SIZE) {
      parts.add(new Part(sealed, length));
    } else {
      gather(sealed, length);
    }
    filled += length;
    return offset;
  }

  /** Small arrays that lived as long as a pack would each grow old, and the heap with them. */
  private void gather(byte[] sealed, int length) {
    if (parts.isEmpty() || !parts.getLast().holds(length)) {
      parts.add(new Part(lanes.buffers().take(), 0));
    }
    parts.getLast().append(sealed, length);
  }

  private FileChannel spill() throws IOException {
    FileChannel file = lanes.scratch();
    try {
      int at = 0;
      for (Part part : parts) {
        write(file, part, at);
        at += part.length;
      }
    } catch (IOException e) {
      file.close();
      throw e;
    }
    giveParts();
    return file;
  }

  private void giveParts() {
    parts.forEach(part -> lanes.buffers().give(part.bytes));
    parts.clear();
  }

  private static void write(FileChannel file, Part part, long at) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(part.bytes, 0, part.length);
    try {
      while (bytes.hasRemaining()) {
        file.write(bytes, at + bytes.position());
      }
    } catch (ClosedByInterruptException e) {
      throw new InterruptedIOException("The upload was interrupted.");
    }
  }

  /** Has somebody be told how the pack fares. */
  void watch(PackWatch watch) {
    watches.add(watch);
  }

  /** Tells all who watch it; only when the pack is closed. */
  void tell(Consumer<PackWatch> news) {
    watches.forEach(news);
  }

  /** Tells all who watch it that it leaves, and whether one of them has noted it. */
  boolean leaving() {
    boolean noted = false;
    for (PackWatch watch : watches) {
      noted |= watch.leaving(name, length());
    }
    return noted;
  }

  /** Lets the pack be at least so long, a power of two up to the longest. */
  void atLeast(int length) {
    least = Math.max(least, length);
  }

  /**
   * The pack's length: the next power of two. What follows the last segment cannot be told from a
   * segment, so the server does not see where the data ends.
   */
  int length() {
    return Math.max(least, Integer.highestOneBit(2 * filled - 1));
  }

  /** Fills the pack up to its length. */
  void close() throws IOException {
    int length = length();
    try (Secret key = Secret.random(ChunkedEncryption.KEY_LENGTH)) {
      while (filled < length) {
        int plain = Math.min(ZEROS.length, length - filled);
        byte[] sealed = lanes.buffers().take();
        ChunkedEncryption.sealInto(sealed, key, NO_CONTEXT, ZEROS, 0, plain);
        add(sealed, Math.min(ChunkedEncryption.sealedLength(plain), length - filled));
      }
    }
  }

  /** Writes the closed pack; the same bytes each time. */
  void writeTo(OutputStream out) throws IOException {
    for (Part part : parts) {
      out.write(part.bytes, 0, part.length);
    }
    if (disk != null) {
      copy(disk, out);
    }
  }

  private void copy(FileChannel file, OutputStream out) throws IOException {
    byte[] piece = lanes.buffers().take();
    try {
      int at = 0;
      while (at < filled) {
        int read = file.read(ByteBuffer.wrap(piece, 0, Math.min(piece.length, filled - at)), at);
        if (read < 0) {
          throw new EOFException("The file of a pack is shorter than it was written.");
        }
        out.write(piece, 0, read);
        at += read;
      }
    } finally {
      lanes.buffers().give(piece);
    }
  }

  /** Gives memory and disk back. */
  void recycle() {
    giveParts();
    if (large) {
      large = false;
      lanes.shrunk();
    }
    if (disk != null) {
      try {
        disk.close();
      } catch (IOException e) {
        // It is gone all the same.
        LOG.debug("The file of a pack could not be closed: {}", e.toString());
      }
      disk = null;
    }
  }
}
