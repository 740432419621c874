package org.anonymouscloud.client.system;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.anonymouscloud.core.account.UserName;
import org.anonymouscloud.core.account.client.AccountClient;
import org.anonymouscloud.core.account.client.AccountFeatures;
import org.anonymouscloud.core.account.client.LocalAccount;
import org.anonymouscloud.core.account.client.OnlineAccount;
import org.anonymouscloud.core.account.client.Registration;
import org.anonymouscloud.core.account.client.keys.DeviceName;
import org.anonymouscloud.core.crypto.RandomBytes;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.session.Call;
import org.anonymouscloud.core.session.ConnectionString;
import org.anonymouscloud.core.session.KeyCheck;
import org.anonymouscloud.core.session.Message;
import org.anonymouscloud.core.session.Session;
import org.anonymouscloud.core.wire.Cbor;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.Refused;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Accounts ask for as much at once as they can, of a server with the memory it usually has. */
@Timeout(300)
final class FloodIT {
  private static final int SESSIONS = 16;
  private static final int REQUESTS = 60;
  private static final int NAMES = 2_000;
  private static final int NAME_BYTES = 17;
  private static final String NAME = "a".repeat(26) + ".jpg";
  private static final int PACK = 1 << 20;
  private static final byte[] LIST = Cbor.encode(new DriveList(new byte[0]));

  @TempDir private Path folder;

  private TestServer server;
  private LocalAccount alice;
  private final List<OnlineAccount> sessions = new ArrayList<>();

  private record RootMove(long number, byte[] root, byte[] live, boolean frees) {}

  private record DriveList(byte[] after) {}

  @BeforeEach
  void start() throws Exception {
    server = new TestServer(folder).start();
    alice = register("alice");
  }

  @AfterEach
  void stop() {
    sessions.forEach(OnlineAccount::close);
    server.close();
  }

  @Test
  @Tag("A36")
  @Tag("S4.6")
  void oneAccountDoesNotEndTheServerNorKeepOthersFromIt() throws Exception {
    LocalAccount mallory = register("mallory");
    byte[] root =
        ByteBuffer.allocate(360).put(13, mallory.device().bytes()).put(0, (byte) 1).array();
    byte[] move = Cbor.encode(new RootMove(0, root, names(), false));
    // As long as a question may be, though none of the vault's is.
    byte[] longest = new byte[Message.MAX_BODY];
    AtomicInteger answered = new AtomicInteger();
    List<Thread> askers = new ArrayList<>();
    for (int i = 0; i < SESSIONS; i++) {
      OnlineAccount session = online(mallory);
      for (int j = 0; j < REQUESTS; j++) {
        byte[] body = j % 8 == 0 ? longest : move;
        askers.add(
            Thread.startVirtualThread(
                () -> {
                  try {
                    session.link().ask("vault/root-move", body);
                  } catch (Refused e) {
                    answered.incrementAndGet();
                  } catch (IOException e) {
                    // Not answered, then.
                  }
                }));
      }
    }

    try (OnlineAccount online = online(alice)) {
      for (int i = 0; i < 20; i++) {
        assertThat(online.link().ask("vault/drive-list", LIST)).isNotEmpty();
      }
      for (Thread asker : askers) {
        asker.join();
      }
      assertThat(answered).hasValue(SESSIONS * REQUESTS);
      assertThat(online.link().ask("vault/drive-list", LIST)).isNotEmpty();
    }
  }

  /**
   * Each download that nobody reads keeps what was read of the disk for it, as long as it likes.
   */
  @Test
  @Tag("A36")
  @Tag("S4.6")
  void accountsThatReadNothingOfWhatTheyAskForHoldLittleAndLeaveRoomForOthers() throws Exception {
    AtomicInteger held = new AtomicInteger();
    AtomicInteger refused = new AtomicInteger();
    LocalAccount mallory = register("mallory");
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> all = new ArrayList<>();
      for (LocalAccount account : List.of(mallory, register("mary"), register("mike"))) {
        put(online(account), new byte[PACK]);
        for (int i = 0; i < SESSIONS; i++) {
          OnlineAccount session = online(account);
          all.add(threads.submit(() -> askAndReadNothing(session, held, refused)));
        }
      }
      for (Future<?> one : all) {
        one.get();
      }
    }

    assertThat(held.get() + refused.get()).isEqualTo(3 * SESSIONS * REQUESTS);
    assertThat(held).hasPositiveValue();
    assertThat(refused).hasPositiveValue();
    byte[] pack = RandomBytes.next(PACK);
    put(online(alice), pack);
    assertThat(WireDrive.get(online(alice), NAME, PACK)).isEqualTo(pack);

    sessions.forEach(OnlineAccount::close);
    awaitAnAnswer(online(mallory));
  }

  private Void askAndReadNothing(OnlineAccount session, AtomicInteger held, AtomicInteger refused)
      throws Exception {
    for (int i = 0; i < REQUESTS; i++) {
      // Never closed: it ends with the session.
      Call call = WireDrive.open(session, NAME, PACK);
      try {
        assertThat(call.download().read()).isNotNegative();
        held.incrementAndGet();
      } catch (IOException e) {
        assertThatThrownBy(call::answer)
            .as(server.log())
            .isInstanceOfSatisfying(
                Refused.class, why -> assertThat(why.code()).isEqualTo(ErrorCode.UNAVAILABLE));
        refused.incrementAndGet();
      }
    }
    return null;
  }

  /** What a session held is given back soon after its end. */
  private static void awaitAnAnswer(OnlineAccount session) throws Exception {
    while (true) {
      try {
        assertThat(session.link().ask("vault/drive-list", LIST)).isNotEmpty();
        return;
      } catch (Refused e) {
        assertThat(e.retryable()).isTrue();
      }
    }
  }

  private static void put(OnlineAccount session, byte[] pack) throws Exception {
    WireDrive.make(session);
    WireDrive.put(session, NAME, pack);
  }

  /** Valid, and of no pack that is there. */
  private static byte[] names() {
    byte[] names = RandomBytes.next(NAMES * NAME_BYTES);
    for (int at = NAME_BYTES - 1; at < names.length; at += NAME_BYTES) {
      names[at] = 0;
    }
    return names;
  }

  private OnlineAccount online(LocalAccount account) {
    OnlineAccount online = new OnlineAccount(account, AccountFeatures.NONE, this::connect);
    sessions.add(online);
    return online;
  }

  private LocalAccount register(String name) throws Exception {
    AccountClient client = new AccountClient(folder.resolve(name), Clock.systemUTC());
    try (Session session = connect();
        Secret password = Secret.of("a password of somebody".getBytes(UTF_8));
        Registration registration =
            client.register(
                session,
                ConnectionString.parse(server.connectionString()),
                new UserName(name),
                password,
                new DeviceName("test"),
                Optional.empty())) {
      return registration.finish();
    }
  }

  private Session connect() throws IOException {
    return Session.connect(
        ConnectionString.parse(server.connectionString()), KeyCheck.NONE, Duration.ofSeconds(30));
  }
}
