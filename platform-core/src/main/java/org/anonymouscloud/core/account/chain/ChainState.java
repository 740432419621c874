package org.anonymouscloud.core.account.chain;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.ChainFloor;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.account.chain.ChainRefused.Reason;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.crypto.SealingKey;
import org.anonymouscloud.core.crypto.Signatures;
import org.anonymouscloud.core.crypto.VerifyKey;

/**
 * What is valid after the last link of a chain. Immutable.
 *
 * @param genesis hash of the first link
 * @param head the last link
 * @param identity the account's Ed25519 public key; by it others know the account
 * @param roots what is said of the root secret of each generation, the oldest first
 * @param newRoots those of all generations but the first, the oldest first
 * @param devices those that may act for the account, in the order in which they came
 * @param former those that may no longer
 * @param setBy which device set a slot: the password slot by a link of type 4, a device's by adding
 *     the device or by having set the password by which it came. Slots that came by the
 *     registration, its password, or the recovery words are not in it
 */
public record ChainState(
    AccountId account,
    Digest genesis,
    ChainFloor head,
    VerifyKey identity,
    SlotKeys password,
    SlotKeys recovery,
    List<NamedRoot> roots,
    List<NewRoot> newRoots,
    SequencedMap<DeviceId, ListedDevice> devices,
    Map<DeviceId, Former> former,
    Map<SlotId, DeviceId> setBy) {
  /** The most devices an account may have at a time. */
  public static final int MAX_DEVICES = 256;

  private static final SlotId PASSWORD = new SlotId.Password();

  /**
   * A device that was revoked.
   *
   * @param until the last generation of the root secret that it knows
   */
  public record Former(ListedDevice device, int until) {}

  public ChainState {
    roots = List.copyOf(roots);
    newRoots = List.copyOf(newRoots);
    devices = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(devices));
    former = Map.copyOf(former);
    setBy = Map.copyOf(setBy);
  }

  /** The state after a first link. */
  static ChainState begin(ChainLink link) throws ChainRefused {
    ChainLink.Content content = link.content();
    if (!(content.body() instanceof LinkBody.Create create)) {
      throw new ChainRefused(Reason.WRONG_TYPE);
    }
    if (content.seq() != 0) {
      throw new ChainRefused(Reason.GAP);
    }
    if (!content.previous().equals(ChainLink.NOTHING)) {
      throw new ChainRefused(Reason.FORK);
    }
    if (!content.signer().equals(new SlotId.Device(create.device().id()))) {
      throw new ChainRefused(Reason.WRONG_SIGNER);
    }
    checkSignatures(link, create.device().signingKey());
    return new ChainState(
        content.account(),
        link.hash(),
        link.floor(),
        create.identity(),
        create.password(),
        create.recovery(),
        List.of(create.root()),
        List.of(),
        new LinkedHashMap<>(
            Map.of(create.device().id(), ListedDevice.of(create.device(), content.time(), 0, 0))),
        Map.of(),
        Map.of());
  }

  /**
   * The state after one link more.
   *
   * @throws ChainRefused if the link does not follow from this state
   */
  public ChainState append(ChainLink link) throws ChainRefused {
    ChainLink.Content content = link.content();
    if (!content.account().equals(account)) {
      throw new ChainRefused(Reason.WRONG_ACCOUNT);
    }
    if (content.seq() != head.seq() + 1) {
      throw new ChainRefused(Reason.GAP);
    }
    if (!content.previous().equals(head.hash())) {
      throw new ChainRefused(Reason.FORK);
    }
    checkSignatures(link, signerKey(content.signer(), content.body()));
    Change change = new Change(this);
    switch (content.body()) {
      case LinkBody.Create again -> throw new ChainRefused(Reason.WRONG_TYPE);
      case LinkBody.AddDevice(NewDevice device) -> {
        change.add(device, content, generation());
        vouching(content.signer())
            .ifPresent(by -> change.setBy.put(new SlotId.Device(device.id()), by));
      }
      case LinkBody.Revoke(NewRoot root, List<DeviceId> gone) -> {
        if (gone.stream().anyMatch(id -> content.signer().equals(new SlotId.Device(id)))) {
          throw new ChainRefused(Reason.WRONG_SIGNER);
        }
        // Whoever removes devices has the newest; only the words may have been left with less.
        if (root.before() != generation()) {
          throw new ChainRefused(Reason.WRONG_GENERATION);
        }
        change.revoke(gone);
        change.renew(root);
      }
      case LinkBody.ChangePassword(SlotKeys keys) -> {
        change.password = keys;
        vouching(content.signer()).ifPresent(by -> change.setBy.put(PASSWORD, by));
      }
      case LinkBody.Recover recover -> {
        change.password = recover.password();
        change.setBy.remove(PASSWORD);
        change.recovery = recover.recovery();
        if (!recover.keepsDevices()) {
          change.revoke(List.copyOf(devices.keySet()));
        }
        change.renew(recover.root());
        change.add(recover.device(), content, recover.root().before());
      }
      case LinkBody.Rename(DeviceId device, byte[] name) -> change.rename(device, name);
    }
    return change.after(link);
  }

  /** Who may make which links; the identity key makes none, as revoked devices have it (A16). */
  private VerifyKey signerKey(SlotId signer, LinkBody body) throws ChainRefused {
    boolean may =
        switch (body) {
          case LinkBody.Create again -> throw new ChainRefused(Reason.WRONG_TYPE);
          case LinkBody.AddDevice add -> !(signer instanceof SlotId.Recovery);
          case LinkBody.Recover recover -> signer instanceof SlotId.Recovery;
          case LinkBody.Revoke revoke -> signer instanceof SlotId.Device;
          case LinkBody.ChangePassword change -> signer instanceof SlotId.Device;
          case LinkBody.Rename rename -> signer instanceof SlotId.Device;
        };
    if (!may) {
      throw new ChainRefused(Reason.WRONG_SIGNER);
    }
    if (signer instanceof SlotId.Device(DeviceId id) && former.containsKey(id)) {
      throw new ChainRefused(Reason.REVOKED_SIGNER);
    }
    if (signer instanceof SlotId.Password && passwordHasEnded()) {
      throw new ChainRefused(Reason.REVOKED_SIGNER);
    }
    return signingKey(signer).orElseThrow(() -> new ChainRefused(Reason.UNKNOWN_SIGNER));
  }

  /** The device to which what a signer brings in goes back; none for the owner's own password. */
  private Optional<DeviceId> vouching(SlotId signer) {
    return signer instanceof SlotId.Device(DeviceId id)
        ? Optional.of(id)
        : Optional.ofNullable(setBy.get(signer));
  }

  private static void checkSignatures(ChainLink link, VerifyKey signer) throws ChainRefused {
    List<byte[]> signatures = link.signatures();
    List<VerifyKey> newKeys = link.content().body().introduces();
    boolean valid =
        Signatures.verify(signer, ChainLink.SIGNER_LABEL, link.signed(), signatures.getFirst());
    for (int i = 0; i < newKeys.size(); i++) {
      valid &=
          Signatures.verify(
              newKeys.get(i), ChainLink.NEW_KEY_LABEL, link.signed(), signatures.get(i + 1));
    }
    if (!valid) {
      throw new ChainRefused(Reason.WRONG_SIGNATURE);
    }
  }

  /** A state on its way to the next. */
  private static final class Change {
    private final ChainState before;
    private final SequencedMap<DeviceId, ListedDevice> devices;
    private final Map<DeviceId, Former> former;
    private final List<NamedRoot> roots;
    private final List<NewRoot> newRoots;
    private final Map<SlotId, DeviceId> setBy;
    private SlotKeys password;
    private SlotKeys recovery;

    Change(ChainState before) {
      this.before = before;
      this.devices = new LinkedHashMap<>(before.devices);
      this.former = new LinkedHashMap<>(before.former);
      this.roots = new ArrayList<>(before.roots);
      this.newRoots = new ArrayList<>(before.newRoots);
      this.setBy = new LinkedHashMap<>(before.setBy);
      this.password = before.password;
      this.recovery = before.recovery;
    }

    /**
     * @param named generation in which the device's name is sealed: a link that brings a new root
     *     has it in one before, but what the device signs counts from the new one
     */
    void add(NewDevice device, ChainLink.Content content, int named) throws ChainRefused {
      if (devices.containsKey(device.id()) || former.containsKey(device.id())) {
        throw new ChainRefused(Reason.REPEATED_DEVICE);
      }
      if (devices.size() >= MAX_DEVICES) {
        throw new ChainRefused(Reason.TOO_MANY_DEVICES);
      }
      devices.put(device.id(), ListedDevice.of(device, content.time(), roots.size() - 1, named));
    }

    void revoke(List<DeviceId> gone) throws ChainRefused {
      for (DeviceId id : gone) {
        ListedDevice device = devices.remove(id);
        if (device == null) {
          throw new ChainRefused(Reason.UNKNOWN_DEVICE);
        }
        former.put(id, new Former(device, before.generation()));
      }
    }

    void renew(NewRoot root) throws ChainRefused {
      if (root.generation() != roots.size()) {
        throw new ChainRefused(Reason.WRONG_GENERATION);
      }
      roots.add(root.named());
      newRoots.add(root);
    }

    void rename(DeviceId id, byte[] name) throws ChainRefused {
      ListedDevice device = devices.get(id);
      if (device == null) {
        throw new ChainRefused(Reason.UNKNOWN_DEVICE);
      }
      devices.put(id, device.renamed(name, before.generation()));
    }

    ChainState after(ChainLink link) {
      return new ChainState(
          before.account,
          before.genesis,
          link.floor(),
          before.identity,
          password,
          recovery,
          roots,
          newRoots,
          devices,
          former,
          setBy);
    }
  }

  /** The newest generation of the root secret, counted from 0. */
  public int generation() {
    return roots.size() - 1;
  }

  /** What others share with the account from now on, they seal to this key. */
  public SealingKey shareKey() {
    return roots.getLast().share();
  }

  /** A device that may act for the account. */
  public Optional<ListedDevice> device(DeviceId id) {
    return Optional.ofNullable(devices.get(id));
  }

  /** Whether a device is one of the account's, or was. */
  public boolean hasHad(DeviceId id) {
    return devices.containsKey(id) || former.containsKey(id);
  }

  /**
   * The key of a device for what was made in a generation of the root secret. A revoked device's
   * older work stays valid; what it makes later, with the keys it had, does not become so (A16).
   */
  public Optional<VerifyKey> deviceKey(DeviceId id, int generation) {
    ListedDevice device = devices.get(id);
    int until = generation();
    if (device == null) {
      Former gone = former.get(id);
      if (gone == null) {
        return Optional.empty();
      }
      device = gone.device();
      until = gone.until();
    }
    return generation >= device.since() && generation <= until
        ? Optional.of(device.signingKey())
        : Optional.empty();
  }

  /**
   * Whether the device that set the password was removed after it. Such a password opens nothing
   * any more until another is set: else whoever had that device would come back by it (A16).
   */
  public boolean passwordHasEnded() {
    DeviceId by = setBy.get(PASSWORD);
    return by != null && former.containsKey(by);
  }

  /**
   * Whether a device came in by one of these: added by it, by a password that it had set, or by a
   * device that came in so.
   */
  public boolean cameInBy(DeviceId device, Collection<DeviceId> origins) {
    DeviceId by = setBy.get(new SlotId.Device(device));
    while (by != null && !origins.contains(by)) {
      by = setBy.get(new SlotId.Device(by));
    }
    return by != null;
  }

  /** The key with which a slot signs; none of a password that has ended. */
  public Optional<VerifyKey> signingKey(SlotId slot) {
    return switch (slot) {
      case SlotId.Password() ->
          passwordHasEnded() ? Optional.empty() : Optional.of(password.signing());
      case SlotId.Recovery() -> Optional.of(recovery.signing());
      case SlotId.Device(DeviceId id) -> device(id).map(ListedDevice::signingKey);
    };
  }

  /** The public key to which a slot's records are sealed; none of a password that has ended. */
  public Optional<SealingKey> sealingKey(SlotId slot) {
    return switch (slot) {
      case SlotId.Password() ->
          passwordHasEnded() ? Optional.empty() : Optional.of(password.sealing());
      case SlotId.Recovery() -> Optional.of(recovery.sealing());
      case SlotId.Device(DeviceId id) -> device(id).map(ListedDevice::slotKey);
    };
  }

  /**
   * All slots there are: the password unless it has ended, recovery, and the devices in the order
   * in which they came.
   */
  public List<SlotId> slots() {
    List<SlotId> slots = new ArrayList<>();
    if (!passwordHasEnded()) {
      slots.add(PASSWORD);
    }
    slots.add(new SlotId.Recovery());
    devices.keySet().forEach(id -> slots.add(new SlotId.Device(id)));
    return slots;
  }

  /**
   * The slots to which the newest root secret is sealed along with a link, in this order: those
   * that do not have it yet.
   *
   * @param body of the last link
   */
  public List<SlotId> sealedWith(LinkBody body) {
    return switch (body) {
      case LinkBody.Create all -> slots();
      case LinkBody.Revoke all -> slots();
      case LinkBody.Recover all -> slots();
      case LinkBody.AddDevice(NewDevice device) -> List.of(new SlotId.Device(device.id()));
      case LinkBody.ChangePassword password -> List.of(PASSWORD);
      case LinkBody.Rename none -> List.of();
    };
  }
}
