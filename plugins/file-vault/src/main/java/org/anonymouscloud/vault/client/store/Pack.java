package org.anonymouscloud.vault.client.store;

import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.anonymouscloud.core.crypto.ChunkedEncryption;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.vault.protocol.PackName;
import org.anonymouscloud.vault.protocol.VaultMessages;

/** A pack while it fills: sealed segments one after another. Not thread-safe. */
final class Pack {
  private record Part(byte[] sealed, int length) {}

  private final PackName name = PackName.random();
  private final List<Part> parts = new ArrayList<>();
  private final Set<PackWatch> watches = new LinkedHashSet<>();
  private int filled;
  private int least = VaultMessages.MIN_PACK;
  private byte[] padding = {};

  PackName name() {
    return name;
  }

  int filled() {
    return filled;
  }

  /** Appends a segment and says where it lies. Keeps the array until the pack has been sent. */
  int add(byte[] sealed, int length) {
    int offset = filled;
    parts.add(new Part(sealed, length));
    filled += length;
    return offset;
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

  /** Fills the pack up to its length, which it gives. */
  int close() {
    int length = length();
    if (length > filled) {
      try (Secret key = Secret.random(ChunkedEncryption.KEY_LENGTH)) {
        padding = ChunkedEncryption.seal(key, new byte[0], new byte[length - filled]);
      }
    }
    return length;
  }

  /** Writes the closed pack; the same bytes each time. */
  void writeTo(OutputStream out, int length) throws IOException {
    for (Part part : parts) {
      out.write(part.sealed, 0, part.length);
    }
    out.write(padding, 0, length - filled);
  }

  /** Gives the segments' arrays back. */
  void recycle(Buffers buffers) {
    parts.forEach(part -> buffers.give(part.sealed));
    parts.clear();
  }
}
