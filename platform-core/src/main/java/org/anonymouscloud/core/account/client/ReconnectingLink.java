package org.anonymouscloud.core.account.client;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.anonymouscloud.core.session.Call;
import org.anonymouscloud.core.session.Connection;
import org.anonymouscloud.core.session.Link;
import org.anonymouscloud.core.wire.Refused;
import org.jspecify.annotations.Nullable;

/**
 * A link that outlives its sessions. A request opens a session when there is none; requests that
 * come meanwhile wait for it and share its failure. A request that is cut on the way fails with an
 * IOException and is not sent again: whether that is safe only the caller knows. While somebody is
 * subscribed, a session that has gone is opened again without anybody asking, first after a second
 * at most, then at ever longer random intervals. Thread-safe.
 */
public final class ReconnectingLink implements Link, AutoCloseable {
  /** How the link waits between attempts. */
  @FunctionalInterface
  interface Pause {
    void pause(Duration duration) throws InterruptedException;
  }

  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

  private final Dialer dialer;
  private final Pause pause;
  private final Thread keeper;

  /** Held through an attempt, which may take long; never taken while this object's lock is held. */
  private final ReentrantLock dialing = new ReentrantLock();

  // Guarded by this.
  private final List<Subscribed> subscribed = new ArrayList<>();
  private @Nullable Connection current;
  private long attempts;
  private @Nullable IOException failure;
  private boolean closed;

  /**
   * @param dialer gives sessions that are logged in
   */
  ReconnectingLink(Dialer dialer) {
    this(dialer, Thread::sleep);
  }

  ReconnectingLink(Dialer dialer, Pause pause) {
    this.dialer = dialer;
    this.pause = pause;
    this.keeper = Thread.ofVirtual().name("account-link").start(this::keep);
  }

  @Override
  public byte[] ask(String method, byte[] body) throws Refused, IOException {
    return connection().ask(method, body);
  }

  @Override
  public Call open(String method, byte[] body) throws IOException {
    return connection().open(method, body);
  }

  @Override
  public Subscription subscribe(String topic, Consumer<byte[]> receiver) {
    Subscribed subscription = new Subscribed(topic, receiver);
    synchronized (this) {
      subscribed.add(subscription);
      if (current != null && current.isOpen()) {
        subscription.live = current.subscribe(topic, receiver);
      }
      notifyAll();
    }
    return subscription;
  }

  /** The session, opened if there is none. */
  private Connection connection() throws IOException {
    long before;
    synchronized (this) {
      Connection open = open();
      if (open != null) {
        return open;
      }
      before = attempts;
    }
    dialing.lock();
    try {
      synchronized (this) {
        Connection open = open();
        if (open != null) {
          return open;
        }
        if (attempts > before && failure != null) {
          throw failure;
        }
      }
      return dial();
    } finally {
      dialing.unlock();
    }
  }

  private synchronized @Nullable Connection open() throws IOException {
    if (closed) {
      throw closed();
    }
    return current != null && current.isOpen() ? current : null;
  }

  private Connection dial() throws IOException {
    try {
      return use(dialer.dial());
    } catch (IOException e) {
      synchronized (this) {
        attempts++;
        failure = e;
      }
      throw e;
    }
  }

  private Connection use(Connection fresh) throws IOException {
    synchronized (this) {
      attempts++;
      failure = null;
      if (!closed) {
        current = fresh;
        for (Subscribed subscription : subscribed) {
          subscription.live = fresh.subscribe(subscription.topic, subscription.receiver);
        }
        return fresh;
      }
    }
    fresh.close();
    throw closed();
  }

  private static IOException closed() {
    return new IOException("The link to the server is closed.");
  }

  /** Whether the session is silent, or there is none, and one is being opened or could not be. */
  public boolean isAway() {
    synchronized (this) {
      if (current != null && current.isOpen()) {
        return current.isSilent();
      }
      if (failure != null) {
        return true;
      }
    }
    return dialing.isLocked();
  }

  /** Why there is no session, if the last attempt to open one failed. */
  public synchronized Optional<IOException> failure() {
    return current != null && current.isOpen() ? Optional.empty() : Optional.ofNullable(failure);
  }

  /** Keeps a session up for those who are subscribed. */
  private void keep() {
    try {
      int failures = 0;
      while (awaitSubscribers()) {
        try {
          Connection connection = connection();
          failures = 0;
          connection.awaitEnd();
        } catch (IOException e) {
          // Whoever asks gets the reason; whoever only listens waits for the next attempt.
          failures++;
        }
        pause.pause(interval(failures));
      }
    } catch (InterruptedException e) {
      // Closed.
      Thread.currentThread().interrupt();
    }
  }

  private synchronized boolean awaitSubscribers() throws InterruptedException {
    while (subscribed.isEmpty() && !closed) {
      wait();
    }
    return !closed;
  }

  /** Random, so that the clients of a server that was away do not all come back at once. */
  private static Duration interval(int failures) {
    long longest =
        Math.min(
            FIRST_PAUSE.toMillis() << Math.min(failures, Integer.SIZE / 2),
            LONGEST_PAUSE.toMillis());
    return Duration.ofMillis(ThreadLocalRandom.current().nextLong(longest / 2, longest + 1));
  }

  /** Ends the session there is; the next request opens another. */
  void hangUp() {
    Connection gone;
    synchronized (this) {
      gone = current;
      current = null;
    }
    if (gone != null) {
      gone.close();
    }
  }

  /** Ends the session and all requests on it, for good. */
  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      notifyAll();
    }
    keeper.interrupt();
    hangUp();
  }

  private final class Subscribed implements Subscription {
    private final String topic;
    private final Consumer<byte[]> receiver;
    // Guarded by the link; of the newest session, which may be gone.
    private @Nullable Subscription live;

    Subscribed(String topic, Consumer<byte[]> receiver) {
      this.topic = topic;
      this.receiver = receiver;
    }

    @Override
    public void close() {
      synchronized (ReconnectingLink.this) {
        subscribed.remove(this);
        if (live != null) {
          live.close();
          live = null;
        }
      }
    }
  }
}
