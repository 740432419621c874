package org.anonymouscloud.core.account.protocol;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.anonymouscloud.core.account.chain.ChainRefused;
import org.anonymouscloud.core.wire.Refused;

/** A chain as a server gives it, some links at a time. */
@FunctionalInterface
public interface ChainPages {
  /** No honest chain comes near; without a limit a server could fill the client's memory. */
  int MAX_LINKS = 10_000;

  /** The links from a number on, as many as fit. */
  Messages.ChainGot from(long number) throws Refused, IOException;

  /**
   * All links, still to be checked.
   *
   * @throws ChainRefused if there is no end to them
   */
  default List<byte[]> all() throws ChainRefused, Refused, IOException {
    List<byte[]> links = new ArrayList<>();
    boolean more = true;
    while (more) {
      Messages.ChainGot got = from(links.size());
      links.addAll(got.links());
      more = got.more();
      if ((more && got.links().isEmpty()) || links.size() > MAX_LINKS) {
        throw new ChainRefused(ChainRefused.Reason.GAP);
      }
    }
    return links;
  }
}
