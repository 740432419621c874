package org.anonymouscloud.core.account.client.local;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.anonymouscloud.core.account.client.keyring.Keyring;
import org.anonymouscloud.core.account.client.keyring.KeyringFailed;
import org.anonymouscloud.core.crypto.Secret;

/** A keyring that can be locked, and can forget or change what it was given. */
final class MemoryKeyring implements Keyring {
  final Map<String, Secret> entries = new TreeMap<>();
  boolean locked;
  boolean forgets;
  boolean changes;

  @Override
  public void store(String entry, Secret secret) throws KeyringFailed {
    requireOpen();
    if (!forgets) {
      entries.put(entry, changes ? Secret.random(secret.length()) : secret.copy());
    }
  }

  @Override
  public Optional<Secret> find(String entry) throws KeyringFailed {
    requireOpen();
    return Optional.ofNullable(entries.get(entry)).map(Secret::copy);
  }

  @Override
  public void remove(String entry) throws KeyringFailed {
    requireOpen();
    entries.remove(entry);
  }

  private void requireOpen() throws KeyringFailed {
    if (locked) {
      throw new KeyringFailed("The keyring of the test is locked.");
    }
  }
}
