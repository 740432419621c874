package org.anonymouscloud.core.account.chain;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.anonymouscloud.core.account.ChainFloor;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.account.chain.ChainRefused.Reason;
import org.anonymouscloud.core.crypto.Digest;

/**
 * A whole chain, every link checked. Immutable.
 *
 * @param hashes of the links, the first first
 * @param state what is valid after the last
 * @param said the heads in the last link that each of the account's devices has made
 * @param begun how each generation of the root secret began, the oldest first
 * @param newest the last links as they were encoded, at most {@link #NEWEST}
 */
public record Chain(
    List<Digest> hashes,
    ChainState state,
    Map<DeviceId, SealedHeads> said,
    List<Begun> begun,
    List<byte[]> newest) {
  /** How many links are kept whole: enough to say what an older chain lacks. */
  public static final int NEWEST = 64;

  /**
   * The beginning of a generation.
   *
   * @param time by its maker's clock
   * @param said the heads that were in force before it
   */
  public record Begun(Instant time, DeviceId maker, Map<DeviceId, SealedHeads> said) {
    public Begun {
      said = Map.copyOf(said);
    }
  }

  public Chain {
    hashes = List.copyOf(hashes);
    said = Map.copyOf(said);
    begun = List.copyOf(begun);
    newest = List.copyOf(newest);
  }

  /** Whether a link is one of this chain's. */
  public boolean contains(ChainFloor link) {
    return link.seq() >= 0
        && link.seq() < hashes.size()
        && hashes.get((int) link.seq()).equals(link.hash());
  }

  /** The heads that were in force at the end of a generation. */
  public Map<DeviceId, SealedHeads> saidIn(int generation) {
    return generation + 1 < begun.size() ? begun.get(generation + 1).said() : said;
  }

  /**
   * Refuses a chain that is older than what was seen before, or another.
   *
   * @throws ChainRefused if {@code seen} is not one of its links
   */
  public Chain atLeast(ChainFloor seen) throws ChainRefused {
    if (!contains(seen)) {
      throw new ChainRefused(Reason.ROLLED_BACK);
    }
    return this;
  }
}
