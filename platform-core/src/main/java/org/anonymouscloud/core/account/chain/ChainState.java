package org.anonymouscloud.core.account.chain;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.account.chain.ChainRefused.Reason;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.crypto.Signatures;
import org.anonymouscloud.core.crypto.VerifyKey;

/**
 * What is valid after the last link of a chain. Immutable.
 *
 * @param genesis hash of the first link
 * @param head the last link
 * @param identity the account's Ed25519 public key
 * @param passwordSlot X-Wing public key of the password slot
 * @param recoverySlot X-Wing public key of the recovery slot
 * @param rootCommitments one for each generation of the root secret, the oldest first
 * @param devices those that may act for the account, in the order in which they came
 */
public record ChainState(
    AccountId account,
    Digest genesis,
    ChainFloor head,
    VerifyKey identity,
    byte[] passwordSlot,
    byte[] recoverySlot,
    List<byte[]> rootCommitments,
    SequencedMap<DeviceId, NewDevice> devices) {
  /** The most devices an account may have. */
  public static final int MAX_DEVICES = 256;

  public ChainState {
    rootCommitments = List.copyOf(rootCommitments);
    devices = java.util.Collections.unmodifiableSequencedMap(new LinkedHashMap<>(devices));
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
    checkSignatures(link, create.identity());
    return new ChainState(
        content.account(),
        link.hash(),
        new ChainFloor(0, link.hash()),
        create.identity(),
        create.passwordSlot(),
        create.recoverySlot(),
        List.of(create.rootCommitment()),
        new LinkedHashMap<>(Map.of(create.device().id(), create.device())));
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
    if (!(content.body() instanceof LinkBody.AddDevice(NewDevice device))) {
      throw new ChainRefused(Reason.WRONG_TYPE);
    }
    checkSignatures(link, identity);
    if (devices.containsKey(device.id())) {
      throw new ChainRefused(Reason.REPEATED_DEVICE);
    }
    if (devices.size() >= MAX_DEVICES) {
      throw new ChainRefused(Reason.TOO_MANY_DEVICES);
    }
    SequencedMap<DeviceId, NewDevice> more = new LinkedHashMap<>(devices);
    more.put(device.id(), device);
    return new ChainState(
        account,
        genesis,
        new ChainFloor(content.seq(), link.hash()),
        identity,
        passwordSlot,
        recoverySlot,
        rootCommitments,
        more);
  }

  private static void checkSignatures(ChainLink link, VerifyKey identity) throws ChainRefused {
    VerifyKey device = link.content().body().device().signingKey();
    boolean valid =
        Signatures.verify(
                identity, ChainLink.IDENTITY_LABEL, link.signed(), link.signatureByIdentity())
            && Signatures.verify(
                device, ChainLink.DEVICE_LABEL, link.signed(), link.signatureByDevice());
    if (!valid) {
      throw new ChainRefused(Reason.WRONG_SIGNATURE);
    }
  }

  /** The newest generation of the root secret, counted from 0. */
  public int generation() {
    return rootCommitments.size() - 1;
  }

  /** A device that may act for the account. */
  public Optional<NewDevice> device(DeviceId id) {
    return Optional.ofNullable(devices.get(id));
  }

  /** The public key to which a slot's records are sealed. */
  public Optional<byte[]> slotKey(SlotId slot) {
    return switch (slot) {
      case SlotId.Password() -> Optional.of(passwordSlot);
      case SlotId.Recovery() -> Optional.of(recoverySlot);
      case SlotId.Device(DeviceId id) -> device(id).map(NewDevice::slotKey);
    };
  }
}
