package org.anonymouscloud.core.account.client;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.anonymouscloud.core.account.ChainFloor;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.account.chain.Chain;
import org.anonymouscloud.core.account.chain.ChainLink;
import org.anonymouscloud.core.account.chain.ChainState;
import org.anonymouscloud.core.account.chain.LinkBody;
import org.anonymouscloud.core.account.chain.ListedDevice;
import org.anonymouscloud.core.account.chain.NewDevice;
import org.anonymouscloud.core.account.chain.SlotId;
import org.anonymouscloud.core.account.client.keys.DeviceName;
import org.anonymouscloud.core.account.client.keys.RootSecret;
import org.anonymouscloud.core.account.client.local.LocalState;
import org.anonymouscloud.core.account.client.remote.AccountQuestions;
import org.anonymouscloud.core.account.client.remote.AccountTampered;
import org.anonymouscloud.core.account.client.remote.ChainWriter;
import org.anonymouscloud.core.account.client.remote.DeviceRefused;
import org.anonymouscloud.core.account.client.remote.KnownChain;
import org.anonymouscloud.core.crypto.NotAuthentic;
import org.anonymouscloud.core.session.Connection;
import org.anonymouscloud.core.session.Link;
import org.anonymouscloud.core.wire.Malformed;
import org.anonymouscloud.core.wire.Refused;

/**
 * The account's chain as a server shows it that was restored from a backup, beside what this device
 * has seen before. Checked from its first link, it lists this device with its key; only that it is
 * the newest does not count any more. Not thread-safe.
 */
public final class RestoredChain implements KnownChain {
  private final LocalAccount local;
  private final OwnHeads heads;
  private final Link link;
  private final Chain chain;
  private final List<RootSecret> roots;
  private final Map<DeviceId, String> names = new HashMap<>();
  private final List<LostLink> lost;
  private final Set<DeviceId> back;
  private boolean complete = true;

  private RestoredChain(LocalAccount local, OwnHeads heads, Link link, Chain chain)
      throws IOException {
    this.local = local;
    this.heads = heads;
    this.link = link;
    this.chain = chain;
    this.roots = local.rootsOf(link, chain.state());
    this.lost = lost(local.newestLinks());
    this.back = local.back(chain.state());
  }

  /**
   * What the server has of an account, whether or not it is as new as what this device has seen.
   * Changes nothing.
   *
   * @param features asked for their heads before a link
   * @param connection on which nobody is logged in; this device is when this returns
   * @throws DeviceRefused if the server does not have this device
   * @throws AccountTampered if it is not a chain of this account with this device in it
   */
  public static RestoredChain read(
      LocalAccount local, AccountFeatures features, Connection connection) throws IOException {
    local.logIn(connection);
    Chain chain;
    try {
      chain = new AccountQuestions(connection).chain();
    } catch (Refused e) {
      throw new IOException("The server did not give the account's chain: " + e.getMessage(), e);
    }
    local.requireOwn(chain.state());
    return new RestoredChain(local, new OwnHeads(local, features), connection, chain);
  }

  @Override
  public Chain known() {
    return chain;
  }

  @Override
  public Chain refreshed() {
    return chain;
  }

  @Override
  public List<RootSecret> roots() {
    return roots;
  }

  /** Whether the server lacks anything of the chain that this device has seen. */
  public boolean isOlder() {
    return !chain.contains(local.state().floor());
  }

  /** What this device has kept of the links that the server lacks, the oldest first. */
  public List<LostLink> lost() {
    return lost;
  }

  /** Whether {@link #lost} is all that the server lacks: a device keeps the newest links alone. */
  public boolean isComplete() {
    return complete;
  }

  /** The devices of this chain that this device knows to have been removed. */
  public Set<DeviceId> back() {
    return back;
  }

  /** Whether a device was removed, by this chain or by what this device knows. */
  public boolean wasRemoved(DeviceId device) {
    return back.contains(device) || chain.state().former().containsKey(device);
  }

  /**
   * Removes those that are back, on the session on which the chain was asked for, after {@link
   * #accept}. Before that is done the account does not open on this device.
   */
  public void removeAgain() throws Refused, IOException {
    if (back.isEmpty()) {
      return;
    }
    LocalState state = local.state();
    AccountQuestions questions = new AccountQuestions(link);
    try (RootSecret fresh = RootSecret.random()) {
      var _ =
          new ChainWriter(
                  questions,
                  local.clock(),
                  new SlotId.Device(state.device()),
                  state.deviceKey(),
                  (before, leaving) -> heads.after(this, link, leaving))
              .append(
                  chain, questions::chain, before -> Devices.revoking(before, local, fresh, back));
    }
  }

  /**
   * Goes on from this chain. What this device has seen beyond it is forgotten, the root secrets
   * too; what is new in it, this device has when this returns.
   *
   * @throws AccountTampered if the server does not have what belongs to the chain
   */
  public void accept() throws IOException {
    if (isOlder()) {
      local.restart(chain, roots);
    } else {
      local.advance(link, chain);
    }
  }

  private List<LostLink> lost(List<byte[]> kept) {
    List<ChainLink> links = new ArrayList<>();
    for (byte[] encoded : kept) {
      try {
        ChainLink one = ChainLink.decode(encoded);
        if (!chain.contains(one.floor())) {
          links.add(one);
        }
      } catch (Malformed e) {
        // This device wrote the file; what it cannot read is left out of what is shown.
      }
    }
    if (!links.isEmpty()) {
      ChainLink.Content first = links.getFirst().content();
      complete = chain.contains(new ChainFloor(first.seq() - 1, first.previous()));
    }
    int generation = local.generation();
    for (ChainLink one : links) {
      generation -= beginsGeneration(one.content().body()) ? 1 : 0;
    }
    ChainState state = chain.state();
    state.devices().values().forEach(device -> names.put(device.id(), nameOf(device)));
    state.former().values().forEach(gone -> names.put(gone.device().id(), nameOf(gone.device())));
    List<LostLink> all = new ArrayList<>();
    for (ChainLink one : links) {
      all.add(describe(one.content(), generation));
      generation += beginsGeneration(one.content().body()) ? 1 : 0;
    }
    return List.copyOf(all);
  }

  private static boolean beginsGeneration(LinkBody body) {
    return body instanceof LinkBody.Revoke || body instanceof LinkBody.Recover;
  }

  private LostLink describe(ChainLink.Content content, int generation) {
    LostLink.What what;
    String text;
    List<DeviceId> removed = List.of();
    switch (content.body()) {
      case LinkBody.Create create ->
          throw new IllegalStateException("The first link is in every chain that lists a device.");
      case LinkBody.AddDevice(NewDevice device) -> {
        what = LostLink.What.DEVICE_CAME;
        text = "the device '" + learn(device, generation) + "' came";
      }
      case LinkBody.Revoke revoke -> {
        what = LostLink.What.DEVICES_WENT;
        removed = revoke.devices();
        List<String> gone = removed.stream().map(this::name).toList();
        text = "removed: '" + String.join("', '", gone) + "'";
      }
      case LinkBody.ChangePassword change -> {
        what = LostLink.What.PASSWORD_CHANGED;
        text = "the password changed";
      }
      case LinkBody.Recover recover -> {
        what = LostLink.What.RECOVERED;
        text =
            "the recovery words were used by the device '"
                + learn(recover.device(), generation)
                + "': another password and another sheet";
      }
      case LinkBody.Rename(DeviceId device, byte[] sealed) -> {
        what = LostLink.What.DEVICE_RENAMED;
        String before = name(device);
        names.put(device, open(device, sealed, generation));
        text = "the device '" + before + "' was called '" + names.get(device) + "'";
      }
    }
    String by =
        switch (content.signer()) {
          case SlotId.Password() -> "the password";
          case SlotId.Recovery() -> "the recovery words";
          case SlotId.Device(DeviceId id) -> name(id);
        };
    return new LostLink(content.seq(), content.time(), what, by, text, removed);
  }

  private String learn(NewDevice device, int generation) {
    String name = open(device.id(), device.sealedName(), generation);
    names.put(device.id(), name);
    return name;
  }

  /** What a device is called, or was called last; its id if that is not known. */
  public String name(DeviceId device) {
    return names.getOrDefault(device, device.toString());
  }

  private String nameOf(ListedDevice device) {
    return open(device.id(), device.sealedName(), device.nameGeneration());
  }

  private String open(DeviceId device, byte[] sealed, int generation) {
    List<RootSecret> roots = local.state().roots();
    try {
      if (generation >= 0 && generation < roots.size()) {
        return DeviceName.open(sealed, local.account(), device, roots.get(generation)).text();
      }
    } catch (NotAuthentic e) {
      // Sealed in a generation that began after the backup: the id must do.
    }
    return device.toString();
  }

  /** The last link of the chain. */
  public ChainFloor head() {
    return chain.state().head();
  }
}
