package org.anonymouscloud.storage.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.anonymouscloud.core.database.Signals;
import org.anonymouscloud.core.database.Subscribers;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.postgresql.ds.PGSimpleDataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Signals by LISTEN and NOTIFY, so that they reach every node. All of them share one channel of
 * PostgreSQL, so a subscription costs the database nothing. Thread-safe.
 */
final class NotifySignals implements Signals, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(NotifySignals.class);

  /** The payload is our channel, a space and the message: at most 3,041 of the 7,999 bytes. */
  private static final String CHANNEL = "anoncloud";

  private static final int SILENCE_MILLISECONDS = 15_000;
  private static final int ANSWER_SECONDS = 5;
  private static final int RETRY_MILLISECONDS = 500;

  private final PGSimpleDataSource source;
  private final NodeLock lock;
  private final Jdbi publisher;
  private final Subscribers subscribers = new Subscribers();
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Thread listener;
  private volatile Connection listening;

  private NotifySignals(
      PGSimpleDataSource source, NodeLock lock, Jdbi publisher, Connection first) {
    this.source = source;
    this.lock = lock;
    this.publisher = publisher;
    this.listening = first;
    this.listener = Thread.ofVirtual().name("postgres-signals").unstarted(() -> listen(first));
  }

  /** A connection that holds the lock and listens already, for {@link #start}. */
  static Connection connect(PGSimpleDataSource source, NodeLock lock) throws SQLException {
    Connection connection = source.getConnection();
    try (Statement statement = connection.createStatement()) {
      lock.await(connection);
      statement.execute("LISTEN " + CHANNEL);
      return connection;
    } catch (SQLException e) {
      connection.close();
      throw e;
    }
  }

  /**
   * Delivers until closed.
   *
   * @param source makes further connections when {@code first} breaks
   * @param lock held as long as a connection is
   * @param first owned by the signals from now on
   */
  static NotifySignals start(
      PGSimpleDataSource source, NodeLock lock, Jdbi publisher, Connection first) {
    NotifySignals signals = new NotifySignals(source, lock, publisher, first);
    signals.listener.start();
    return signals;
  }

  @Override
  public void publish(String channel, String message) {
    Subscribers.check(channel, message);
    try {
      publisher.useHandle(
          handle ->
              handle
                  .createQuery("SELECT pg_notify(?, ?)")
                  .bind(0, CHANNEL)
                  .bind(1, channel + " " + message)
                  .mapToMap()
                  .list());
    } catch (JdbiException e) {
      LOG.debug("A signal on {} was lost with the database.", channel, e);
    }
  }

  @Override
  public Subscription subscribe(String channel, Consumer<String> receiver) {
    return subscribers.subscribe(channel, receiver);
  }

  private void listen(Connection first) {
    Optional<Connection> next = Optional.of(first);
    while (next.isPresent()) {
      try (Connection current = next.get()) {
        listening = current;
        deliverFrom(current);
      } catch (SQLException e) {
        if (isOpen()) {
          LOG.warn("The database is away.");
        }
      }
      next = reconnect();
    }
  }

  private void deliverFrom(Connection connection) throws SQLException {
    PGConnection postgres = connection.unwrap(PGConnection.class);
    while (isOpen()) {
      PGNotification[] notifications = postgres.getNotifications(SILENCE_MILLISECONDS);
      if (notifications.length == 0 && !connection.isValid(ANSWER_SECONDS)) {
        throw new SQLException("The connection is silent.");
      }
      for (PGNotification notification : notifications) {
        String payload = notification.getParameter();
        int space = payload.indexOf(' ');
        if (space > 0) {
          subscribers.deliver(payload.substring(0, space), payload.substring(space + 1));
        }
      }
    }
  }

  /** None once closed. */
  private Optional<Connection> reconnect() {
    while (isOpen()) {
      try {
        Connection connection = connect(source, lock);
        LOG.info("The database is back.");
        return Optional.of(connection);
      } catch (SQLException away) {
        LOG.debug("The database is still away.", away);
      }
      try {
        if (closed.await(RETRY_MILLISECONDS, TimeUnit.MILLISECONDS)) {
          break;
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        break;
      }
    }
    return Optional.empty();
  }

  private boolean isOpen() {
    return closed.getCount() > 0;
  }

  /** Waits for the listener: the classes that it runs may be unloaded next. */
  @Override
  public void close() {
    closed.countDown();
    try {
      // The listener waits in a read; closing in the usual way would wait for it.
      listening.abort(Runnable::run);
    } catch (SQLException e) {
      LOG.debug("The listening connection could not be closed.", e);
    }
    OwnThreads.join(listener);
  }
}
