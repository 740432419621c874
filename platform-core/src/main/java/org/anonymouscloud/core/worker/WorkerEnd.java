package org.anonymouscloud.core.worker;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.channel.HandshakeGate;
import org.anonymouscloud.core.database.Signals;
import org.anonymouscloud.core.database.Subscribers;
import org.anonymouscloud.core.metrics.RequestTimes;
import org.anonymouscloud.core.session.server.Arrival;
import org.anonymouscloud.core.session.server.Network;
import org.anonymouscloud.core.session.server.Serving;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A worker's end of the line to its listener: what all workers of a server share, they have from
 * there. When the listener goes, so does the worker. Thread-safe.
 */
public final class WorkerEnd implements RequestTimes {
  private static final Logger LOG = LoggerFactory.getLogger(WorkerEnd.class);

  private final ControlLine line;
  private final Note.Begin begin;
  private final Subscribers subscribers = new Subscribers();
  private final Set<String> channels = ConcurrentHashMap.newKeySet();
  private final BlockingQueue<Seats.Seat> taken = new LinkedBlockingQueue<>();
  private final CountDownLatch over = new CountDownLatch(1);

  private WorkerEnd(ControlLine line, Note.Begin begin) {
    this.line = line;
    this.begin = begin;
  }

  /**
   * Hears what the listener says first.
   *
   * @param in nothing else reads it from now on
   * @param out nothing else writes to it from now on
   * @throws IOException if it is no listener of this version
   */
  public static WorkerEnd open(InputStream in, OutputStream out) throws IOException {
    ControlLine line = new ControlLine(in, out);
    if (line.read().orElse(null) instanceof Note.Begin begin && begin.version() == Note.VERSION) {
      return new WorkerEnd(line, begin);
    }
    throw new IOException("Only a server of the same version starts this command.");
  }

  /** The server's settings by their names. */
  public Map<String, String> settings() {
    return begin.settings();
  }

  /** The server's places for logged-in sessions; who must give way is cut by the listener. */
  public Seats seats() {
    return new Seats() {
      @Override
      public synchronized Seat take(Guest guest) {
        write(new Note.Take(guest.account().bytes(), guest.device().bytes()));
        try {
          return taken.take();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          return Seat.SERVER_FULL;
        }
      }

      @Override
      public void giveBack(Guest guest) {
        write(new Note.GiveBack());
      }
    };
  }

  /** Signals to and from all workers of the server, and its other nodes. */
  public Signals signals() {
    return new Signals() {
      @Override
      public void publish(String channel, String message) {
        Subscribers.check(channel, message);
        write(new Note.Publish(channel, message));
      }

      @Override
      public Subscription subscribe(String channel, Consumer<String> receiver) {
        Subscription subscription = subscribers.subscribe(channel, receiver);
        if (channels.add(channel)) {
          write(new Note.Subscribe(channel));
        }
        return subscription;
      }
    };
  }

  @Override
  public void answered(String feature, String result, long nanos) {
    write(new Note.Answered(feature, result, nanos));
  }

  /**
   * Serves the one client that this worker is for; returns when that is over, or the listener is.
   */
  public void serve(Serving serving) {
    try (LocalSocket socket = LocalSocket.connect(Path.of(begin.socket()), begin.token())) {
      Thread.ofPlatform().daemon().name("listener-notes").start(() -> read(socket, serving));
      write(new Note.Ready(Note.VERSION));
      over.await();
    } catch (IOException e) {
      LOG.debug("The listener has gone before this worker could serve.");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void read(LocalSocket socket, Serving serving) {
    try {
      for (Optional<Note> note = line.read(); note.isPresent(); note = line.read()) {
        take(note.get(), socket, serving);
      }
    } catch (IOException e) {
      LOG.warn("The listener cannot be understood: {}", e.getMessage());
    } finally {
      // Nobody is there to ask, and nobody brings bytes.
      taken.add(Seats.Seat.SERVER_FULL);
      serving.cut();
      over.countDown();
    }
  }

  private void take(Note note, LocalSocket socket, Serving serving) throws IOException {
    switch (note) {
      case Note.Serve(byte[] network) -> {
        Arrival arrival =
            new Arrival(
                socket,
                Network.decode(network),
                HandshakeGate.OPEN,
                cut -> {},
                (user, by) -> write(new Note.Proven(((AccountId) user).bytes(), by.bytes())),
                () -> write(new Note.Trusted()),
                () -> write(new Note.Forgotten()));
        Thread.ofPlatform().daemon().name("session").start(() -> serve(arrival, serving));
      }
      case Note.Taken(String seat) -> taken.add(seat(seat));
      case Note.Signal(String channel, String message) -> subscribers.deliver(channel, message);
      case Note.Drain() -> serving.drain();
      case Note.Begin _,
          Note.Ready _,
          Note.Trusted _,
          Note.Proven _,
          Note.Forgotten _,
          Note.Take _,
          Note.GiveBack _,
          Note.Subscribe _,
          Note.Publish _,
          Note.Answered _ ->
          throw new IOException("That is a worker's to say.");
    }
  }

  private static Seats.Seat seat(String name) throws IOException {
    try {
      return Seats.Seat.valueOf(name);
    } catch (IllegalArgumentException e) {
      throw new IOException("That is no answer.", e);
    }
  }

  private void serve(Arrival arrival, Serving serving) {
    try {
      serving.serve(arrival);
    } catch (IOException e) {
      LOG.debug("A handshake failed: {}", e.getClass().getName());
    } finally {
      over.countDown();
    }
  }

  private void write(Note note) {
    try {
      line.write(note);
    } catch (IOException e) {
      LOG.debug("The listener takes no more notes.");
    }
  }
}
