package org.anonymouscloud.core.account.client.keyring;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.anonymouscloud.core.crypto.Secret;

/**
 * The keyring of a Linux desktop, by {@code secret-tool} of libsecret (freedesktop.org's Secret
 * Service: GNOME Keyring, KWallet, KeePassXC).
 */
record SecretService(KeyringProgram program) implements Keyring {
  private static final String LABEL = "--label=AnonymousCloud: opens the keys on a device";

  @Override
  public void store(String entry, Secret secret) throws IOException {
    List<String> command = List.of("store", LABEL, "application", APPLICATION, "device", entry);
    try (KeyringProgram.Answer answer = program.run(secret.bytes(), command)) {
      if (!answer.succeeded()) {
        throw answer.failure();
      }
    }
  }

  @Override
  public Optional<Secret> find(String entry) throws IOException {
    try (KeyringProgram.Answer answer = ask("lookup", entry)) {
      if (answer.succeeded()) {
        return Optional.of(answer.out().copy());
      }
      requireOpen(entry, answer);
      return Optional.empty();
    }
  }

  @Override
  public void remove(String entry) throws IOException {
    try (KeyringProgram.Answer answer = ask("clear", entry)) {
      if (!answer.succeeded()) {
        requireOpen(entry, answer);
      }
    }
  }

  /**
   * An entry that is not there and one that stays locked fail alike, with exit code 1 in silence.
   */
  private void requireOpen(String entry, KeyringProgram.Answer failed) throws IOException {
    if (!failed.complaint().isEmpty()) {
      throw failed.failure();
    }
    try (KeyringProgram.Answer listed = ask("search", entry)) {
      if (listed.out().length() > 0) {
        throw new KeyringFailed("The platform's keyring is locked.");
      }
    }
  }

  private KeyringProgram.Answer ask(String command, String entry) throws IOException {
    return program.run(command, "application", APPLICATION, "device", entry);
  }
}
