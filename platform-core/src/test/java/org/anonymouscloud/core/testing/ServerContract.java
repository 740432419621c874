package org.anonymouscloud.core.testing;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.security.auth.module.UnixSystem;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.account.UserName;
import org.anonymouscloud.core.account.client.AccountClient;
import org.anonymouscloud.core.account.client.AccountFeatures;
import org.anonymouscloud.core.account.client.Devices;
import org.anonymouscloud.core.account.client.LocalAccount;
import org.anonymouscloud.core.account.client.OnlineAccount;
import org.anonymouscloud.core.account.client.Recovery;
import org.anonymouscloud.core.account.client.Registration;
import org.anonymouscloud.core.account.client.keys.DeviceName;
import org.anonymouscloud.core.account.client.sheet.RecoveryWords;
import org.anonymouscloud.core.account.protocol.AccountMessages;
import org.anonymouscloud.core.account.protocol.AccountMethod;
import org.anonymouscloud.core.account.server.AccountPolicy;
import org.anonymouscloud.core.account.server.AccountSummary;
import org.anonymouscloud.core.account.server.Activity;
import org.anonymouscloud.core.account.server.Administration;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.database.Database;
import org.anonymouscloud.core.database.DatabaseSettings;
import org.anonymouscloud.core.database.Migrations;
import org.anonymouscloud.core.database.OpenDatabase;
import org.anonymouscloud.core.database.Signals;
import org.anonymouscloud.core.disk.PrivateFile;
import org.anonymouscloud.core.plugin.AccountHandler;
import org.anonymouscloud.core.plugin.Caller;
import org.anonymouscloud.core.plugin.FeatureData;
import org.anonymouscloud.core.plugin.RunningFeature;
import org.anonymouscloud.core.plugin.ServerContext;
import org.anonymouscloud.core.plugin.ServerFeature;
import org.anonymouscloud.core.server.CannotStart;
import org.anonymouscloud.core.server.DataFolder;
import org.anonymouscloud.core.server.FolderId;
import org.anonymouscloud.core.server.ListenAddress;
import org.anonymouscloud.core.server.Server;
import org.anonymouscloud.core.server.ServerOptions;
import org.anonymouscloud.core.session.KeyCheck;
import org.anonymouscloud.core.session.Link;
import org.anonymouscloud.core.session.Request;
import org.anonymouscloud.core.session.Session;
import org.anonymouscloud.core.session.server.SessionLimits;
import org.anonymouscloud.core.wire.Cbor;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.Refused;
import org.anonymouscloud.core.worker.WorkerProgram;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A real server on the database that a storage plugin brings, with real sessions of clients. */
@Timeout(120)
public abstract class ServerContract {
  /** What is tested where each session is a process, too. */
  static final String OWN = "own";

  private static final ListenAddress ANY_PORT = new ListenAddress("127.0.0.1", 0);
  static final Duration CONNECT = Duration.ofSeconds(30);
  private static final long PATIENCE_SECONDS = 30;
  private static final byte[] HELLO = "hello".getBytes(US_ASCII);

  @TempDir private Path folder;
  private final List<AutoCloseable> opened = new ArrayList<>();
  private Optional<String> url = Optional.empty();
  private Path data = Path.of("");
  private SessionLimits limits = SessionLimits.STANDARD;

  /** A channel of signals that leads nowhere. */
  private Optional<String> losing = Optional.empty();

  /** The database to test. */
  protected abstract Database plugin();

  /** Where a database is that nobody has used; empty if it is in the server's folder. */
  protected abstract Optional<String> newDatabase() throws Exception;

  /** What serves the connections; empty for the threads of this process. */
  protected Optional<WorkerProgram> workers(Map<String, String> settings) {
    return Optional.empty();
  }

  @BeforeEach
  void chooseFolder() {
    data = folder.resolve("data");
  }

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable resource : opened.reversed()) {
      resource.close();
    }
  }

  @Test
  @Tag("A10")
  void aFeatureAnswersLoggedInAccountsAlone() throws Exception {
    Server server = start(new Echo("echo"));
    Session session = connect(server);

    assertRefused(ErrorCode.NOT_LOGGED_IN, () -> session.ask("echo/say", HELLO));
    assertRefused(ErrorCode.NOT_LOGGED_IN, () -> session.ask("nothing/there", HELLO));
    LocalAccount account = register(server, session, "alice");
    assertThat(session.ask("echo/say", HELLO)).isEqualTo(HELLO);
    assertThat(session.ask("echo/who", HELLO)).isEqualTo(account.account().bytes());
    assertRefused(ErrorCode.UNKNOWN_METHOD, () -> session.ask("echo/shout", HELLO));
    assertRefused(ErrorCode.UNKNOWN_METHOD, () -> session.ask("say", HELLO));

    session.ask(AccountMethod.LOGOUT.toString(), Cbor.encode(new AccountMessages.Empty()));
    assertRefused(ErrorCode.NOT_LOGGED_IN, () -> session.ask("echo/say", HELLO));
  }

  @Test
  void aServerThatIsStartedAgainIsTheSameServer() throws Exception {
    Server first = start(new Echo("echo"));
    LocalAccount account = register(first, connect(first), "alice");
    first.close();

    Server second = start(new Echo("echo"));
    assertThat(second.address().fingerprint()).isEqualTo(first.address().fingerprint());
    assertThat(Server.fingerprint(data)).isEqualTo(first.address().fingerprint());
    assertThat(online(account, second).link().ask("echo/say", HELLO)).isEqualTo(HELLO);
  }

  @Test
  @Tag("S4.15")
  void aDatabaseAndADataFolderThatDoNotBelongTogetherAreNotServed() throws Exception {
    start().close();
    start().close();
    Path id = data.resolve("data.id");
    String own = Files.readString(id);
    Files.writeString(id, "0".repeat(32) + "\n");
    assertThatThrownBy(this::start)
        .isInstanceOf(CannotStart.class)
        .hasMessageContaining("two different servers");

    // A second node with a folder of its own, though it has the keys.
    Files.delete(id);
    assertThatThrownBy(this::start)
        .isInstanceOf(CannotStart.class)
        .hasMessageContaining("must share one folder");

    // A start that was killed after the database had the id.
    Files.writeString(data.resolve(".data.id"), own);
    start().close();
    assertThat(id).hasContent(own);
    assertThat(data.resolve(".data.id")).doesNotExist();
  }

  @Test
  @Tag("S4.15")
  void aServerWhoseDatabaseIsGoneDoesNotBeginAnewBesideItsFiles() throws Exception {
    start(new Echo("echo")).close();
    Path file = Files.createDirectories(data.resolve("echo").resolve("kept")).resolve("file");
    Files.writeString(file, "somebody's");
    start(new Echo("echo")).close();

    if (url.isPresent()) {
      url = newDatabase();
    } else {
      for (String end : List.of("", "-wal", "-shm")) {
        Files.deleteIfExists(data.resolve("anoncloud.db" + end));
      }
    }
    assertThatThrownBy(() -> start(new Echo("echo"))).isInstanceOf(CannotStart.class);
    Files.delete(data.resolve("data.id"));
    assertThatThrownBy(() -> start(new Echo("echo")))
        .isInstanceOf(CannotStart.class)
        .hasMessageContaining("has been a server's, and there is no database, or an empty one");
    assertThat(data.resolve("anoncloud.db")).doesNotExist();

    Files.delete(file);
    start(new Echo("echo")).close();
  }

  @Test
  @Tag("S4.15")
  void aCopyOfTheFolderOfASharedDatabaseIsServedOnlyWhenItsOwnerSaysThatItWasMoved()
      throws Exception {
    assumeTrue(url.isPresent());
    start().close();
    Path id = data.resolve("data.id");
    Path copy = Files.copy(id, data.resolve("copy"));
    Files.move(copy, id, StandardCopyOption.REPLACE_EXISTING);

    assertThatThrownBy(this::start)
        .isInstanceOf(CannotStart.class)
        .hasMessageContaining("admin moved");

    try (OpenDatabase beside = openBeside()) {
      FolderId.moved(data, beside);
    }
    start().close();
    start().close();
  }

  @Test
  void whenAllPlacesAreTakenTheNextIsRefusedUntilOneIsFree() throws Exception {
    Server server = start(1, new Echo("echo"));
    Session alices = connect(server);
    register(server, alices, "alice");

    assertRefused(ErrorCode.SERVER_FULL, () -> register(server, connect(server), "bob"));
    // A session that is not logged in takes no place.
    connect(server).ping();
    alices.close();
    awaitSuccess(() -> registerOrFail(server, "carol"));
  }

  private LocalAccount registerOrFail(Server server, String name) throws Exception {
    try {
      return register(server, connect(server), name);
    } catch (Refused e) {
      throw new IOException(e);
    }
  }

  @Test
  @Tag("S4.L5")
  void anAccountTakesOnePlaceHoweverManySessionsItHasAndHasNotAnyNumberOfThem() throws Exception {
    Server server = start(1, new Echo("echo"));
    LocalAccount alice = register(server, connect(server), "alice");
    int sessions = workers(Map.of()).isPresent() ? 2 : 64;
    for (int i = 1; i < sessions; i++) {
      assertThat(online(alice, server).link().ask("echo/say", HELLO)).isEqualTo(HELLO);
    }

    if (sessions == 64) {
      assertThatThrownBy(() -> online(alice, server).link().ask("echo/say", HELLO))
          .hasMessageContaining("too many sessions");
    }
  }

  /** Where each session is a process, {@code WorkersContract} does it with fewer of them. */
  @Test
  @Tag("S4.6")
  void aStolenDeviceThatOpensAllSessionsKeepsNoOtherDeviceOut() throws Exception {
    assumeTrue(workers(Map.of()).isEmpty());
    Server server = startEcho();
    Session first = connect(server);
    LocalAccount alice = register(server, first, "alice");
    Session oldest = connect(server);
    LocalAccount stolen = login(server, oldest, alice, "phone");
    first.close();
    assertThatThrownBy(
            () -> {
              for (int i = 0; i < 70; i++) {
                var _ = online(stolen, server).link().ask("echo/say", HELLO);
              }
            })
        .hasMessageContaining("too many sessions");
    assertThat(oldest.ask("echo/say", HELLO)).isEqualTo(HELLO);

    OnlineAccount owner = online(alice, server);
    assertThat(owner.link().ask("echo/say", HELLO)).isEqualTo(HELLO);
    oldest.awaitEnd();
    Session third = connect(server);
    login(server, third, alice, "tablet");
    assertThat(third.ask("echo/say", HELLO)).as("by password alone at first").isEqualTo(HELLO);
    new Devices(owner).revoke(List.of(stolen.device()));
    assertThatThrownBy(() -> online(stolen, server).link().ask("echo/say", HELLO))
        .hasMessageContaining("removed from the account");
  }

  /** It asks for more than it reads, and so do those that it brings in. */
  @Test
  @Tag("S4.3")
  @Tag("S4.6")
  void aStolenDeviceThatReadsNoAnswersKeepsNoOtherFromRemovingIt() throws Exception {
    assumeTrue(workers(Map.of()).isEmpty());
    Echo echo = new Echo("echo");
    Server server = start(echo);
    Session first = connect(server);
    LocalAccount alice = register(server, first, "alice");
    OnlineAccount owner = online(alice, server);
    List<DeviceId> stolen = new ArrayList<>();
    int unread = 0;
    for (int i = 0; i < 14; i++) {
      Session session = connect(server);
      LocalAccount thief = login(server, session, alice, "phone" + i);
      stolen.add(thief.device());
      int more = fillWithAnswers(session);
      unread += more;
      while (more == SessionLimits.STANDARD.requests()) {
        more = fillWithAnswers(online(thief, server).link());
        unread += more;
      }
      fillWithRequests(online(thief, server).link(), echo);
    }
    assertThat(unread).isGreaterThan(100);
    byte[] asLong = new byte[5_000];
    assertRefused(ErrorCode.UNAVAILABLE, () -> owner.link().ask("echo/say", asLong));

    try {
      new Devices(owner).revoke(stolen);
    } finally {
      echo.end.countDown();
    }
    assertThat(owner.link().ask("echo/say", HELLO)).isEqualTo(HELLO);
  }

  /** Nobody is logged in by it until the words on its new sheet were compared. */
  @Test
  @Tag("A43")
  @Tag("S4.7")
  @Tag(OWN)
  void strangersDoNotCutARecoveryThatWaitsForItsSheet() throws Exception {
    limits = withStrangers(2);
    Server server = startEcho();
    RecoveryWords words;
    try (Session session = connect(server)) {
      words = registered(server, session, "alice").words();
    }
    AccountClient desk = new AccountClient(folder.resolve("desk"), Clock.systemUTC());
    try (Secret password = Secret.of("battery staple".getBytes(UTF_8));
        Recovery recovery =
            desk.recover(
                connect(server),
                server.address(),
                new UserName("alice"),
                words,
                password,
                new DeviceName("desk"),
                false,
                false)) {
      Session oldest = connect(server);
      oldest.ping();
      for (int i = 0; i < 2; i++) {
        connect(server).ping();
      }
      oldest.awaitEnd();

      LocalAccount recovered = recovery.finish();
      opened.add(recovered);
      assertThat(online(recovered, server).link().ask("echo/say", HELLO)).isEqualTo(HELLO);
    }
  }

  @Test
  @Tag("A43")
  @Tag("S4.7")
  @Tag(OWN)
  void whoLogsOutGivesItsPlaceBack() throws Exception {
    limits = withStrangers(1);
    Server server = startEcho();
    Session gone = connect(server);
    register(server, gone, "alice");
    Session here = connect(server);
    register(server, here, "bob");

    gone.ask(AccountMethod.LOGOUT.toString(), Cbor.encode(new AccountMessages.Empty()));
    connect(server).ping();

    gone.awaitEnd();
    here.ping();
  }

  private static SessionLimits withStrangers(int most) {
    SessionLimits standard = SessionLimits.STANDARD;
    return new SessionLimits(
        standard.connections(),
        standard.connectionsPerNetwork(),
        standard.handshakes(),
        most,
        standard.rates(),
        standard.requests(),
        standard.drain(),
        standard.channel());
  }

  @Test
  @Tag("S4.8")
  void theRecoveryWordsKeepManyDevices() throws Exception {
    Server server = startEcho();
    Registered alice = registered(server, connect(server), "alice");
    for (int i = 0; i < 18; i++) {
      login(server, connect(server), alice.account(), "phone" + i);
    }

    AccountClient desk = new AccountClient(folder.resolve("desk"), Clock.systemUTC());
    try (Secret password = Secret.of("battery staple".getBytes(UTF_8));
        Recovery recovery =
            desk.recover(
                connect(server),
                server.address(),
                new UserName("alice"),
                alice.words(),
                password,
                new DeviceName("desk"),
                true,
                false)) {
      LocalAccount recovered = recovery.finish();
      opened.add(recovered);
      assertThat(new Devices(online(recovered, server)).list()).hasSize(20);
    }
  }

  /**
   * How many answers it asked for until there was no memory for another, reading a byte of each.
   */
  private static int fillWithAnswers(Link link) throws IOException {
    for (int asked = 0; ; asked++) {
      try {
        assertThat(link.open("echo/fill", HELLO).download().read()).isZero();
      } catch (IOException refused) {
        return asked;
      }
    }
  }

  /** Asks what is not answered until there is no memory for another question. */
  private static void fillWithRequests(Link link, Echo echo) {
    AtomicBoolean refused = new AtomicBoolean();
    while (!refused.get()) {
      int before = echo.held.get();
      Thread.startVirtualThread(
          () -> {
            try {
              link.ask("echo/hold", new byte[500]);
            } catch (Refused | IOException e) {
              refused.set(true);
            }
          });
      while (!refused.get() && echo.held.get() == before) {
        Thread.onSpinWait();
      }
    }
  }

  @Test
  @Tag("S4.15")
  void whoIsRefusedForWantOfAPlaceMayUseNothingAndLeavesNoAccount() throws Exception {
    Server server = start(1, new Echo("echo"));
    register(server, connect(server), "alice");
    Session second = connect(server);

    assertRefused(ErrorCode.SERVER_FULL, () -> register(server, second, "bob"));
    assertRefused(ErrorCode.NOT_LOGGED_IN, () -> second.ask("echo/say", HELLO));
    try (OpenDatabase beside = openBeside()) {
      assertThat(new Administration(beside, List.of(), Clock.systemUTC()).accounts())
          .extracting(account -> account.name().text())
          .containsExactly("alice");
    }
  }

  @Test
  void aPushReachesEachSessionOfTheAccountAndNoOther() throws Exception {
    Server server = start(new Echo("echo"));
    Session first = connect(server);
    LocalAccount alice = register(server, first, "alice");
    OnlineAccount second = online(alice, server);
    Session others = connect(server);
    register(server, others, "bob");
    BlockingQueue<String> atFirst = received(first);
    BlockingQueue<String> atSecond = new LinkedBlockingQueue<>();
    BlockingQueue<String> atOthers = received(others);
    second.link().subscribe("echo/news", body -> atSecond.add(new String(body, US_ASCII)));
    second.link().ask("echo/say", HELLO);

    first.ask("echo/push", "one".getBytes(US_ASCII));
    assertThat(atFirst.poll(PATIENCE_SECONDS, TimeUnit.SECONDS)).isEqualTo("one");
    assertThat(atSecond.poll(PATIENCE_SECONDS, TimeUnit.SECONDS)).isEqualTo("one");
    // Bob's own push comes after; so nothing of Alice's was under way to him.
    others.ask("echo/push", "two".getBytes(US_ASCII));
    assertThat(atOthers.poll(PATIENCE_SECONDS, TimeUnit.SECONDS)).isEqualTo("two");
    assertThat(atFirst).isEmpty();
  }

  @Test
  void aFeatureKnowsWhichDeviceAsksAndPushesToItAlone() throws Exception {
    Server server = start(new Echo("echo"));
    Session atLaptop = connect(server);
    LocalAccount laptop = register(server, atLaptop, "alice");
    Session atPhone = connect(server);
    LocalAccount phone = loginPhone(server, atPhone, laptop);
    BlockingQueue<String> laptops = received(atLaptop);
    BlockingQueue<String> phones = received(atPhone);

    assertThat(atLaptop.ask("echo/device", HELLO)).isEqualTo(laptop.device().bytes());
    assertThat(atPhone.ask("echo/device", HELLO)).isEqualTo(phone.device().bytes());
    assertThat(atLaptop.ask("echo/session", HELLO)).isEqualTo(atLaptop.ask("echo/session", HELLO));

    atLaptop.ask("echo/push-device", phone.device().bytes());
    atLaptop.ask("echo/push", "to all".getBytes(US_ASCII));
    assertThat(phones.poll(PATIENCE_SECONDS, TimeUnit.SECONDS)).isEqualTo("for you");
    assertThat(phones.poll(PATIENCE_SECONDS, TimeUnit.SECONDS)).isEqualTo("to all");
    assertThat(laptops.poll(PATIENCE_SECONDS, TimeUnit.SECONDS)).isEqualTo("to all");
  }

  @Test
  void aFeatureLetsGoOfADeviceInTheTransactionThatRemovesIt() throws Exception {
    Server server = start(new Echo("echo"));
    LocalAccount laptop = register(server, connect(server), "alice");
    LocalAccount phone = loginPhone(server, connect(server), laptop);
    OnlineAccount online = online(laptop, server);

    new Devices(online).revoke(List.of(phone.device()));

    assertThat(online.link().ask("echo/removed", HELLO))
        .asString(US_ASCII)
        .isEqualTo(HexFormat.of().formatHex(phone.device().bytes()));
  }

  @Test
  void aFeatureThatFailsDoesNotKeepADeviceInTheAccount() throws Exception {
    Server server = start(new Echo("echo"));
    LocalAccount laptop = register(server, connect(server), "alice");
    OnlineAccount online = online(laptop, server);
    LocalAccount phone = loginPhone(server, connect(server), laptop);
    online.link().ask("echo/fail-at-removals", HELLO);

    new Devices(online).revoke(List.of(phone.device()));

    assertThatThrownBy(() -> online(phone, server).link().ask("echo/say", HELLO))
        .hasMessageContaining("removed from the account");
    assertThat(online.link().ask("echo/removed", HELLO)).as("nothing half done").isEmpty();
  }

  @Test
  void aPushReachesSessionsOnAnotherServerOfTheSameDatabase() throws Exception {
    url = newDatabase();
    assumeTrue(url.isPresent(), "This kind of database has one server.");
    Server here = start(new Echo("echo"));
    Path other = folder.resolve("data of the other");
    PrivateFile.createFolder(other);
    // Nodes share one folder; but within one process a folder cannot be locked twice.
    for (String file : List.of("server.key", "server.secrets", "data.id")) {
      Files.createLink(other.resolve(file), data.resolve(file));
    }
    data = other;
    Server there = start(new Echo("echo"));
    Session session = connect(here);
    LocalAccount alice = register(here, session, "alice");
    BlockingQueue<String> news = received(session);

    online(alice, there).link().ask("echo/push", HELLO);

    assertThat(news.poll(PATIENCE_SECONDS, TimeUnit.SECONDS)).isEqualTo("hello");
  }

  @Test
  @Tag("A16")
  void theSessionsOfARemovedDeviceEndAndItGetsNoOther() throws Exception {
    Server server = start(new Echo("echo"));
    Session first = connect(server);
    LocalAccount alice = register(server, first, "alice");
    Session lost = connect(server);
    LocalAccount phone = loginPhone(server, lost, alice);
    assertThat(lost.ask("echo/say", HELLO)).isEqualTo(HELLO);

    new Devices(online(alice, server)).revoke(List.of(phone.device()));

    lost.awaitEnd();
    assertThat(first.ask("echo/say", HELLO)).as("of the device that did it").isEqualTo(HELLO);
    assertThatThrownBy(() -> online(phone, server).link().ask("echo/say", HELLO))
        .hasMessageContaining("removed from the account");
  }

  @Test
  @Tag("A16")
  @Tag("S4.4")
  void theSessionsOfARemovedDeviceEndAlthoughTheSignalIsLost() throws Exception {
    losing = Optional.of("account_end");
    Server server = start(new Echo("echo"));
    Session first = connect(server);
    LocalAccount alice = register(server, first, "alice");
    Session lost = connect(server);
    LocalAccount phone = loginPhone(server, lost, alice);
    assertThat(lost.ask("echo/say", HELLO)).isEqualTo(HELLO);

    new Devices(online(alice, server)).revoke(List.of(phone.device()));

    lost.awaitEnd();
    assertThatThrownBy(() -> lost.ask("echo/say", HELLO)).isInstanceOf(IOException.class);
    assertThat(first.ask("echo/say", HELLO)).as("of the device that did it").isEqualTo(HELLO);
  }

  /** The same kind of database, but a channel of its signals leads nowhere. */
  private Database losing(String channel) {
    return new Database() {
      @Override
      public String name() {
        return plugin().name();
      }

      @Override
      public OpenDatabase open(DatabaseSettings settings) {
        return losing(channel, plugin().open(settings));
      }
    };
  }

  private static OpenDatabase losing(String channel, OpenDatabase database) {
    Signals real = database.signals();
    Signals signals =
        new Signals() {
          @Override
          public void publish(String to, String message) {
            if (!to.equals(channel)) {
              real.publish(to, message);
            }
          }

          @Override
          public Subscription subscribe(String from, Consumer<String> receiver) {
            return real.subscribe(from, receiver);
          }
        };
    return (OpenDatabase)
        Proxy.newProxyInstance(
            OpenDatabase.class.getClassLoader(),
            new Class<?>[] {OpenDatabase.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("signals")) {
                return signals;
              }
              try {
                return method.invoke(database, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  @Test
  @Timeout(60)
  void whoIsDisabledOrDeletedByAnotherProcessIsPutOut() throws Exception {
    Server server = start(new Echo("echo"));
    List<Session> sessions = new ArrayList<>();
    for (String name : List.of("alice", "bob", "carol")) {
      Session session = connect(server);
      register(server, session, name);
      sessions.add(session);
    }
    try (OpenDatabase beside = openBeside()) {
      Administration owner = new Administration(beside, List.of(), Clock.systemUTC());
      awaitSuccess(
          () -> {
            List<Activity> seen =
                owner.accounts().stream().map(AccountSummary::activity).distinct().toList();
            if (!seen.equals(List.of(Activity.ONLINE))) {
              throw new IOException("Not seen yet.");
            }
            return seen;
          });

      owner.setActive(new UserName("alice"), false);
      owner.delete(new UserName("bob"));

      sessions.get(0).awaitEnd();
      sessions.get(1).awaitEnd();
      assertThat(sessions.get(2).ask("echo/say", HELLO)).isEqualTo(HELLO);
      assertThat(owner.accounts())
          .extracting(AccountSummary::name)
          .containsExactly(new UserName("alice"), new UserName("carol"));
    }
  }

  @Test
  void aFeatureMayNotPushUnderAnothersName() throws Exception {
    Server server = start(new Echo("echo"));
    Session session = connect(server);
    register(server, session, "alice");

    assertRefused(ErrorCode.INTERNAL, () -> session.ask("echo/forge", HELLO));
  }

  @Test
  void aFeatureThatFailsToStartIsNamedAndTheRestGoesOn() throws Exception {
    Server server = start(new Broken("broken"), new Echo("echo"), new Broken("worse"));
    Session session = connect(server);
    register(server, session, "alice");

    assertThat(server.switchedOff()).containsExactly("broken", "worse");
    assertThat(session.ask("echo/say", HELLO)).isEqualTo(HELLO);
  }

  @Test
  void featuresHaveFoldersOfTheirOwnAndAreClosedWithTheServer() throws Exception {
    Echo one = new Echo("one");
    Echo two = new Echo("two");
    Server server = start(one, two);

    assertThat(one.folder).isEqualTo(data.resolve("one")).isDirectory();
    assertThat(two.folder).isEqualTo(data.resolve("two")).isDirectory();
    server.close();
    assertThat(one.closed).isTrue();
    assertThat(two.closed).isTrue();
  }

  @Test
  @Tag("S4.17")
  void aServerTellsItsNumbersAndNothingAboutItsUsers() throws Exception {
    Server server = start(new Echo("echo"), new Broken("broken"));
    Session session = connect(server);
    register(server, session, "canary");
    session.ask("echo/say", HELLO);
    assertRefused(ErrorCode.UNKNOWN_METHOD, () -> session.ask("canary/say", HELLO));

    String asked = "anoncloud_requests_seconds_count{feature=\"unknown\"";
    awaitSuccess(
        () -> {
          if (!get(server, "GET", "/metrics").contains(asked)) {
            throw new IOException("The numbers have not arrived.");
          }
          return asked;
        });
    assertThat(get(server, "GET", "/metrics"))
        .startsWith("200 ")
        .contains(
            "anoncloud_sessions 1.0\n",
            "anoncloud_users 1.0\n",
            "anoncloud_accounts 1.0\n",
            "anoncloud_used_bytes 0.0\n",
            "anoncloud_held_bytes 0.0\n",
            "anoncloud_build{version=\"",
            "anoncloud_database_up 1.0\n",
            "anoncloud_features{state=\"on\"} 1.0\n",
            "anoncloud_features{state=\"off\"} 1.0\n",
            "anoncloud_handshakes_total{outcome=\"accepted\"} 1.0\n",
            "anoncloud_requests_seconds_count{feature=\"echo\",result=\"done\"} 1\n",
            "anoncloud_requests_seconds_count{feature=\"unknown\",result=\"unknown_method\"} 1\n",
            "jvm_memory_used_bytes{")
        .containsPattern("anoncloud_disk_free_bytes [1-9]")
        .containsPattern("anoncloud_received_bytes_total [1-9]")
        .containsPattern("anoncloud_sent_bytes_total [1-9]")
        .doesNotContain("canary", "127.0.0.1");
    assertThat(get(server, "POST", "/metrics")).startsWith("405 ");
    assertThat(get(server, "GET", "/../server.key")).startsWith("404 ");
  }

  @Test
  @Tag("S4.17")
  void aServerIsHealthyOnlyWithAllItsFeaturesAtWork() throws Exception {
    Echo echo = new Echo("echo");
    Server whole = start(echo);
    assertThat(get(whole, "GET", "/health")).isEqualTo("200 ok\n");
    echo.trouble = Optional.of("the disk is full");
    assertThat(get(whole, "GET", "/health")).isEqualTo("503 the disk is full\n");
    echo.lost = 2;
    assertThat(get(whole, "GET", "/health"))
        .isEqualTo(
            "503 the disk is full\nfiles are missing or cannot be read; admin verify names them\n");
    assertThat(get(whole, "GET", "/metrics")).contains("anoncloud_lost_files 2.0\n");
    whole.close();

    // Whoever asks has no login: no names.
    Server lacking = start(new Echo("echo"), new Broken("broken"));
    assertThat(get(lacking, "GET", "/health"))
        .isEqualTo("503 a feature is off; the log says why\n");
  }

  /** The damage is met by a request, so that a worker meets it where there are any. */
  @Test
  @Tag(OWN)
  void aDamagedDatabaseIsNoOutageAndIsSaidUntilTheServerIsStartedAgain() throws Exception {
    url = newDatabase();
    assumeTrue(url.isEmpty(), "Of this kind of database no test damages the files.");
    startEcho().close();
    damage("echo_counters");
    Server server = startEcho();
    Session session = connect(server);
    register(server, session, "alice");
    assertThat(get(server, "GET", "/health")).isEqualTo("200 ok\n");

    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> session.ask("echo/count", new byte[0]))
          .isInstanceOfSatisfying(
              Refused.class, e -> assertThat(e.retryable()).as("to no avail").isFalse())
          .hasMessageContaining("damaged")
          .hasMessageContaining("owner");
    }

    awaitSuccess(
        () -> {
          if (get(server, "GET", "/health").startsWith("200")) {
            throw new IOException("The signal has not arrived.");
          }
          return server;
        });
    assertThat(get(server, "GET", "/health"))
        .isEqualTo("503 the database is damaged; the log says what to do\n");
    assertThat(get(server, "GET", "/metrics")).contains("anoncloud_database_up 0.0\n");
    assertThat(session.ask("echo/say", HELLO)).as("what is whole is served").isEqualTo(HELLO);
  }

  private void damage(String table) throws IOException {
    long page;
    try (OpenDatabase beside = openBeside()) {
      page =
          beside.<Long, RuntimeException>read(
              handle ->
                  handle
                      .createQuery("SELECT rootpage FROM sqlite_schema WHERE name = ?")
                      .bind(0, table)
                      .mapTo(Long.class)
                      .one());
    }
    int size = 4096;
    try (RandomAccessFile file =
        new RandomAccessFile(data.resolve("anoncloud.db").toFile(), "rw")) {
      file.seek((page - 1) * size);
      file.write("no page of a database ".repeat(size).getBytes(US_ASCII), 0, size);
    }
  }

  /** The status and the text of an answer of the metrics' port. */
  private static String get(Server server, String method, String path) throws IOException {
    URI address = URI.create("http://127.0.0.1:" + server.metricsPort().getAsInt() + path);
    HttpURLConnection http = (HttpURLConnection) address.toURL().openConnection();
    http.setRequestMethod(method);
    int status = http.getResponseCode();
    try (InputStream body = status < 400 ? http.getInputStream() : http.getErrorStream()) {
      return status + " " + new String(body.readAllBytes(), UTF_8);
    }
  }

  @Test
  @Tag("A63")
  void whatIsInTheDataFolderIsTheServersAloneWhoeverMadeTheFolder() throws Exception {
    Files.createDirectory(
        data, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
    start();

    try (Stream<Path> files = Files.list(data)) {
      assertThat(files)
          .anyMatch(file -> file.endsWith("server.secrets"))
          .allSatisfy(
              file ->
                  assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                      .endsWith("------"));
    }
  }

  @Test
  void aFolderWithItsDatabaseInItHasOneServer() throws Exception {
    url = newDatabase();
    assumeTrue(url.isEmpty(), "Several servers may share this kind of database.");
    Server first = start();

    assertThatThrownBy(this::start)
        .isInstanceOf(CannotStart.class)
        .hasMessageContaining("Another server runs on")
        .hasMessageContaining(data.toString());
    assertThatThrownBy(() -> DataFolder.check(data, false))
        .isInstanceOf(CannotStart.class)
        .hasMessageContaining("Another server runs on");
    first.close();
    DataFolder.check(data, false);
    start();
  }

  @Test
  @Tag("S4.15")
  void aServerDoesNotStartOnFilesOfAnotherUser() throws Exception {
    assumeTrue(new UnixSystem().getUid() == 0, "Only root can give a file to another user.");
    start().close();
    Path settings = Files.writeString(data.resolve("anoncloud.conf"), "");
    Files.setAttribute(settings, "unix:uid", 4711);
    Path foreign = Files.createDirectory(data.resolve("lost+found"));
    Files.setAttribute(foreign, "unix:uid", 4711);
    start().close();
    Path folder = Files.createDirectories(data.resolve("vault/ab"));
    Files.setAttribute(folder, "unix:uid", 4711);

    assertThatThrownBy(this::start)
        .isInstanceOf(CannotStart.class)
        .hasMessageContaining(folder + " belongs to the user")
        .hasMessageContaining("chown -R");
  }

  @Test
  void aPortThatIsTakenIsNamed() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      ListenAddress address = new ListenAddress("127.0.0.1", taken.getLocalPort());

      assertThatThrownBy(() -> start(address, 1))
          .isInstanceOf(CannotStart.class)
          .hasMessageContaining(address.toString())
          .hasMessageContaining("--listen");
      assertThatThrownBy(() -> address.check("--listen")).isInstanceOf(CannotStart.class);
    }
    // What it had opened it has closed.
    start();
  }

  @Test
  void aDataFolderThatIsAFileIsNamed() throws Exception {
    Files.writeString(data, "a file");

    assertThatThrownBy(this::start)
        .isInstanceOf(CannotStart.class)
        .hasMessageContaining(data + " is no folder");
  }

  @Test
  void aDamagedKeyIsNotReplaced() throws Exception {
    start().close();
    Files.writeString(data.resolve("server.key"), "damaged");

    assertThatThrownBy(this::start)
        .isInstanceOf(CannotStart.class)
        .hasMessageContaining("server.key")
        .hasMessageContaining("backup");
  }

  private Server start(ServerFeature... features) throws Exception {
    return start(Integer.MAX_VALUE, features);
  }

  private Server start(int maxUsers, ServerFeature... features) throws Exception {
    return start(ANY_PORT, maxUsers, features);
  }

  private Server start(ListenAddress listen, int maxUsers, ServerFeature... features)
      throws Exception {
    if (url.isEmpty()) {
      url = newDatabase();
    }
    AccountPolicy policy = new AccountPolicy(AccountPolicy.Registration.OPEN, Long.MAX_VALUE);
    Server server =
        Server.start(
            new ServerOptions(
                data,
                listen,
                Optional.empty(),
                url,
                maxUsers,
                policy,
                limits,
                Optional.of(ANY_PORT),
                workers(settings(features))),
            losing.isEmpty() ? plugin() : losing(losing.get()),
            List.of(features),
            0,
            Clock.systemUTC());
    opened.add(server);
    return server;
  }

  /** What a worker has to know. */
  Map<String, String> settings(ServerFeature... features) {
    return Map.of("data", data.toString(), "url", url.orElse(""), "features", names(features));
  }

  private static String names(ServerFeature... features) {
    return Stream.of(features).map(ServerFeature::name).collect(Collectors.joining(","));
  }

  /** Makes the features of a worker, as {@link #names} gave them. */
  static List<ServerFeature> features(String names) {
    return Stream.of(names.split(","))
        .filter(name -> !name.isEmpty())
        .map(name -> name.equals("echo") ? new Echo(name) : new Broken(name))
        .toList();
  }

  /** The database of the server, for a program beside it. */
  OpenDatabase openBeside() {
    return plugin().open(new DatabaseSettings(data, url));
  }

  Server startEcho() throws Exception {
    return start(new Echo("echo"));
  }

  Session connect(Server server) throws IOException {
    Session session = Session.connect(server.address(), KeyCheck.NONE, CONNECT);
    opened.add(session);
    return session;
  }

  /** Makes an account; it is logged in on the session then. */
  LocalAccount register(Server server, Session session, String name) throws Exception {
    return registered(server, session, name).account();
  }

  private record Registered(LocalAccount account, RecoveryWords words) {}

  private Registered registered(Server server, Session session, String name) throws Exception {
    AccountClient client = new AccountClient(folder.resolve(name), Clock.systemUTC());
    try (Secret password = Secret.of("correct horse".getBytes(UTF_8));
        Registration registration =
            client.register(
                session,
                server.address(),
                new UserName(name),
                password,
                new DeviceName("laptop"),
                Optional.empty())) {
      RecoveryWords words = RecoveryWords.parse(registration.sheet().words().text().bytes());
      LocalAccount account = registration.finish();
      opened.add(account);
      return new Registered(account, words);
    } catch (org.anonymouscloud.core.account.client.remote.DeviceRefused e) {
      throw (Refused) Objects.requireNonNull(e.getCause());
    }
  }

  private LocalAccount loginPhone(Server server, Session session, LocalAccount laptop)
      throws Exception {
    return login(server, session, laptop, "phone");
  }

  /** Brings in another device; it is logged in on the session then. */
  LocalAccount login(Server server, Session session, LocalAccount laptop, String name)
      throws Exception {
    try (Secret password = Secret.of("correct horse".getBytes(UTF_8))) {
      LocalAccount phone =
          new AccountClient(folder.resolve(name), Clock.systemUTC())
              .login(
                  session,
                  server.address(),
                  laptop.user(),
                  password,
                  laptop.accountKey(),
                  new DeviceName(name));
      opened.add(phone);
      return phone;
    }
  }

  OnlineAccount online(LocalAccount account, Server server) {
    OnlineAccount online =
        new OnlineAccount(
            account,
            AccountFeatures.NONE,
            () -> Session.connect(server.address(), KeyCheck.NONE, CONNECT));
    opened.add(online);
    return online;
  }

  private static BlockingQueue<String> received(Session session) {
    BlockingQueue<String> received = new LinkedBlockingQueue<>();
    session.subscribe("echo/news", body -> received.add(new String(body, US_ASCII)));
    return received;
  }

  private interface Attempt {
    Object run() throws Exception;
  }

  private static void assertRefused(ErrorCode code, Attempt attempt) {
    assertThatExceptionOfType(Refused.class)
        .isThrownBy(attempt::run)
        .satisfies(refused -> assertThat(refused.code()).isEqualTo(code));
  }

  /** The server learns of an end a moment after the client. */
  private static void awaitSuccess(Attempt attempt) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (true) {
      try {
        attempt.run();
        return;
      } catch (IOException e) {
        if (System.nanoTime() > deadline) {
          throw e;
        }
        Thread.onSpinWait();
      }
    }
  }

  /** Says back what it is told, and pushes it on demand. */
  private static final class Echo implements ServerFeature {
    private final String name;
    private volatile Path folder = Path.of("");
    private volatile boolean closed;
    private volatile Optional<String> trouble = Optional.empty();
    private volatile int lost;
    private final AtomicInteger held = new AtomicInteger();
    private final CountDownLatch end = new CountDownLatch(1);

    Echo(String name) {
      this.name = name;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public Optional<FeatureData> data() {
      return name.equals("echo") ? Optional.of(new Counters()) : Optional.empty();
    }

    @Override
    public RunningFeature start(ServerContext context) {
      folder = context.folder();
      return new RunningFeature() {
        @Override
        public Optional<String> trouble() {
          return trouble;
        }

        @Override
        public int lostFiles() {
          return lost;
        }

        @Override
        public Map<String, AccountHandler> methods() {
          return Map.ofEntries(
              entry("say", (caller, request) -> request.body()),
              entry("hold", (caller, request) -> hold(request)),
              entry("fill", (caller, request) -> fill(request)),
              entry("who", (caller, request) -> caller.account().bytes()),
              entry("device", (caller, request) -> caller.device().orElseThrow().bytes()),
              entry("session", (caller, request) -> text(caller.session())),
              entry("push", (caller, request) -> push(caller, "echo/news", request.body())),
              entry("push-device", (caller, request) -> pushToDevice(caller, request.body())),
              entry("pid", (caller, request) -> text(ProcessHandle.current().pid())),
              entry("count", (caller, request) -> text(count("all"))),
              entry("removed", (caller, request) -> removed()),
              entry("fail-at-removals", (caller, request) -> text(count(Counters.FAIL))),
              entry("forge", (caller, request) -> push(caller, "vault/root", request.body())));
        }

        // Answers when the server ends.
        private byte[] hold(Request request) {
          held.incrementAndGet();
          try {
            end.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          return request.body();
        }

        // More than anybody reads.
        private static byte[] fill(Request request) throws IOException {
          while (true) {
            request.download().write(new byte[64 * 1024]);
          }
        }

        private static byte[] text(long number) {
          return Long.toString(number).getBytes(US_ASCII);
        }

        private byte[] removed() {
          return context
              .tables()
              .<List<String>, RuntimeException>read(
                  handle ->
                      handle
                          .createQuery("SELECT name FROM echo_counters WHERE name LIKE 'removed %'")
                          .mapTo(String.class)
                          .list())
              .stream()
              .map(name -> name.substring(Counters.REMOVED.length()))
              .collect(Collectors.joining(","))
              .getBytes(US_ASCII);
        }

        private long count(String counter) {
          return context
              .tables()
              .<Long, RuntimeException>write(
                  handle ->
                      handle
                          .createQuery(
                              "INSERT INTO echo_counters (name, value) VALUES (:name, 1) ON"
                                  + " CONFLICT (name) DO UPDATE SET value = echo_counters.value + 1"
                                  + " RETURNING value")
                          .bind("name", counter)
                          .mapTo(Long.class)
                          .one());
        }

        private byte[] push(Caller caller, String topic, byte[] body) {
          context.push().push(caller.account(), topic, body);
          return new byte[0];
        }

        private byte[] pushToDevice(Caller caller, byte[] device) {
          context
              .push()
              .push(
                  caller.account(), DeviceId.of(device), "echo/news", "for you".getBytes(US_ASCII));
          return new byte[0];
        }

        @Override
        public void close() {
          closed = true;
        }
      };
    }
  }

  /** What the echo keeps: of the counters' names some say what happened. */
  private static final class Counters implements FeatureData {
    static final String SCRIPTS = "org/anonymouscloud/core/testing/echo";
    static final String REMOVED = "removed ";
    static final String FAIL = "fail";

    @Override
    public Migrations tables() {
      return Migrations.of("echo", ServerContract.class, SCRIPTS);
    }

    @Override
    public boolean forget(Handle rows, AccountId account) {
      return false;
    }

    @Override
    public void deviceRemoved(Handle rows, AccountId account, DeviceId device) {
      rows.execute(
          "INSERT INTO echo_counters (name, value) VALUES (?, 1)",
          REMOVED + HexFormat.of().formatHex(device.bytes()));
      long failing =
          rows.createQuery("SELECT COUNT(*) FROM echo_counters WHERE name = ?")
              .bind(0, FAIL)
              .mapTo(Long.class)
              .one();
      if (failing > 0) {
        // As a statement of the feature's own may fail, after which a transaction takes no other.
        rows.execute("INSERT INTO echo_counters (name) VALUES ('no value')");
      }
    }
  }

  /** Does not start: by an error that is expected or by one that is not. */
  private record Broken(String name) implements ServerFeature {
    @Override
    public RunningFeature start(ServerContext context) throws IOException {
      if (name.equals("broken")) {
        throw new IOException("no luck today");
      }
      throw new NoClassDefFoundError("missing/Part");
    }
  }
}
