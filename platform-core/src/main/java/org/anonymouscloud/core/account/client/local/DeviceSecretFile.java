package org.anonymouscloud.core.account.client.local;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import org.anonymouscloud.core.account.Crockford;
import org.anonymouscloud.core.account.client.keyring.Keyring;
import org.anonymouscloud.core.account.client.keyring.KeyringFailed;
import org.anonymouscloud.core.crypto.NotAuthentic;
import org.anonymouscloud.core.crypto.RandomBytes;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.disk.PrivateFile;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file of a device's secret: as it is, for whoever can read the folder, or sealed to a
 * passphrase, so that a stolen disk opens nothing.
 *
 * @param path of the file
 * @param keyring may keep the passphrase; asked for nothing else
 */
record DeviceSecretFile(Path path, Keyring keyring) {
  private static final Logger LOG = LoggerFactory.getLogger(DeviceSecretFile.class);
  private static final byte[] PLAIN = "anoncloud-device-1\n".getBytes(US_ASCII);

  /** Letters and digits of five bits each in a passphrase that nobody has to remember. */
  private static final int PASSPHRASE = 52;

  /**
   * The secret, for which the platform's keyring is asked if that has what opens it; none if the
   * file is gone: then nothing that it sealed can ever be read again.
   *
   * @throws Locked if a person must open it, or the keyring does not
   */
  Optional<Secret> read() throws IOException {
    Optional<SealedSecret> sealed = sealed();
    if (sealed.isEmpty()) {
      return plain();
    }
    if (!sealed.get().byKeyring()) {
      throw new Locked();
    }
    try (Secret passphrase = inKeyring(sealed.get().entry())) {
      return Optional.of(sealed.get().open(passphrase));
    } catch (KeyringFailed e) {
      throw new Locked(String.valueOf(e.getMessage()));
    } catch (NotAuthentic e) {
      throw new Locked("What the platform's keyring has for this device does not open it.");
    }
  }

  private Secret inKeyring(String entry) throws IOException {
    return keyring
        .find(entry)
        .orElseThrow(
            () -> new KeyringFailed("The platform's keyring has nothing for this device."));
  }

  /**
   * The secret, also of a file that is sealed.
   *
   * @param passphrase stays the caller's
   */
  Optional<Secret> open(Secret passphrase) throws IOException {
    Optional<SealedSecret> sealed = sealed();
    if (sealed.isEmpty()) {
      return plain();
    }
    try {
      return Optional.of(sealed.get().open(passphrase));
    } catch (NotAuthentic e) {
      throw new WrongPassphrase();
    }
  }

  /** After how long without use the secret is to be forgotten; none if only on request. */
  Optional<Duration> lockAfter() throws IOException {
    return sealed().flatMap(SealedSecret::lockAfter);
  }

  Keeper keeper() throws IOException {
    return sealed()
        .map(found -> found.byKeyring() ? Keeper.KEYRING : Keeper.PASSPHRASE)
        .orElse(Keeper.FILE);
  }

  /** Writes the secret as it is. */
  void write(Secret secret) throws IOException {
    byte[] content = Arrays.copyOf(PLAIN, PLAIN.length + SealedSecret.SECRET);
    System.arraycopy(secret.bytes(), 0, content, PLAIN.length, SealedSecret.SECRET);
    try {
      replace(content);
    } finally {
      Arrays.fill(content, (byte) 0);
    }
  }

  /**
   * Writes the secret sealed to what a person remembers.
   *
   * @param passphrase stays the caller's
   * @param minutes see {@link #lockAfter}; 0 for never, at most 65,535
   */
  void seal(Secret secret, Secret passphrase, int minutes) throws IOException {
    replace(SealedSecret.seal(secret, passphrase, false, minutes).bytes());
  }

  /**
   * Writes the secret sealed to what the platform's keyring keeps.
   *
   * @param minutes see {@link #lockAfter}; 0 for never, at most 65,535
   * @throws KeyringFailed if it does not; then the file is as it was
   */
  void seal(Secret secret, int minutes) throws IOException {
    try (Secret passphrase = freshPassphrase()) {
      SealedSecret sealed = SealedSecret.seal(secret, passphrase, true, minutes);
      keyring.store(sealed.entry(), passphrase);
      boolean done = false;
      try {
        // Before the file is: a keyring that forgets would take the account with it.
        requireKept(sealed.entry(), passphrase);
        replace(sealed.bytes());
        done = true;
      } finally {
        if (!done) {
          forget(sealed.entry());
        }
      }
    }
  }

  private void requireKept(String entry, Secret passphrase) throws IOException {
    try (Secret kept = inKeyring(entry)) {
      if (!kept.sameAs(passphrase)) {
        throw new KeyringFailed(
            "The platform's keyring has kept something else than it was given.");
      }
    }
  }

  /** Removes the file and what the keyring has for it. */
  void delete() throws IOException {
    Optional<String> before = entry();
    Files.deleteIfExists(path);
    if (before.isPresent()) {
      forget(before.get());
    }
  }

  private void replace(byte[] content) throws IOException {
    Optional<String> before = entry();
    PrivateFile.replace(path, content);
    if (before.isPresent()) {
      forget(before.get());
    }
  }

  /** What the keyring has for this file, which goes even if it cannot be read. */
  private Optional<String> entry() {
    try {
      return sealed().filter(SealedSecret::byKeyring).map(SealedSecret::entry);
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** What stays of it in a keyring that is away opens nothing any more. */
  private void forget(String entry) throws IOException {
    try {
      keyring.remove(entry);
    } catch (KeyringFailed e) {
      LOG.info("A passphrase that opens nothing any more stays: {}", e.getMessage());
    }
  }

  private static Secret freshPassphrase() {
    byte[] text = RandomBytes.next(PASSPHRASE);
    for (int i = 0; i < text.length; i++) {
      text[i] = Crockford.character(text[i] & 31);
    }
    return Secret.of(text);
  }

  private Optional<Secret> plain() throws IOException {
    Optional<byte[]> content = content();
    if (content.isEmpty()) {
      return Optional.empty();
    }
    byte[] bytes = content.get();
    try {
      int start = PLAIN.length;
      if (bytes.length != start + SealedSecret.SECRET
          || !Arrays.equals(bytes, 0, start, PLAIN, 0, start)) {
        throw new StateDamaged(path);
      }
      return Optional.of(Secret.of(Arrays.copyOfRange(bytes, start, bytes.length)));
    } finally {
      Arrays.fill(bytes, (byte) 0);
    }
  }

  private Optional<SealedSecret> sealed() throws IOException {
    Optional<byte[]> content = content();
    if (content.isEmpty()) {
      return Optional.empty();
    }
    try {
      return SealedSecret.isIn(content.get())
          ? Optional.of(SealedSecret.parse(content.get(), path))
          : Optional.empty();
    } finally {
      Arrays.fill(content.get(), (byte) 0);
    }
  }

  private Optional<byte[]> content() throws IOException {
    try {
      return Optional.of(PrivateFile.read(path));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }
}
