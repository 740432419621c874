package org.anonymouscloud.vault.client.store;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.anonymouscloud.core.account.Head;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.plugin.StateStore;
import org.anonymouscloud.core.wire.Malformed;
import org.anonymouscloud.vault.client.format.SignedRoot;
import org.anonymouscloud.vault.protocol.DriveId;
import org.anonymouscloud.vault.protocol.RootHeader;

/**
 * What this device remembers of a drive.
 *
 * @param generation of the keys of the newest root it has seen; no later root has an older one, so
 *     that a device that was removed cannot go on where others have written since (A16)
 * @param newest the newest root it has seen
 * @param anchor the newest root of which a link of the account's chain has said that it counts, and
 *     from which the newest is known to descend
 * @param seen the last roots it has seen, the oldest first: what a server that went back has lost
 */
record RootFloor(int generation, Point newest, Point anchor, List<SignedRoot> seen) {
  private static final String NAME = "root-floor.";
  private static final int VERSION = 1;
  private static final int MAX_SEEN = 32;
  private static final int ENCODED = 1 + 4 + 2 * Point.ENCODED + 1;

  RootFloor {
    seen = List.copyOf(seen.subList(Math.max(0, seen.size() - MAX_SEEN), seen.size()));
  }

  /**
   * One root among all.
   *
   * @param number -1 for the place before the first
   * @param hash of the signed root
   */
  record Point(long number, Digest hash) {
    private static final int ENCODED = 8 + Digest.LENGTH;

    static Point of(Head head) {
      return new Point(head.number(), head.hash());
    }

    private static Point decode(ByteBuffer in) {
      long number = in.getLong();
      byte[] hash = new byte[Digest.LENGTH];
      in.get(hash);
      return new Point(number, Digest.of(hash));
    }

    private void encode(ByteBuffer out) {
      out.putLong(number).put(hash.bytes());
    }
  }

  /** What a device remembers that has accepted an empty drive. */
  static RootFloor ofNothing() {
    Point none = new Point(-1, RootHeader.NOTHING);
    return new RootFloor(0, none, none, List.of());
  }

  /** What a device remembers that has seen nothing itself, but was told of a root. */
  static RootFloor of(Head named) {
    return new RootFloor(0, Point.of(named), Point.of(Head.none(named.object())), List.of());
  }

  /** Whether this device has not seen its newest root, but was told of it. */
  boolean isNamedAlone() {
    return seen.isEmpty() && newest.number() >= 0;
  }

  static Optional<RootFloor> load(StateStore state, DriveId drive) throws IOException {
    Optional<byte[]> stored = state.get(NAME + drive);
    return stored.isEmpty() ? Optional.empty() : Optional.of(decode(stored.get()));
  }

  private static RootFloor decode(byte[] stored) throws Malformed {
    ByteBuffer in = ByteBuffer.wrap(stored);
    try {
      if (in.get() == VERSION) {
        int generation = in.getInt();
        Point newest = Point.decode(in);
        Point anchor = Point.decode(in);
        List<SignedRoot> seen = new ArrayList<>();
        for (int left = in.get(); left > 0; left--) {
          byte[] root = new byte[SignedRoot.ENCODED];
          in.get(root);
          seen.add(SignedRoot.decode(root));
        }
        if (!in.hasRemaining()) {
          return new RootFloor(generation, newest, anchor, seen);
        }
      }
    } catch (BufferUnderflowException e) {
      // Said below, with all else that it may be.
    }
    // Without it an old state could be shown as new, so there is no going on.
    throw new Malformed("What this device remembers of the drive is damaged.");
  }

  /** Keeps it; it is durable when this returns. */
  void store(StateStore state, DriveId drive) throws IOException {
    ByteBuffer out = ByteBuffer.allocate(ENCODED + seen.size() * SignedRoot.ENCODED);
    out.put((byte) VERSION).putInt(generation);
    newest.encode(out);
    anchor.encode(out);
    out.put((byte) seen.size());
    seen.forEach(root -> out.put(root.encode()));
    state.put(NAME + drive, out.array());
  }
}
