package org.anonymouscloud.core.testing;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.cbor.databind.CBORMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.account.Head;
import org.anonymouscloud.core.account.ObjectId;
import org.anonymouscloud.core.account.UserName;
import org.anonymouscloud.core.account.chain.Chain;
import org.anonymouscloud.core.account.chain.ChainState;
import org.anonymouscloud.core.account.chain.FeatureKey;
import org.anonymouscloud.core.account.chain.SlotId;
import org.anonymouscloud.core.account.client.AlreadyLoggedIn;
import org.anonymouscloud.core.account.client.Devices;
import org.anonymouscloud.core.account.client.DevicesAreBack;
import org.anonymouscloud.core.account.client.Dialer;
import org.anonymouscloud.core.account.client.KeysOf;
import org.anonymouscloud.core.account.client.KnownDevice;
import org.anonymouscloud.core.account.client.LocalAccount;
import org.anonymouscloud.core.account.client.LostLink;
import org.anonymouscloud.core.account.client.OnlineAccount;
import org.anonymouscloud.core.account.client.Pairing;
import org.anonymouscloud.core.account.client.Recovery;
import org.anonymouscloud.core.account.client.Registration;
import org.anonymouscloud.core.account.client.RestoredChain;
import org.anonymouscloud.core.account.client.contacts.Contact;
import org.anonymouscloud.core.account.client.keys.DeviceName;
import org.anonymouscloud.core.account.client.keys.HeadList;
import org.anonymouscloud.core.account.client.pairing.PairingFailed;
import org.anonymouscloud.core.account.client.records.MarkRefused;
import org.anonymouscloud.core.account.client.remote.AccountTampered;
import org.anonymouscloud.core.account.client.remote.DeviceRefused;
import org.anonymouscloud.core.account.client.remote.NewestNotOpened;
import org.anonymouscloud.core.account.client.remote.WrongAccountKey;
import org.anonymouscloud.core.account.client.sheet.AccountKey;
import org.anonymouscloud.core.account.client.sheet.EmergencySheet;
import org.anonymouscloud.core.account.client.sheet.RecoveryWords;
import org.anonymouscloud.core.account.protocol.AccountMessages;
import org.anonymouscloud.core.account.protocol.AccountMethod;
import org.anonymouscloud.core.account.server.AccountPeer;
import org.anonymouscloud.core.account.server.AccountPolicy;
import org.anonymouscloud.core.account.server.Administration;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.crypto.NotAuthentic;
import org.anonymouscloud.core.crypto.OpeningKey;
import org.anonymouscloud.core.crypto.RandomBytes;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.plugin.RecordStore;
import org.anonymouscloud.core.plugin.RecordsRolledBack;
import org.anonymouscloud.core.session.Fingerprint;
import org.anonymouscloud.core.session.UntrustedServer;
import org.anonymouscloud.core.testing.InProcessConnection.Interposer;
import org.anonymouscloud.core.wire.Cbor;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.Refused;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The real client against the real server's half of accounts, on the database that a storage plugin
 * brings: how people come to an account and back to it, and what a hostile server gets from them.
 */
public abstract class AccountFlowsContract extends AccountFlowsFixture {
  private static final String LABEL = "test/v1/thing";
  private static final byte[] MESSAGE = {1, 2, 3};
  private static final List<String> TABLES =
      List.of("account_key_bags", "account_slots", "account_signers", "account_links", "accounts");

  @Test
  void whoRegisteredComesBackWithTheDeviceAloneAndOnANewOneWithPasswordAndAccountKey()
      throws Exception {
    LocalAccount laptop = register(ALICE, "laptop");
    Secret secret = KeysOf.featureSecret(laptop, "file-vault", 0);
    DeviceId device = laptop.device();
    laptop.close();

    LocalAccount again = open(client("laptop").resume().orElseThrow());
    assertThat(again.device()).isEqualTo(device);
    assertThat(again.user()).isEqualTo(ALICE);
    assertThat(again.server().toString()).isEqualTo("anoncloud://cloud.example:7443#" + SERVER_KEY);
    assertThat(KeysOf.featureSecret(again, "file-vault", 0).sameAs(secret)).isTrue();
    assertThat(KeysOf.featureSecret(again, "chat", 0).sameAs(secret)).isFalse();

    OnlineAccount first = connect(again);
    LocalAccount phone = login("phone", again.accountKey());
    OnlineAccount second = connect(phone);
    assertThat(phone.account()).isEqualTo(again.account());
    assertThat(KeysOf.featureSecret(phone, "file-vault", 0).sameAs(secret)).isTrue();

    byte[] signature = phone.sign(LABEL, MESSAGE);
    assertThat(first.verify(phone.device(), 0, LABEL, MESSAGE, signature)).isTrue();
    assertThat(second.verify(device, 0, LABEL, MESSAGE, again.sign(LABEL, MESSAGE))).isTrue();
    assertThat(first.verify(device, 0, LABEL, MESSAGE, signature)).isFalse();
    assertThat(first.verify(phone.device(), 0, "test/v1/other", MESSAGE, signature)).isFalse();
    assertThat(first.verify(DeviceId.random(), 0, LABEL, MESSAGE, signature)).isFalse();
    assertThatThrownBy(() -> phone.sign(AccountMethod.DEVICE_LOGIN_LABEL, MESSAGE))
        .as("a feature cannot be talked into a login")
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aDeviceThatLogsOutKeepsNothing() throws Exception {
    LocalAccount laptop = register(ALICE, "laptop");
    laptop.state("file-vault").put("root", MESSAGE);
    assertThat(laptop.state("file-vault").get("root")).hasValue(MESSAGE);

    laptop.logOut();

    assertThat(folder.resolve("laptop")).doesNotExist();
    assertThat(client("laptop").resume()).isEmpty();
  }

  @Test
  @Tag("A23")
  void recordsOfAnOldCopyOfTheFolderAreRefusedWithTheFirstSession() throws Exception {
    LocalAccount laptop = register(ALICE, "laptop");
    use(laptop, "key 1");
    laptop.close();
    Path old = copy(folder.resolve("laptop"), folder.resolve("backup"));
    laptop = open(client("laptop").resume().orElseThrow());
    use(laptop, "key 2");
    laptop.close();
    copy(old, folder.resolve("laptop"));

    LocalAccount again = open(client("laptop").resume().orElseThrow());
    OnlineAccount online = connect(again);
    RecordStore records = again.records("chat", online.link());
    assertThat(online.known().state().devices()).hasSize(1);
    assertThat(online.link().ask("account/key-bag-get", empty())).isNotEmpty();

    assertThatThrownBy(() -> records.get("ratchet")).isInstanceOf(RecordsRolledBack.class);
    assertThatThrownBy(records::settle).isInstanceOf(RecordsRolledBack.class);
    records.reset();
    use(again, "a new one");
    again.logOut();
    assertThat(folder.resolve("laptop")).doesNotExist();
  }

  private void use(LocalAccount account, String key) throws IOException {
    RecordStore records = account.records("chat", connect(account).link());
    records.change(
        draft -> {
          draft.put("ratchet", key.getBytes(UTF_8));
          return key;
        });
    records.settle();
    assertThat(records.get("ratchet")).hasValue(key.getBytes(UTF_8));
  }

  private static Path copy(Path from, Path to) throws IOException {
    Files.createDirectories(to);
    try (Stream<Path> all = Files.list(from)) {
      for (Path one : all.toList()) {
        Files.copy(one, to.resolve(one.getFileName()), StandardCopyOption.REPLACE_EXISTING);
      }
    }
    return to;
  }

  @Test
  @Tag("A23")
  void aMarkThatIsNotThisDevicesEndsTheSession() throws Exception {
    LocalAccount laptop = register(ALICE, "laptop");
    use(laptop, "key 1");
    laptop.close();
    database()
        .<Integer, RuntimeException>write(
            handle -> handle.execute("UPDATE account_marks SET mark = ?", RandomBytes.next(81)));

    LocalAccount again = open(client("laptop").resume().orElseThrow());

    assertThatThrownBy(() -> connect(again).link().ask("account/key-bag-get", empty()))
        .isInstanceOf(MarkRefused.class);
  }

  @Test
  void oneDeviceHasOneAccount() throws Exception {
    LocalAccount laptop = register(ALICE, "laptop");

    assertThatThrownBy(() -> register(BOB, "laptop")).isInstanceOf(AlreadyLoggedIn.class);
    assertThatThrownBy(() -> login("laptop", laptop.accountKey()))
        .isInstanceOf(AlreadyLoggedIn.class)
        .hasMessageContaining("alice");
  }

  @Test
  @Tag("A11")
  void aWrongPasswordAndAnUnknownUserAreOneError() throws Exception {
    AccountKey key = register(ALICE, "laptop").accountKey();
    Secret wrong = Secret.of("battery staple".getBytes(UTF_8));
    for (UserName user : List.of(ALICE, BOB)) {
      InProcessConnection connection = dial();
      assertThatThrownBy(() -> client("phone").login(connection, SERVER, user, wrong, key, PHONE))
          .isInstanceOfSatisfying(
              Refused.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.LOGIN_FAILED))
          .hasMessage("The user name or the password is wrong.");
      assertThat(connection.asked).containsExactly("account/login-start");
      assertThat(connection.isOpen()).isFalse();
    }
    assertThat(folder.resolve("phone")).doesNotExist();
  }

  @Test
  void aWrongAccountKeyIsToldFromAWrongPassword() throws Exception {
    register(ALICE, "laptop");

    assertThatThrownBy(() -> login("phone", AccountKey.random()))
        .isInstanceOf(WrongAccountKey.class)
        .hasMessageContaining("emergency sheet");
    assertThat(folder.resolve("phone")).doesNotExist();
  }

  @Test
  void aTakenNameAndAClosedServerAreToldBeforeAnythingIsKept() throws Exception {
    register(ALICE, "laptop");

    assertThatThrownBy(() -> register(ALICE, "phone"))
        .isInstanceOfSatisfying(
            Refused.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NAME_TAKEN));
    service = service(AccountPolicy.Registration.CLOSED);
    assertThatThrownBy(() -> register(BOB, "phone"))
        .isInstanceOfSatisfying(
            Refused.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.REGISTRATION_CLOSED));
    assertThat(folder.resolve("phone")).doesNotExist();
  }

  @Test
  void aNameThatIsTakenWhileTheSheetIsPrintedLeavesNothing() throws Exception {
    try (Registration slow =
        client("phone").register(dial(), SERVER, ALICE, password, PHONE, Optional.empty())) {
      register(ALICE, "laptop");

      assertThatThrownBy(slow::finish)
          .isInstanceOfSatisfying(
              Refused.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NAME_TAKEN));
      assertThat(folder.resolve("phone")).doesNotExist();
    }
  }

  @Test
  void aDisabledAccountIsRefusedUntilItIsEnabled() throws Exception {
    LocalAccount laptop = register(ALICE, "laptop");
    OnlineAccount online = connect(laptop);
    new Administration(database(), List.of(), Clock.systemUTC()).setActive(ALICE, false);

    assertThatThrownBy(() -> online.link().ask("account/key-bag-get", empty()))
        .isInstanceOfSatisfying(
            DeviceRefused.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.ACCOUNT_DISABLED));
    assertThatThrownBy(() -> login("phone", laptop.accountKey()))
        .isInstanceOfSatisfying(
            Refused.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.ACCOUNT_DISABLED));
    new Administration(database(), List.of(), Clock.systemUTC()).setActive(ALICE, true);
    assertThat(online.link().ask("account/key-bag-get", empty())).isNotEmpty();
  }

  @Test
  void aServerThatLostTheAccountSaysSo() throws Exception {
    LocalAccount laptop = register(ALICE, "laptop");
    database()
        .<Void, RuntimeException>write(
            handle -> {
              TABLES.forEach(table -> handle.execute("DELETE FROM " + table));
              return null;
            });

    assertThatThrownBy(() -> connect(laptop).link().ask("account/key-bag-get", empty()))
        .isInstanceOfSatisfying(
            DeviceRefused.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.LOGIN_FAILED))
        .hasMessageContaining("does not know this device");
  }

  @Test
  void aRegistrationThatNeverArrivedCanBeRepeated() throws Exception {
    Interposer cut = failing(AccountMethod.REGISTER_FINISH, false);
    try (Registration registration =
        client("laptop").register(dial(cut), SERVER, ALICE, password, LAPTOP, Optional.empty())) {
      assertThatThrownBy(registration::finish).isInstanceOf(IOException.class);
    }
    assertThat(client("laptop").resume()).isEmpty();

    LocalAccount laptop = register(ALICE, "laptop");

    assertThat(connect(laptop).link().ask("account/key-bag-get", empty())).isNotEmpty();
  }

  @Test
  void aRegistrationThatArrivedWithoutAnAnswerIsFound() throws Exception {
    Interposer cut = failing(AccountMethod.REGISTER_FINISH, true);
    AccountKey key;
    try (Registration registration =
        client("laptop").register(dial(cut), SERVER, ALICE, password, LAPTOP, Optional.empty())) {
      key = AccountKey.parse(registration.sheet().accountKey().text().bytes());
      assertThatThrownBy(registration::finish).isInstanceOf(IOException.class);
    }

    LocalAccount laptop = login("laptop", key);

    assertThat(connect(laptop).link().ask("account/key-bag-get", empty())).isNotEmpty();
    assertThat(laptop.accountKey().text().sameAs(key.text())).isTrue();
    laptop.close();
    assertThat(client("laptop").resume()).isPresent();
  }

  @Test
  void aDeviceThatWasAddedWithoutAnAnswerIsFound() throws Exception {
    AccountKey key = register(ALICE, "laptop").accountKey();
    InProcessConnection cut = dial(failing(AccountMethod.CHAIN_APPEND, true));
    assertThatThrownBy(() -> client("phone").login(cut, SERVER, ALICE, password, key, PHONE))
        .isInstanceOf(IOException.class);
    assertThat(client("phone").resume()).isEmpty();

    InProcessConnection connection = dial();
    LocalAccount phone =
        open(client("phone").login(connection, SERVER, ALICE, password, key, PHONE));

    assertThat(connection.asked).containsExactly("account/device-login");
    OnlineAccount hidden = online(phone, () -> dial(this::firstLinkAlone));
    opened.add(hidden);
    assertThatThrownBy(() -> hidden.link().ask("account/key-bag-get", empty()))
        .as("a chain without this device")
        .isInstanceOf(AccountTampered.class);
    assertThat(connect(phone).verify(phone.device(), 0, LABEL, MESSAGE, phone.sign(LABEL, MESSAGE)))
        .isTrue();
  }

  @Test
  void twoDevicesThatJoinAtOnceBothGetIn() throws Exception {
    LocalAccount laptop = register(ALICE, "laptop");
    AtomicBoolean raced = new AtomicBoolean();
    Interposer slow =
        (method, question, server) -> {
          if (is(method, AccountMethod.CHAIN_APPEND) && !raced.getAndSet(true)) {
            sneak(laptop.accountKey());
          }
          return server.answer(question);
        };

    LocalAccount phone =
        open(
            client("phone").login(dial(slow), SERVER, ALICE, password, laptop.accountKey(), PHONE));

    LocalAccount tablet = open(client("tablet").resume().orElseThrow());
    OnlineAccount online = connect(laptop);
    for (LocalAccount device : List.of(phone, tablet)) {
      assertThat(online.verify(device.device(), 0, LABEL, MESSAGE, device.sign(LABEL, MESSAGE)))
          .isTrue();
    }
  }

  private void sneak(AccountKey key) throws IOException {
    try {
      login("tablet", key).close();
    } catch (Exception e) {
      throw new IOException(e);
    }
  }

  @Test
  @Tag("A1")
  @Tag("A3")
  void aChangedRecordEndsTheSessionWithOneErrorAndLeavesNothing() throws Exception {
    AccountKey key = register(ALICE, "laptop").accountKey();
    record Change(AccountMethod method, int at) {}
    for (Change change :
        List.of(
            new Change(AccountMethod.SLOT_GET, 100),
            new Change(AccountMethod.SLOT_GET, 1150),
            new Change(AccountMethod.KEY_BAG_GET, 60))) {
      InProcessConnection evil =
          dial(
              (method, question, server) -> {
                byte[] answer = server.answer(question);
                if (is(method, change.method())) {
                  answer[change.at()] ^= 1;
                }
                return answer;
              });
      assertThatThrownBy(() -> client("phone").login(evil, SERVER, ALICE, password, key, PHONE))
          .as(change.toString())
          .isInstanceOf(AccountTampered.class)
          .hasMessageStartingWith("The server's records of your account are not the ones");
      assertThat(evil.isOpen()).isFalse();
      assertThat(evil.asked).endsWith(change.method().toString());
    }
    assertThat(folder.resolve("phone")).doesNotExist();
    assertThat(login("phone", key).user()).isEqualTo(ALICE);
  }

  @Test
  @Tag("A7")
  void theServerHasNoSayInTheCostOfAPassword() throws Exception {
    AccountKey key = register(ALICE, "laptop").accountKey();
    record Cheap(byte[] response, int memory, int passes) {}
    InProcessConnection evil =
        dial(
            (method, question, server) -> {
              byte[] answer = server.answer(question);
              return is(method, AccountMethod.LOGIN_START)
                  ? Cbor.encode(
                      new Cheap(
                          Cbor.decode(answer, AccountMessages.LoginStarted.class).response(), 8, 1))
                  : answer;
            });

    // At any other cost the password would come out as a wrong one.
    assertThat(open(client("phone").login(evil, SERVER, ALICE, password, key, PHONE)).user())
        .isEqualTo(ALICE);
  }

  @Test
  @Tag("A13")
  void theRecordOfAnotherUserIsRefused() throws Exception {
    AccountKey alices = register(ALICE, "laptop").accountKey();
    register(BOB, "bobs");

    // Bob has the same password, and the server answers for Alice with all that is Bob's.
    InProcessConnection evil =
        dial(
            (method, question, server) ->
                server.answer(
                    is(method, AccountMethod.LOGIN_START)
                        ? Cbor.encode(
                            new AccountMessages.LoginStart(
                                BOB.text(),
                                Cbor.decode(question, AccountMessages.LoginStart.class).request(),
                                new byte[0]))
                        : question));
    assertThatThrownBy(() -> client("phone").login(evil, SERVER, ALICE, password, alices, PHONE))
        .isInstanceOfSatisfying(
            Refused.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.LOGIN_FAILED));

    // The name of another account in the right answer opens nothing either.
    InProcessConnection liar =
        dial(
            (method, question, server) ->
                is(method, AccountMethod.LOGIN_FINISH)
                    ? Cbor.encode(
                        new AccountMessages.LoginFinished(
                            flip(
                                Cbor.decode(
                                        server.answer(question),
                                        AccountMessages.LoginFinished.class)
                                    .account())))
                    : server.answer(question));
    assertThatThrownBy(() -> client("phone").login(liar, SERVER, ALICE, password, alices, PHONE))
        .isInstanceOf(AccountTampered.class);
    assertThat(folder.resolve("phone")).doesNotExist();
  }

  @Test
  @Tag("A14")
  void aLoginThatSomebodyRelaysBetweenTwoChannelsFails() throws Exception {
    LocalAccount laptop = register(ALICE, "laptop");
    // Whoever sits between has one channel with each side, and no two channels have one hash.
    InProcessConnection relayed =
        new InProcessConnection(
            RandomBytes.next(32),
            SERVER_KEY,
            new AccountPeer(service(), RandomBytes.next(32), HERE),
            Interposer.NOBODY);

    assertThatThrownBy(
            () ->
                client("phone").login(relayed, SERVER, ALICE, password, laptop.accountKey(), PHONE))
        .isInstanceOfSatisfying(
            Refused.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.LOGIN_FAILED));
    OnlineAccount online =
        online(
            laptop,
            () ->
                new InProcessConnection(
                    RandomBytes.next(32),
                    SERVER_KEY,
                    new AccountPeer(service(), RandomBytes.next(32), HERE),
                    Interposer.NOBODY));
    opened.add(online);
    assertThatThrownBy(() -> online.link().ask("account/key-bag-get", empty()))
        .isInstanceOfSatisfying(
            DeviceRefused.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.LOGIN_FAILED));
    // The same without anybody in between.
    assertThat(connect(laptop).link().ask("account/key-bag-get", empty())).isNotEmpty();
  }

  @Test
  @Tag("A39")
  void aServerWithAnotherKeyIsToldNothing() throws Exception {
    LocalAccount laptop = register(ALICE, "laptop");
    Fingerprint other = Fingerprint.of(RandomBytes.next(32));
    InProcessConnection impostor =
        new InProcessConnection(
            new byte[32], other, new AccountPeer(service(), new byte[32], HERE), Interposer.NOBODY);
    OnlineAccount online = online(laptop, () -> impostor);
    opened.add(online);

    assertThatThrownBy(() -> online.link().ask("account/key-bag-get", empty()))
        .isInstanceOf(UntrustedServer.class);
    assertThatThrownBy(
            () ->
                client("phone")
                    .login(impostor, laptop.server(), ALICE, password, laptop.accountKey(), PHONE))
        .isInstanceOf(UntrustedServer.class);
    assertThat(impostor.asked).isEmpty();
    assertThat(impostor.isOpen()).isFalse();
  }

  @Test
  @Tag("A13")
  @Tag("A23")
  void aChainThatWasCutOrForkedIsRefusedAlsoAfterARestart() throws Exception {
    LocalAccount laptop = register(ALICE, "laptop");
    LocalAccount phone = login("phone", laptop.accountKey());
    assertThat(
            connect(laptop).verify(phone.device(), 0, LABEL, MESSAGE, phone.sign(LABEL, MESSAGE)))
        .isTrue();
    laptop.close();
    LocalAccount again = open(client("laptop").resume().orElseThrow());
    byte[] other = linkOfADeviceThatWasShownTheFirstLinkAlone(again.accountKey());
    Interposer fork =
        (method, question, server) ->
            is(method, AccountMethod.CHAIN_GET)
                ? Cbor.encode(
                    new AccountMessages.ChainGot(
                        List.of(links(server, question).getFirst(), other), false))
                : server.answer(question);

    for (Interposer evil : List.<Interposer>of(this::firstLinkAlone, fork)) {
      InProcessConnection connection = dial(evil);
      OnlineAccount online = online(again, () -> connection);
      opened.add(online);
      assertThatThrownBy(() -> online.link().ask("account/key-bag-get", empty()))
          .isInstanceOf(AccountTampered.class);
      assertThat(connection.isOpen()).isFalse();
      assertThat(connection.asked).containsExactly("account/device-login", "account/chain-get");
    }
    assertThat(connect(again).link().ask("account/key-bag-get", empty())).isNotEmpty();
  }

  private byte[] firstLinkAlone(String method, byte[] question, InProcessConnection.Server server)
      throws Refused, IOException {
    return is(method, AccountMethod.CHAIN_GET)
        ? Cbor.encode(new AccountMessages.ChainGot(links(server, question).subList(0, 1), false))
        : server.answer(question);
  }

  private static List<byte[]> links(InProcessConnection.Server server, byte[] question)
      throws Refused, IOException {
    return Cbor.decode(server.answer(question), AccountMessages.ChainGot.class).links();
  }

  /** A second link that is genuine, but not the one that the other devices know. */
  private byte[] linkOfADeviceThatWasShownTheFirstLinkAlone(AccountKey key) throws Exception {
    List<byte[]> hidden = new ArrayList<>();
    Interposer evil =
        (method, question, server) -> {
          if (is(method, AccountMethod.CHAIN_GET)) {
            return Cbor.encode(
                new AccountMessages.ChainGot(links(server, question).subList(0, 1), false));
          }
          if (is(method, AccountMethod.CHAIN_APPEND)) {
            hidden.add(Cbor.decode(question, AccountMessages.ChainAppend.class).link());
            return empty();
          }
          return is(method, AccountMethod.DEVICE_LOGIN)
              ? empty()
              : firstLinkAlone(method, question, server);
        };
    open(client("tablet").login(dial(evil), SERVER, ALICE, password, key, PHONE));
    return hidden.getFirst();
  }

  @Test
  @Tag("A16")
  void aRemovedDeviceIsOutAndTheOthersGoOnWithAnotherRootSecret() throws Exception {
    LocalAccount laptop = register(ALICE, "laptop");
    LocalAccount phone = login("phone", laptop.accountKey());
    OnlineAccount online = connect(laptop);
    new Devices(online).rename(phone.device(), new DeviceName("the lost one"));
    assertThat(new Devices(online).list())
        .extracting(KnownDevice::name)
        .containsExactly("laptop", "the lost one");
    byte[] signature = phone.sign(LABEL, MESSAGE);
    Secret before = KeysOf.featureSecret(laptop, "file-vault", 0);
    assertThatThrownBy(() -> new Devices(online).revoke(List.of(laptop.device())))
        .isInstanceOf(Refused.class);
    assertThatThrownBy(() -> new Devices(online).revoke(List.of(DeviceId.random())))
        .isInstanceOfSatisfying(
            Refused.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_FOUND));

    new Devices(online).revoke(List.of(phone.device()));

    assertThat(laptop.generation()).isEqualTo(1);
    assertThat(KeysOf.featureSecret(laptop, "file-vault", 0).sameAs(before)).isTrue();
    assertThat(KeysOf.featureSecret(laptop, "file-vault", 1).sameAs(before)).isFalse();
    assertThat(new Devices(online).list()).extracting(KnownDevice::here).containsExactly(true);
    assertThat(online.verify(phone.device(), 0, LABEL, MESSAGE, signature)).isTrue();
    assertThat(online.verify(phone.device(), 1, LABEL, MESSAGE, signature)).isFalse();
    assertThatThrownBy(() -> connect(phone).link().ask("account/key-bag-get", empty()))
        .isInstanceOfSatisfying(
            DeviceRefused.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DEVICE_REVOKED));
    assertThat(phone.generation()).isZero();

    LocalAccount tablet = login("tablet", laptop.accountKey());
    for (int generation = 0; generation <= 1; generation++) {
      assertThat(
              KeysOf.featureSecret(tablet, "file-vault", generation)
                  .sameAs(KeysOf.featureSecret(laptop, "file-vault", generation)))
          .isTrue();
    }
    laptop.close();
    assertThat(open(client("laptop").resume().orElseThrow()).generation()).isEqualTo(1);
  }

  @Test
  @Tag("A16")
  void aDeviceThatStaysLearnsTheNewRootSecretWhenItComesBack() throws Exception {
    LocalAccount laptop = register(ALICE, "laptop");
    LocalAccount phone = login("phone", laptop.accountKey());
    LocalAccount lost = login("lost", laptop.accountKey());
    OnlineAccount online = connect(laptop);
    new Devices(online).revoke(List.of(lost.device()));
    byte[] record = slotOf(lost, 0, true);
    assertThat(record).as("what was sealed for it is gone").isEmpty();

    // The server hides the new generation's record, then puts another device's in its place.
    assertThatThrownBy(
            () ->
                connect(
                        phone,
                        (method, question, server) ->
                            is(method, AccountMethod.SLOT_GET)
                                ? Cbor.encode(new AccountMessages.SlotGot(slotOf(laptop, 1, false)))
                                : server.answer(question))
                    .link()
                    .ask("account/key-bag-get", empty()))
        .isInstanceOf(AccountTampered.class);
    assertThat(phone.generation()).isZero();

    connect(phone).link().ask("account/key-bag-get", empty());
    assertThat(phone.generation()).isEqualTo(1);
    assertThat(
            KeysOf.featureSecret(phone, "chat", 1).sameAs(KeysOf.featureSecret(laptop, "chat", 1)))
        .isTrue();
  }

  /** A slot's record as the server keeps it; empty if it has none and may have none. */
  private byte[] slotOf(LocalAccount account, int generation, boolean absent) {
    return database()
        .<Optional<byte[]>, RuntimeException>read(
            handle ->
                handle
                    .createQuery(
                        "SELECT sealed FROM account_slots"
                            + " WHERE account_id = ? AND slot = ? AND generation = ?")
                    .bind(0, account.account().bytes())
                    .bind(1, new SlotId.Device(account.device()).encode())
                    .bind(2, generation)
                    .mapTo(byte[].class)
                    .findOne())
        .or(() -> absent ? Optional.of(new byte[0]) : Optional.empty())
        .orElseThrow();
  }

  @Test
  @Tag("A13")
  void anOldPasswordOpensNothingWhateverTheServerPutsBack() throws Exception {
    LocalAccount laptop = register(ALICE, "laptop");
    OnlineAccount online = connect(laptop);
    Secret second = Secret.of("battery staple".getBytes(UTF_8));
    Password old = storedPassword();

    online.changePassword(second);

    assertThatThrownBy(() -> login("phone", laptop.accountKey()))
        .isInstanceOfSatisfying(
            Refused.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.LOGIN_FAILED));
    LocalAccount phone =
        open(client("phone").login(dial(), SERVER, ALICE, second, laptop.accountKey(), PHONE));
    assertThat(
            KeysOf.featureSecret(phone, "file-vault", 0)
                .sameAs(KeysOf.featureSecret(laptop, "file-vault", 0)))
        .isTrue();
    // The record from before: the old password is right again, and the chain knows better.
    putBack(old);
    assertThatThrownBy(() -> login("tablet", laptop.accountKey()))
        .isInstanceOf(WrongAccountKey.class);
    // The chain from before as well: whoever has seen the change refuses it.
    InProcessConnection cut = dial(this::firstLinkAlone);
    OnlineAccount rolledBack = online(laptop, () -> cut);
    opened.add(rolledBack);
    assertThatThrownBy(() -> rolledBack.link().ask("account/key-bag-get", empty()))
        .isInstanceOf(AccountTampered.class);
  }

  private record Password(byte[] record, byte[] credential) {}

  private Password storedPassword() {
    return database()
        .<Password, RuntimeException>read(
            handle ->
                handle
                    .createQuery("SELECT opaque_record, credential FROM accounts")
                    .map((row, context) -> new Password(row.getBytes(1), row.getBytes(2)))
                    .one());
  }

  private void putBack(Password old) {
    database()
        .<Integer, RuntimeException>write(
            handle ->
                handle.execute(
                    "UPDATE accounts SET opaque_record = ?, credential = ?",
                    old.record(),
                    old.credential()));
  }

  @Test
  void recoveryWordsGiveTheAccountBackWithEverythingNew() throws Exception {
    LocalAccount laptop;
    RecoveryWords words;
    try (Registration registration =
        client("laptop").register(dial(), SERVER, ALICE, password, LAPTOP, Optional.empty())) {
      words = RecoveryWords.parse(registration.sheet().words().text().bytes());
      laptop = open(registration.finish());
    }
    assertThat(connect(laptop).isOpenedBy(words)).isTrue();
    Secret before = KeysOf.featureSecret(laptop, "file-vault", 0);
    Secret second = Secret.of("battery staple".getBytes(UTF_8));
    List<String> refusals = new ArrayList<>();
    for (UserName user : List.of(ALICE, BOB)) {
      try (RecoveryWords wrong = RecoveryWords.random()) {
        assertThatThrownBy(() -> recover("desk", dial(), user, wrong, second))
            .isInstanceOfSatisfying(Refused.class, e -> refusals.add(e.code() + e.getMessage()));
      }
    }
    assertThat(refusals.get(0)).startsWith("LOGIN_FAILED").isEqualTo(refusals.get(1));
    try (Recovery given = recover("desk", dial(), ALICE, words, second)) {
      assertThat(given.sheet().user()).isEqualTo(ALICE);
    }
    assertThat(new Devices(connect(laptop)).list()).as("nothing has changed yet").hasSize(1);

    // The answer to the last step is lost: the next attempt finds what has been done.
    InProcessConnection broken = dial(failing(AccountMethod.CHAIN_APPEND, true));
    AccountKey key;
    try (Recovery recovery = recover("desk", broken, ALICE, words, second)) {
      key = AccountKey.parse(recovery.sheet().accountKey().text().bytes());
      assertThatThrownBy(recovery::finish).isInstanceOf(IOException.class);
    }
    assertThatThrownBy(() -> recover("desk", dial(), ALICE, words, second))
        .isInstanceOf(AlreadyLoggedIn.class);
    LocalAccount desk = open(client("desk").resume().orElseThrow());

    assertThat(KeysOf.featureSecret(desk, "file-vault", 0).sameAs(before)).isTrue();
    assertThat(desk.isOpenedBy(key)).isTrue();
    OnlineAccount online = connect(desk);
    assertThat(new Devices(online).list()).hasSize(1);
    assertThat(desk.generation()).isEqualTo(1);
    assertThatThrownBy(() -> connect(laptop).link().ask("account/key-bag-get", empty()))
        .isInstanceOfSatisfying(
            DeviceRefused.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DEVICE_REVOKED));
    assertThat(online.isOpenedBy(words)).as("the old words").isFalse();
    open(client("phone").login(dial(), SERVER, ALICE, second, key, PHONE));
  }

  @Test
  @Tag("S4.1")
  void aStolenDeviceCannotMakeTheKeyBagJunkAndEndLoginAndRecovery() throws Exception {
    LocalAccount laptop;
    RecoveryWords words;
    try (Registration registration =
        client("laptop").register(dial(), SERVER, ALICE, password, LAPTOP, Optional.empty())) {
      words = RecoveryWords.parse(registration.sheet().words().text().bytes());
      laptop = open(registration.finish());
    }
    OnlineAccount stolen = connect(laptop);

    assertThatThrownBy(
            () ->
                stolen
                    .link()
                    .ask(
                        "account/key-bag-put",
                        Cbor.encode(Map.of("version", 1, "sealed", new byte[106]))))
        .isInstanceOfSatisfying(
            Refused.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNKNOWN_METHOD));

    LocalAccount phone = login("phone", laptop.accountKey());
    new Devices(connect(phone)).revoke(List.of(laptop.device()));
    try (Recovery recovery = recover("desk", dial(), ALICE, words, password)) {
      assertThat(new Devices(connect(open(recovery.finish()))).list()).hasSize(1);
    }
  }

  @Test
  void aDeviceCertifiesAFeaturesKeyAsItsOwnForOneUse() throws Exception {
    LocalAccount laptop = register(ALICE, "laptop");
    OnlineAccount online = connect(laptop);
    LocalAccount phone = login("phone", laptop.accountKey());
    DeviceId id = phone.device();
    FeatureKey key = new FeatureKey("chat", "mls-leaf", new byte[] {1, 2, 3});
    byte[] certificate = phone.certify(key);

    ChainState chain = online.with(id, 0);
    assertThat(key.isCertified(chain, id, 0, certificate)).isTrue();
    assertThat(key.isCertified(chain, laptop.device(), 0, certificate)).isFalse();
    assertThat(key.isCertified(chain, id, 1, certificate)).isFalse();
    for (FeatureKey other :
        List.of(
            new FeatureKey("vault", "mls-leaf", key.key()),
            new FeatureKey("chat", "mls-root", key.key()),
            new FeatureKey("chatm", "ls-leaf", key.key()),
            new FeatureKey("chat", "mls-leaf", new byte[] {1, 2}))) {
      assertThat(other.isCertified(chain, id, 0, certificate)).as("%s", other).isFalse();
    }

    new Devices(online).revoke(List.of(id));
    ChainState after = online.refreshed().state();
    assertThat(key.isCertified(after, id, 0, certificate)).as("it was one then").isTrue();
    assertThat(key.isCertified(after, id, 1, phone.certify(key))).isFalse();
  }

  @Test
  void whatIsSharedWithAContactTheirDevicesOpenAndARemovedOneDoesNot() throws Exception {
    byte[] purpose = "anonymouscloud/chat/v1/invitation".getBytes(UTF_8);
    byte[] context = {1};
    LocalAccount alices = register(ALICE, "laptop");
    OnlineAccount alice = connect(alices);
    LocalAccount phone = login("phone", alices.accountKey());
    OnlineAccount phones = connect(phone);
    new Devices(alice).revoke(List.of(phone.device()));
    OnlineAccount bob = connect(register(BOB, "bobs"));

    Contact seen = bob.contacts().look(ALICE);
    byte[] sealed = seen.chain().shareKey().seal(purpose, context, new byte[] {7});

    int newestOne = alice.refreshed().state().generation();
    assertThat(newestOne).isEqualTo(seen.chain().generation());
    try (OpeningKey newest = alice.roots().get(newestOne).shareKey(alices.account(), newestOne);
        OpeningKey known = phones.roots().get(0).shareKey(alices.account(), 0)) {
      assertThat(newest.open(purpose, context, sealed)).containsExactly(7);
      assertThatThrownBy(() -> known.open(purpose, context, sealed))
          .isInstanceOf(NotAuthentic.class);
    }
  }

  @Test
  @Tag("S4.1")
  @Tag("S4.2")
  void eachLinkSaysHowFarItsMakerSawTheFeaturesCome() throws Exception {
    LocalAccount laptop;
    RecoveryWords words;
    AccountKey key;
    heads = heads("vault", 4);
    try (Registration registration =
        client("laptop").register(dial(), SERVER, ALICE, password, LAPTOP, Optional.empty())) {
      words = RecoveryWords.parse(registration.sheet().words().text().bytes());
      key = AccountKey.parse(registration.sheet().accountKey().text().bytes());
      laptop = open(registration.finish());
    }
    OnlineAccount online = connect(laptop);
    DeviceId first = laptop.device();
    assertThat(said(laptop, online))
        .as("nothing was there before")
        .isEqualTo(Map.of(first, HeadList.NONE));

    new Devices(online).rename(first, new DeviceName("desk"));
    assertThat(said(laptop, online)).isEqualTo(Map.of(first, heads("vault", 4)));

    heads = heads("chat", -1);
    online.changePassword(password);
    HeadList both = heads("vault", 4, "chat", -1);
    assertThat(said(laptop, online)).as("none forgotten").isEqualTo(Map.of(first, both));

    heads = heads("vault", 7);
    LocalAccount phone = login("phone", key);
    DeviceId second = phone.device();
    assertThat(said(phone, connect(phone)))
        .as("no device repeats another's word")
        .isEqualTo(Map.of(first, both, second, heads("vault", 7)));
    assertThat(gone).isEmpty();

    heads = heads("vault", 8);
    new Devices(online).revoke(List.of(second));
    assertThat(said(laptop, online))
        .as("who is gone has no word")
        .isEqualTo(Map.of(first, heads("vault", 8, "chat", -1)));
    assertThat(gone).containsExactly(second);

    heads = heads("vault", 9);
    try (Recovery recovery = recover("desk", dial(), ALICE, words, password)) {
      LocalAccount desk = open(recovery.finish());
      assertThat(said(desk, connect(desk))).isEqualTo(Map.of(desk.device(), heads("vault", 9)));
      assertThat(gone).containsExactly(first);
    }
  }

  /** What devices say of features; the account's own list of contacts is not one. */
  private static Map<DeviceId, HeadList> said(LocalAccount account, OnlineAccount online)
      throws Exception {
    Map<DeviceId, HeadList> said = new HashMap<>();
    account
        .heads(online)
        .forEach(
            (device, heads) -> {
              SortedMap<String, List<Head>> features = new TreeMap<>(heads.byFeature());
              features.remove("contacts");
              said.put(device, new HeadList(features));
            });
    return said;
  }

  @Test
  @Tag("A16")
  @Tag("S4.1")
  void aRemovedDeviceDoesNotComeBackByAPasswordThatItHadSet() throws Exception {
    LocalAccount laptop = register(ALICE, "laptop");
    OnlineAccount owner = connect(laptop);
    LocalAccount stolen = login("stolen", laptop.accountKey());
    Secret thiefs = Secret.of("the thief's password".getBytes(UTF_8));
    connect(stolen).changePassword(thiefs);
    Password old = storedPassword();
    LocalAccount hidden = comeBy(thiefs, "hidden", laptop);

    Devices.Removal removal = new Devices(owner).revoke(List.of(stolen.device()));

    assertThat(removal.passwordEnded()).isTrue();
    assertThat(removal.broughtIn()).extracting(KnownDevice::id).containsExactly(hidden.device());
    assertThatThrownBy(() -> comeBy(thiefs, "blank", laptop))
        .isInstanceOfSatisfying(
            Refused.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.LOGIN_FAILED));
    // Whoever set it has the private key that belongs to its record.
    assertThat(storedPassword().record()).isNotEqualTo(old.record());
    // Not even together with the server's owner.
    Password ended = storedPassword();
    putBack(old);
    assertThatThrownBy(() -> comeBy(thiefs, "helped", laptop)).isInstanceOf(WrongAccountKey.class);
    putBack(ended);
    assertThat(new Devices(owner).revoke(List.of(hidden.device())).broughtIn()).isEmpty();

    owner.changePassword(password);

    LocalAccount phone = login("phone", laptop.accountKey());
    assertThat(
            KeysOf.featureSecret(phone, "chat", 2).sameAs(KeysOf.featureSecret(laptop, "chat", 2)))
        .isTrue();
    assertThat(new Devices(owner).revoke(List.of(phone.device())).passwordEnded()).isFalse();
    login("tablet", laptop.accountKey());
  }

  private LocalAccount comeBy(Secret chosen, String device, LocalAccount account) throws Exception {
    return open(client(device).login(dial(), SERVER, ALICE, chosen, account.accountKey(), PHONE));
  }

  @Test
  @Tag("S4.1")
  void whoRemovesTheOthersAndLeavesTheWordsNothingKeepsNobodyOut() throws Exception {
    RecoveryWords words;
    AccountKey key;
    LocalAccount laptop;
    try (Registration registration =
        client("laptop").register(dial(), SERVER, ALICE, password, LAPTOP, Optional.empty())) {
      words = RecoveryWords.parse(registration.sheet().words().text().bytes());
      key = AccountKey.parse(registration.sheet().accountKey().text().bytes());
      laptop = open(registration.finish());
    }
    LocalAccount phone = login("phone", key);
    byte[] before = secret(phone, 0);
    new Devices(connect(laptop)).revoke(List.of(login("tablet", key).device()));
    connect(phone).refreshed();
    byte[] known = secret(phone, 1);
    // The thief of the phone renews the keys, and seals them to nobody but itself.
    OnlineAccount thief = connect(phone, this::leavingNothing);
    heads = heads("vault", 3);
    new Devices(connect(laptop)).rename(laptop.device(), new DeviceName("laptop"));
    new Devices(thief).revoke(List.of(laptop.device()));
    assertThatThrownBy(() -> login("desk", key)).isInstanceOf(AccountTampered.class);
    assertThatThrownBy(() -> recover("desk", dial(), ALICE, words, password))
        .isInstanceOf(NewestNotOpened.class)
        .hasMessageContaining(phone.device().toString());

    LocalAccount desk;
    RecoveryWords fresh;
    assertThatThrownBy(
            () -> client("desk").recover(dial(), SERVER, ALICE, words, password, PHONE, true, true))
        .isInstanceOf(IllegalArgumentException.class);
    try (Recovery recovery =
        client("desk").recover(dial(), SERVER, ALICE, words, password, PHONE, false, true)) {
      fresh = RecoveryWords.parse(recovery.sheet().words().text().bytes());
      desk = open(recovery.finish());
    }

    OnlineAccount online = connect(desk);
    assertThat(new Devices(online).list()).hasSize(1);
    assertThat(desk.generation()).isEqualTo(3);
    assertThat(secret(desk, 0)).isEqualTo(before);
    assertThat(secret(desk, 1)).isEqualTo(known);
    assertThat(secret(desk, 2)).as("the thief's").isNotEqualTo(secret(phone, 2));
    assertThatThrownBy(() -> connect(phone).refreshed()).isInstanceOf(DeviceRefused.class);
    // And the account goes on as any other, past the gap.
    try (Recovery again = recover("again", dial(), ALICE, fresh, password)) {
      LocalAccount next = open(again.finish());
      assertThat(secret(next, 0)).isEqualTo(before);
      assertThat(secret(next, 1)).isEqualTo(known);
      new Devices(connect(next)).rename(next.device(), new DeviceName("next"));
      assertThat(new Devices(connect(next)).list()).hasSize(1);
    }
  }

  @Test
  void whoHasComeInGoesOnOnItsSession() throws Exception {
    AccountKey key;
    InProcessConnection registered = dial();
    try (Registration registration =
        client("laptop").register(registered, SERVER, ALICE, password, LAPTOP, Optional.empty())) {
      key = AccountKey.parse(registration.sheet().accountKey().text().bytes());
      goesOn(open(registration.finish()), registered);
    }
    InProcessConnection loggedIn = dial();
    goesOn(open(client("phone").login(loggedIn, SERVER, ALICE, password, key, PHONE)), loggedIn);
  }

  private void goesOn(LocalAccount account, InProcessConnection session) throws Exception {
    AtomicInteger dialed = new AtomicInteger();
    Dialer another =
        () -> {
          dialed.incrementAndGet();
          return dial();
        };
    try (OnlineAccount online = new OnlineAccount(account, features(), another, session)) {
      assertThat(new Devices(online).list()).isNotEmpty();
      assertThat(dialed).hasValue(0);
      session.close();
      assertThat(online.refreshed().state().devices()).containsKey(account.device());
      assertThat(dialed).hasValue(1);
    }
  }

  @Test
  @Tag("S4.7")
  void aThiefWhoRenewsTheKeysMeanwhileDoesNotKeepTheWordsFromTheAccount() throws Exception {
    RecoveryWords words;
    AccountKey key;
    LocalAccount laptop;
    try (Registration registration =
        client("laptop").register(dial(), SERVER, ALICE, password, LAPTOP, Optional.empty())) {
      words = RecoveryWords.parse(registration.sheet().words().text().bytes());
      key = AccountKey.parse(registration.sheet().accountKey().text().bytes());
      laptop = open(registration.finish());
    }
    LocalAccount phone = login("phone", key);
    OnlineAccount thief = connect(phone);
    Deque<DeviceId> others = new ArrayDeque<>();
    for (String name : List.of("first", "second", "third")) {
      others.add(login(name, key).device());
    }
    byte[] before = secret(laptop, 0);
    // Right before each try, and once while the sheet is being put away.
    Interposer renewing =
        (method, question, server) -> {
          if (is(method, AccountMethod.CHAIN_APPEND) && !others.isEmpty()) {
            new Devices(thief).revoke(List.of(others.removeFirst()));
          }
          return server.answer(question);
        };
    try (Recovery recovery = recover("desk", dial(renewing), ALICE, words, password)) {
      new Devices(thief).revoke(List.of(others.removeFirst()));
      RecoveryWords fresh = RecoveryWords.parse(recovery.sheet().words().text().bytes());

      LocalAccount desk = open(recovery.finish());

      assertThat(others).isEmpty();
      OnlineAccount online = connect(desk);
      assertThat(new Devices(online).list()).hasSize(1);
      assertThat(desk.generation()).isEqualTo(4);
      assertThat(secret(desk, 0)).isEqualTo(before);
      assertThat(secret(desk, 3)).isEqualTo(secret(phone, 3));
      assertThat(online.isOpenedBy(fresh)).isTrue();
    }
  }

  @Test
  @Tag("S4.1")
  void aRehearsalOpensWhatARecoveryWould() throws Exception {
    RecoveryWords words;
    AccountKey key;
    LocalAccount laptop;
    try (Registration registration =
        client("laptop").register(dial(), SERVER, ALICE, password, LAPTOP, Optional.empty())) {
      words = RecoveryWords.parse(registration.sheet().words().text().bytes());
      key = AccountKey.parse(registration.sheet().accountKey().text().bytes());
      laptop = open(registration.finish());
    }
    LocalAccount phone = login("phone", key);
    DeviceId tablet = login("tablet", key).device();
    assertThat(connect(laptop).isOpenedBy(words)).isTrue();

    // It leaves the words noise, and the other device all that it had.
    new Devices(connect(phone, this::leavingNothing)).revoke(List.of(tablet));
    assertThatThrownBy(() -> connect(laptop).isOpenedBy(words))
        .isInstanceOfSatisfying(
            NewestNotOpened.class, e -> assertThat(e.by()).isEqualTo(phone.device()));

    new Devices(connect(laptop)).revoke(List.of(phone.device()));
    assertThat(connect(laptop).isOpenedBy(words)).as("the removal mends it").isTrue();
  }

  private static byte[] secret(LocalAccount account, int generation) {
    try (Secret secret = KeysOf.featureSecret(account, "vault", generation)) {
      return secret.bytes().clone();
    }
  }

  /** Of what a link brings for password and words there is noise. */
  private byte[] leavingNothing(String method, byte[] question, InProcessConnection.Server server)
      throws Refused, IOException {
    if (!method.equals(AccountMethod.CHAIN_APPEND.toString())) {
      return server.answer(question);
    }
    AccountMessages.ChainAppend append = Cbor.decode(question, AccountMessages.ChainAppend.class);
    List<byte[]> slots = new ArrayList<>();
    for (byte[] slot : append.slots()) {
      byte[] noise = slot.clone();
      if (slots.size() < 2) {
        byte[] random = RandomBytes.next(noise.length - 22);
        System.arraycopy(random, 0, noise, 22, random.length);
      }
      slots.add(noise);
    }
    return server.answer(
        Cbor.encode(
            new AccountMessages.ChainAppend(
                append.link(), slots, append.record(), append.loginKey())));
  }

  /** Names of features, and numbers of the newest states of their only objects. */
  private static HeadList heads(Object... namesAndNumbers) {
    SortedMap<String, List<Head>> heads = new TreeMap<>();
    for (int i = 0; i < namesAndNumbers.length; i += 2) {
      String name = (String) namesAndNumbers[i];
      int number = (int) namesAndNumbers[i + 1];
      byte[] id = Arrays.copyOf(name.getBytes(UTF_8), ObjectId.LENGTH);
      Digest hash = number < 0 ? Head.NOTHING : Digest.sha256(id);
      heads.put(name, List.of(new Head(ObjectId.of(id), number, hash)));
    }
    return new HeadList(heads);
  }

  @Test
  @Tag("S4.1")
  void aLinkIsNotMadeWhileAFeatureCannotSayItsHead() throws Exception {
    LocalAccount laptop = register(ALICE, "laptop");
    OnlineAccount online = connect(laptop);
    new Devices(online).rename(laptop.device(), new DeviceName("desk"));
    heads = null;

    assertThatThrownBy(() -> new Devices(online).rename(laptop.device(), LAPTOP))
        .isInstanceOf(IOException.class)
        .hasMessage("The drive cannot be read.");

    heads = HeadList.NONE;
    assertThat(new Devices(online).list()).extracting(KnownDevice::name).containsExactly("desk");
  }

  @Test
  @Tag("S4.13")
  void aChainThatWentBackIsTakenOnlyAtAPersonsWordAndWithWhatItLacks() throws Exception {
    LocalAccount laptop = register(ALICE, "laptop");
    LocalAccount phone = login("phone", laptop.accountKey());
    OnlineAccount online = connect(laptop);
    new Devices(online).rename(phone.device(), new DeviceName("the lost one"));
    new Devices(online).revoke(List.of(phone.device()));
    online.changePassword(password);
    assertThatThrownBy(() -> new Devices(connect(laptop, this::firstLinkAlone)).list())
        .isInstanceOf(AccountTampered.class)
        .hasMessageContaining("accept-restored");

    RestoredChain restored = RestoredChain.read(laptop, features(), dial(this::firstLinkAlone));

    assertThat(restored.isOlder()).isTrue();
    assertThat(restored.lost())
        .extracting(LostLink::what)
        .containsExactly(
            LostLink.What.DEVICE_CAME,
            LostLink.What.DEVICE_RENAMED,
            LostLink.What.DEVICES_WENT,
            LostLink.What.PASSWORD_CHANGED);
    assertThat(restored.lost())
        .extracting(LostLink::text)
        .containsExactly(
            "the device 'phone' came",
            "the device 'phone' was called 'the lost one'",
            "removed: 'the lost one'",
            "the password changed");
    assertThat(restored.lost().get(2).removed()).containsExactly(phone.device());
    assertThat(restored.name(laptop.device())).isEqualTo("laptop");
    assertThat(laptop.generation()).as("nothing is done yet").isEqualTo(1);

    restored.accept();

    assertThat(laptop.generation()).isZero();
    laptop.close();
    LocalAccount again = open(client("laptop").resume().orElseThrow());
    assertThat(again.generation()).isZero();
    assertThat(new Devices(connect(again, this::firstLinkAlone)).list()).hasSize(1);
    // From here on it rises again, and never falls without a person's word.
    assertThat(new Devices(connect(again)).list()).hasSize(1);
    assertThat(again.generation()).isEqualTo(1);
    assertThatThrownBy(() -> new Devices(connect(again, this::firstLinkAlone)).list())
        .isInstanceOf(AccountTampered.class);
    assertThat(RestoredChain.read(again, features(), dial()).isOlder()).isFalse();
  }

  @Test
  @Tag("S4.13")
  void noAcceptedBackupBringsARemovedDeviceBackUnnoticed() throws Exception {
    LocalAccount laptop = register(ALICE, "laptop");
    LocalAccount phone = login("phone", laptop.accountKey());
    OnlineAccount online = connect(laptop);
    new Devices(online).list();
    new Devices(online).revoke(List.of(phone.device()));
    // So many that the removal is not among the links that a device keeps.
    for (int i = 0; i <= Chain.NEWEST; i++) {
      if (i % 10 == 0) {
        // Days later the server counts anew.
        serverClock = Clock.offset(serverClock, Duration.ofDays(3));
        service = service(AccountPolicy.Registration.OPEN);
        online = connect(laptop);
      }
      new Devices(online).rename(laptop.device(), new DeviceName("laptop " + i));
    }

    RestoredChain restored = RestoredChain.read(laptop, features(), dial(this::firstTwoLinks));

    assertThat(restored.isComplete()).isFalse();
    assertThat(restored.back()).containsExactly(phone.device());
    // It is cut right after the chain was accepted.
    restored.accept();
    assertThatThrownBy(() -> new Devices(connect(laptop, this::firstTwoLinks)).list())
        .isInstanceOf(DevicesAreBack.class)
        .hasMessageContaining(phone.device().toString())
        .hasMessageContaining("accept-restored");
    RestoredChain again = RestoredChain.read(laptop, features(), dial(this::firstTwoLinks));
    assertThat(again.isOlder()).isFalse();
    assertThat(again.back()).containsExactly(phone.device());
    assertThat(new Devices(connect(laptop)).list()).hasSize(1);
  }

  private byte[] firstTwoLinks(String method, byte[] question, InProcessConnection.Server server)
      throws Refused, IOException {
    byte[] answer = server.answer(question);
    if (!method.equals(AccountMethod.CHAIN_GET.toString())) {
      return answer;
    }
    List<byte[]> links = Cbor.decode(answer, AccountMessages.ChainGot.class).links();
    return Cbor.encode(
        new AccountMessages.ChainGot(links.subList(0, Math.min(2, links.size())), false));
  }

  @Test
  @Tag("S4.13")
  void noChainButOneOfTheAccountWithThisDeviceIsEverAccepted() throws Exception {
    LocalAccount laptop = register(ALICE, "laptop");
    LocalAccount phone = login("phone", laptop.accountKey());
    new Devices(connect(register(BOB, "bob"))).list();
    byte[] stranger = new BareAccount(BOB).create.encode();
    Interposer another =
        (method, question, server) ->
            is(method, AccountMethod.CHAIN_GET)
                ? Cbor.encode(new AccountMessages.ChainGot(List.of(stranger), false))
                : server.answer(question);
    assertThat(RestoredChain.read(phone, features(), dial()).isOlder()).isFalse();

    assertThatThrownBy(() -> RestoredChain.read(phone, features(), dial(another)))
        .isInstanceOf(AccountTampered.class);
    assertThatThrownBy(() -> RestoredChain.read(phone, features(), dial(this::firstLinkAlone)))
        .as("the device is not in it")
        .isInstanceOf(AccountTampered.class);
  }

  private Recovery recover(
      String device, InProcessConnection on, UserName user, RecoveryWords words, Secret second)
      throws Exception {
    return client(device).recover(on, SERVER, user, words, second, PHONE, false, false);
  }

  @Test
  @Tag("A9")
  void whateverTheServerWishesNoDeviceSealsTheRootSecretToAnybody() throws Exception {
    LocalAccount laptop = register(ALICE, "laptop");
    ObjectMapper cbor = new CBORMapper();
    InProcessConnection pushy =
        dial(
            (method, question, server) -> {
              ObjectNode answer = (ObjectNode) cbor.readTree(server.answer(question));
              answer.put("escrow", true).put("recoveryKey", RandomBytes.next(1216));
              answer.putObject("policy").put("organisation", "owner").put("enrol", true);
              answer.putArray("recipients").add(RandomBytes.next(1248));
              return cbor.writeValueAsBytes(answer);
            });
    OnlineAccount online = online(laptop, () -> pushy);
    opened.add(online);

    assertThat(new Devices(online).list()).hasSize(1);
    online.link().ask("account/key-bag-get", empty());

    assertThat(pushy.asked)
        .as("questions, of which none gives the server anything")
        .containsOnly(
            "account/device-login",
            "account/chain-get",
            "account/contacts-get",
            "account/key-bag-get");
    assertThat(
            database()
                .<Long, RuntimeException>read(
                    handle ->
                        handle
                            .createQuery("SELECT COUNT(*) FROM account_slots")
                            .mapTo(Long.class)
                            .one()))
        .isEqualTo(3);
  }

  @Test
  @Tag("A10")
  @Tag("S4.2")
  void aDeviceComesInByACodeOnceItsOwnerAgrees() throws Exception {
    LocalAccount laptop = register(ALICE, "laptop");
    register(BOB, "bob");
    OnlineAccount online = connect(laptop);
    online.contacts().verify(BOB, online.contacts().look(BOB).number());
    Pairing pairing = new Devices(online).pair();
    opened.add(pairing);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      byte[] code = pairing.code().text().bytes();
      assertThat(code).hasSize(24 + 5);
      Future<LocalAccount> coming = threads.submit(() -> pair("phone", code));

      assertThat(pairing.await()).isEqualTo("phone");
      assertThat(new Devices(online).list()).as("nobody has agreed yet").hasSize(1);
      pairing.accept();
      pairing.close();

      LocalAccount phone = open(coming.get());
      assertThat(phone.account()).isEqualTo(laptop.account());
      assertThat(phone.user()).isEqualTo(ALICE);
      assertThat(phone.accountKey().text().sameAs(laptop.accountKey().text())).isTrue();
      assertThat(
              KeysOf.featureSecret(phone, "chat", 0)
                  .sameAs(KeysOf.featureSecret(laptop, "chat", 0)))
          .isTrue();
      assertThat(new Devices(online).list())
          .extracting(KnownDevice::name)
          .containsExactly("laptop", "phone");
      OnlineAccount other = connect(phone);
      other.contacts().sync();
      assertThat(other.contacts().list())
          .as("whom the other device has pinned")
          .isEqualTo(online.contacts().list())
          .hasSize(1);
      connect(phone).link().ask("account/key-bag-get", empty());
      assertThatThrownBy(() -> pair("tablet", code))
          .as("a code is for one device")
          .isInstanceOfSatisfying(
              Refused.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_FOUND));
      assertThat(folder.resolve("tablet")).doesNotExist();
    }
  }

  @Test
  @Tag("A10")
  void aWrongCodeGetsNothingAndBurnsTheRightOne() throws Exception {
    LocalAccount laptop = register(ALICE, "laptop");
    OnlineAccount online = connect(laptop);
    try (Pairing pairing = new Devices(online).pair();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      byte[] right = pairing.code().text().bytes().clone();
      byte[] wrong = right.clone();
      wrong[wrong.length - 1] = (byte) (wrong[wrong.length - 1] == '7' ? '8' : '7');
      Future<LocalAccount> guessing = threads.submit(() -> pair("phone", wrong));

      assertThatThrownBy(pairing::await).isInstanceOf(PairingFailed.class);
      assertThatThrownBy(guessing::get).hasCauseInstanceOf(PairingFailed.class);
      assertThatThrownBy(() -> pair("phone", right))
          .isInstanceOfSatisfying(
              Refused.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_FOUND));
      assertThat(new Devices(online).list()).hasSize(1);
    }
  }

  @Test
  void theSheetHasTheKeyThatIsAskedFor() throws Exception {
    try (Registration registration =
        client("laptop").register(dial(), SERVER, ALICE, password, LAPTOP, Optional.empty())) {
      Path sheet = folder.resolve("sheet.txt");
      registration.sheet().write(sheet);
      open(registration.finish());

      assertThat(Files.readString(sheet))
          .contains("anoncloud://cloud.example:7443#" + SERVER_KEY, "alice")
          .contains(
              "Account key: "
                  + new String(registration.sheet().accountKey().text().bytes(), US_ASCII));
      assertThat(
              EmergencySheet.wordsIn(Files.readAllBytes(sheet))
                  .text()
                  .sameAs(registration.sheet().words().text()))
          .isTrue();
    }
  }
}
