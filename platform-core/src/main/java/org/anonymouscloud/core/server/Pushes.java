package org.anonymouscloud.core.server;

import java.util.Base64;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.database.DatabaseUnavailable;
import org.anonymouscloud.core.database.Signals;
import org.anonymouscloud.core.plugin.AccountPush;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings a push to the sessions of an account on whichever server node they are: each push is a
 * signal over the database, and each node, this one too, gives it to the sessions it has.
 * Thread-safe.
 */
final class Pushes implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Pushes.class);
  private static final String CHANNEL = "account_push";
  private static final int MAX_TOPIC = 64;
  private static final int MAX_BODY = 512;

  private final Signals signals;
  private final Presence presence;
  private final Signals.Subscription subscription;

  Pushes(Signals signals, Presence presence) {
    this.signals = signals;
    this.presence = presence;
    this.subscription = signals.subscribe(CHANNEL, this::receive);
  }

  /** What one feature may push: topics of its own. */
  AccountPush of(String feature) {
    return (account, topic, body) -> {
      if (!topic.startsWith(feature + "/")
          || topic.length() > MAX_TOPIC
          || !topic.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
        throw new IllegalArgumentException("A push of " + feature + " has no such topic.");
      }
      if (body.length > MAX_BODY) {
        throw new IllegalArgumentException(
            "A push has at most 512 bytes, not " + body.length + ".");
      }
      publish(account, topic, body);
    };
  }

  private void publish(AccountId account, String topic, byte[] body) {
    Base64.Encoder base64 = Base64.getEncoder();
    String message =
        base64.encodeToString(account.bytes()) + " " + topic + " " + base64.encodeToString(body);
    try {
      signals.publish(CHANNEL, message);
    } catch (DatabaseUnavailable e) {
      // A push is a hint; who missed it looks for itself.
      LOG.debug("A push was lost: the database is away.");
    }
  }

  private void receive(String message) {
    String[] parts = message.split(" ", -1);
    try {
      Base64.Decoder base64 = Base64.getDecoder();
      presence.push(AccountId.of(base64.decode(parts[0])), parts[1], base64.decode(parts[2]));
    } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
      LOG.warn("A signal on the channel of pushes was none.");
    }
  }

  @Override
  public void close() {
    subscription.close();
  }
}
