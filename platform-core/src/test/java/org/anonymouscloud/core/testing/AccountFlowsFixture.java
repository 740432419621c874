package org.anonymouscloud.core.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.account.UserName;
import org.anonymouscloud.core.account.client.AccountClient;
import org.anonymouscloud.core.account.client.AccountFeatures;
import org.anonymouscloud.core.account.client.Dialer;
import org.anonymouscloud.core.account.client.LocalAccount;
import org.anonymouscloud.core.account.client.OnlineAccount;
import org.anonymouscloud.core.account.client.Registration;
import org.anonymouscloud.core.account.client.keys.DeviceName;
import org.anonymouscloud.core.account.client.keys.HeadList;
import org.anonymouscloud.core.account.client.pairing.PairingCode;
import org.anonymouscloud.core.account.client.sheet.AccountKey;
import org.anonymouscloud.core.account.protocol.AccountMessages;
import org.anonymouscloud.core.account.protocol.AccountMethod;
import org.anonymouscloud.core.account.server.AccountPeer;
import org.anonymouscloud.core.account.server.AccountPolicy;
import org.anonymouscloud.core.account.server.AccountService;
import org.anonymouscloud.core.account.server.password.ServerSecrets;
import org.anonymouscloud.core.crypto.RandomBytes;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.database.Database;
import org.anonymouscloud.core.database.DatabaseSettings;
import org.anonymouscloud.core.database.OpenDatabase;
import org.anonymouscloud.core.session.ConnectionString;
import org.anonymouscloud.core.session.Fingerprint;
import org.anonymouscloud.core.session.server.Network;
import org.anonymouscloud.core.testing.InProcessConnection.Interposer;
import org.anonymouscloud.core.wire.Cbor;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** The real client and the real server's half of accounts, in one process. */
abstract class AccountFlowsFixture {
  static final UserName ALICE = new UserName("alice");
  static final UserName BOB = new UserName("bob");
  static final DeviceName LAPTOP = new DeviceName("laptop");
  static final DeviceName PHONE = new DeviceName("phone");
  static final Network HERE = Network.of(InetAddress.getLoopbackAddress());
  static final Fingerprint SERVER_KEY = Fingerprint.of(new byte[32]);
  static final ConnectionString SERVER =
      new ConnectionString("cloud.example", 7443, Optional.empty());

  @TempDir Path folder;
  final ServerSecrets secrets = ServerSecrets.random();
  final Secret password = Secret.of("correct horse".getBytes(UTF_8));
  final List<AutoCloseable> opened = new ArrayList<>();
  @Nullable HeadList heads = HeadList.NONE;
  Set<DeviceId> gone = Set.of();
  @Nullable OpenDatabase database;
  Clock serverClock = Clock.systemUTC();
  @Nullable AccountService service;

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

  LocalAccount pair(String device, byte[] code) throws Exception {
    try (PairingCode typed = PairingCode.parse(code)) {
      return client(device).pair(dial(), SERVER, typed, PHONE);
    }
  }

  AccountService service(AccountPolicy.Registration registration) {
    return new AccountService(
        database(),
        secrets,
        serverClock,
        new AccountPolicy(registration, Long.MAX_VALUE),
        List.of());
  }

  OpenDatabase database() {
    if (database == null) {
      throw new IllegalStateException("The test has not begun.");
    }
    return database;
  }

  AccountService service() {
    if (service == null) {
      throw new IllegalStateException("The test has not begun.");
    }
    return service;
  }

  HeadList said(Set<DeviceId> leaving) throws IOException {
    gone = leaving;
    HeadList said = heads;
    if (said == null) {
      throw new IOException("The drive cannot be read.");
    }
    return said;
  }

  AccountClient client(String device) {
    return new AccountClient(folder.resolve(device), Clock.systemUTC(), features());
  }

  AccountFeatures features() {
    return (account, chain, link, leaving) -> said(leaving);
  }

  OnlineAccount online(LocalAccount account, Dialer dialer) {
    return new OnlineAccount(account, features(), dialer);
  }

  LocalAccount register(UserName user, String device) throws Exception {
    try (Registration registration =
        client(device).register(dial(), SERVER, user, password, LAPTOP, Optional.empty())) {
      return open(registration.finish());
    }
  }

  LocalAccount login(String device, AccountKey key) throws Exception {
    return open(client(device).login(dial(), SERVER, ALICE, password, key, PHONE));
  }

  OnlineAccount connect(LocalAccount account) {
    return connect(account, Interposer.NOBODY);
  }

  OnlineAccount connect(LocalAccount account, Interposer between) {
    OnlineAccount online = online(account, () -> dial(between));
    opened.add(online);
    return online;
  }

  LocalAccount open(LocalAccount account) {
    opened.add(account);
    return account;
  }

  InProcessConnection dial() {
    return dial(Interposer.NOBODY);
  }

  InProcessConnection dial(Interposer between) {
    byte[] handshakeHash = RandomBytes.next(32);
    return new InProcessConnection(
        handshakeHash, SERVER_KEY, new AccountPeer(service(), handshakeHash, HERE), between);
  }

  /** Breaks the connection at one method, before or after the server has done what was asked. */
  static Interposer failing(AccountMethod at, boolean done) {
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

  static boolean is(String text, AccountMethod method) {
    return text.equals(method.toString());
  }

  static byte[] empty() {
    return Cbor.encode(new AccountMessages.Empty());
  }

  static byte[] flip(byte[] bytes) {
    byte[] flipped = Arrays.copyOf(bytes, bytes.length);
    flipped[0] ^= 1;
    return flipped;
  }
}
