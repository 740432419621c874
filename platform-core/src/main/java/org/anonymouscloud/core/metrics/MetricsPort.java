package org.anonymouscloud.core.metrics;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.anonymouscloud.core.http.OwnSite;
import org.anonymouscloud.core.metrics.BriefConnections.Answer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A port of its own for those who watch the server: {@code GET /health} and {@code GET /metrics}.
 * There is no login; what it tells is about the server alone, never about who uses it, and not to
 * web pages. Thread-safe.
 */
public final class MetricsPort implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MetricsPort.class);

  /** What is wrong with a database that is away, or takes too long. */
  public static final String NO_ANSWER = "the database does not answer";

  private static final int OK = 200;
  private static final int FOREIGN = 403;
  private static final int NOT_FOUND = 404;
  private static final int ONLY_GET = 405;
  private static final int MISDIRECTED = 421;
  private static final int UNAVAILABLE = 503;
  private static final String TEXT = "text/plain; charset=utf-8";
  private static final String METRICS = "text/plain; version=0.0.4; charset=utf-8";

  /** A check that takes longer has failed, as far as those who ask are concerned. */
  private static final long CHECK_MILLIS = 3_000;

  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final ServerMetrics metrics;
  private final Check<Optional<String>> database;
  private final Check<List<String>> troubles;
  private final BriefConnections connections;
  private final OwnSite site;
  private volatile boolean draining;

  private MetricsPort(
      InetSocketAddress address,
      Duration patience,
      ServerMetrics metrics,
      Supplier<Optional<String>> database,
      Supplier<List<String>> troubles)
      throws IOException {
    this.metrics = metrics;
    this.database = new Check<>(database, Optional.of(NO_ANSWER));
    this.troubles = new Check<>(troubles, List.of("the server does not answer"));
    this.connections = BriefConnections.open(address, patience);
    this.site = site(address, connections.port());
  }

  /** What may block, and is not begun again before it has ended. */
  private final class Check<T> {
    private final Supplier<T> check;
    private final T otherwise;
    private CompletableFuture<T> running;

    /**
     * @param otherwise the result when it fails or takes too long
     */
    Check(Supplier<T> check, T otherwise) {
      this.check = check;
      this.otherwise = otherwise;
      this.running = CompletableFuture.completedFuture(otherwise);
    }

    private synchronized CompletableFuture<T> running() {
      if (running.isDone()) {
        running = CompletableFuture.supplyAsync(check, threads);
      }
      return running;
    }

    T result() {
      try {
        return running().get(CHECK_MILLIS, TimeUnit.MILLISECONDS);
      } catch (TimeoutException | ExecutionException e) {
        return otherwise;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return otherwise;
      }
    }
  }

  /**
   * Opens the port.
   *
   * @param database what is wrong with the database, if anything is; may block
   * @param troubles what else the server lacks, a line each, without names or numbers; may block
   * @throws IOException if the port cannot be had
   */
  public static MetricsPort start(
      InetSocketAddress address,
      ServerMetrics metrics,
      Supplier<Optional<String>> database,
      Supplier<List<String>> troubles)
      throws IOException {
    return start(address, BriefConnections.PATIENCE, metrics, database, troubles);
  }

  /** With a patience that tests choose. */
  static MetricsPort start(
      InetSocketAddress address,
      Duration patience,
      ServerMetrics metrics,
      Supplier<Optional<String>> database,
      Supplier<List<String>> troubles)
      throws IOException {
    MetricsPort port = new MetricsPort(address, patience, metrics, database, troubles);
    port.metrics.number(
        "anoncloud.database.up",
        "1 if the database answers and is whole as far as is known, 0 if not.",
        () -> port.database.result().isEmpty() ? 1 : 0);
    port.connections.start(port::answer);
    if (!address.getAddress().isLoopbackAddress()) {
      LOG.warn("The metrics' port has no login and can be reached from other machines.");
    }
    return port;
  }

  /** The port that is listened on. */
  public int port() {
    return connections.port();
  }

  /** The server is ending: from now on it is not healthy, so that nobody is sent to it. */
  public void drain() {
    draining = true;
  }

  /** It is asked by the name that it was given, or by an address. */
  private static OwnSite site(InetSocketAddress address, int port) {
    OwnSite site = OwnSite.loopback(port).named(address.getHostString() + ":" + port);
    return address.getAddress().isLoopbackAddress() ? site : site.byAnyAddress();
  }

  private Answer answer(RequestHead head) {
    String path = head.target().getPath();
    if (!isMeant(head)) {
      return new Answer(
          MISDIRECTED,
          TEXT,
          "Ask by an address, or by the name that stands in the setting 'metrics'.\n");
    }
    if (isForeign(head)) {
      return new Answer(FOREIGN, TEXT, "Requests of other web pages are refused.\n");
    }
    if (!"/health".equals(path) && !"/metrics".equals(path)) {
      return new Answer(NOT_FOUND, TEXT, "There is /health and /metrics.\n");
    }
    if (!head.method().equals("GET")) {
      return new Answer(ONLY_GET, TEXT, "Ask with GET.\n");
    }
    if (path.equals("/metrics")) {
      return new Answer(OK, METRICS, metrics.text());
    }
    List<String> wrong = wrong();
    return wrong.isEmpty()
        ? new Answer(OK, TEXT, "ok\n")
        : new Answer(UNAVAILABLE, TEXT, String.join("\n", wrong) + "\n");
  }

  private boolean isMeant(RequestHead head) {
    List<String> hosts = head.field("host");
    String authority = head.target().getRawAuthority();
    // Balancers ask in HTTP/1.0 without a host, browsers never do.
    boolean old = head.old() && hosts.isEmpty();
    return (old && authority == null) || site.isAsked(hosts, authority);
  }

  private boolean isForeign(RequestHead head) {
    return site.isForeign(head.field("origin"), head.field("sec-fetch-site"), true);
  }

  private List<String> wrong() {
    if (draining) {
      return List.of("the server is ending");
    }
    List<String> wrong = new ArrayList<>(database.result().stream().toList());
    wrong.addAll(troubles.result());
    return wrong;
  }

  @Override
  public void close() {
    connections.close();
    threads.shutdownNow();
  }
}
