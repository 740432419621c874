package org.anonymouscloud.core.metrics;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.SequencedSet;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.anonymouscloud.core.wire.Malformed;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A port whose connections are for one short HTTP request each. There are few at a time, none for
 * long: when there is one more, the oldest is closed, so that whoever holds all of them keeps
 * nobody out. Thread-safe.
 */
final class BriefConnections implements AutoCloseable {
  /** Connections at once; those who watch a server are a handful. */
  static final int MOST = 32;

  /** From the first byte of a request to the last of its answer. */
  static final Duration PATIENCE = Duration.ofSeconds(10);

  private static final Logger LOG = LoggerFactory.getLogger(BriefConnections.class);
  private static final int BACKLOG = 16;
  private static final Duration RETRY = Duration.ofMillis(100);
  private static final int BAD_REQUEST = 400;

  /** Of a body that nobody reads; else the answer may be lost with the connection. */
  private static final int MOST_AFTER_THE_HEAD = 64 * 1024;

  private final ServerSocket socket;
  private final Duration patience;
  private final Semaphore places = new Semaphore(MOST);
  private final SequencedSet<Socket> open = new LinkedHashSet<>();
  private final ScheduledThreadPoolExecutor clock =
      new ScheduledThreadPoolExecutor(1, Thread.ofVirtual().name("metrics-clock").factory());
  private volatile boolean closing;

  /** An answer, which is text. */
  record Answer(int status, String type, String text) {}

  private BriefConnections(ServerSocket socket, Duration patience) {
    this.socket = socket;
    this.patience = patience;
    clock.setRemoveOnCancelPolicy(true);
  }

  /**
   * Opens the port, at which nobody is answered before {@link #start}.
   *
   * @param patience after which a connection is closed, whatever has become of it
   * @throws IOException if the port cannot be had
   */
  static BriefConnections open(InetSocketAddress address, Duration patience) throws IOException {
    ServerSocket socket = new ServerSocket();
    try {
      socket.setReuseAddress(true);
      socket.bind(address, BACKLOG);
    } catch (IOException e) {
      socket.close();
      throw e;
    }
    return new BriefConnections(socket, patience);
  }

  /**
   * Answers from now on.
   *
   * @param answers one request each, on a thread of its own
   */
  void start(Function<RequestHead, Answer> answers) {
    Thread.ofVirtual().name("metrics-port").start(() -> accept(answers));
  }

  int port() {
    return socket.getLocalPort();
  }

  private void accept(Function<RequestHead, Answer> answers) {
    try {
      while (!closing) {
        acceptOne(answers);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void acceptOne(Function<RequestHead, Answer> answers) throws InterruptedException {
    try {
      Socket connection = socket.accept();
      makeRoom();
      // The one that was closed ends at once, or when its answer is ready that nobody gets.
      places.acquire();
      begin(connection, answers);
    } catch (IOException e) {
      LOG.debug("A connection to the metrics' port failed.");
      // Perhaps the process has as many files open as it may.
      Thread.sleep(RETRY);
    }
  }

  private synchronized void makeRoom() {
    if (open.size() >= MOST) {
      closeQuietly(open.removeFirst());
    }
  }

  private synchronized void begin(Socket connection, Function<RequestHead, Answer> answers) {
    if (closing) {
      closeQuietly(connection);
      return;
    }
    open.add(connection);
    Future<?> end =
        clock.schedule(() -> closeQuietly(connection), patience.toMillis(), TimeUnit.MILLISECONDS);
    Thread.startVirtualThread(() -> serve(connection, answers, end));
  }

  private void serve(Socket connection, Function<RequestHead, Answer> answers, Future<?> end) {
    try (connection) {
      InputStream in = new BufferedInputStream(connection.getInputStream());
      send(connection.getOutputStream(), answer(in, answers));
      connection.shutdownOutput();
      var _ = in.readNBytes(MOST_AFTER_THE_HEAD);
    } catch (IOException e) {
      LOG.debug("A connection to the metrics' port ended early.");
    } finally {
      end.cancel(false);
      leave(connection);
    }
  }

  private synchronized void leave(Socket connection) {
    open.remove(connection);
    places.release();
  }

  private static Answer answer(InputStream in, Function<RequestHead, Answer> answers)
      throws IOException {
    RequestHead head;
    try {
      head = RequestHead.read(in);
    } catch (Malformed e) {
      return new Answer(
          BAD_REQUEST, "text/plain; charset=utf-8", String.valueOf(e.getMessage()) + "\n");
    }
    return answers.apply(head);
  }

  private static void send(OutputStream out, Answer answer) throws IOException {
    byte[] body = answer.text().getBytes(UTF_8);
    String head =
        "HTTP/1.1 "
            + answer.status()
            + " \r\nConnection: close\r\nAllow: GET\r\nX-Content-Type-Options: nosniff\r\n"
            + "Content-Type: "
            + answer.type()
            + "\r\nContent-Length: "
            + body.length
            + "\r\n\r\n";
    out.write(head.getBytes(ISO_8859_1));
    out.write(body);
  }

  private static void closeQuietly(Socket connection) {
    try {
      connection.close();
    } catch (IOException e) {
      LOG.debug("A connection to the metrics' port is closed already.");
    }
  }

  @Override
  public void close() {
    synchronized (this) {
      closing = true;
      open.forEach(BriefConnections::closeQuietly);
      var _ = clock.shutdownNow();
    }
    try {
      socket.close();
    } catch (IOException e) {
      LOG.debug("The metrics' port is closed already.");
    }
  }
}
