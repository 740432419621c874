package org.anonymouscloud.core.account.client;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.time.Clock;
import java.time.Duration;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.account.UserName;
import org.anonymouscloud.core.account.chain.Chain;
import org.anonymouscloud.core.account.chain.ChainRefused;
import org.anonymouscloud.core.account.chain.ChainState;
import org.anonymouscloud.core.account.chain.FeatureKey;
import org.anonymouscloud.core.account.chain.ListedDevice;
import org.anonymouscloud.core.account.chain.SealedHeads;
import org.anonymouscloud.core.account.chain.SealedSlot;
import org.anonymouscloud.core.account.client.keyring.KeyringFailed;
import org.anonymouscloud.core.account.client.keys.HeadList;
import org.anonymouscloud.core.account.client.keys.RootSecret;
import org.anonymouscloud.core.account.client.keys.SlotSecret;
import org.anonymouscloud.core.account.client.local.AccountFolder;
import org.anonymouscloud.core.account.client.local.ChainTail;
import org.anonymouscloud.core.account.client.local.FeatureState;
import org.anonymouscloud.core.account.client.local.LocalState;
import org.anonymouscloud.core.account.client.local.RemovedDevices;
import org.anonymouscloud.core.account.client.records.FeatureRecords;
import org.anonymouscloud.core.account.client.remote.AccountQuestions;
import org.anonymouscloud.core.account.client.remote.AccountTampered;
import org.anonymouscloud.core.account.client.remote.DeviceRefused;
import org.anonymouscloud.core.account.client.remote.KnownChain;
import org.anonymouscloud.core.account.client.remote.ServerMark;
import org.anonymouscloud.core.account.client.sheet.AccountKey;
import org.anonymouscloud.core.account.protocol.AccountMessages;
import org.anonymouscloud.core.account.protocol.AccountMethod;
import org.anonymouscloud.core.crypto.NotAuthentic;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.crypto.Signatures;
import org.anonymouscloud.core.crypto.SigningKey;
import org.anonymouscloud.core.crypto.VerifyKey;
import org.anonymouscloud.core.plugin.RecordStore;
import org.anonymouscloud.core.session.Connection;
import org.anonymouscloud.core.session.ConnectionString;
import org.anonymouscloud.core.session.Fingerprint;
import org.anonymouscloud.core.session.Link;
import org.anonymouscloud.core.session.UntrustedServer;
import org.anonymouscloud.core.wire.Refused;

/**
 * The account of this device with its keys in memory, whether or not the server can be reached.
 * Thread-safe, but closed only when nobody uses it any more.
 */
public final class LocalAccount implements AutoCloseable {
  private static final String OWN_LABELS = "anonymouscloud/account/";

  /** No feature has this name, for its methods would be those of the account protocol. */
  private static final String OWN_VALUES = "account";

  private static final String REHEARSED = "rehearsed";

  private final AccountFolder.Kept kept;
  private final Clock clock;

  LocalAccount(AccountFolder.Kept kept, Clock clock) {
    this.kept = kept;
    this.clock = clock;
  }

  public AccountId account() {
    return state().account();
  }

  public DeviceId device() {
    return state().device();
  }

  public UserName user() {
    return state().user();
  }

  /** Where the account is, always with the server's pinned key. */
  public ConnectionString server() {
    return state().server();
  }

  /** A copy of the account key, for bringing in another device. The caller closes it. */
  public AccountKey accountKey() {
    return AccountKey.of(state().accountKey().copy());
  }

  /** Whether this is the account key. */
  public boolean isOpenedBy(AccountKey key) {
    return key.secret().sameAs(state().accountKey());
  }

  /** The day on which somebody last showed that the recovery words are at hand. */
  public Optional<LocalDate> rehearsed() throws IOException {
    return ownValues()
        .get(REHEARSED)
        .map(day -> LocalDate.ofEpochDay(ByteBuffer.wrap(day).getLong()));
  }

  /** Notes that the recovery words are at hand today. */
  public void rehearse() throws IOException {
    long day = LocalDate.now(clock).toEpochDay();
    ownValues().put(REHEARSED, ByteBuffer.allocate(Long.BYTES).putLong(day).array());
  }

  /** Signs in the account protocol's own name, which no feature can. */
  byte[] signOwn(String label, byte[] message) {
    return Signatures.sign(state().deviceKey(), label, message);
  }

  /** What this device keeps that is the account's own and small. */
  FeatureState ownValues() {
    return kept.feature(OWN_VALUES);
  }

  /** The newest generation of the root secret, counted from 0. */
  public int generation() {
    return state().roots().size() - 1;
  }

  /**
   * Signs with this device's key.
   *
   * @param label what is signed, a constant of the feature's format
   * @throws IllegalArgumentException if the label is one of the account protocol itself: else a
   *     feature could be talked into a login
   */
  public byte[] sign(String label, byte[] message) {
    if (label.startsWith(OWN_LABELS)) {
      throw new IllegalArgumentException("This label belongs to the account protocol.");
    }
    return Signatures.sign(state().deviceKey(), label, message);
  }

  /** Certifies a feature's key as this device's own, in the newest generation. */
  public byte[] certify(FeatureKey key) {
    return key.certify(account(), device(), generation(), state().deviceKey());
  }

  /** The values that a feature keeps on this device. */
  public FeatureState state(String feature) {
    return kept.feature(feature);
  }

  /**
   * The records that a feature keeps on this device.
   *
   * @param link on which this device is, or will be, logged in
   */
  public RecordStore records(String feature, Link link) {
    return new FeatureRecords(kept.records(), feature, new ServerMark(new AccountQuestions(link)));
  }

  /** An empty file beside the account's own, gone once it is closed. */
  public FileChannel scratch() throws IOException {
    return kept.scratch();
  }

  /** Forgets the account: nothing of it stays on the disk or in memory. */
  public void logOut() throws IOException {
    kept.remove();
  }

  /**
   * Seals the keys on the disk to a passphrase, in place of another if there was one.
   *
   * @param passphrase stays the caller's
   * @param lockAfter without use for so long they are to be forgotten, in minutes; 0 for never
   */
  public void protect(Secret passphrase, int lockAfter) throws IOException {
    kept.protect(passphrase, lockAfter);
  }

  /**
   * Seals the keys on the disk to a passphrase that the platform's keyring keeps.
   *
   * @param lockAfter as above
   * @throws KeyringFailed if it does not; then nothing has changed
   */
  public void protectByKeyring(int lockAfter) throws IOException {
    kept.protectByKeyring(lockAfter);
  }

  /** Leaves the keys on the disk open to whoever can read the folder. */
  public void unprotect() throws IOException {
    kept.unprotect();
  }

  /** After how long without use the keys are to be forgotten; none if only on request. */
  public Optional<Duration> lockAfter() throws IOException {
    return kept.lockAfter();
  }

  /** Wipes the keys from memory; what is on the disk stays. */
  @Override
  public void close() {
    kept.close();
  }

  LocalState state() {
    return kept.state();
  }

  /**
   * Logs this device in on a session, by a signature that holds in this session alone (A14).
   *
   * @throws UntrustedServer if the session is with another server than the pinned one
   * @throws DeviceRefused if the server does not let it in
   */
  void logIn(Connection connection) throws IOException {
    LocalState state = state();
    Optional<Fingerprint> pinned = state.server().fingerprint();
    if (!pinned.equals(Optional.of(connection.serverKey()))) {
      throw new UntrustedServer(connection.serverKey(), pinned);
    }
    logIn(connection, state.account(), state.device(), state.deviceKey());
    kept.confirm();
  }

  /** The same for a device that has no account on its disk yet. */
  static void logIn(Connection connection, AccountId account, DeviceId device, SigningKey deviceKey)
      throws IOException {
    byte[] message = AccountMethod.deviceLogin(account, device, connection.handshakeHash());
    byte[] signature = Signatures.sign(deviceKey, AccountMethod.DEVICE_LOGIN_LABEL, message);
    try {
      new AccountQuestions(connection)
          .tell(
              AccountMethod.DEVICE_LOGIN,
              new AccountMessages.DeviceLogin(account.bytes(), device.bytes(), signature));
    } catch (Refused e) {
      throw new DeviceRefused(e);
    }
  }

  /**
   * Looks whether the features' records are an old copy.
   *
   * @param link on which this device is logged in
   */
  void compareRecords(Link link) throws IOException {
    kept.records().compare(new ServerMark(new AccountQuestions(link)));
  }

  /** Notes for good that the server has this device. */
  void confirm() throws IOException {
    kept.confirm();
  }

  /**
   * Fetches the chain, refuses one that is not at least what this device has seen, and notes for
   * good how far it has come before anything of it is used (A13, A23). If there are new generations
   * of the root secret, this device has them when this returns, and uses the newest from then on.
   *
   * @param link on which this device is logged in
   * @throws DeviceRefused if the chain says that this device was removed
   */
  Chain chain(Link link) throws IOException {
    Chain whole;
    try {
      whole = new AccountQuestions(link).chain(state().floor());
    } catch (Refused e) {
      throw new IOException("The server did not give the account's chain: " + e.getMessage(), e);
    }
    ChainState chain = whole.state();
    requireOwn(chain);
    Set<DeviceId> back = back(chain);
    if (!back.isEmpty()) {
      throw new DevicesAreBack(back);
    }
    advance(link, whole);
    return whole;
  }

  Clock clock() {
    return clock;
  }

  /** The devices of a chain that this device knows to have been removed. */
  Set<DeviceId> back(ChainState chain) throws IOException {
    Set<DeviceId> back = new HashSet<>(new RemovedDevices(ownValues()).all());
    back.retainAll(chain.devices().keySet());
    return back;
  }

  /** Notes how far a checked chain has come, and learns the root secrets that are new in it. */
  void advance(Link link, Chain whole) throws IOException {
    ChainState chain = whole.state();
    boolean longer = chain.head().seq() > state().floor().seq();
    // Before the chain is the newest that was seen: what it removes is not forgotten with it.
    new RemovedDevices(ownValues()).add(chain.former().keySet());
    kept.advance(chain.head(), chain.generation(), () -> roots(link, chain));
    ChainTail tail = new ChainTail(ownValues());
    if (longer || tail.links().isEmpty()) {
      tail.keep(whole.newest());
    }
  }

  void requireOwn(ChainState chain) throws IOException {
    if (!chain.account().equals(account())) {
      throw new AccountTampered(new ChainRefused(ChainRefused.Reason.WRONG_ACCOUNT));
    }
    if (chain.former().containsKey(device())) {
      throw DeviceRefused.revoked();
    }
    VerifyKey own = state().deviceKey().verifyKey();
    if (!chain.device(device()).map(ListedDevice::signingKey).equals(Optional.of(own))) {
      throw new AccountTampered(new ChainRefused(ChainRefused.Reason.UNKNOWN_DEVICE));
    }
  }

  /** The newest links that this device has seen, the oldest first. */
  List<byte[]> newestLinks() throws IOException {
    return new ChainTail(ownValues()).links();
  }

  /** Makes a chain the newest that this device has seen, with all its root secrets. */
  void restart(Chain chain, List<RootSecret> roots) throws IOException {
    kept.restart(chain.state().head(), roots);
    new ChainTail(ownValues()).keep(chain.newest());
  }

  /** The root secrets of a chain, which need not be the one that this device has seen. */
  List<RootSecret> rootsOf(Link link, ChainState chain) throws IOException {
    List<RootSecret> known = state().roots();
    boolean same = known.size() > chain.generation();
    for (int generation = 0; same && generation <= chain.generation(); generation++) {
      same = known.get(generation).isNamedBy(chain, generation);
    }
    return same ? known.subList(0, chain.generation() + 1) : roots(link, chain);
  }

  /**
   * What each of the account's devices says of the features in the last link that it has made.
   * Nothing if that cannot be read, which does harm to nobody: what others have said still counts.
   */
  public Map<DeviceId, HeadList> heads(KnownChain chain) throws IOException {
    List<RootSecret> roots = chain.roots();
    Map<DeviceId, HeadList> all = new HashMap<>();
    chain
        .known()
        .saidIn(chain.generation())
        .forEach((device, heads) -> all.put(device, open(heads, roots)));
    return all;
  }

  private HeadList open(SealedHeads heads, List<RootSecret> roots) {
    if (heads.generation() >= roots.size()) {
      return HeadList.NONE;
    }
    try {
      return HeadList.open(account(), heads, roots.get(heads.generation()));
    } catch (NotAuthentic e) {
      return HeadList.NONE;
    }
  }

  /** The root secrets of a chain with more of them than this device knows. */
  private List<RootSecret> roots(Link link, ChainState chain) throws IOException {
    try (SlotSecret slot = kept.slot()) {
      SealedSlot record = new AccountQuestions(link).slot(slot.slot(), chain.generation());
      return slot.open(record, chain, chain.generation())
          .withEarlier(chain, chain.generation(), new HashSet<>());
    } catch (NotAuthentic e) {
      throw new AccountTampered(e);
    } catch (Refused e) {
      throw new IOException("The server did not give this device's keys: " + e.getMessage(), e);
    }
  }

  @Override
  public String toString() {
    return "LocalAccount";
  }
}
