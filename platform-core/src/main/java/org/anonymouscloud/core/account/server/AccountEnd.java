package org.anonymouscloud.core.account.server;

import java.util.Base64;
import java.util.Optional;
import java.util.function.Consumer;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.database.DatabaseUnavailable;
import org.anonymouscloud.core.database.Signals;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says to every server node that the sessions of an account shall end now.
 *
 * @param except a device whose sessions stay
 */
public record AccountEnd(AccountId account, Optional<DeviceId> except) {
  private static final Logger LOG = LoggerFactory.getLogger(AccountEnd.class);
  private static final String CHANNEL = "account_end";

  void publish(Signals signals) {
    Base64.Encoder base64 = Base64.getEncoder();
    String message =
        base64.encodeToString(account.bytes())
            + except.map(device -> " " + base64.encodeToString(device.bytes())).orElse("");
    try {
      signals.publish(CHANNEL, message);
    } catch (DatabaseUnavailable e) {
      // The roll call, which asks the database itself, ends those of devices that may not stay.
      LOG.warn("The sessions of an account are ended later: the database is away.");
    }
  }

  /**
   * Calls {@code receiver} for each, on a thread of the database's own; it must not block.
   *
   * @return closes the subscription
   */
  public static Signals.Subscription subscribe(Signals signals, Consumer<AccountEnd> receiver) {
    return signals.subscribe(CHANNEL, message -> receive(message, receiver));
  }

  private static void receive(String message, Consumer<AccountEnd> receiver) {
    String[] parts = message.split(" ", -1);
    Base64.Decoder base64 = Base64.getDecoder();
    try {
      Optional<DeviceId> except =
          parts.length > 1 ? Optional.of(DeviceId.of(base64.decode(parts[1]))) : Optional.empty();
      receiver.accept(new AccountEnd(AccountId.of(base64.decode(parts[0])), except));
    } catch (IllegalArgumentException e) {
      LOG.warn("A signal on the channel of ended sessions was none.");
    }
  }
}
