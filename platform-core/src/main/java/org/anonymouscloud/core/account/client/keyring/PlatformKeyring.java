package org.anonymouscloud.core.account.client.keyring;

import java.time.Duration;

/** Which keyring this machine's user has. */
public final class PlatformKeyring {
  /** How long a person has to answer the platform's question. */
  static final Duration PATIENCE = Duration.ofMinutes(1);

  private PlatformKeyring() {}

  public static Keyring ofThisUser() {
    return System.getProperty("os.name").startsWith("Mac")
        ? new Keychain(new KeyringProgram("/usr/bin/security", PATIENCE))
        : new SecretService(new KeyringProgram("secret-tool", PATIENCE));
  }
}
