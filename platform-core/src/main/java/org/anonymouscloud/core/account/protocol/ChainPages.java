package org.anonymouscloud.core.account.protocol;

import java.io.IOException;
import org.anonymouscloud.core.account.chain.Chain;
import org.anonymouscloud.core.account.chain.ChainReader;
import org.anonymouscloud.core.account.chain.ChainRefused;
import org.anonymouscloud.core.wire.Refused;

/** A chain as a server gives it, some links at a time. */
@FunctionalInterface
public interface ChainPages {
  /** The links from a number on, as many as fit. */
  AccountMessages.ChainGot from(long number) throws Refused, IOException;

  /**
   * The whole chain. Each page is checked before the next is asked for, so that a server cannot
   * fill the client's memory.
   *
   * @throws ChainRefused if it is not one, or there is no end to it
   */
  default Chain chain() throws ChainRefused, Refused, IOException {
    ChainReader reader = new ChainReader();
    boolean more = true;
    while (more) {
      AccountMessages.ChainGot got = from(reader.links());
      if (got.more() && got.links().isEmpty()) {
        throw new ChainRefused(ChainRefused.Reason.GAP);
      }
      for (byte[] link : got.links()) {
        reader.add(link);
      }
      more = got.more();
    }
    return reader.chain();
  }
}
