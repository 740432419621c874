package org.anonymouscloud.core.plugin;

import java.util.Optional;
import java.util.Set;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.ChainFloor;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.account.UserName;

/**
 * An account as its chain of keys proved it when it was asked for. Immutable; who needs it as it is
 * now asks again.
 */
public interface KnownAccount {
  /** The name by which it is one of the contacts; none if it is not. */
  Optional<UserName> name();

  AccountId account();

  /** Whether it is a contact whose safety number somebody has compared, not only said yes to. */
  boolean verified();

  /** The newest link of its chain. */
  ChainFloor head();

  /** The newest generation of its root secret. What is sealed to it only devices of then open. */
  int generation();

  /** Its devices. */
  Set<DeviceId> devices();

  /**
   * Whether a device of the account signed this, as {@link AccountSession#sign} does, with what it
   * knew in a generation.
   *
   * @throws IllegalArgumentException if the label is not the feature's
   */
  boolean verify(DeviceId signer, int generation, String label, byte[] message, byte[] signature);

  /** Whether a device of the account certified a key of this feature as its own. */
  boolean isCertified(
      DeviceId device, int generation, String purpose, byte[] key, byte[] certificate);

  /**
   * Seals a message to the account, in its newest generation. It does not say who sealed it.
   *
   * @param label the purpose, a constant of the format's document that begins with {@code
   *     anonymouscloud/FEATURE/}
   * @param context what the message is and where it belongs; needed again to open it
   */
  byte[] seal(String label, byte[] context, byte[] message);
}
