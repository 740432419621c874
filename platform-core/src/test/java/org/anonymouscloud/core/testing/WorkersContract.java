package org.anonymouscloud.core.testing;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.account.UserName;
import org.anonymouscloud.core.account.client.AccountFeatures;
import org.anonymouscloud.core.account.client.LocalAccount;
import org.anonymouscloud.core.account.client.OnlineAccount;
import org.anonymouscloud.core.account.server.AccountPolicy;
import org.anonymouscloud.core.account.server.Administration;
import org.anonymouscloud.core.database.Database;
import org.anonymouscloud.core.database.OpenDatabase;
import org.anonymouscloud.core.server.ListenAddress;
import org.anonymouscloud.core.server.Server;
import org.anonymouscloud.core.server.ServerOptions;
import org.anonymouscloud.core.server.WorkerServer;
import org.anonymouscloud.core.session.ConnectionString;
import org.anonymouscloud.core.session.KeyCheck;
import org.anonymouscloud.core.session.Session;
import org.anonymouscloud.core.session.server.SessionLimits;
import org.anonymouscloud.core.session.server.SessionListener;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.Refused;
import org.anonymouscloud.core.worker.Seats;
import org.anonymouscloud.core.worker.WorkerEnd;
import org.anonymouscloud.core.worker.WorkerProgram;
import org.anonymouscloud.core.worker.Workers;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/** A real server that serves each connection by a real process of its own. */
public abstract class WorkersContract extends ServerContract {
  private static final byte[] NOTHING = {};
  private static final int WRITES = 50;

  @Override
  protected Optional<WorkerProgram> workers(Map<String, String> settings) {
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Xmx64m",
            // Trusted as the rest of the build is; it is a good part of a start.
            "-XX:+UnlockDiagnosticVMOptions",
            "-XX:-BytecodeVerificationRemote",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            WorkersContract.class.getName(),
            plugin().getClass().getName());
    return Optional.of(new WorkerProgram(command, settings, 1));
  }

  /** A worker of such a server. */
  public static void main(String[] arguments) throws Exception {
    PrintStream toListener = System.out;
    System.setOut(System.err);
    WorkerEnd listener = WorkerEnd.open(System.in, toListener);
    Map<String, String> settings = listener.settings();
    Database database =
        Class.forName(arguments[0])
            .asSubclass(Database.class)
            .getDeclaredConstructor()
            .newInstance();
    WorkerServer.run(
        listener,
        new ServerOptions(
            Path.of(settings.get("data")),
            ListenAddress.STANDARD,
            Optional.empty(),
            Optional.of(settings.get("url")).filter(url -> !url.isEmpty()),
            1,
            new AccountPolicy(AccountPolicy.Registration.OPEN, Long.MAX_VALUE),
            SessionLimits.STANDARD,
            Optional.empty(),
            Optional.empty()),
        database,
        features(settings.get("features")),
        Clock.systemUTC());
  }

  /** The rest with {@code -Danoncloud.test.full=true}: each worker is a start of a JVM. */
  @BeforeEach
  void onlyWhatProcessesMayChange(TestInfo test) {
    assumeTrue(test.getTags().contains(OWN) || Boolean.getBoolean("anoncloud.test.full"));
  }

  /** One server for all of it. */
  @Test
  @Tag(OWN)
  void aKilledWorkerTakesItsOwnClientAloneAndNoWriteIsLost() throws Exception {
    Server server = startEcho();
    Session alices = connect(server);
    assertThatThrownBy(() -> alices.ask("echo/say", NOTHING))
        .isInstanceOfSatisfying(
            Refused.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_LOGGED_IN));
    register(server, alices, "alice");
    Session bobs = connect(server);
    LocalAccount bob = register(server, bobs, "bob");
    long alicesWorker = pid(alices);
    long bobsWorker = pid(bobs);
    assertThat(alicesWorker).isNotEqualTo(bobsWorker).isNotEqualTo(ProcessHandle.current().pid());

    // Two processes write to one database.
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Session> alice = threads.submit(() -> count(alices, WRITES));
      Future<Session> other = threads.submit(() -> count(bobs, WRITES));
      assertThat(alice.get()).isNotSameAs(other.get());
    }
    assertThat(number(alices.ask("echo/count", NOTHING))).isEqualTo(2 * WRITES + 1L);

    // One of them is killed while the other works.
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Session> alice = threads.submit(() -> count(alices, WRITES));
      assertThat(ProcessHandle.of(bobsWorker).orElseThrow().destroyForcibly()).isTrue();
      bobs.awaitEnd();
      assertThat(alice.get()).isSameAs(alices);
    }
    assertThat(number(alices.ask("echo/count", NOTHING))).isEqualTo(3 * WRITES + 2L);

    // Who logs in again meets another worker.
    assertThat(number(online(bob, server).link().ask("echo/pid", NOTHING)))
        .isNotIn(alicesWorker, bobsWorker);

    // A program beside the server disables one account.
    try (OpenDatabase beside = openBeside()) {
      Administration owner = new Administration(beside, List.of(), Clock.systemUTC());
      owner.setActive(new UserName("alice"), false);
    }
    alices.awaitEnd();

    // All end with their server.
    Session last = connect(server);
    last.ping();
    server.close();
    last.awaitEnd();
    assertThat(ProcessHandle.of(alicesWorker).filter(ProcessHandle::isAlive)).isEmpty();
  }

  /** One session an account: the place of the one that is there goes to the next. */
  private static final class OneEach implements Seats {
    private final Map<AccountId, Guest> there = new HashMap<>();
    private final List<DeviceId> devices = new ArrayList<>();

    @Override
    public synchronized Seat take(Guest guest) {
      devices.add(guest.device());
      Guest before = there.put(guest.account(), guest);
      if (before != null) {
        before.giveWay().run();
      }
      return Seat.TAKEN;
    }

    @Override
    public synchronized void giveBack(Guest guest) {
      there.remove(guest.account(), guest);
    }
  }

  @Test
  @Tag(OWN)
  @Tag("S4.6")
  void aWorkerWhosePlaceGoesToAnotherSessionIsCutOff() throws Exception {
    Server server = startEcho();
    LocalAccount alice = register(server, connect(server), "alice");
    server.close();
    OneEach seats = new OneEach();
    try (OpenDatabase database = openBeside();
        Workers workers =
            Workers.start(
                workers(settings(features("echo").getFirst())).orElseThrow(),
                SessionLimits.STANDARD,
                seats,
                database.signals(),
                (feature, result, nanos) -> {});
        SessionListener listener =
            SessionListener.start(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                SessionLimits.STANDARD,
                workers)) {
      ConnectionString there =
          new ConnectionString("127.0.0.1", listener.port(), server.address().fingerprint());
      try (Session stolen = Session.connect(there, KeyCheck.NONE, CONNECT);
          Session owner = Session.connect(there, KeyCheck.NONE, CONNECT);
          OnlineAccount greedy = new OnlineAccount(alice, AccountFeatures.NONE, () -> stolen);
          OnlineAccount next = new OnlineAccount(alice, AccountFeatures.NONE, () -> owner)) {
        assertThat(number(greedy.link().ask("echo/pid", NOTHING))).isPositive();

        assertThat(number(next.link().ask("echo/pid", NOTHING))).isPositive();

        stolen.awaitEnd();
        assertThat(number(owner.ask("echo/pid", NOTHING))).isPositive();
        assertThat(seats.devices).containsExactly(alice.device(), alice.device());
      }
    }
  }

  private static Session count(Session session, int times) throws Exception {
    for (int i = 0; i < times; i++) {
      var _ = session.ask("echo/count", NOTHING);
    }
    return session;
  }

  private static long pid(Session session) throws Exception {
    return number(session.ask("echo/pid", NOTHING));
  }

  private static long number(byte[] text) {
    return Long.parseLong(new String(text, US_ASCII));
  }
}
