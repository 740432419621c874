package org.anonymouscloud.core.account.client;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.chain.ChainLink;
import org.anonymouscloud.core.account.chain.ChainReader;
import org.anonymouscloud.core.account.chain.ChainRefused;
import org.anonymouscloud.core.account.chain.ChainState;
import org.anonymouscloud.core.account.chain.LinkBody;
import org.anonymouscloud.core.account.chain.SlotId;
import org.anonymouscloud.core.account.client.keys.DeviceName;
import org.anonymouscloud.core.account.client.keys.HeadList;
import org.anonymouscloud.core.account.client.keys.RootSecret;
import org.anonymouscloud.core.account.client.remote.JoiningDevice;
import org.anonymouscloud.core.crypto.Secret;

/** Somebody with all keys of an account: its chain may say whatever its owner could. */
final class Person {
  final NewAccount account;
  final List<ChainLink> links = new ArrayList<>();
  RootSecret newest;

  Person() {
    this(NewAccount.random());
  }

  /** An account that begins anew with the same keys. */
  Person(NewAccount account) {
    this.account = account;
    this.newest = account.root();
    links.add(account.records(Secret.random(32), new DeviceName("laptop"), Instant.EPOCH).link());
  }

  AccountId id() {
    return account.id();
  }

  List<byte[]> encoded() {
    return links.stream().map(ChainLink::encode).toList();
  }

  ChainState chain() {
    try {
      return ChainReader.replay(encoded()).state();
    } catch (ChainRefused e) {
      throw new AssertionError(e);
    }
  }

  /** A further link, with a new device. */
  ChainLink addDevice() {
    JoiningDevice device = JoiningDevice.random();
    LinkBody body = new LinkBody.AddDevice(device.introduce(id(), newest, new DeviceName("phone")));
    ChainLink link =
        ChainLink.sign(next(body, newest), account.device().key(), List.of(device.key()));
    links.add(link);
    return link;
  }

  /** A further link, which removes the device that another brought in. */
  void revoke(ChainLink link) {
    LinkBody.AddDevice added = (LinkBody.AddDevice) link.content().body();
    RootSecret fresh = RootSecret.random();
    LinkBody body =
        new LinkBody.Revoke(
            fresh.succeed(chain(), chain().generation(), newest), List.of(added.device().id()));
    links.add(ChainLink.sign(next(body, fresh), account.device().key(), List.of()));
    newest = fresh;
  }

  private ChainLink.Content next(LinkBody body, RootSecret root) {
    return ChainLink.Content.after(
        links.getLast().floor(),
        id(),
        Instant.EPOCH,
        new SlotId.Device(account.device().id()),
        body,
        HeadList.NONE.seal(root, id(), links.size()));
  }
}
