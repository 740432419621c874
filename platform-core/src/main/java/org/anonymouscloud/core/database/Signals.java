package org.anonymouscloud.core.database;

import java.util.function.Consumer;

/**
 * Publish and subscribe over the database. A signal is a hint that something changed: it may be
 * lost when the connection to the database breaks, so a subscriber must be able to look for itself.
 * Thread-safe.
 */
public interface Signals {
  /**
   * Tells all subscribers of the channel, on every server node. Fails silently while the database
   * is away.
   *
   * @param channel lower-case letters and underscores, at most 40
   * @param message at most 1,000 characters, none of them NUL
   */
  void publish(String channel, String message);

  /**
   * Calls {@code receiver} for each message, on a thread of the database's own; it must not block.
   * The messages that one thread publishes on a channel arrive in that order.
   *
   * @return closes the subscription
   */
  Subscription subscribe(String channel, Consumer<String> receiver);

  /** A running subscription. */
  interface Subscription extends AutoCloseable {
    @Override
    void close();
  }
}
