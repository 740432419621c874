package org.anonymouscloud.core.worker;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.database.Signals;
import org.anonymouscloud.core.metrics.RequestTimes;
import org.anonymouscloud.core.session.server.Arrival;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One worker process as its listener sees it: a row of notes, and a local socket that takes a
 * client's bytes and gives those for it. Whatever the worker says may be the word of somebody who
 * has taken it over. Thread-safe but for {@link #serve}.
 */
final class Worker implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Worker.class);

  /** Signals wait so; more than that are lost, as signals may be. */
  private static final int MAX_WAITING = 1_000;

  private static final int MAX_CHANNELS = 64;
  private static final int PIECE = 64 * 1024;
  private static final long READY_SECONDS = 60;
  private static final long END_SECONDS = 15;

  /** What feature and result of a request look like. */
  private static final String LABEL = "[a-z_]{1,20}";

  private final Process process;
  private final ControlLine line;
  private final Seats seats;
  private final Signals signals;
  private final RequestTimes times;
  private final BlockingQueue<Note> outgoing = new LinkedBlockingQueue<>(MAX_WAITING);
  private final CompletableFuture<SocketChannel> data = new CompletableFuture<>();
  private final CompletableFuture<Boolean> ready = new CompletableFuture<>();
  private volatile BiConsumer<Object, Digest> onProven = (user, by) -> {};
  private volatile Runnable onTrusted = () -> {};
  private volatile Runnable onForgotten = () -> {};

  // The reading thread's own.
  private final List<Signals.Subscription> subscriptions = new ArrayList<>();
  private Optional<Seats.Guest> seated = Optional.empty();

  Worker(Process process, Seats seats, Signals signals, RequestTimes times) {
    this.process = process;
    this.line = new ControlLine(process.getInputStream(), process.getOutputStream());
    this.seats = seats;
    this.signals = signals;
    this.times = times;
  }

  /**
   * Begins to talk with it.
   *
   * @param onEnd called once, when nothing more comes from it
   */
  void begin(Note.Begin begin, Runnable onEnd) {
    outgoing.add(begin);
    // Not virtual: pipes hold their carriers.
    Thread.ofPlatform().daemon().name("worker-notes-out").start(this::write);
    Thread.ofPlatform().daemon().name("worker-notes-in").start(() -> read(onEnd));
  }

  /** Waits until it can serve; false if it never will. */
  boolean awaitReady() throws InterruptedException {
    try {
      boolean said = ready.get(READY_SECONDS, TimeUnit.SECONDS);
      return said && data.get(READY_SECONDS, TimeUnit.SECONDS).isOpen();
    } catch (ExecutionException | TimeoutException e) {
      return false;
    }
  }

  /** Takes over the local socket's connection that named this worker. */
  void connected(SocketChannel channel) {
    if (!data.complete(channel)) {
      close(channel);
    }
  }

  private void write() {
    try {
      while (process.isAlive()) {
        Note next = outgoing.poll(1, TimeUnit.SECONDS);
        if (next != null) {
          line.write(next);
        }
      }
    } catch (IOException e) {
      LOG.debug("A worker takes no more notes.");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void read(Runnable onEnd) {
    try {
      for (Optional<Note> note = line.read(); note.isPresent(); note = line.read()) {
        take(note.get());
      }
    } catch (IOException | RuntimeException e) {
      LOG.warn("A worker broke the rules and is ended: {}", e.getClass().getName());
      process.destroyForcibly();
    } finally {
      var _ = ready.complete(false);
      subscriptions.forEach(Signals.Subscription::close);
      seated.ifPresent(seats::giveBack);
      onEnd.run();
    }
  }

  private void take(Note note) throws IOException {
    switch (note) {
      case Note.Ready(int version) -> ready.complete(version == Note.VERSION);
      case Note.Proven(byte[] account, byte[] by) ->
          onProven.accept(AccountId.of(account), Digest.of(by));
      case Note.Trusted() -> onTrusted.run();
      case Note.Forgotten() -> onForgotten.run();
      case Note.Take(byte[] account, byte[] device) -> {
        if (seated.isPresent()) {
          throw new IOException("It has a seat.");
        }
        Seats.Guest asking = new Seats.Guest(AccountId.of(account), DeviceId.of(device), this::cut);
        Seats.Seat seat = seats.take(asking);
        if (seat == Seats.Seat.TAKEN) {
          seated = Optional.of(asking);
        }
        outgoing.offer(new Note.Taken(seat.name()));
      }
      case Note.GiveBack() -> {
        seated.ifPresent(seats::giveBack);
        seated = Optional.empty();
      }
      case Note.Subscribe(String channel) -> subscribe(channel);
      case Note.Publish(String channel, String message) -> signals.publish(channel, message);
      case Note.Answered(String feature, String result, long nanos) -> {
        if (!feature.matches(LABEL) || !result.matches(LABEL) || nanos < 0) {
          throw new IOException("That is no request.");
        }
        times.answered(feature, result, nanos);
      }
      case Note.Begin _, Note.Serve _, Note.Taken _, Note.Signal _, Note.Drain _ ->
          throw new IOException("That is the listener's to say.");
    }
  }

  private void subscribe(String channel) throws IOException {
    if (subscriptions.size() >= MAX_CHANNELS) {
      throw new IOException("Nobody needs so many channels.");
    }
    subscriptions.add(
        signals.subscribe(channel, message -> outgoing.offer(new Note.Signal(channel, message))));
  }

  /**
   * Lets it serve a client until one of the two has had enough.
   *
   * @param first what has come from the client already
   */
  void serve(Arrival arrival, byte[] first) throws IOException {
    onProven = arrival.onProven();
    onTrusted = arrival.onTrusted();
    onForgotten = arrival.onForgotten();
    SocketChannel toWorker = data.join();
    outgoing.add(new Note.Serve(arrival.network().encode()));
    Socket client = arrival.socket();
    client.setSoTimeout(0);
    Thread up = Thread.ofVirtual().name("relay-up").start(() -> up(client, first, toWorker));
    down(toWorker, client);
    try {
      // The client may have something to say still, but not to a worker that has gone.
      var _ = process.waitFor(END_SECONDS, TimeUnit.SECONDS);
      client.close();
      close(toWorker);
      up.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void up(Socket client, byte[] first, SocketChannel toWorker) {
    try {
      write(toWorker, first, first.length);
      byte[] piece = new byte[PIECE];
      InputStream in = client.getInputStream();
      for (int count = in.read(piece); count >= 0; count = in.read(piece)) {
        write(toWorker, piece, count);
      }
      toWorker.shutdownOutput();
    } catch (IOException e) {
      // One of the two has gone; the other is told by its own end.
      close(toWorker);
    }
  }

  private static void write(SocketChannel channel, byte[] bytes, int length) throws IOException {
    ByteBuffer left = ByteBuffer.wrap(bytes, 0, length);
    while (left.hasRemaining()) {
      channel.write(left);
    }
  }

  private static void down(SocketChannel fromWorker, Socket client) {
    try {
      byte[] piece = new byte[PIECE];
      OutputStream out = client.getOutputStream();
      ByteBuffer into = ByteBuffer.wrap(piece);
      for (int count = fromWorker.read(into); count >= 0; count = fromWorker.read(into)) {
        out.write(piece, 0, count);
        into.clear();
      }
      client.shutdownOutput();
    } catch (IOException e) {
      close(fromWorker);
    }
  }

  /** Ends its session at once. */
  void cut() {
    var _ = data.thenAccept(Worker::close);
  }

  /** Lets its session end when the running requests are answered. */
  void drain() {
    outgoing.offer(new Note.Drain());
  }

  private static void close(SocketChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      LOG.debug("A local connection was gone already.");
    }
  }

  /** Ends the process, if it has not ended by itself; waits for that. */
  @Override
  public void close() {
    // A worker ends when nothing more can come. What is still to be written to it may hold this up.
    Thread.ofPlatform().daemon().name("worker-end").start(this::hangUp);
    try {
      if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    var _ = data.thenAccept(Worker::close);
  }

  /** Tells it that nothing more will come, so that it ends. */
  void hangUp() {
    try {
      process.getOutputStream().close();
    } catch (IOException e) {
      LOG.debug("A worker had gone already.");
    }
  }
}
