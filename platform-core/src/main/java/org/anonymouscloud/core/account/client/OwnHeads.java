package org.anonymouscloud.core.account.client;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.account.Head;
import org.anonymouscloud.core.account.chain.Chain;
import org.anonymouscloud.core.account.client.keys.HeadList;
import org.anonymouscloud.core.account.client.remote.KnownChain;
import org.anonymouscloud.core.account.client.remote.ReadChain;
import org.anonymouscloud.core.session.Link;

/** What this device says in a link of how far all has come. */
record OwnHeads(LocalAccount local, AccountFeatures features) {
  /**
   * For the next link of the chain. What no feature of this device answers for is as the last link
   * of this device says it: it vouches for nothing that another device has said, who may be a
   * thief.
   *
   * @param leaving the devices that the link removes
   */
  HeadList after(KnownChain chain, Link link, Set<DeviceId> leaving) throws IOException {
    SortedMap<String, List<Head>> all =
        new TreeMap<>(features.heads(local, chain, link, leaving).byFeature());
    OwnContacts.book(local, chain, link)
        .head()
        .ifPresent(head -> all.put(OwnContacts.NAME, List.of(head)));
    return new HeadList(all).over(local.heads(chain).getOrDefault(local.device(), HeadList.NONE));
  }

  /**
   * The same, for a device that is about to come in and has read the chain once.
   *
   * @param generation the newest that it can open; what is newer is as if it had not been
   */
  HeadList after(Chain chain, int generation, Link link, Set<DeviceId> leaving) throws IOException {
    return after(
        new ReadChain(chain, local.state().roots().subList(0, generation + 1)), link, leaving);
  }
}
