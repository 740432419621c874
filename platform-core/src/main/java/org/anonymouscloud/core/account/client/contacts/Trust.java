package org.anonymouscloud.core.account.client.contacts;

/** How well this device knows that a contact is who they say they are. Rises only. */
public enum Trust {
  /** The server says so, and nothing is kept of it yet. */
  NEW,
  /** Somebody has seen the safety number here and went on; from then on a change is noticed. */
  ACCEPTED,
  /** Somebody has compared the safety number with the one that the contact's device shows. */
  VERIFIED
}
