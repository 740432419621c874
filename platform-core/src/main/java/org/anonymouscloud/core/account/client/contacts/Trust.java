package org.anonymouscloud.core.account.client.contacts;

import java.util.Arrays;
import java.util.Optional;

/** How well the account knows that a contact is who they say they are. Rises only. */
public enum Trust {
  /** The server says so, and nothing is kept of it: it is yet to be accepted, or was removed. */
  NEW(0),
  /** Somebody has seen the safety number here and went on; from then on a change is noticed. */
  ACCEPTED(1),
  /** Somebody has compared the safety number with the one that the contact's device shows. */
  VERIFIED(2),
  /** Two devices of this account have pinned different accounts, or states of one, under a name. */
  DISPUTED(3);

  private final int code;

  Trust(int code) {
    this.code = code;
  }

  /** As it stands in a list of contacts. */
  byte code() {
    return (byte) code;
  }

  /** None if no trust has this code. */
  static Optional<Trust> of(byte code) {
    return Arrays.stream(values()).filter(trust -> trust.code == code).findFirst();
  }
}
