package org.anonymouscloud.core.plugin;

import org.anonymouscloud.core.account.AccountId;

/** Messages from the server to the sessions of an account, on every server node. Thread-safe. */
@FunctionalInterface
public interface AccountPush {
  /**
   * Pushes to each of the account's sessions that is there just now. A hint that may be lost.
   *
   * @param topic {@code feature/topic}, at most 64 ASCII characters
   * @param body at most 512 bytes
   */
  void push(AccountId account, String topic, byte[] body);
}
