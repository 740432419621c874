package org.anonymouscloud.core.testing;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.account.UserName;
import org.anonymouscloud.core.account.client.AccountClient;
import org.anonymouscloud.core.account.client.AccountKey;
import org.anonymouscloud.core.account.client.AccountTampered;
import org.anonymouscloud.core.account.client.AlreadyLoggedIn;
import org.anonymouscloud.core.account.client.DeviceRefused;
import org.anonymouscloud.core.account.client.LocalAccount;
import org.anonymouscloud.core.account.client.OnlineAccount;
import org.anonymouscloud.core.account.client.Registration;
import org.anonymouscloud.core.account.client.WrongAccountKey;
import org.anonymouscloud.core.account.client.keys.DeviceName;
import org.anonymouscloud.core.account.protocol.AccountMethod;
import org.anonymouscloud.core.account.protocol.Messages;
import org.anonymouscloud.core.account.server.AccountPolicy;
import org.anonymouscloud.core.account.server.AccountService;
import org.anonymouscloud.core.account.server.Administration;
import org.anonymouscloud.core.account.server.ServerSecrets;
import org.anonymouscloud.core.crypto.RandomBytes;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.database.Database;
import org.anonymouscloud.core.database.DatabaseSettings;
import org.anonymouscloud.core.database.OpenDatabase;
import org.anonymouscloud.core.session.ConnectionString;
import org.anonymouscloud.core.session.Fingerprint;
import org.anonymouscloud.core.session.Network;
import org.anonymouscloud.core.session.UntrustedServer;
import org.anonymouscloud.core.testing.InProcessConnection.Interposer;
import org.anonymouscloud.core.wire.Cbor;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.Refused;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The real client against the real server's half of accounts, on the database that a storage plugin
 * brings: how people come to an account and back to it, and what a hostile server gets from them.
 */
public abstract class AccountFlowsContract {
  private static final UserName ALICE = new UserName("alice");
  private static final UserName BOB = new UserName("bob");
  private static final DeviceName LAPTOP = new DeviceName("laptop");
  private static final DeviceName PHONE = new DeviceName("phone");
  private static final String LABEL = "test/v1/thing";
  private static final byte[] MESSAGE = {1, 2, 3};
  private static final Network HERE = Network.of(InetAddress.getLoopbackAddress());
  private static final List<String> TABLES =
      List.of("account_key_bags", "account_slots", "account_devices", "account_links", "accounts");
  private static final Fingerprint SERVER_KEY = Fingerprint.of(new byte[32]);
  private static final ConnectionString SERVER =
      new ConnectionString("cloud.example", 7443, Optional.empty());

  @TempDir private Path folder;
  private final ServerSecrets secrets = ServerSecrets.random();
  private final Secret password = Secret.of("correct horse".getBytes(UTF_8));
  private final List<AutoCloseable> opened = new ArrayList<>();
  private @Nullable OpenDatabase database;
  private @Nullable AccountService service;

  /** The database to test. */
  protected abstract Database plugin();

  /**
   * Where a database is that nobody has used.
   *
   * @param folder of the test, empty
   */
  protected abstract DatabaseSettings newDatabase(Path folder) throws Exception;

  @BeforeEach
  void openDatabase() throws Exception {
    database = plugin().open(newDatabase(Files.createDirectory(folder.resolve("database"))));
    service = service(AccountPolicy.Registration.OPEN);
  }

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable resource : opened.reversed()) {
      resource.close();
    }
    if (database != null) {
      database.close();
    }
    secrets.close();
  }

  @Test
  void whoRegisteredComesBackWithTheDeviceAloneAndOnANewOneWithPasswordAndAccountKey()
      throws Exception {
    LocalAccount laptop = register(ALICE, "laptop");
    Secret secret = laptop.featureSecret("file-vault", 0);
    DeviceId device = laptop.device();
    laptop.close();

    LocalAccount again = open(client("laptop").resume().orElseThrow());
    assertThat(again.device()).isEqualTo(device);
    assertThat(again.user()).isEqualTo(ALICE);
    assertThat(again.server().toString()).isEqualTo("anoncloud://cloud.example:7443#" + SERVER_KEY);
    assertThat(again.featureSecret("file-vault", 0).sameAs(secret)).isTrue();
    assertThat(again.featureSecret("chat", 0).sameAs(secret)).isFalse();

    OnlineAccount first = connect(again);
    LocalAccount phone = login("phone", again.accountKey());
    OnlineAccount second = connect(phone);
    assertThat(phone.account()).isEqualTo(again.account());
    assertThat(phone.featureSecret("file-vault", 0).sameAs(secret)).isTrue();

    byte[] signature = phone.sign(LABEL, MESSAGE);
    assertThat(first.verify(phone.device(), LABEL, MESSAGE, signature)).isTrue();
    assertThat(second.verify(device, LABEL, MESSAGE, again.sign(LABEL, MESSAGE))).isTrue();
    assertThat(first.verify(device, LABEL, MESSAGE, signature)).isFalse();
    assertThat(first.verify(phone.device(), "test/v1/other", MESSAGE, signature)).isFalse();
    assertThat(first.verify(DeviceId.random(), LABEL, MESSAGE, signature)).isFalse();
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
    new Administration(database(), Clock.systemUTC()).setActive(ALICE, false);

    assertThatThrownBy(() -> online.link().ask("account/key-bag-get", empty()))
        .isInstanceOfSatisfying(
            DeviceRefused.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.ACCOUNT_DISABLED));
    assertThatThrownBy(() -> login("phone", laptop.accountKey()))
        .isInstanceOfSatisfying(
            Refused.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.ACCOUNT_DISABLED));
    new Administration(database(), Clock.systemUTC()).setActive(ALICE, true);
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
    OnlineAccount hidden = phone.connect(() -> dial(this::firstLinkAlone));
    opened.add(hidden);
    assertThatThrownBy(() -> hidden.link().ask("account/key-bag-get", empty()))
        .as("a chain without this device")
        .isInstanceOf(AccountTampered.class);
    assertThat(connect(phone).verify(phone.device(), LABEL, MESSAGE, phone.sign(LABEL, MESSAGE)))
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
      assertThat(online.verify(device.device(), LABEL, MESSAGE, device.sign(LABEL, MESSAGE)))
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
            new Change(AccountMethod.SLOT_GET, 1200),
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
                      new Cheap(Cbor.decode(answer, Messages.LoginStarted.class).response(), 8, 1))
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
                            new Messages.LoginStart(
                                BOB.text(),
                                Cbor.decode(question, Messages.LoginStart.class).request()))
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
                        new Messages.LoginFinished(
                            flip(
                                Cbor.decode(server.answer(question), Messages.LoginFinished.class)
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
            service().peer(RandomBytes.next(32), HERE),
            Interposer.NOBODY);

    assertThatThrownBy(
            () ->
                client("phone").login(relayed, SERVER, ALICE, password, laptop.accountKey(), PHONE))
        .isInstanceOfSatisfying(
            Refused.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.LOGIN_FAILED));
    OnlineAccount online =
        laptop.connect(
            () ->
                new InProcessConnection(
                    RandomBytes.next(32),
                    SERVER_KEY,
                    service().peer(RandomBytes.next(32), HERE),
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
            new byte[32], other, service().peer(new byte[32], HERE), Interposer.NOBODY);
    OnlineAccount online = laptop.connect(() -> impostor);
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
    assertThat(connect(laptop).verify(phone.device(), LABEL, MESSAGE, phone.sign(LABEL, MESSAGE)))
        .isTrue();
    laptop.close();
    LocalAccount again = open(client("laptop").resume().orElseThrow());
    byte[] other = linkOfADeviceThatWasShownTheFirstLinkAlone(again.accountKey());
    Interposer fork =
        (method, question, server) ->
            is(method, AccountMethod.CHAIN_GET)
                ? Cbor.encode(
                    new Messages.ChainGot(
                        List.of(links(server, question).getFirst(), other), false))
                : server.answer(question);

    for (Interposer evil : List.<Interposer>of(this::firstLinkAlone, fork)) {
      InProcessConnection connection = dial(evil);
      OnlineAccount online = again.connect(() -> connection);
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
        ? Cbor.encode(new Messages.ChainGot(links(server, question).subList(0, 1), false))
        : server.answer(question);
  }

  private static List<byte[]> links(InProcessConnection.Server server, byte[] question)
      throws Refused, IOException {
    return Cbor.decode(server.answer(question), Messages.ChainGot.class).links();
  }

  /** A second link that is genuine, but not the one that the other devices know. */
  private byte[] linkOfADeviceThatWasShownTheFirstLinkAlone(AccountKey key) throws Exception {
    List<byte[]> hidden = new ArrayList<>();
    Interposer evil =
        (method, question, server) -> {
          if (is(method, AccountMethod.CHAIN_GET)) {
            return Cbor.encode(new Messages.ChainGot(links(server, question).subList(0, 1), false));
          }
          if (is(method, AccountMethod.CHAIN_APPEND)) {
            hidden.add(Cbor.decode(question, Messages.ChainAppend.class).link());
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
    }
  }

  private AccountService service(AccountPolicy.Registration registration) {
    return new AccountService(
        database(), secrets, Clock.systemUTC(), new AccountPolicy(registration, Long.MAX_VALUE));
  }

  private OpenDatabase database() {
    if (database == null) {
      throw new IllegalStateException("The test has not begun.");
    }
    return database;
  }

  private AccountService service() {
    if (service == null) {
      throw new IllegalStateException("The test has not begun.");
    }
    return service;
  }

  private AccountClient client(String device) {
    return new AccountClient(folder.resolve(device), Clock.systemUTC());
  }

  private LocalAccount register(UserName user, String device) throws Exception {
    try (Registration registration =
        client(device).register(dial(), SERVER, user, password, LAPTOP, Optional.empty())) {
      return open(registration.finish());
    }
  }

  private LocalAccount login(String device, AccountKey key) throws Exception {
    return open(client(device).login(dial(), SERVER, ALICE, password, key, PHONE));
  }

  private OnlineAccount connect(LocalAccount account) {
    OnlineAccount online = account.connect(this::dial);
    opened.add(online);
    return online;
  }

  private LocalAccount open(LocalAccount account) {
    opened.add(account);
    return account;
  }

  private InProcessConnection dial() {
    return dial(Interposer.NOBODY);
  }

  private InProcessConnection dial(Interposer between) {
    byte[] handshakeHash = RandomBytes.next(32);
    return new InProcessConnection(
        handshakeHash, SERVER_KEY, service().peer(handshakeHash, HERE), between);
  }

  /** Breaks the connection at one method, before or after the server has done what was asked. */
  private static Interposer failing(AccountMethod at, boolean done) {
    return (method, question, server) -> {
      if (is(method, at)) {
        if (done) {
          server.answer(question);
        }
        throw new IOException("The connection broke.");
      }
      return server.answer(question);
    };
  }

  private static boolean is(String text, AccountMethod method) {
    return text.equals(method.toString());
  }

  private static byte[] empty() {
    return Cbor.encode(new Messages.Empty());
  }

  private static byte[] flip(byte[] bytes) {
    byte[] flipped = Arrays.copyOf(bytes, bytes.length);
    flipped[0] ^= 1;
    return flipped;
  }
}
