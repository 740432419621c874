package org.anonymouscloud.core.server;

import java.util.Base64;
import java.util.function.Predicate;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.DeviceId;
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

  /** In a signal, in the place of a device. */
  private static final String ALL_DEVICES = "*";

  private static final int MAX_TOPIC = 64;
  private static final int MAX_BODY = 512;

  private final Signals signals;
  private final LoggedInSessions loggedIn;
  private final Signals.Subscription subscription;

  Pushes(Signals signals, LoggedInSessions loggedIn) {
    this.signals = signals;
    this.loggedIn = loggedIn;
    this.subscription = signals.subscribe(CHANNEL, this::receive);
  }

  /** What one feature may push: topics of its own. */
  AccountPush of(String feature) {
    return new AccountPush() {
      @Override
      public void push(AccountId account, String topic, byte[] body) {
        check(feature, topic, body);
        publish(account, ALL_DEVICES, topic, body);
      }

      @Override
      public void push(AccountId account, DeviceId device, String topic, byte[] body) {
        check(feature, topic, body);
        publish(account, Base64.getEncoder().encodeToString(device.bytes()), topic, body);
      }
    };
  }

  private static void check(String feature, String topic, byte[] body) {
    if (!topic.startsWith(feature + "/")
        || topic.length() > MAX_TOPIC
        || !topic.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
      throw new IllegalArgumentException("A push of " + feature + " has no such topic.");
    }
    if (body.length > MAX_BODY) {
      throw new IllegalArgumentException("A push has at most 512 bytes, not " + body.length + ".");
    }
  }

  private void publish(AccountId account, String device, String topic, byte[] body) {
    Base64.Encoder base64 = Base64.getEncoder();
    String message =
        String.join(
            " ",
            base64.encodeToString(account.bytes()),
            device,
            topic,
            base64.encodeToString(body));
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
      AccountId account = AccountId.of(base64.decode(parts[0]));
      Predicate<DeviceId> receivers = device -> true;
      if (!parts[1].equals(ALL_DEVICES)) {
        receivers = DeviceId.of(base64.decode(parts[1]))::equals;
      }
      loggedIn.push(account, receivers, parts[2], base64.decode(parts[3]));
    } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
      LOG.warn("A signal on the channel of pushes was none.");
    }
  }

  @Override
  public void close() {
    subscription.close();
  }
}
