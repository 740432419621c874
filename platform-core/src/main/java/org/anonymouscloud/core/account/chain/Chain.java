package org.anonymouscloud.core.account.chain;

import java.util.ArrayList;
import java.util.List;
import org.anonymouscloud.core.account.chain.ChainRefused.Reason;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.wire.Malformed;

/**
 * A whole chain, every link checked. Immutable.
 *
 * @param hashes of the links, the first first
 * @param state what is valid after the last
 */
public record Chain(List<Digest> hashes, ChainState state) {
  public Chain {
    hashes = List.copyOf(hashes);
  }

  /**
   * Checks a chain from its first link to its last.
   *
   * @param links as they were encoded
   * @throws ChainRefused if any link is not what must stand there
   */
  public static Chain replay(List<byte[]> links) throws ChainRefused {
    if (links.isEmpty()) {
      throw new ChainRefused(Reason.EMPTY);
    }
    ChainLink first = decode(links.getFirst());
    List<Digest> hashes = new ArrayList<>();
    ChainState state = ChainState.begin(first);
    hashes.add(first.hash());
    for (byte[] encoded : links.subList(1, links.size())) {
      state = state.append(decode(encoded));
      hashes.add(state.head().hash());
    }
    return new Chain(hashes, state);
  }

  private static ChainLink decode(byte[] encoded) throws ChainRefused {
    try {
      return ChainLink.decode(encoded);
    } catch (Malformed e) {
      throw new ChainRefused(Reason.MALFORMED);
    }
  }

  /**
   * Refuses a chain that is older than what was seen before, or another.
   *
   * @throws ChainRefused if {@code seen} is not one of its links
   */
  public Chain atLeast(ChainFloor seen) throws ChainRefused {
    boolean contains =
        seen.seq() >= 0
            && seen.seq() < hashes.size()
            && hashes.get((int) seen.seq()).equals(seen.hash());
    if (!contains) {
      throw new ChainRefused(Reason.ROLLED_BACK);
    }
    return this;
  }
}
