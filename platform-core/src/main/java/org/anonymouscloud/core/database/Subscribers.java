package org.anonymouscloud.core.database;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The subscribers of this process: the half of {@link Signals} that all databases share.
 * Thread-safe.
 */
public final class Subscribers {
  private static final Logger LOG = LoggerFactory.getLogger(Subscribers.class);
  private static final Pattern CHANNEL = Pattern.compile("[a-z_]{1,40}");
  private static final int MAX_MESSAGE = 1_000;

  private final Map<String, List<Subscriber>> channels = new ConcurrentHashMap<>();

  /** Compared by identity, so that one receiver may subscribe twice. */
  private static final class Subscriber {
    private final Consumer<String> receiver;

    Subscriber(Consumer<String> receiver) {
      this.receiver = receiver;
    }
  }

  /** Refuses what {@link Signals#publish} does not allow. */
  public static void check(String channel, String message) {
    checkChannel(channel);
    if (message.length() > MAX_MESSAGE || message.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("A signal has at most 1,000 characters and no NUL.");
    }
  }

  /** As {@link Signals#subscribe}. */
  public Signals.Subscription subscribe(String channel, Consumer<String> receiver) {
    checkChannel(channel);
    Subscriber subscriber = new Subscriber(receiver);
    List<Subscriber> all = channels.computeIfAbsent(channel, c -> new CopyOnWriteArrayList<>());
    all.add(subscriber);
    return () -> all.remove(subscriber);
  }

  /** Calls each subscriber of the channel, on the calling thread. One that fails is logged. */
  public void deliver(String channel, String message) {
    for (Subscriber subscriber : channels.getOrDefault(channel, List.of())) {
      try {
        subscriber.receiver.accept(message);
      } catch (RuntimeException e) {
        LOG.error("A subscriber of {} failed.", channel, e);
      }
    }
  }

  private static void checkChannel(String channel) {
    if (!CHANNEL.matcher(channel).matches()) {
      throw new IllegalArgumentException(
          "A channel's name is lower-case letters and underscores, at most 40.");
    }
  }
}
