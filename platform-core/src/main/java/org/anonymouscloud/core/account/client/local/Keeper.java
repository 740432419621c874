package org.anonymouscloud.core.account.client.local;

/** Who keeps what opens a device's keys. */
public enum Keeper {
  /** The file itself: the keys are open to whoever can read it. */
  FILE,

  /** A person, who remembers a passphrase. */
  PASSPHRASE,

  /** The platform's keyring, which has a random passphrase. */
  KEYRING
}
