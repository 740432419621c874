package org.anonymouscloud.core.account.client.keyring;

import java.io.IOException;
import java.util.Optional;
import org.anonymouscloud.core.crypto.Secret;

/**
 * Secrets of this user that the platform keeps, sealed while its user is not logged in. Each call
 * may take as long as a person needs who is asked for the keyring's password. Thread-safe.
 */
public interface Keyring {
  /** The application under which all entries stand. */
  String APPLICATION = "anoncloud";

  /**
   * Keeps a secret. That it was kept shows when it is found again.
   *
   * @param entry its name: letters and digits, not secret
   * @param secret letters and digits in ASCII; stays the caller's
   */
  void store(String entry, Secret secret) throws IOException;

  /**
   * What is kept under a name, if anything is. The caller closes it.
   *
   * @throws KeyringFailed if the keyring is locked or cannot be asked
   */
  Optional<Secret> find(String entry) throws IOException;

  /**
   * Forgets what is kept under a name, if anything is.
   *
   * @throws KeyringFailed if the keyring is locked or cannot be asked
   */
  void remove(String entry) throws IOException;
}
