package org.anonymouscloud.client.agent;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.javalin.http.HandlerType;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.FileChannel;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.anonymouscloud.client.agent.account.AcceptedRestore;
import org.anonymouscloud.client.agent.account.ComingIn;
import org.anonymouscloud.client.agent.account.CurrentAccount;
import org.anonymouscloud.client.agent.account.OfferedPairing;
import org.anonymouscloud.client.agent.account.Outside;
import org.anonymouscloud.client.agent.api.HomeTroubles;
import org.anonymouscloud.client.agent.api.LocalApi;
import org.anonymouscloud.client.agent.api.Panels;
import org.anonymouscloud.client.agent.api.RouteTable;
import org.anonymouscloud.client.agent.feature.ClientFeatures;
import org.anonymouscloud.client.home.AgentAddress;
import org.anonymouscloud.client.home.Home;
import org.anonymouscloud.core.account.client.AccountClient;
import org.anonymouscloud.core.crypto.BulkProvider;
import org.anonymouscloud.core.crypto.RandomBytes;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.disk.PrivateFile;
import org.anonymouscloud.core.host.OfferedFeature;
import org.anonymouscloud.core.plugin.ClientFeature;
import org.anonymouscloud.core.plugin.Panel;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.plugin.Route;
import org.anonymouscloud.core.plugin.RunningClient;
import org.anonymouscloud.core.plugin.Scope;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.server.Request;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The running agent of one home. It holds the home's lock as long as it lives. Thread-safe. */
public final class Agent implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Agent.class);
  private static final int TOKEN_BYTES = 32;

  /** Longer than a look whether an agent runs takes. */
  private static final Duration LOOK = Duration.ofSeconds(1);

  private final Home home;
  private final String version;
  private final boolean withServer;
  private final Runnable stop;
  private final FileChannel lockFile;
  private final ClientFeatures features = new ClientFeatures();
  private final Outside outside = new Outside();
  private final CurrentAccount account;
  private final ComingIn comingIn;
  private final OfferedPairing pairing;
  private final Secret token;
  private final HomeTroubles troubles;
  private final List<Route> routes;
  private final LocalApi api;

  private Agent(
      Home home,
      String version,
      List<OfferedFeature> offered,
      boolean withServer,
      Runnable stop,
      FileChannel lockFile)
      throws IOException {
    this.home = home;
    this.withServer = withServer;
    this.version = version;
    this.stop = stop;
    this.lockFile = lockFile;
    AccountClient client = new AccountClient(home.account(), Clock.systemUTC(), features);
    this.account = new CurrentAccount(client, features, outside);
    this.comingIn = new ComingIn(account, client, outside);
    this.pairing = new OfferedPairing(account);
    this.token =
        Secret.of(HexFormat.of().formatHex(RandomBytes.next(TOKEN_BYTES)).getBytes(US_ASCII));
    this.troubles = new HomeTroubles(home, withServer);
    Panels panels = new Panels();
    this.routes = routes(offered, panels);
    this.api = LocalApi.start(routes, panels::file, token, troubles);
    new AgentAddress(api.url(), ProcessHandle.current().pid(), version)
        .publish(home.folder(), token);
    BulkProvider.prepare();
    // Features work in the background, whether or not anybody asks for something. It may take long:
    // the platform's keyring may ask a person.
    Thread.ofVirtual().name("open-account").start(account::open);
  }

  /**
   * Starts serving and publishes the address in the home.
   *
   * @param features whose routes it offers
   * @param withServer whether a server ends with it
   * @param stop called when someone asks the agent to end; it must not block
   * @throws Problem if this home has a running agent already
   */
  public static Agent start(
      Home home, String version, List<OfferedFeature> features, boolean withServer, Runnable stop)
      throws Problem, IOException {
    FileChannel lockFile = PrivateFile.openLock(home.agentLock());
    try {
      lock(lockFile, home);
      // What an agent left that was killed: nobody may be sent there.
      AgentAddress.withdraw(home.folder());
      return new Agent(home, version, features, withServer, stop, lockFile);
    } catch (Problem | IOException | RuntimeException e) {
      lockFile.close();
      throw e;
    }
  }

  /** Takes the lock, which whoever looks for the agent holds for a moment too. */
  private static void lock(FileChannel lockFile, Home home) throws Problem, IOException {
    long deadline = System.nanoTime() + LOOK.toNanos();
    while (lockFile.tryLock() == null) {
      if (System.nanoTime() > deadline) {
        throw new Problem(
            Problem.Kind.CONFLICT, "An agent runs already for " + home.folder() + ".");
      }
      try {
        Thread.sleep(LOOK.dividedBy(20));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("Interrupted while waiting for the agent's lock.");
      }
    }
  }

  /** Where it serves, without a path. */
  public String url() {
    return api.url();
  }

  /** All that it serves. */
  List<Route> routes() {
    return List.copyOf(routes);
  }

  private List<Route> routes(List<OfferedFeature> offered, Panels panels) {
    List<Route> own = new ArrayList<>(own());
    own.addAll(new AccountRoutes(account, comingIn).routes());
    own.addAll(new DeviceRoutes(account, pairing).routes());
    own.addAll(new ContactRoutes(account).routes());
    own.addAll(new EventRoutes(account).routes());
    own.addAll(new RestoredRoutes(new AcceptedRestore(account, features, outside)).routes());
    own.addAll(panels.routes());
    RouteTable table = new RouteTable(own);
    for (OfferedFeature feature : offered) {
      try {
        start(feature, table, panels);
      } catch (IOException | RuntimeException | Error e) {
        // Whatever a plugin throws, its own Errors too: the agent goes on without it.
        LOG.warn("The feature {} is switched off: {}", feature.name(), e.toString());
      }
    }
    return table.all().stream().map(this::counted).toList();
  }

  /**
   * A route of which each request is use of the account, but for looks at the agent itself and at
   * what changes, which a program may repeat for ever.
   */
  private Route counted(Route route) {
    if (route.path().startsWith("/agent") || route.path().equals("/events")) {
      return route;
    }
    return route.handledBy(
        context -> {
          try (var _ = account.use()) {
            route.handler().handle(context);
          }
        });
  }

  /** Starts a feature; nothing of it is kept if that fails. */
  private void start(OfferedFeature offered, RouteTable table, Panels panels) throws IOException {
    ClientFeature feature = offered.feature();
    RunningClient client = feature.start(account.of(offered));
    boolean done = false;
    try {
      Optional<Panel> panel = client.panel();
      table.add(feature.name(), client.routes());
      panel.ifPresent(one -> panels.add(feature, one));
      features.add(offered, client);
      done = true;
    } finally {
      if (!done) {
        client.close();
      }
    }
  }

  private Map<String, Object> describe() {
    Map<String, Object> description = new LinkedHashMap<>();
    description.put("version", version);
    description.put("pid", ProcessHandle.current().pid());
    description.put("withServer", withServer);
    troubles.lacking().ifPresent(lacks -> description.put("serverLacks", lacks));
    account
        .awaited()
        .ifPresent(
            awaited -> {
              description.put("awaits", awaited.what());
              description.put("awaitsServer", awaited.isServer());
            });
    return description;
  }

  private List<Route> own() {
    return List.of(
        new Route(
            HandlerType.GET,
            "/agent",
            Scope.READ,
            "The agent's version and process, what it waits for, if it does, and what its own"
                + " server lacks.",
            context -> context.json(describe())),
        new Route(
            HandlerType.POST,
            "/agent/stop",
            Scope.ADMIN,
            "Ends the agent.",
            context -> {
              context.json(Map.of("stopping", true));
              // Not before the answer is out: the end of the agent cuts all connections.
              Request.addCompletionListener(
                  ServletContextRequest.getServletContextRequest(context.req()),
                  failure -> stop.run());
            }));
  }

  @Override
  public void close() throws IOException {
    AgentAddress.withdraw(home.folder());
    account.endWaiting();
    api.close();
    comingIn.close();
    pairing.close();
    account.close();
    features.close();
    token.close();
    // Last: who sees the lock free may start the next agent.
    lockFile.close();
  }
}
