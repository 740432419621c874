package org.anonymouscloud.core.account.client.contacts;

import java.io.IOException;
import java.util.Optional;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.account.Head;
import org.anonymouscloud.core.account.chain.ChainState;
import org.anonymouscloud.core.crypto.Secret;

/** This account and this device of it, as far as its list of contacts needs them. Thread-safe. */
public interface OwnAccount {
  AccountId account();

  DeviceId device();

  /** The account's own checked chain. */
  ChainState chain() throws IOException;

  /** The same, asked for anew if a device or a generation is not in what this device has seen. */
  ChainState with(DeviceId device, int generation) throws IOException;

  /** The newest generation whose keys this device has. */
  int generation();

  /**
   * The key of the list in a generation; the caller closes it.
   *
   * @param generation from 0 to {@link #generation}
   */
  Secret key(int generation);

  /** Signs with this device's key. */
  byte[] sign(String label, byte[] message);

  /** The furthest that the list has come by the word of the account's devices, in its chain. */
  Optional<Head> named() throws IOException;
}
