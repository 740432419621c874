package org.anonymouscloud.core.account.chain;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.account.chain.ChainRefused.Reason;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.wire.Malformed;
import org.jspecify.annotations.Nullable;

/**
 * Takes a chain link by link and checks each before the next one, so that whoever hands them out
 * can fill no memory: of a link that does not belong there nothing is kept. Not thread-safe.
 */
public final class ChainReader {
  /** No honest chain comes near. */
  public static final int MAX_LINKS = 10_000;

  /** Bytes in all links of a chain together. */
  public static final int MAX_BYTES = 64 << 20;

  private final List<Digest> hashes = new ArrayList<>();
  private final Map<DeviceId, SealedHeads> said = new HashMap<>();
  private final List<Chain.Begun> begun = new ArrayList<>();
  private final Deque<byte[]> newest = new ArrayDeque<>();
  private @Nullable ChainState state;
  private long bytes;

  /**
   * Checks a chain from its first link to its last.
   *
   * @param links as they were encoded
   * @throws ChainRefused if any link is not what must stand there
   */
  public static Chain replay(List<byte[]> links) throws ChainRefused {
    ChainReader reader = new ChainReader();
    for (byte[] link : links) {
      reader.add(link);
    }
    return reader.chain();
  }

  /**
   * Takes the next link.
   *
   * @param encoded stays the caller's
   * @throws ChainRefused if it is not what must stand there, or the chain has grown too large
   */
  public void add(byte[] encoded) throws ChainRefused {
    bytes += encoded.length;
    if (hashes.size() == MAX_LINKS || bytes > MAX_BYTES) {
      throw new ChainRefused(Reason.TOO_LARGE);
    }
    ChainLink link;
    try {
      link = ChainLink.decode(encoded);
    } catch (Malformed e) {
      throw new ChainRefused(Reason.MALFORMED);
    }
    ChainState before = state;
    ChainState after = before == null ? ChainState.begin(link) : before.append(link);
    state = after;
    hashes.add(after.head().hash());
    if (begun.size() <= after.generation()) {
      begun.add(new Chain.Begun(link.content().time(), link.content().maker(), said));
    }
    said.put(
        link.content().maker(),
        new SealedHeads(after.head().seq(), after.generation(), link.content().heads()));
    said.keySet().retainAll(after.devices().keySet());
    newest.addLast(encoded.clone());
    if (newest.size() > Chain.NEWEST) {
      newest.removeFirst();
    }
  }

  /** How many links there are so far. */
  public int links() {
    return hashes.size();
  }

  /**
   * What they make.
   *
   * @throws ChainRefused if there is none
   */
  public Chain chain() throws ChainRefused {
    ChainState last = state;
    if (last == null) {
      throw new ChainRefused(Reason.EMPTY);
    }
    return new Chain(hashes, last, said, begun, List.copyOf(newest));
  }
}
