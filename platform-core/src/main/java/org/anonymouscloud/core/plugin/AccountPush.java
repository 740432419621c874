package org.anonymouscloud.core.plugin;

import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.DeviceId;

/**
 * Messages from the server to the sessions of an account, on every server node: hints, which may be
 * lost. A topic is {@code feature/topic}, at most 64 ASCII characters; a body has at most 512
 * bytes. Thread-safe.
 */
public interface AccountPush {
  /** Pushes to each of the account's sessions that is there just now. */
  void push(AccountId account, String topic, byte[] body);

  /** Pushes to the sessions of one of the account's devices. */
  void push(AccountId account, DeviceId device, String topic, byte[] body);
}
