package org.anonymouscloud.core.account.client.contacts;

/** How well the account knows that a contact is who they say they are. Rises only. */
public enum Trust {
  /** The server says so, and nothing is kept of it: it is yet to be accepted, or was removed. */
  NEW,
  /** Somebody has seen the safety number here and went on; from then on a change is noticed. */
  ACCEPTED,
  /** Somebody has compared the safety number with the one that the contact's device shows. */
  VERIFIED,
  /** Two devices of this account have pinned different accounts, or states of one, under a name. */
  DISPUTED
}
