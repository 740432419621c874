package org.anonymouscloud.core.account.client.local;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.anonymouscloud.core.account.ChainFloor;
import org.anonymouscloud.core.account.client.keyring.Keyring;
import org.anonymouscloud.core.account.client.keyring.KeyringFailed;
import org.anonymouscloud.core.account.client.keyring.PlatformKeyring;
import org.anonymouscloud.core.account.client.keys.RootSecret;
import org.anonymouscloud.core.account.client.keys.SlotSecret;
import org.anonymouscloud.core.account.client.records.DeviceRecords;
import org.anonymouscloud.core.crypto.NotAuthentic;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.disk.PrivateFile;
import org.jspecify.annotations.Nullable;

/**
 * The folder in which a device keeps one account: the device secret, the account file, the
 * features' values and records, sealed under keys of the device secret. One process at a time;
 * thread-safe within it.
 */
public final class AccountFolder {
  /** So often a file may come while the folder is removed. */
  private static final int REMOVALS = 100;

  /** Bytes in a device secret. */
  public static final int DEVICE_SECRET = SealedSecret.SECRET;

  private static final String SECRET_FILE = "device-secret";
  private static final String ACCOUNT_FILE = "account";

  private final Path folder;
  private final DeviceSecretFile secretFile;

  /**
   * @param folder made when there is something to keep
   */
  public AccountFolder(Path folder) {
    this(folder, PlatformKeyring.ofThisUser());
  }

  /**
   * @param keyring that is asked to keep a passphrase if somebody wishes so
   */
  AccountFolder(Path folder, Keyring keyring) {
    this.folder = folder;
    this.secretFile = new DeviceSecretFile(folder.resolve(SECRET_FILE), keyring);
  }

  /**
   * What is kept here, if anything is. The caller closes it. It may be sealed to what the
   * platform's keyring has: then this waits for a person to open the keyring.
   *
   * @throws Locked if a person must give the passphrase, or the keyring does not
   * @throws StateDamaged if a file is not as this device wrote it
   */
  public Optional<Kept> read() throws IOException {
    return isEmpty() ? Optional.empty() : kept(secretFile.read());
  }

  /**
   * As {@link #read}, also if it is sealed.
   *
   * @param passphrase stays the caller's
   * @throws WrongPassphrase if it is sealed to another one
   */
  public Optional<Kept> open(Secret passphrase) throws IOException {
    return isEmpty() ? Optional.empty() : kept(secretFile.open(passphrase));
  }

  /** Who keeps what opens it; none if nothing is kept here. */
  public Optional<Keeper> keeper() throws IOException {
    return isEmpty() ? Optional.empty() : Optional.of(secretFile.keeper());
  }

  private boolean isEmpty() {
    return !Files.exists(folder.resolve(ACCOUNT_FILE));
  }

  private Optional<Kept> kept(Optional<Secret> secret) throws IOException {
    if (secret.isEmpty()) {
      return Optional.empty();
    }
    Path file = folder.resolve(ACCOUNT_FILE);
    Secret deviceSecret = secret.get();
    try (Secret key = SealedFile.ACCOUNT.key(deviceSecret);
        Secret plain =
            SealedFile.ACCOUNT.read(file, key).orElseThrow(() -> new StateDamaged(file))) {
      return Optional.of(new Kept(deviceSecret, LocalState.decode(plain)));
    } catch (NotAuthentic e) {
      deviceSecret.close();
      throw new StateDamaged(file);
    } catch (IOException e) {
      deviceSecret.close();
      throw e;
    }
  }

  /**
   * Keeps a new account in place of whatever was there, durable when this returns. Takes over the
   * secret and the state, and wipes them if it fails.
   */
  public Kept create(Secret deviceSecret, LocalState state) throws IOException {
    Kept kept = new Kept(deviceSecret, state);
    boolean done = false;
    try {
      remove();
      PrivateFile.createFolder(folder);
      secretFile.write(deviceSecret);
      kept.write(state);
      done = true;
      return kept;
    } finally {
      if (!done) {
        kept.close();
      }
    }
  }

  /**
   * Removes everything, also what the platform's keyring has for it; what the device secret sealed
   * can never be read again.
   *
   * @return whether there was anything
   */
  public boolean remove() throws IOException {
    if (!Files.exists(folder)) {
      return false;
    }
    // First, so that nothing opens any more if the rest cannot be removed.
    secretFile.delete();
    for (int again = 0; Files.exists(folder); again++) {
      try {
        Files.walkFileTree(folder, new Removal());
      } catch (DirectoryNotEmptyException e) {
        // Something was being written just then; nothing new is begun, as its keys are wiped.
        if (again == REMOVALS) {
          throw e;
        }
      }
    }
    return true;
  }

  /** What is gone already was being renamed just then. */
  private static final class Removal extends SimpleFileVisitor<Path> {
    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      Files.deleteIfExists(file);
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
      if (failure instanceof NoSuchFileException) {
        return FileVisitResult.CONTINUE;
      }
      throw failure;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException failure)
        throws IOException {
      if (failure != null) {
        throw failure;
      }
      Files.deleteIfExists(folder);
      return FileVisitResult.CONTINUE;
    }
  }

  /** An account that is kept in this folder. Thread-safe. */
  public final class Kept implements AutoCloseable {
    private final Secret deviceSecret;
    private final Secret values;
    private final DeviceRecords records;
    private volatile LocalState state;

    private Kept(Secret deviceSecret, LocalState state) {
      this.deviceSecret = deviceSecret;
      this.values = SealedFile.VALUE.key(deviceSecret);
      this.records = new DeviceRecords(folder, deviceSecret);
      this.state = state;
    }

    public LocalState state() {
      return state;
    }

    /**
     * Seals the keys to a passphrase from here on, in place of another if there was one.
     *
     * @param passphrase stays the caller's
     * @param minutes without use after which they are to be forgotten; 0 for never
     */
    public synchronized void protect(Secret passphrase, int minutes) throws IOException {
      secretFile.seal(deviceSecret, passphrase, minutes);
    }

    /**
     * Seals the keys to a passphrase that the platform's keyring keeps.
     *
     * @param minutes as above
     * @throws KeyringFailed if it does not; then nothing has changed
     */
    public synchronized void protectByKeyring(int minutes) throws IOException {
      secretFile.seal(deviceSecret, minutes);
    }

    /** Leaves the keys open to whoever can read the folder. */
    public synchronized void unprotect() throws IOException {
      secretFile.write(deviceSecret);
    }

    /** After how long without use the keys are to be forgotten; none if only on request. */
    public Optional<Duration> lockAfter() throws IOException {
      return secretFile.lockAfter();
    }

    /** An empty file in this folder, gone once it is closed. */
    public FileChannel scratch() throws IOException {
      return PrivateFile.openUnnamed(folder);
    }

    /** Notes for good that the server has this device. */
    public synchronized void confirm() throws IOException {
      if (!state.confirmed()) {
        write(state.confirm());
      }
    }

    /** Notes for good that the chain has come this far; never less. */
    public synchronized void raise(ChainFloor floor) throws IOException {
      if (floor.seq() > state.floor().seq()) {
        write(state.raise(floor));
      }
    }

    /** Gives the root secrets of all generations, the oldest first. */
    @FunctionalInterface
    public interface Roots {
      List<RootSecret> all() throws IOException;
    }

    /**
     * Notes for good that the chain has come this far, with the root secrets that came with it.
     *
     * @param generation the newest of the chain
     * @param roots asked if this device does not have all up to this generation
     */
    public synchronized void advance(ChainFloor floor, int generation, Roots roots)
        throws IOException {
      int known = state.roots().size();
      if (generation < known) {
        raise(floor);
        return;
      }
      List<RootSecret> all = roots.all();
      // Those that are known already stay the same objects, as others hold them.
      all.subList(0, known).forEach(RootSecret::close);
      LocalState next = state.learn(all.subList(known, all.size()));
      write(floor.seq() > next.floor().seq() ? next.raise(floor) : next);
    }

    /**
     * Goes back, for good, to a chain that lacks what this device has seen: a person has said that
     * the server was restored from a backup. Nothing else lowers the floor.
     *
     * @param head of the chain
     * @param roots of all its generations, the oldest first; those that are known already may be
     *     the same objects, the others are wiped
     */
    public synchronized void restart(ChainFloor head, List<RootSecret> roots) throws IOException {
      List<RootSecret> before = state.roots();
      write(state.restart(head, roots));
      before.stream()
          .filter(root -> roots.stream().noneMatch(kept -> kept == root))
          .forEach(RootSecret::close);
    }

    /** What opens this device's own slot; the caller closes it. */
    public SlotSecret slot() {
      return SlotSecret.device(state.account(), state.device(), deviceSecret);
    }

    /** The values of one feature. */
    public FeatureState feature(String feature) {
      return new FeatureState(folder, feature, values);
    }

    /** The records of all features. */
    public DeviceRecords records() {
      return records;
    }

    private void write(LocalState next) throws IOException {
      try (Secret key = SealedFile.ACCOUNT.key(deviceSecret);
          Secret plain = next.encode()) {
        SealedFile.ACCOUNT.write(folder.resolve(ACCOUNT_FILE), key, plain.bytes());
      }
      state = next;
    }

    /** Removes all of it from the disk and from memory. */
    public synchronized void remove() throws IOException {
      records.close();
      var _ = AccountFolder.this.remove();
      close();
    }

    /** Wipes the secrets from memory; the files stay. */
    @Override
    public void close() {
      records.close();
      deviceSecret.close();
      values.close();
      state.close();
    }
  }
}
