package org.anonymouscloud.client.system;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.anonymouscloud.core.account.UserName;
import org.anonymouscloud.core.account.client.AccountClient;
import org.anonymouscloud.core.account.client.LocalAccount;
import org.anonymouscloud.core.account.client.OnlineAccount;
import org.anonymouscloud.core.account.client.Registration;
import org.anonymouscloud.core.account.client.keys.DeviceName;
import org.anonymouscloud.core.crypto.RandomBytes;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.session.ConnectionString;
import org.anonymouscloud.core.session.KeyCheck;
import org.anonymouscloud.core.session.Session;
import org.anonymouscloud.core.wire.Cbor;
import org.anonymouscloud.core.wire.Refused;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One account asks for as much at once as it can, of a server with the memory it usually has. */
@Timeout(300)
final class FloodIT {
  private static final int SESSIONS = 16;
  private static final int REQUESTS = 60;
  private static final int ROUNDS = 3;
  private static final int NAMES = 2_000;
  private static final int NAME = 17;
  private static final byte[] USAGE = Cbor.encode(new Empty());

  @TempDir private Path folder;

  private record Empty() {}

  private record RootMove(long number, byte[] root, byte[] live, byte[] dropped, boolean frees) {}

  @Test
  @Tag("A36")
  @Tag("S4.6")
  void oneAccountDoesNotEndTheServerNorKeepOthersFromIt() throws Exception {
    try (TestServer server = new TestServer(folder).start()) {
      LocalAccount mallory = register(server, "mallory");
      LocalAccount alice = register(server, "alice");
      byte[] move = Cbor.encode(new RootMove(0, new byte[4096], names(), new byte[0], false));
      // As long as a question may be, though none of the vault's is.
      byte[] longest = new byte[Session.MAX_BODY];
      AtomicInteger answered = new AtomicInteger();
      List<Thread> askers = new ArrayList<>();
      List<OnlineAccount> sessions = new ArrayList<>();
      for (int i = 0; i < SESSIONS; i++) {
        OnlineAccount session = online(mallory, server);
        sessions.add(session);
        for (int j = 0; j < REQUESTS; j++) {
          byte[] body = j % 2 == 0 ? move : longest;
          askers.add(
              Thread.startVirtualThread(
                  () -> {
                    for (int round = 0; round < ROUNDS; round++) {
                      try {
                        session.link().ask("vault/root-move", body);
                      } catch (Refused e) {
                        answered.incrementAndGet();
                      } catch (IOException e) {
                        return;
                      }
                    }
                  }));
        }
      }

      try (OnlineAccount online = online(alice, server)) {
        for (int i = 0; i < 20; i++) {
          assertThat(online.link().ask("vault/usage", USAGE)).isNotEmpty();
        }
        for (Thread asker : askers) {
          asker.join();
        }
        assertThat(answered).hasValue(SESSIONS * REQUESTS * ROUNDS);
        assertThat(online.link().ask("vault/usage", USAGE)).isNotEmpty();
      } finally {
        sessions.forEach(OnlineAccount::close);
      }
    }
  }

  /** Valid, and of no pack that is there. */
  private static byte[] names() {
    byte[] names = RandomBytes.next(NAMES * NAME);
    for (int at = NAME - 1; at < names.length; at += NAME) {
      names[at] = 0;
    }
    return names;
  }

  private static OnlineAccount online(LocalAccount account, TestServer server) {
    return account.connect(() -> session(server));
  }

  private LocalAccount register(TestServer server, String name) throws Exception {
    AccountClient client = new AccountClient(folder.resolve(name), Clock.systemUTC());
    try (Session session = session(server);
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

  private static Session session(TestServer server) throws IOException {
    return Session.connect(
        ConnectionString.parse(server.connectionString()), KeyCheck.NONE, Duration.ofSeconds(30));
  }
}
