package org.anonymouscloud.client.agent.api;

import static java.util.Objects.requireNonNull;

import io.javalin.Javalin;
import io.javalin.compression.CompressionStrategy;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.javalin.http.HandlerType;
import io.javalin.http.HttpResponseException;
import io.javalin.http.HttpStatus;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.plugin.Route;
import org.anonymouscloud.core.plugin.Scope;
import org.anonymouscloud.core.plugin.Waiting;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The local API: {@code /api/v1} on loopback, behind the {@link Gate}. HTTP/1.1 only, no cookies,
 * no CORS. Each handler runs on a virtual thread of its own.
 */
public final class LocalApi implements AutoCloseable {
  private static final String NOT_SERVED = "The request cannot be served.";

  /** The likeliest reasons, for whoever tries a plugin. */
  private static final String NOTHING_HERE =
      "The agent has nothing at this path. If it belongs to a plugin, that is not installed here,"
          + " came after the agent's start ('anoncloud agent stop' has it start anew), or was"
          + " switched off: the agent's log says why.";

  /** Where all routes lie. */
  public static final String PREFIX = "/api/v1";

  /** Where files lie that are the same for everybody. */
  static final String FILES = "/ui";

  /** The header by which a caller names its request, to ask later why it was cut. */
  static final String REQUEST_ID = "Request-Id";

  /** The header by which a caller says how many seconds it waits for a server. */
  static final String WAIT = "Wait";

  private static final Logger LOG = LoggerFactory.getLogger(LocalApi.class);
  private static final int MAX_HEADER_BYTES = 8 * 1024;

  /** Content goes out in pieces of up to this size, each with one call of the system. */
  private static final int OUTPUT_BYTES = 512 * 1024;

  private static final int AGGREGATED_BYTES = 32 * 1024;

  /** How long a connection may be silent that is not working on an accepted request. */
  private static final Duration IDLE = Duration.ofSeconds(30);

  private static final int REQUEST_ID_LENGTH = 64;

  private final Javalin javalin;
  private final HomeTroubles troubles;
  private final Duration idle;
  private final LoopbackPorts ports;
  private final FailedRequests failed = new FailedRequests();

  private LocalApi(
      List<Route> routes,
      Handler files,
      Secret token,
      HomeTroubles troubles,
      Duration idle,
      LoopbackPorts ports) {
    this.troubles = troubles;
    this.idle = idle;
    this.ports = ports;
    this.javalin = Javalin.create(config -> configure(config, routes, files, token));
  }

  /**
   * Binds a free port and serves.
   *
   * @param files answers what lies below {@link #FILES}, by the path parameter {@code path}
   * @param troubles tells what a failure is to a person
   * @param token as ASCII text; stays the caller's and must live as long as this
   */
  public static LocalApi start(
      List<Route> routes, Handler files, Secret token, HomeTroubles troubles) throws IOException {
    return start(routes, files, token, troubles, IDLE);
  }

  static LocalApi start(
      List<Route> routes, Handler files, Secret token, HomeTroubles troubles, Duration idle)
      throws IOException {
    LocalApi api = new LocalApi(routes, files, token, troubles, idle, LoopbackPorts.bind());
    api.javalin.start();
    return api;
  }

  /** The address to use, without a path. */
  public String url() {
    return "http://127.0.0.1:" + ports.port();
  }

  @Override
  public void close() {
    javalin.stop();
  }

  private void configure(JavalinConfig config, List<Route> routes, Handler files, Secret token) {
    config.startup.showJavalinBanner = false;
    config.startup.showOldJavalinVersionWarning = false;
    config.startup.startupWatcherEnabled = false;
    config.concurrency.useVirtualThreads = true;
    config.http.compressionStrategy = CompressionStrategy.NONE;
    config.http.prefer405over404 = true;
    config.jetty.modifyHttpConfiguration(
        http -> {
          http.setSendServerVersion(false);
          http.setSendDateHeader(false);
          http.setRequestHeaderSize(MAX_HEADER_BYTES);
          http.setOutputBufferSize(OUTPUT_BYTES);
          http.setOutputAggregationSize(AGGREGATED_BYTES);
        });
    config.jetty.modifyServer(
        server -> {
          List<Door> doors = List.of(Door.api(PREFIX, token), Door.files(FILES));
          server.setHandler(new Gate(ports.port(), doors, idle));
          server.setErrorHandler(LocalApi::tellUnread);
        });
    for (var channel : ports.channels()) {
      config.jetty.addConnector(
          (server, http) -> connector(server, new HttpConnectionFactory(http), channel));
    }
    for (Route route : routes) {
      Handler handler = context -> answer(route, context);
      config.routes.addHttpHandler(route.method(), PREFIX + route.path(), handler);
      if (route.method().equals(HandlerType.GET)) {
        // The same without the body, which the server leaves out (RFC 9110, section 9.3.2).
        config.routes.addHttpHandler(HandlerType.HEAD, PREFIX + route.path(), handler);
      }
    }
    config.routes.get(PREFIX + "/requests/{id}/problem", this::tellProblem);
    Handler file = context -> guarded(context, () -> files.handle(context));
    config.routes.get(FILES + "/<path>", file);
    config.routes.head(FILES + "/<path>", file);
    config.routes.exception(HttpResponseException.class, LocalApi::tellHttp);
    config.routes.exception(Exception.class, (e, context) -> LocalApi.unexpected(e).send(context));
  }

  private ServerConnector connector(
      Server server, HttpConnectionFactory http, java.nio.channels.ServerSocketChannel channel) {
    ServerConnector connector = new ServerConnector(server, http);
    connector.setIdleTimeout(idle.toMillis());
    try {
      connector.open(channel);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    return connector;
  }

  private void answer(Route route, Context context) throws IOException {
    Set<Scope> allowed = requireNonNull(context.attribute(BearerToken.SCOPES));
    if (!allowed.contains(route.scope())) {
      new ProblemDocument(
              403,
              "scope-needed",
              "This token does not allow it; it needs the scope '"
                  + route.scope().name().toLowerCase(Locale.ROOT)
                  + "'.")
          .send(context);
      return;
    }
    Optional<ProblemDocument> refusal = RequestTerms.refusal(route, context);
    if (refusal.isPresent()) {
      refusal.get().send(context);
      return;
    }
    guarded(
        context,
        () -> {
          Optional<Duration> wait = wait(context);
          if (wait.isPresent()) {
            Waiting.within(wait.get(), () -> route.handler().handle(context));
          } else {
            route.handler().handle(context);
          }
        });
  }

  @FunctionalInterface
  private interface Answering {
    void run() throws Exception;
  }

  private void guarded(Context context, Answering answering) throws IOException {
    try {
      answering.run();
    } catch (HttpResponseException e) {
      throw e;
    } catch (Exception e) {
      fail(context, problem(e));
    }
  }

  /** How long the caller wants to wait for a server that does not answer. */
  private static Optional<Duration> wait(Context context) throws Problem {
    String seconds = context.header(WAIT);
    if (seconds == null) {
      return Optional.empty();
    }
    if (!seconds.matches("[0-9]{1,4}") || Integer.parseInt(seconds) > Waiting.LONGEST.toSeconds()) {
      throw new Problem(
          Problem.Kind.BAD_INPUT,
          WAIT + " is a number of seconds, at most " + Waiting.LONGEST.toSeconds() + ".");
    }
    return Optional.of(Duration.ofSeconds(Integer.parseInt(seconds)));
  }

  /** Tells of a failure by a status if that can still be done, else by cutting the connection. */
  private void fail(Context context, ProblemDocument problem) throws IOException {
    String id = context.header(REQUEST_ID);
    if (id != null && id.length() <= REQUEST_ID_LENGTH) {
      failed.remember(id, problem);
    }
    if (context.res().isCommitted()) {
      Runnable cut = context.attribute(Gate.CUT);
      requireNonNull(cut).run();
      return;
    }
    context.res().resetBuffer();
    context.res().setHeader("Content-Length", null);
    problem.send(context);
  }

  private void tellProblem(Context context) {
    requireNonNull(context.attribute(BearerToken.SCOPES));
    Optional<ProblemDocument> problem = failed.problem(context.pathParam("id"));
    if (problem.isPresent()) {
      context.contentType("application/json").result(problem.get().json());
    } else {
      new ProblemDocument(404, "not-found", "No such request has failed.").send(context);
    }
  }

  private ProblemDocument problem(Exception e) {
    return troubles.problem(e).map(ProblemDocument::of).orElseGet(() -> unexpected(e));
  }

  private static ProblemDocument unexpected(Exception e) {
    LOG.error("A request failed unexpectedly.", e);
    return ProblemDocument.of(
        new Problem(
            Problem.Kind.INTERNAL,
            "The agent met a fault of its own; its log says more: agent.log in ANONCLOUD_HOME, or"
                + " what 'anoncloud up' has printed."));
  }

  /** Answers what the HTTP server refuses before the gate sees it, a malformed path for one. */
  private static boolean tellUnread(Request request, Response response, Callback callback) {
    Gate.harden(response.getHeaders());
    int status = response.getStatus();
    new ProblemDocument(
            status, "http-" + status, "This is no request that can be served: see RFC 9112.")
        .send(response, callback);
    return true;
  }

  private static void tellHttp(HttpResponseException e, Context context) {
    new ProblemDocument(
            e.getStatus(),
            "http-" + e.getStatus(),
            e.getStatus() == HttpStatus.NOT_FOUND.getCode() ? NOTHING_HERE : NOT_SERVED)
        .send(context);
  }
}
