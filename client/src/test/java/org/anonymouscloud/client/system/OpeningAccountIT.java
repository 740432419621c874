package org.anonymouscloud.client.system;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.javalin.http.HandlerType;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.anonymouscloud.client.agent.Agent;
import org.anonymouscloud.client.agent.TokenRequest;
import org.anonymouscloud.client.home.AgentAddress;
import org.anonymouscloud.client.home.Home;
import org.anonymouscloud.core.account.UserName;
import org.anonymouscloud.core.account.client.AccountClient;
import org.anonymouscloud.core.account.client.Registration;
import org.anonymouscloud.core.account.client.keys.DeviceName;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.host.OfferedFeature;
import org.anonymouscloud.core.plugin.AccountSession;
import org.anonymouscloud.core.plugin.ClientContext;
import org.anonymouscloud.core.plugin.ClientFeature;
import org.anonymouscloud.core.plugin.CommandContext;
import org.anonymouscloud.core.plugin.OpenAccount;
import org.anonymouscloud.core.plugin.Route;
import org.anonymouscloud.core.plugin.RunningClient;
import org.anonymouscloud.core.plugin.Scope;
import org.anonymouscloud.core.session.ConnectionString;
import org.anonymouscloud.core.session.KeyCheck;
import org.anonymouscloud.core.session.Session;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A request comes while an agent that has just started opens its account. */
final class OpeningAccountIT {
  @TempDir private Path folder;
  private final CompletableFuture<Thread> asking = new CompletableFuture<>();
  private final AtomicBoolean answered = new AtomicBoolean();
  private volatile boolean opened;

  @Test
  void nobodyUsesAnAccountBeforeTheFeaturesHaveIt() throws Exception {
    Home home = Home.of(Map.of("ANONCLOUD_HOME", folder.resolve("home").toString()));
    try (TestServer server = new TestServer(folder).start()) {
      register(home, ConnectionString.parse(server.connectionString()));

      try (Agent agent =
              Agent.start(home, "test", List.of(OfferedFeature.own(new Slow())), false, () -> {});
          Secret token = AgentAddress.token(home.folder())) {
        assertThat(TokenRequest.get(agent.url(), "/slow/look", token)).isEqualTo("opened true");
      }
    }
  }

  private static void register(Home home, ConnectionString server) throws Exception {
    AccountClient client = new AccountClient(home.account(), Clock.systemUTC());
    try (Session session = Session.connect(server, KeyCheck.NONE, Duration.ofSeconds(30));
        Secret password = Secret.of("a password of somebody".getBytes(UTF_8));
        Registration registration =
            client.register(
                session,
                server,
                new UserName("alice"),
                password,
                new DeviceName("test"),
                Optional.empty());
        var _ = registration.finish()) {
      assertThat(client.keeper()).isPresent();
    }
  }

  /** Has the account only after somebody has asked for it and waits, or was answered. */
  private final class Slow implements ClientFeature {
    @Override
    public String name() {
      return "slow";
    }

    @Override
    public List<Object> commands(CommandContext context) {
      return List.of();
    }

    @Override
    public RunningClient start(ClientContext context) {
      return new RunningClient() {
        @Override
        public List<Route> routes() {
          return List.of(
              new Route(
                  HandlerType.GET,
                  "/slow/look",
                  Scope.READ,
                  "Looks at the account.",
                  request -> {
                    asking.complete(Thread.currentThread());
                    var _ = context.account();
                    boolean had = opened;
                    answered.set(true);
                    request.result("opened " + had);
                  }));
        }

        @Override
        public OpenAccount open(AccountSession account) {
          Thread asker = asking.join();
          while (!answered.get() && asker.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
          }
          opened = true;
          return () -> {};
        }
      };
    }
  }
}
