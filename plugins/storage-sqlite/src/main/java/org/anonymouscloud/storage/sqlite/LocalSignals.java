package org.anonymouscloud.storage.sqlite;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import org.anonymouscloud.core.database.Signals;
import org.anonymouscloud.core.database.Subscribers;

/** Signals within this process, which is the only server on its file. Thread-safe. */
final class LocalSignals implements Signals, AutoCloseable {
  private final Subscribers subscribers = new Subscribers();
  private final BlockingQueue<Signal> queue = new LinkedBlockingQueue<>();
  private final Thread delivery;

  private LocalSignals() {
    delivery = Thread.ofVirtual().name("sqlite-signals").unstarted(this::deliver);
  }

  static LocalSignals start() {
    LocalSignals signals = new LocalSignals();
    signals.delivery.start();
    return signals;
  }

  private record Signal(String channel, String message) {}

  @Override
  public void publish(String channel, String message) {
    Subscribers.check(channel, message);
    queue.add(new Signal(channel, message));
  }

  @Override
  public Subscription subscribe(String channel, Consumer<String> receiver) {
    return subscribers.subscribe(channel, receiver);
  }

  private void deliver() {
    try {
      while (true) {
        Signal signal = queue.take();
        subscribers.deliver(signal.channel(), signal.message());
      }
    } catch (InterruptedException e) {
      // close() ends the deliveries.
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    delivery.interrupt();
  }
}
