package org.anonymouscloud.core.worker;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.anonymouscloud.core.channel.Channel;
import org.anonymouscloud.core.channel.ConnectFailed;
import org.anonymouscloud.core.crypto.RandomBytes;
import org.anonymouscloud.core.database.Signals;
import org.anonymouscloud.core.metrics.RequestTimes;
import org.anonymouscloud.core.session.server.Arrival;
import org.anonymouscloud.core.session.server.Serving;
import org.anonymouscloud.core.session.server.SessionLimits;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves each connection by a process of its own, which this one only passes bytes to. Some workers
 * wait for a client, so that no client waits for the start of one; no worker sees a second client.
 * Thread-safe.
 */
public final class Workers implements Serving, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Workers.class);
  private static final int TOKEN = 16;
  private static final int STARTERS = 2;

  /** For how long a client waits when more come at once than workers are ready. */
  private static final long PATIENCE_SECONDS = 20;

  private static final long LONGEST_PAUSE_MILLIS = 30_000;

  private final WorkerProgram program;
  private final SessionLimits limits;
  private final Seats seats;
  private final Signals signals;
  private final RequestTimes times;
  private final Path folder;
  private final ServerSocketChannel listening;
  private final Map<String, Worker> expected = new ConcurrentHashMap<>();
  private final BlockingQueue<Worker> idle = new LinkedBlockingQueue<>();
  private final Set<Worker> alive = ConcurrentHashMap.newKeySet();
  private final Set<Worker> serving = ConcurrentHashMap.newKeySet();
  private final Semaphore wanted;
  private volatile boolean draining;

  private Workers(
      WorkerProgram program,
      SessionLimits limits,
      Seats seats,
      Signals signals,
      RequestTimes times,
      Path folder,
      ServerSocketChannel listening) {
    this.program = program;
    this.limits = limits;
    this.seats = seats;
    this.signals = signals;
    this.times = times;
    this.folder = folder;
    this.listening = listening;
    this.wanted = new Semaphore(program.spare());
  }

  /**
   * Starts the first workers and waits for one of them.
   *
   * @param seats for the logged-in sessions of all workers together
   * @param signals which all workers share
   * @param times told of each request that a worker has answered
   * @throws IOException if none can be started
   */
  public static Workers start(
      WorkerProgram program, SessionLimits limits, Seats seats, Signals signals, RequestTimes times)
      throws IOException {
    // Short, as a socket's path must be, and its owner's alone.
    Path folder = Files.createTempDirectory("anoncloud");
    ServerSocketChannel listening = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    listening.bind(UnixDomainSocketAddress.of(folder.resolve("s")));
    Workers workers = new Workers(program, limits, seats, signals, times, folder, listening);
    Thread.ofVirtual().name("worker-connections").start(workers::accept);
    if (!workers.startOne()) {
      workers.close();
      throw new IOException("no worker process starts; the lines above say why");
    }
    workers.wanted.acquireUninterruptibly();
    for (int i = 0; i < STARTERS; i++) {
      Thread.ofPlatform().daemon().name("worker-starter").start(workers::startWanted);
    }
    return workers;
  }

  private void accept() {
    while (listening.isOpen()) {
      try {
        SocketChannel connection = listening.accept();
        Thread.ofVirtual().name("worker-token").start(() -> assign(connection));
      } catch (IOException e) {
        if (!listening.isOpen()) {
          return;
        }
        LOG.warn("Accepting a worker failed: {}", e.getClass().getName());
      }
    }
  }

  private void assign(SocketChannel connection) {
    try {
      ByteBuffer token = ByteBuffer.allocate(TOKEN);
      while (token.hasRemaining() && connection.read(token) >= 0) {
        // The rest of it.
      }
      Worker worker = expected.remove(HexFormat.of().formatHex(token.array()));
      if (worker != null) {
        worker.connected(connection);
      } else {
        connection.close();
      }
    } catch (IOException e) {
      LOG.debug("A worker's connection broke.");
    }
  }

  private void startWanted() {
    long pause = 0;
    try {
      while (true) {
        wanted.acquire();
        if (draining) {
          return;
        }
        if (startOne()) {
          pause = 0;
        } else if (!draining) {
          pause = Math.min(LONGEST_PAUSE_MILLIS, 2 * pause + 500);
          LOG.warn("A worker did not start; the next try is in {} ms.", pause);
          Thread.sleep(pause);
          wanted.release();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean startOne() {
    try {
      byte[] token = RandomBytes.next(TOKEN);
      String name = HexFormat.of().formatHex(token);
      Process process =
          new ProcessBuilder(program.command())
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      var _ = process.onExit().thenAccept(this::ended);
      Worker worker = new Worker(process, seats, signals, times);
      alive.add(worker);
      expected.put(name, worker);
      worker.begin(
          new Note.Begin(Note.VERSION, program.settings(), folder.resolve("s").toString(), token),
          () -> gone(worker, name));
      if (worker.awaitReady()) {
        idle.add(worker);
        return true;
      }
      worker.close();
    } catch (IOException e) {
      LOG.warn("A worker cannot be started: {}", e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return false;
  }

  private void ended(Process process) {
    if (process.exitValue() != 0 && !draining) {
      LOG.warn(
          "A worker was killed or failed (exit code {}); its client comes back to another.",
          process.exitValue());
    }
  }

  private void gone(Worker worker, String name) {
    expected.remove(name);
    alive.remove(worker);
    if (idle.remove(worker) && !draining) {
      LOG.warn("A worker ended while it waited for a client.");
      wanted.release();
    }
  }

  @Override
  public void serve(Arrival arrival) throws IOException {
    // Who does not get so far costs no process.
    byte[] first = Channel.admit(arrival.socket(), arrival.gate(), limits.channel());
    Worker worker = take();
    if (worker == null) {
      Channel.turnAway(arrival.socket());
      throw new ConnectFailed(ConnectFailed.Why.BUSY, "No worker was free in time.");
    }
    serving.add(worker);
    try (worker;
        var socket = arrival.socket()) {
      arrival.onGreeted().accept(() -> closeQuietly(socket));
      if (draining) {
        worker.drain();
      }
      worker.serve(arrival, first);
    } finally {
      serving.remove(worker);
    }
  }

  private @Nullable Worker take() {
    wanted.release();
    try {
      Worker free = idle.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
      if (free == null) {
        var _ = wanted.tryAcquire();
      }
      return free;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return null;
    }
  }

  private static void closeQuietly(java.net.Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      LOG.debug("A connection was gone already.");
    }
  }

  @Override
  public void drain() {
    draining = true;
    serving.forEach(Worker::drain);
  }

  @Override
  public void cut() {
    serving.forEach(Worker::cut);
  }

  /** Ends all workers and waits for their ends. */
  @Override
  public void close() {
    draining = true;
    wanted.release(STARTERS);
    try {
      listening.close();
      Files.deleteIfExists(folder.resolve("s"));
      Files.deleteIfExists(folder);
    } catch (IOException e) {
      LOG.warn("{} could not be removed: {}", folder, e.getClass().getName());
    }
    alive.forEach(Worker::hangUp);
    alive.forEach(Worker::close);
  }
}
