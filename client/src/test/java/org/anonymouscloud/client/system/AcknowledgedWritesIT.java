package org.anonymouscloud.client.system;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.anonymouscloud.core.account.UserName;
import org.anonymouscloud.core.account.client.AccountClient;
import org.anonymouscloud.core.account.client.AccountFeatures;
import org.anonymouscloud.core.account.client.LocalAccount;
import org.anonymouscloud.core.account.client.OnlineAccount;
import org.anonymouscloud.core.account.client.Registration;
import org.anonymouscloud.core.account.client.keys.DeviceName;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.session.ConnectionString;
import org.anonymouscloud.core.session.KeyCheck;
import org.anonymouscloud.core.session.Session;
import org.anonymouscloud.core.testing.PostgresServer;
import org.anonymouscloud.core.wire.Refused;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A thousand small writes, during which the server, or PostgreSQL under it, is killed again and
 * again: each write that was acknowledged is there.
 */
@Timeout(240)
final class AcknowledgedWritesIT {
  private static final int WRITES = Integer.getInteger("anoncloud.test.writes", 400);
  private static final int LANES = 8;
  private static final int PACK = 4_096;
  private static final String ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";

  @TempDir private Path folder;

  /** What was acknowledged, by name; each pack's bytes come from its name. */
  private final Map<String, Boolean> acknowledged = new ConcurrentHashMap<>();

  private final AtomicInteger next = new AtomicInteger();
  private final Semaphore progress = new Semaphore(0);

  @Test
  void aKilledServerOnSqliteLosesNoneOfThem() throws Exception {
    try (TestServer server = new TestServer(folder).start()) {
      LocalAccount account = registerWithDrive(server);
      for (int kill = 1; kill <= 2; kill++) {
        writeDuring(account, server, kill * WRITES / 3, server::kill);
        server.start();
      }
      writeDuring(account, server, WRITES, () -> {});
      assertAllThere(account, server);
    }
  }

  @Test
  void aKilledServerOnPostgresAndAKilledPostgresLoseNoneOfThem() throws Exception {
    try (PostgresServer postgres = PostgresServer.start(folder.resolve("postgres"));
        TestServer server =
            new TestServer(
                    folder, "--database", "postgres", "--database-url", postgres.newDatabase())
                .start()) {
      LocalAccount account = registerWithDrive(server);
      writeDuring(account, server, WRITES / 4, server::kill);
      server.start();

      try (Session session = session(server);
          OnlineAccount online = new OnlineAccount(account, AccountFeatures.NONE, () -> session)) {
        for (int kill = 2; kill <= 3; kill++) {
          write(online, kill * WRITES / 4, postgres::kill);
          // The database is away: the session stays, and says that it is worth trying again.
          assertThat(session.ping()).isPositive();
          Refused refused = refusal(online);
          assertThat(refused.retryable()).as(refused.getMessage()).isTrue();
          postgres.restart();
          awaitPut(online);
        }
        assertThat(session.isOpen()).isTrue();
      }

      writeDuring(account, server, WRITES, () -> {});
      assertAllThere(account, server);
    }
  }

  @Test
  @Tag("S4.16")
  void aPutWaitsForADatabaseThatComesBack() throws Exception {
    Path sent = Files.createDirectory(folder.resolve("sent"));
    Path tree = Files.createDirectory(sent.resolve("tree"));
    for (int i = 0; i < 10; i++) {
      SampleTree.large(tree.resolve("file " + i), 6L << 20, i);
    }
    Client.Person alice = Client.Person.in(folder, "alice", "a password of alice");
    try (PostgresServer postgres = PostgresServer.start(folder.resolve("postgres"));
        TestServer server =
            new TestServer(
                    folder, "--database", "postgres", "--database-url", postgres.newDatabase())
                .start();
        Client client =
            new Client(folder.resolve("home"), server.connectionString(), alice).register()) {
      try (Program.Running put = client.program().start("put", "-r", tree.toString(), "/tree")) {
        while (server.packs().isEmpty()) {
          assertThat(put.endsWithin(1, TimeUnit.MILLISECONDS)).as(put.printed()).isFalse();
        }
        postgres.kill();
        while (!server.log().contains("failed in the database")) {
          assertThat(put.endsWithin(10, TimeUnit.MILLISECONDS)).as(put.printed()).isFalse();
        }
        postgres.restart();
        assertThat(put.exitCode()).as(put.printed()).isEqualTo(0);
      }
      Path received = Files.createDirectory(folder.resolve("received"));
      client.run("get", "-r", "/tree", received.resolve("tree").toString()).succeeded();
      assertThat(SampleTree.content(received)).isEqualTo(SampleTree.content(sent));
      assertThat(server.log()).contains("The database is away.").contains("The database is back.");
    }
  }

  private LocalAccount registerWithDrive(TestServer server) throws Exception {
    LocalAccount account = register(server);
    try (Session session = session(server);
        OnlineAccount online = new OnlineAccount(account, AccountFeatures.NONE, () -> session)) {
      WireDrive.make(online);
    }
    return account;
  }

  private LocalAccount register(TestServer server) throws Exception {
    AccountClient client = new AccountClient(folder.resolve("account"), Clock.systemUTC());
    try (Session session = session(server);
        Secret password = Secret.of("a password of alice".getBytes(UTF_8));
        Registration registration =
            client.register(
                session,
                ConnectionString.parse(server.connectionString()),
                new UserName("alice"),
                password,
                new DeviceName("test"),
                Optional.empty())) {
      return registration.finish();
    }
  }

  private static Session session(TestServer server) throws Exception {
    return Session.connect(
        ConnectionString.parse(server.connectionString()), KeyCheck.NONE, Duration.ofSeconds(30));
  }

  private interface Blow {
    void fall() throws Exception;
  }

  private void writeDuring(LocalAccount account, TestServer server, int until, Blow blow)
      throws Exception {
    try (Session session = session(server);
        OnlineAccount online = new OnlineAccount(account, AccountFeatures.NONE, () -> session)) {
      write(online, until, blow);
    }
  }

  /** Writes in several lanes until so many are acknowledged in all, and strikes at that moment. */
  private void write(OnlineAccount online, int until, Blow blow) throws Exception {
    progress.drainPermits();
    int missing = until - acknowledged.size();
    List<Thread> lanes = new ArrayList<>();
    AtomicInteger struck = new AtomicInteger();
    for (int i = 0; i < LANES; i++) {
      lanes.add(Thread.ofVirtual().start(() -> writeUntilRefused(online, until, struck)));
    }
    assertThat(progress.tryAcquire(missing, 1, TimeUnit.MINUTES)).as("writes go on").isTrue();
    blow.fall();
    struck.set(1);
    for (Thread lane : lanes) {
      lane.join();
    }
  }

  private void writeUntilRefused(OnlineAccount online, int until, AtomicInteger struck) {
    // A few more than asked for, so that some are under way when the blow falls.
    while (struck.get() == 0 && acknowledged.size() < until + 10 * LANES) {
      try {
        put(online, next.getAndIncrement());
      } catch (Refused | IOException e) {
        return;
      }
    }
  }

  private void put(OnlineAccount online, int number) throws Refused, IOException {
    String name = name(number);
    WireDrive.put(online, name, pack(name));
    acknowledged.put(name, true);
    progress.release();
  }

  private Refused refusal(OnlineAccount online) throws IOException {
    try {
      put(online, next.getAndIncrement());
    } catch (Refused e) {
      return e;
    }
    throw new AssertionError("The database is away, yet a write was acknowledged.");
  }

  private void awaitPut(OnlineAccount online) throws IOException {
    while (true) {
      try {
        put(online, next.getAndIncrement());
        return;
      } catch (Refused e) {
        assertThat(e.retryable()).as(e.getMessage()).isTrue();
      }
    }
  }

  private void assertAllThere(LocalAccount account, TestServer server) throws Exception {
    assertThat(acknowledged).hasSizeGreaterThanOrEqualTo(WRITES);
    try (Session session = session(server);
        OnlineAccount online = new OnlineAccount(account, AccountFeatures.NONE, () -> session)) {
      for (String name : acknowledged.keySet()) {
        assertThat(WireDrive.get(online, name, PACK)).isEqualTo(pack(name));
      }
    }
  }

  private static String name(int number) {
    Random random = new Random(number);
    StringBuilder name = new StringBuilder();
    for (int i = 0; i < 25; i++) {
      name.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
    }
    return name + "a.jpg";
  }

  private static byte[] pack(String name) {
    byte[] pack = new byte[PACK];
    new Random(name.hashCode()).nextBytes(pack);
    return pack;
  }
}
