package org.anonymouscloud.core.account.client.keyring;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.testing.FakeKeyring;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What each platform's keyring does, whichever program speaks for it. */
@Tag("S4.11")
abstract class KeyringContract {
  private static final String SECRET = "7ZC4NEVERINANARGUMENTQ";
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @TempDir private Path folder;

  /** The keyring by its program. */
  abstract Keyring keyring(KeyringProgram program);

  /** The name of its program. */
  abstract String program();

  private @Nullable FakeKeyring fake;

  @BeforeEach
  void install() throws Exception {
    fake = new FakeKeyring(folder.resolve("programs"));
  }

  @Test
  void whatIsKeptIsFoundUntilItIsRemoved() throws Exception {
    Keyring keyring = keyring();
    store(keyring, "a1", SECRET);
    store(keyring, "b2", "ANOTHER");

    assertThat(find(keyring, "a1")).hasValue(SECRET);
    assertThat(find(keyring, "b2")).hasValue("ANOTHER");
    keyring.remove("a1");
    keyring.remove("a1");
    assertThat(find(keyring, "a1")).isEmpty();
    assertThat(find(keyring, "b2")).hasValue("ANOTHER");
  }

  @Test
  void aSecretIsInNoArgumentAndInNoEnvironment() throws Exception {
    Keyring keyring = keyring();
    store(keyring, "a1", SECRET);
    assertThat(find(keyring, "a1")).hasValue(SECRET);
    keyring.remove("a1");

    assertThat(fake().calls()).contains("PATH=").doesNotContain(SECRET);
  }

  @Test
  void aLockedKeyringIsNotAnEmptyOne() throws Exception {
    Keyring keyring = keyring();
    store(keyring, "a1", SECRET);
    FakeKeyring locked = fake().lock();

    assertThatThrownBy(() -> keyring.find("a1")).isInstanceOf(KeyringFailed.class);
    assertThatThrownBy(() -> keyring.remove("a1")).isInstanceOf(KeyringFailed.class);
    locked.unlock();
    assertThat(find(keyring, "a1")).hasValue(SECRET);
  }

  @Test
  void aMissingProgramIsNamed() {
    Keyring keyring = keyring(new KeyringProgram(folder.resolve("nowhere").toString(), PATIENCE));

    assertThatThrownBy(() -> keyring.find("a1"))
        .isInstanceOf(KeyringFailed.class)
        .hasMessageContaining("nowhere")
        .hasMessageContaining("not installed");
  }

  private Keyring keyring() {
    return keyring(new KeyringProgram(fake().program(program()).toString(), PATIENCE));
  }

  FakeKeyring fake() {
    if (fake == null) {
      throw new IllegalStateException("The test has not begun.");
    }
    return fake;
  }

  private static void store(Keyring keyring, String entry, String text) throws Exception {
    try (Secret secret = Secret.of(text.getBytes(US_ASCII))) {
      keyring.store(entry, secret);
    }
  }

  private static Optional<String> find(Keyring keyring, String entry) throws Exception {
    return keyring.find(entry).map(secret -> new String(secret.bytes(), US_ASCII));
  }
}
