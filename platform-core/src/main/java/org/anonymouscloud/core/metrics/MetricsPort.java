package org.anonymouscloud.core.metrics;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A port of its own for those who watch the server: {@code GET /health} and {@code GET /metrics}.
 * There is no login; what it tells is about the server alone, never about who uses it. Thread-safe.
 */
public final class MetricsPort implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MetricsPort.class);
  private static final int OK = 200;
  private static final int NOT_FOUND = 404;
  private static final int ONLY_GET = 405;
  private static final int UNAVAILABLE = 503;
  private static final String TEXT = "text/plain; charset=utf-8";
  private static final String METRICS = "text/plain; version=0.0.4; charset=utf-8";

  /** A check that takes longer has failed, as far as those who ask are concerned. */
  private static final long CHECK_MILLIS = 3_000;

  private final HttpServer http;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final ServerMetrics metrics;
  private final BooleanSupplier database;
  private volatile boolean draining;

  private MetricsPort(HttpServer http, ServerMetrics metrics, BooleanSupplier database) {
    this.http = http;
    this.metrics = metrics;
    this.database = database;
  }

  /**
   * Opens the port.
   *
   * @param database whether the database answers; may block
   * @throws IOException if the port cannot be had
   */
  public static MetricsPort start(
      InetSocketAddress address, ServerMetrics metrics, BooleanSupplier database)
      throws IOException {
    MetricsPort port = new MetricsPort(HttpServer.create(address, 16), metrics, database);
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

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      if (!path.equals("/health") && !path.equals("/metrics")) {
        send(exchange, NOT_FOUND, TEXT, "There is /health and /metrics.\n");
      } else if (!exchange.getRequestMethod().equals("GET")) {
        exchange.getResponseHeaders().set("Allow", "GET");
        send(exchange, ONLY_GET, TEXT, "Ask with GET.\n");
      } else if (path.equals("/metrics")) {
        send(exchange, OK, METRICS, metrics.text());
      } else if (draining) {
        send(exchange, UNAVAILABLE, TEXT, "the server is ending\n");
      } else if (databaseAnswers()) {
        send(exchange, OK, TEXT, "ok\n");
      } else {
        send(exchange, UNAVAILABLE, TEXT, "the database does not answer\n");
      }
    }
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
    try {
      return CompletableFuture.supplyAsync(database::getAsBoolean, threads)
          .get(CHECK_MILLIS, TimeUnit.MILLISECONDS);
    } catch (TimeoutException | ExecutionException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  @Override
  public void close() {
    http.stop(0);
    threads.shutdownNow();
  }
}
