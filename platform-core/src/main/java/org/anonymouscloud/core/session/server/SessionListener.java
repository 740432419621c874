package org.anonymouscloud.core.session.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Phaser;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.anonymouscloud.core.channel.Channel;
import org.anonymouscloud.core.channel.ConnectFailed;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Accepts connections on one port, each on a virtual thread of its own. Thread-safe. */
public final class SessionListener implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SessionListener.class);
  private static final int BACKLOG = 1024;

  private final ServerSocket socket;
  private final SessionLimits limits;
  private final Serving serving;
  private final Function<InetAddress, Network> networks;
  private final Admission admission;
  private final HandshakeBudget budget;
  private final SessionCounts counts;
  private final Set<Socket> greeting = ConcurrentHashMap.newKeySet();
  private final Phaser threads = new Phaser(1);
  private volatile boolean closing;

  private SessionListener(
      ServerSocket socket,
      SessionCounts counts,
      SessionLimits limits,
      Function<InetAddress, Network> networks,
      Serving serving) {
    this.socket = socket;
    this.counts = counts;
    this.limits = limits;
    this.networks = networks;
    this.serving = serving;
    this.admission = new Admission(limits);
    this.budget = new HandshakeBudget(limits.rates(), System::nanoTime);
  }

  /**
   * Opens the port and accepts sessions until {@link #close}.
   *
   * @param address with port 0 for any free port
   * @param key stays the caller's and must live as long as the listener
   * @param handlers gives each session, once its handshake is done, who answers its requests
   * @throws IOException if the port cannot be had
   */
  public static SessionListener start(
      InetSocketAddress address,
      ServerKey key,
      SessionLimits limits,
      Function<ServedSession, SessionHandler> handlers)
      throws IOException {
    return start(address, limits, new SessionThreads(key, limits, handlers));
  }

  /**
   * Opens the port and accepts connections until {@link #close}.
   *
   * @param serving serves them; closing the listener drains it
   * @throws IOException if the port cannot be had
   */
  public static SessionListener start(
      InetSocketAddress address, SessionLimits limits, Serving serving) throws IOException {
    return start(address, limits, Network::of, serving);
  }

  /** With networks that tests choose. */
  static SessionListener start(
      InetSocketAddress address,
      ServerKey key,
      SessionLimits limits,
      Function<InetAddress, Network> networks,
      Function<ServedSession, SessionHandler> handlers)
      throws IOException {
    return start(address, limits, networks, new SessionThreads(key, limits, handlers));
  }

  private static SessionListener start(
      InetSocketAddress address,
      SessionLimits limits,
      Function<InetAddress, Network> networks,
      Serving serving)
      throws IOException {
    SessionCounts counts = new SessionCounts();
    ServerSocket socket = new CountedServerSocket(counts);
    try {
      socket.setReuseAddress(true);
      socket.bind(address, BACKLOG);
    } catch (IOException e) {
      socket.close();
      throw e;
    }
    SessionListener listener = new SessionListener(socket, counts, limits, networks, serving);
    var _ = listener.threads.register();
    Thread.ofVirtual().name("session-listener").start(listener::accept);
    return listener;
  }

  /** The port that is listened on. */
  public int port() {
    return socket.getLocalPort();
  }

  /** What it does, in numbers. */
  public SessionCounts counts() {
    return counts;
  }

  private void accept() {
    try {
      while (!closing) {
        acceptOne();
      }
    } finally {
      threads.arriveAndDeregister();
    }
  }

  private void acceptOne() {
    Socket client;
    try {
      client = socket.accept();
    } catch (IOException e) {
      if (!closing) {
        // Out of file descriptors, most likely: it passes when a session ends.
        LOG.warn("Accepting a connection failed: {}", e.getClass().getName());
        pause();
      }
      return;
    }
    Network network = networks.apply(client.getInetAddress());
    Optional<Admission.Place> place = admission.admit(network, () -> Channel.turnAway(client));
    if (place.isEmpty()) {
      counts.handshake(SessionCounts.Handshake.REFUSED);
      Channel.turnAway(client);
      return;
    }
    var _ = threads.register();
    Thread.ofVirtual().name("session").start(() -> serve(client, network, place.get()));
  }

  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(100);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void serve(Socket client, Network network, Admission.Place place) {
    AtomicBoolean greeted = new AtomicBoolean();
    try (place) {
      greeting.add(client);
      if (closing) {
        client.close();
      }
      serving.serve(
          new Arrival(
              client,
              network,
              cookie -> budget.spend(network, cookie),
              cut -> {
                greeted.set(true);
                greeting.remove(client);
                counts.handshake(SessionCounts.Handshake.ACCEPTED);
                counts.begun();
                place.greeted(cut);
              },
              place::prove,
              place::settle,
              place::forget));
    } catch (IOException e) {
      if (!greeted.get()) {
        counts.handshake(outcome(e));
      }
    } finally {
      greeting.remove(client);
      if (greeted.get()) {
        counts.ended();
      }
      threads.arriveAndDeregister();
    }
  }

  private static SessionCounts.Handshake outcome(IOException failure) {
    return failure instanceof ConnectFailed failed && failed.why() == ConnectFailed.Why.BUSY
        ? SessionCounts.Handshake.REFUSED
        : SessionCounts.Handshake.FAILED;
  }

  /**
   * Takes no new sessions and requests, lets running requests finish for a while, and ends the
   * sessions. When this returns, every handler has been closed, but for those that do not end
   * though their session has.
   */
  @Override
  public void close() {
    closing = true;
    try {
      socket.close();
    } catch (IOException e) {
      LOG.warn("Closing the port failed: {}", e.getClass().getName());
    }
    greeting.forEach(SessionListener::closeQuietly);
    serving.drain();
    int phase = threads.arrive();
    if (!awaitThreads(phase)) {
      serving.cut();
      if (!awaitThreads(phase)) {
        LOG.warn("{} sessions still have requests that do not end.", counts.sessions());
      }
    }
  }

  private boolean awaitThreads(int phase) {
    try {
      var _ =
          threads.awaitAdvanceInterruptibly(
              phase, limits.drain().toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static void closeQuietly(Socket client) {
    try {
      client.close();
    } catch (IOException e) {
      LOG.debug("A connection was gone already.");
    }
  }
}
