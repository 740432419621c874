package org.anonymouscloud.core.metrics;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.anonymouscloud.core.http.OwnSite;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A port of its own for those who watch the server: {@code GET /health} and {@code GET /metrics}.
 * There is no login; what it tells is about the server alone, never about who uses it, and not to
 * web pages. Thread-safe.
 */
public final class MetricsPort implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MetricsPort.class);
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

  private final HttpServer http;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final ServerMetrics metrics;
  private final BooleanSupplier database;
  private final Supplier<List<String>> troubles;
  private final OwnSite site;
  private volatile boolean draining;

  private MetricsPort(
      HttpServer http,
      OwnSite site,
      ServerMetrics metrics,
      BooleanSupplier database,
      Supplier<List<String>> troubles) {
    this.http = http;
    this.site = site;
    this.metrics = metrics;
    this.database = database;
    this.troubles = troubles;
  }

  /**
   * Opens the port.
   *
   * @param database whether the database answers; may block
   * @param troubles what else the server lacks, a line each, without names or numbers; may block
   * @throws IOException if the port cannot be had
   */
  public static MetricsPort start(
      InetSocketAddress address,
      ServerMetrics metrics,
      BooleanSupplier database,
      Supplier<List<String>> troubles)
      throws IOException {
    HttpServer http = HttpServer.create(address, 16);
    OwnSite site = site(address, http.getAddress().getPort());
    MetricsPort port = new MetricsPort(http, site, metrics, database, troubles);
    port.http.setExecutor(port.threads);
    var _ = port.http.createContext("/", port::answer);
    port.metrics.number(
        "anoncloud.database.up",
        "1 if the database answers, 0 if not.",
        () -> port.databaseAnswers() ? 1 : 0);
    port.http.start();
    if (!address.getAddress().isLoopbackAddress()) {
      LOG.warn("The metrics' port has no login and can be reached from other machines.");
    }
    return port;
  }

  /** The port that is listened on. */
  public int port() {
    return http.getAddress().getPort();
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

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      if (!isMeant(exchange)) {
        send(
            exchange,
            MISDIRECTED,
            TEXT,
            "Ask by an address, or by the name that stands in the setting 'metrics'.\n");
      } else if (isForeign(exchange.getRequestHeaders())) {
        send(exchange, FOREIGN, TEXT, "Requests of other web pages are refused.\n");
      } else if (!path.equals("/health") && !path.equals("/metrics")) {
        send(exchange, NOT_FOUND, TEXT, "There is /health and /metrics.\n");
      } else if (!exchange.getRequestMethod().equals("GET")) {
        exchange.getResponseHeaders().set("Allow", "GET");
        send(exchange, ONLY_GET, TEXT, "Ask with GET.\n");
      } else if (path.equals("/metrics")) {
        send(exchange, OK, METRICS, metrics.text());
      } else {
        List<String> wrong = wrong();
        send(
            exchange,
            wrong.isEmpty() ? OK : UNAVAILABLE,
            TEXT,
            wrong.isEmpty() ? "ok\n" : String.join("\n", wrong) + "\n");
      }
    }
  }

  private boolean isMeant(HttpExchange exchange) {
    List<String> hosts = exchange.getRequestHeaders().getOrDefault("Host", List.of());
    String authority = exchange.getRequestURI().getRawAuthority();
    // Balancers ask in HTTP/1.0 without a host, browsers never do.
    boolean old = exchange.getProtocol().equals("HTTP/1.0") && hosts.isEmpty();
    return (old && authority == null) || site.isAsked(hosts, authority);
  }

  private boolean isForeign(Headers headers) {
    return site.isForeign(
        headers.getOrDefault("Origin", List.of()),
        headers.getOrDefault("Sec-Fetch-Site", List.of()),
        true);
  }

  private List<String> wrong() {
    if (draining) {
      return List.of("the server is ending");
    }
    List<String> wrong = new ArrayList<>();
    if (!databaseAnswers()) {
      wrong.add("the database does not answer");
    }
    wrong.addAll(inTime(troubles, List.of("the server does not answer")));
    return wrong;
  }

  private static void send(HttpExchange exchange, int status, String type, String text)
      throws IOException {
    byte[] body = text.getBytes(UTF_8);
    exchange.getResponseHeaders().set("Content-Type", type);
    exchange.getResponseHeaders().set("X-Content-Type-Options", "nosniff");
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
  }

  private boolean databaseAnswers() {
    return inTime(database::getAsBoolean, false);
  }

  private <T> T inTime(Supplier<T> check, T otherwise) {
    try {
      return CompletableFuture.supplyAsync(check, threads).get(CHECK_MILLIS, TimeUnit.MILLISECONDS);
    } catch (TimeoutException | ExecutionException e) {
      return otherwise;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return otherwise;
    }
  }

  @Override
  public void close() {
    http.stop(0);
    threads.shutdownNow();
  }
}
