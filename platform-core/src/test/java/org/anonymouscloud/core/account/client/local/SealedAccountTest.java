package org.anonymouscloud.core.account.client.local;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Set;
import org.anonymouscloud.core.account.client.keyring.KeyringFailed;
import org.anonymouscloud.core.account.client.keys.RootSecret;
import org.anonymouscloud.core.account.client.records.FeatureRecords;
import org.anonymouscloud.core.account.client.records.MarkKeeper;
import org.anonymouscloud.core.crypto.Argon2id;
import org.anonymouscloud.core.crypto.ChunkedEncryption;
import org.anonymouscloud.core.crypto.Hkdf;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.plugin.RecordStore;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What opens an account whose keys are sealed, and what happens to the keyring's part of it. */
@Tag("S4.11")
final class SealedAccountTest {
  private static final String LABEL = "anonymouscloud/account/v1/local-passphrase";
  private static final int MAGIC = 19;

  @TempDir private Path folder;
  private final MemoryKeyring keyring = new MemoryKeyring();
  private final Secret deviceSecret = Secret.random(32);
  private final Secret passphrase = Secret.of("a phrase of this device".getBytes(US_ASCII));

  @Test
  void theKeyringOpensWhatItKeepsThePassphraseOf() throws Exception {
    create("laptop").protectByKeyring(0);

    assertThat(open("laptop").keeper()).hasValue(Keeper.KEYRING);
    assertThat(open("laptop").read()).isPresent();
    assertThat(keyring.entries).hasSize(1);
    assertThat(keyring.entries.values())
        .allSatisfy(
            kept ->
                assertThat(new String(kept.bytes(), US_ASCII)).matches("[0-9A-HJKMNP-TV-Z]{52}"));
  }

  @Test
  void recordsCloseWithTheKeysAndOpenWithThem() throws Exception {
    AccountFolder.Kept kept = create("laptop");
    kept.protect(passphrase, 0);
    RecordStore chat = new FeatureRecords(kept.records(), "chat", new NoServer());
    chat.change(
        records -> {
          records.put("key", new byte[] {7});
          return records;
        });
    assertThat(chat.get("key")).hasValue(new byte[] {7});

    kept.close();

    assertThatThrownBy(() -> chat.get("key")).isInstanceOf(IOException.class);
    AccountFolder.Kept unlocked = open("laptop").open(passphrase).orElseThrow();
    assertThat(new FeatureRecords(unlocked.records(), "chat", new NoServer()).get("key"))
        .hasValue(new byte[] {7});
    unlocked.remove();
    assertThat(folder.resolve("laptop")).doesNotExist();
  }

  private record NoServer() implements MarkKeeper {
    @Override
    public byte[] mark() throws IOException {
      throw new IOException("There is no server here.");
    }

    @Override
    public boolean replace(byte[] previous, byte[] mark) throws IOException {
      throw new IOException("There is no server here.");
    }
  }

  @Test
  void theFilesAreAsTheirDocumentSays() throws Exception {
    AccountFolder.Kept kept = create("laptop");

    kept.protect(passphrase, 258);
    check(secretFile("laptop"), new byte[] {0, 1, 2}, passphrase);
    kept.protectByKeyring(3);
    byte[] file = secretFile("laptop");
    String entry = HexFormat.of().formatHex(file, MAGIC + 3, MAGIC + 19);
    assertThat(keyring.entries).containsOnlyKeys(entry);
    check(file, new byte[] {1, 0, 3}, keyring.entries.get(entry));
  }

  private void check(byte[] file, byte[] beginning, Secret phrase) throws Exception {
    assertThat(Arrays.copyOf(file, MAGIC)).isEqualTo("anoncloud-device-2\n".getBytes(US_ASCII));
    byte[] header = Arrays.copyOfRange(file, MAGIC, MAGIC + 19);
    assertThat(header).startsWith(beginning);
    byte[] salt = Arrays.copyOfRange(header, 3, 19);
    Secret key = Hkdf.SHA256.key(Argon2id.stretch(phrase, salt, 32), LABEL);
    byte[] context =
        ByteBuffer.allocate(LABEL.length() + 1 + header.length)
            .put(LABEL.getBytes(US_ASCII))
            .put((byte) 0)
            .put(header)
            .array();
    byte[] opened =
        ChunkedEncryption.open(key, context, file, MAGIC + 19, file.length - MAGIC - 19);
    assertThat(opened).isEqualTo(deviceSecret.bytes());
  }

  @Test
  void noByteOfTheHeaderCanBeChanged() throws Exception {
    create("laptop").protect(passphrase, 5);
    byte[] good = secretFile("laptop");

    for (int at : new int[] {MAGIC, MAGIC + 1, MAGIC + 2, MAGIC + 3}) {
      byte[] bad = good.clone();
      bad[at] ^= 1;
      Files.write(folder.resolve("laptop/device-secret"), bad);
      assertThatThrownBy(() -> open("laptop").open(passphrase))
          .as("byte %d", at)
          .isInstanceOf(WrongPassphrase.class);
    }
    byte[] bad = good.clone();
    bad[MAGIC] = 2;
    Files.write(folder.resolve("laptop/device-secret"), bad);
    assertThatThrownBy(() -> open("laptop").open(passphrase)).isInstanceOf(StateDamaged.class);
  }

  @Test
  void aKeyringThatDoesNotKeepWhatItWasGivenIsNotReliedOn() throws Exception {
    AccountFolder.Kept kept = create("laptop");
    byte[] before = secretFile("laptop");

    keyring.forgets = true;
    assertThatThrownBy(() -> kept.protectByKeyring(0)).isInstanceOf(KeyringFailed.class);
    keyring.forgets = false;
    keyring.changes = true;
    assertThatThrownBy(() -> kept.protectByKeyring(0)).isInstanceOf(KeyringFailed.class);
    keyring.changes = false;
    keyring.locked = true;
    assertThatThrownBy(() -> kept.protectByKeyring(0)).isInstanceOf(KeyringFailed.class);

    assertThat(secretFile("laptop")).isEqualTo(before);
    assertThat(keyring.entries).isEmpty();
    assertThat(open("laptop").read()).isPresent();
  }

  @Test
  void aKeyringThatDoesNotOpenItIsNamedWithAWayOn() throws Exception {
    create("laptop").protectByKeyring(0);

    keyring.locked = true;
    assertLocked("keyring of the test is locked");
    keyring.locked = false;
    String entry = keyring.entries.keySet().iterator().next();
    keyring.entries.put(entry, Secret.random(52));
    assertLocked("does not open it");
    keyring.entries.clear();
    assertLocked("has nothing for this device");
  }

  private void assertLocked(String why) {
    assertThatThrownBy(() -> open("laptop").read())
        .isInstanceOf(Locked.class)
        .hasMessageContaining(why)
        .hasMessageContaining("agent unlock")
        .hasMessageContaining("logout");
  }

  @Test
  void nothingStaysInTheKeyringThatOpensNothing() throws Exception {
    AccountFolder.Kept kept = create("laptop");

    kept.protectByKeyring(0);
    Set<String> first = Set.copyOf(keyring.entries.keySet());
    kept.protectByKeyring(0);
    assertThat(keyring.entries).hasSize(1).doesNotContainKeys(first.toArray(String[]::new));
    kept.protect(passphrase, 0);
    assertThat(keyring.entries).isEmpty();
    kept.protectByKeyring(0);
    kept.unprotect();
    assertThat(keyring.entries).isEmpty();
    kept.protectByKeyring(0);
    assertThat(open("laptop").remove()).isTrue();
    assertThat(keyring.entries).isEmpty();
  }

  @Test
  void anAccountGoesAlsoIfTheKeyringIsAway() throws Exception {
    create("laptop").protectByKeyring(0);
    keyring.locked = true;

    assertThat(open("laptop").remove()).isTrue();

    assertThat(folder.resolve("laptop")).doesNotExist();
  }

  @Test
  void twoAccountsDoNotShareAnEntry() throws Exception {
    create("laptop").protectByKeyring(0);
    create("phone").protectByKeyring(0);

    assertThat(keyring.entries).hasSize(2);
    open("phone").remove();
    assertThat(open("laptop").read()).isPresent();
  }

  @Test
  void theTimeAfterWhichItLocksIsTheKeyringsToo() throws Exception {
    AccountFolder.Kept kept = create("laptop");
    kept.protectByKeyring(65_535);

    assertThat(kept.lockAfter()).hasValue(Duration.ofMinutes(65_535));
    kept.unprotect();
    assertThat(kept.lockAfter()).isEmpty();
    assertThat(open("laptop").keeper()).hasValue(Keeper.FILE);
  }

  private AccountFolder.Kept create(String device) throws IOException {
    return open(device).create(deviceSecret.copy(), SomeState.of(true, RootSecret.random()));
  }

  private AccountFolder open(String device) {
    return new AccountFolder(folder.resolve(device), keyring);
  }

  private byte[] secretFile(String device) throws IOException {
    return Files.readAllBytes(folder.resolve(device).resolve("device-secret"));
  }
}
