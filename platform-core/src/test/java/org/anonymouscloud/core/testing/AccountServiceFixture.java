package org.anonymouscloud.core.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.account.UserName;
import org.anonymouscloud.core.account.chain.ChainLink;
import org.anonymouscloud.core.account.chain.SlotId;
import org.anonymouscloud.core.account.protocol.AccountMessages;
import org.anonymouscloud.core.account.protocol.AccountMethod;
import org.anonymouscloud.core.account.server.AccountPeer;
import org.anonymouscloud.core.account.server.AccountPolicy;
import org.anonymouscloud.core.account.server.AccountPolicy.Registration;
import org.anonymouscloud.core.account.server.AccountService;
import org.anonymouscloud.core.account.server.Administration;
import org.anonymouscloud.core.account.server.password.ServerSecrets;
import org.anonymouscloud.core.crypto.RandomBytes;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.crypto.p256.P256Point;
import org.anonymouscloud.core.database.OpenDatabase;
import org.anonymouscloud.core.opaque.OpaqueClient;
import org.anonymouscloud.core.opaque.RegistrationRecord;
import org.anonymouscloud.core.session.Request;
import org.anonymouscloud.core.session.server.Network;
import org.anonymouscloud.core.wire.Cbor;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.Malformed;
import org.anonymouscloud.core.wire.Refused;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/**
 * A server's half of accounts on the database that a storage plugin brings, and the words in which
 * tests ask it, message by message.
 */
public abstract class AccountServiceFixture {
  static final UserName ALICE = new UserName("alice");
  static final UserName BOB = new UserName("bob");
  static final long QUOTA = 5_000_000_000L;
  static final int HASH = 32;
  static final byte[] NO_INVITE = {};
  static final byte[] NO_PASS = {};

  static final Network HERE = Network.of(InetAddress.getLoopbackAddress());

  @TempDir Path folder;
  final ServerSecrets secrets = ServerSecrets.random();
  final TestClock calendar = new TestClock(Instant.parse("2026-11-24T12:00:00Z"));
  private @Nullable OpenDatabase database;
  private @Nullable AccountService service;

  /**
   * A database that nobody has used yet, open.
   *
   * @param folder empty
   */
  protected abstract OpenDatabase newDatabase(Path folder) throws Exception;

  @BeforeEach
  void openDatabase() throws Exception {
    database = newDatabase(folder);
    restart(Registration.OPEN);
  }

  @AfterEach
  void closeAll() {
    database().close();
    secrets.close();
  }

  /** The server begins anew, with the same database. */
  void restart(Registration registration) {
    restart(registration, secrets);
  }

  void restart(Registration registration, ServerSecrets with) {
    service = service(registration, with);
  }

  AccountService service(Registration registration) {
    return service(registration, secrets);
  }

  AccountService service(Registration registration, ServerSecrets with) {
    return new AccountService(
        database(), with, calendar, new AccountPolicy(registration, QUOTA), List.of());
  }

  OpenDatabase database() {
    return Objects.requireNonNull(database);
  }

  /** What the server's owner does. */
  Administration owner() {
    return new Administration(database(), List.of(), calendar);
  }

  AccountService service() {
    return Objects.requireNonNull(service);
  }

  AccountPeer peer(byte[] handshakeHash) {
    return new AccountPeer(service(), handshakeHash, HERE);
  }

  /** A session of somebody who has not logged in. */
  AccountPeer stranger() {
    return peer(RandomBytes.next(HASH));
  }

  AccountPeer loggedIn(BareAccount account) throws Refused, Malformed {
    return loggedIn(account, account.device);
  }

  AccountPeer loggedIn(BareAccount account, DeviceId device) throws Refused, Malformed {
    byte[] hash = RandomBytes.next(HASH);
    AccountPeer peer = peer(hash);
    tell(peer, AccountMethod.DEVICE_LOGIN, account.deviceLogin(hash, device));
    return peer;
  }

  void register(BareAccount account) throws Refused, Malformed {
    tell(stranger(), AccountMethod.REGISTER_FINISH, account.registration(anyRecord()));
  }

  /** A record of the right form, which no password fits. */
  static byte[] anyRecord() {
    try (Secret seed = Secret.random(32)) {
      return RegistrationRecord.fake(seed, "anybody").encode();
    }
  }

  static byte[] registrationRequest() {
    try (Secret password = Secret.random(8)) {
      return new OpaqueClient().register(password).request().encode();
    }
  }

  static byte[] loginRequest() {
    try (Secret password = Secret.random(8)) {
      return new OpaqueClient().login(password).request().encode();
    }
  }

  static byte[] loginStart(AccountPeer peer, UserName name, byte[] request)
      throws Refused, Malformed {
    return ask(
            peer,
            AccountMethod.LOGIN_START,
            new AccountMessages.LoginStart(name.text(), request, NO_PASS),
            AccountMessages.LoginStarted.class)
        .response();
  }

  /** The first step of another password; returns OPAQUE's answer. */
  static byte[] passwordStart(AccountPeer peer, byte[] request) throws Refused, Malformed {
    return ask(
            peer,
            AccountMethod.PASSWORD_START,
            new AccountMessages.PasswordStart(request),
            AccountMessages.RegisterStarted.class)
        .response();
  }

  static AccountMessages.ChainGot chain(AccountPeer peer, long from) throws Refused, Malformed {
    return ask(
        peer,
        AccountMethod.CHAIN_GET,
        new AccountMessages.ChainGet(from),
        AccountMessages.ChainGot.class);
  }

  static byte[] slot(AccountPeer peer, SlotId slot) throws Refused, Malformed {
    return slot(peer, slot, 0);
  }

  static byte[] slot(AccountPeer peer, SlotId slot, int generation) throws Refused, Malformed {
    return ask(
            peer,
            AccountMethod.SLOT_GET,
            new AccountMessages.SlotGet(slot.encode(), generation),
            AccountMessages.SlotGot.class)
        .slot();
  }

  static AccountMessages.KeyBag keyBag(AccountPeer peer) throws Refused, Malformed {
    return ask(
        peer, AccountMethod.KEY_BAG_GET, new AccountMessages.Empty(), AccountMessages.KeyBag.class);
  }

  static void tell(AccountPeer peer, AccountMethod method, Object question)
      throws Refused, Malformed {
    ask(peer, method, question, AccountMessages.Empty.class);
  }

  static <T> T ask(AccountPeer peer, AccountMethod method, Object question, Class<T> answer)
      throws Refused, Malformed {
    return Cbor.decode(send(peer, method.toString(), Cbor.encode(question)), answer);
  }

  static byte[] send(AccountPeer peer, String method, byte[] body) throws Refused {
    return peer.handle(
        new Request(method, body, InputStream.nullInputStream(), OutputStream.nullOutputStream()));
  }

  static Refused refuses(ErrorCode code, AccountPeer peer, AccountMethod method, Object question) {
    try {
      send(peer, method.toString(), Cbor.encode(question));
    } catch (Refused refused) {
      assertThat(refused.code()).as(method + ": " + refused.getMessage()).isEqualTo(code);
      return refused;
    }
    throw new AssertionError(method + " was not refused with " + code + ".");
  }

  /** Each peer asks its question at the same time; the refusals come back. */
  static List<ErrorCode> race(List<AccountPeer> peers, AccountMethod method, List<?> questions)
      throws Exception {
    CyclicBarrier start = new CyclicBarrier(peers.size());
    List<ErrorCode> lost = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Optional<ErrorCode>>> racers = new ArrayList<>();
      for (int i = 0; i < peers.size(); i++) {
        AccountPeer peer = peers.get(i);
        byte[] body = Cbor.encode(questions.get(i));
        racers.add(
            threads.submit(
                () -> {
                  start.await();
                  try {
                    send(peer, method.toString(), body);
                    return Optional.empty();
                  } catch (Refused refused) {
                    return Optional.of(refused.code());
                  }
                }));
      }
      for (Future<Optional<ErrorCode>> racer : racers) {
        racer.get().ifPresent(lost::add);
      }
    }
    return lost;
  }

  LocalDate lastSeen() {
    return owner().accounts().getFirst().lastSeen();
  }

  /**
   * The element that OPAQUE's answer begins with: it depends on secrets, name and request alone.
   */
  byte[] evaluated(UserName name, byte[] request) throws Refused, Malformed {
    return Arrays.copyOf(loginStart(stranger(), name, request), P256Point.LENGTH);
  }

  /** A device's session on which the recovery words were shown before. */
  protected final AccountPeer loggedInByWords(BareAccount account) throws Exception {
    byte[] hash = RandomBytes.next(HASH);
    AccountPeer peer = peer(hash);
    send(peer, AccountMethod.RECOVERY_LOGIN.toString(), Cbor.encode(account.recoveryLogin(hash)));
    tell(peer, AccountMethod.DEVICE_LOGIN, account.deviceLogin(hash));
    return peer;
  }

  /** What is refused to strangers, each question well formed. */
  static Map<AccountMethod, Object> questionsOfTheLoggedIn() {
    BareAccount nobody = new BareAccount(BOB);
    return Map.ofEntries(
        Map.entry(
            AccountMethod.PASSWORD_START, new AccountMessages.PasswordStart(registrationRequest())),
        Map.entry(AccountMethod.CHAIN_GET, new AccountMessages.ChainGet(0)),
        Map.entry(AccountMethod.CHAIN_APPEND, BareAccount.append(nobody.addDevice())),
        Map.entry(
            AccountMethod.SLOT_GET, new AccountMessages.SlotGet(new SlotId.Password().encode(), 0)),
        Map.entry(AccountMethod.KEY_BAG_GET, new AccountMessages.Empty()),
        Map.entry(AccountMethod.PAIR_OPEN, new AccountMessages.Empty()),
        Map.entry(AccountMethod.PAIR_CLOSE, new AccountMessages.PairClose(new byte[5])),
        Map.entry(AccountMethod.MARK_GET, new AccountMessages.Empty()),
        Map.entry(AccountMethod.MARK_PUT, putMark(new byte[0], newMark())),
        Map.entry(AccountMethod.CONTACTS_GET, new AccountMessages.Empty()),
        Map.entry(AccountMethod.CONTACTS_PUT, new AccountMessages.ContactsPut(-1, 0, new byte[1])),
        Map.entry(AccountMethod.CONTACT_FIND, new AccountMessages.ContactFind(ALICE.text())),
        Map.entry(
            AccountMethod.CONTACT_CHAIN,
            new AccountMessages.ContactChain(nobody.id.bytes(), 0, true)),
        Map.entry(AccountMethod.DELETE, new AccountMessages.Empty()));
  }

  /** A link without a record and a key bag. */
  static AccountMessages.ChainAppend with(byte[] link, List<byte[]> slots) {
    return new AccountMessages.ChainAppend(link, slots, new byte[0], new byte[0]);
  }

  static byte[] newMark() {
    return RandomBytes.next(AccountMessages.MarkPut.LENGTH);
  }

  static AccountMessages.MarkPut putMark(byte[] previous, byte[] mark) {
    return new AccountMessages.MarkPut(previous, mark);
  }

  /** A device that the account has added. */
  DeviceId anotherDevice(BareAccount account) throws Exception {
    ChainLink added = account.addDevice();
    tell(loggedIn(account), AccountMethod.CHAIN_APPEND, BareAccount.append(added));
    account.appended(added);
    return BareAccount.added(added);
  }
}
