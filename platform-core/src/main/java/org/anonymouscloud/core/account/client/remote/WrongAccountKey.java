package org.anonymouscloud.core.account.client.remote;

/** The password is right, but the account key is not the one of this account. */
public final class WrongAccountKey extends Exception {
  private static final long serialVersionUID = 1;

  WrongAccountKey() {
    super(
        "The account key does not belong to this account. Take the one from the account's "
            + "emergency sheet.");
  }
}
