package org.anonymouscloud.core.account.client.contacts;

import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.UserName;
import org.anonymouscloud.core.account.chain.ChainState;

/**
 * Somebody else's account as its chain proves it just now. Who shares something seals it to {@link
 * ChainState#shareKey} of this chain, and to nobody who is {@link Trust#NEW}.
 *
 * @param number to compare with what the contact's device shows for this account
 */
public record Contact(UserName name, ChainState chain, SafetyNumber number, Trust trust) {
  public AccountId account() {
    return chain.account();
  }
}
