package org.anonymouscloud.client.agent.account;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Locks a device that nobody has used for a while. Thread-safe. */
public final class IdleLock implements AutoCloseable {
  private static final Duration LOOK_EVERY = Duration.ofSeconds(5);

  private final Runnable lock;
  private final Thread thread;
  private final AtomicInteger inUse = new AtomicInteger();
  private volatile long lastUse = System.nanoTime();
  private volatile @Nullable Duration limit;

  /**
   * @param lock called once the device is idle; asks {@link #isIdle} again when nothing can begin
   *     any more
   */
  IdleLock(Runnable lock) {
    this.lock = lock;
    this.thread = Thread.ofVirtual().name("idle-lock").start(this::watch);
  }

  /** Use that keeps the device from locking until it is closed. */
  @FunctionalInterface
  public interface Use extends AutoCloseable {
    @Override
    void close();
  }

  Use use() {
    var _ = inUse.incrementAndGet();
    return () -> {
      lastUse = System.nanoTime();
      var _ = inUse.decrementAndGet();
    };
  }

  /**
   * Begins anew.
   *
   * @param longest without use; null for any time
   */
  void limit(@Nullable Duration longest) {
    lastUse = System.nanoTime();
    limit = longest;
  }

  boolean isIdle() {
    Duration longest = limit;
    return longest != null && inUse.get() == 0 && System.nanoTime() - lastUse > longest.toNanos();
  }

  private void watch() {
    try {
      while (true) {
        Thread.sleep(LOOK_EVERY);
        if (isIdle()) {
          lock.run();
        }
      }
    } catch (InterruptedException e) {
      // Closed.
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
