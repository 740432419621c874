package org.anonymouscloud.core.account.client;

import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.chain.ChainLink;
import org.anonymouscloud.core.account.chain.LinkBody;
import org.anonymouscloud.core.account.chain.SealedSlot;
import org.anonymouscloud.core.account.client.keys.DeviceName;
import org.anonymouscloud.core.account.client.keys.KeyBag;
import org.anonymouscloud.core.account.client.keys.RootSecret;
import org.anonymouscloud.core.account.client.keys.SlotSecret;
import org.anonymouscloud.core.account.client.remote.JoiningDevice;
import org.anonymouscloud.core.account.client.sheet.AccountKey;
import org.anonymouscloud.core.account.client.sheet.RecoveryWords;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.crypto.SigningKey;

/** The secrets with which an account begins, and what the server is told of them. */
record NewAccount(
    AccountId id,
    RootSecret root,
    KeyBag keyBag,
    AccountKey accountKey,
    RecoveryWords words,
    JoiningDevice device) {
  private static final int GENERATION = 0;

  static NewAccount random() {
    return new NewAccount(
        AccountId.random(),
        RootSecret.random(),
        KeyBag.random(),
        AccountKey.random(),
        RecoveryWords.random(),
        JoiningDevice.random());
  }

  /**
   * What the server keeps and cannot read.
   *
   * @param slots password, recovery and the device's
   */
  record Records(ChainLink link, List<SealedSlot> slots, byte[] keyBag) {}

  /**
   * Makes the records.
   *
   * @param exportKey that OPAQUE made of the password
   */
  Records records(Secret exportKey, DeviceName name, Instant time) {
    try (SlotSecret password = SlotSecret.password(id, exportKey, accountKey.secret());
        SlotSecret recovery = SlotSecret.recovery(id, words.secret());
        SlotSecret own = device.slot(id);
        SigningKey byPassword = password.signingKey();
        SigningKey byRecovery = recovery.signingKey()) {
      LinkBody body =
          new LinkBody.Create(
              keyBag.identity().verifyKey(),
              password.keys(),
              recovery.keys(),
              root.name(id, GENERATION),
              device.introduce(id, root, name));
      ChainLink link =
          ChainLink.sign(
              ChainLink.Content.after(
                  ChainLink.BEFORE_ALL, id, time, own.slot(), body, ChainLink.NO_HEADS),
              device.key(),
              List.of(keyBag.identity(), byPassword, byRecovery));
      List<SealedSlot> slots =
          Stream.of(password, recovery, own)
              .map(slot -> SlotSecret.seal(id, slot.slot(), slot.sealingKey(), root, GENERATION))
              .toList();
      return new Records(link, slots, keyBag.seal(id, root));
    }
  }

  @Override
  public String toString() {
    return "NewAccount";
  }
}
