package org.anonymouscloud.storage.postgres;

import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads of a connection pool, so that they can be waited for: a pool that is closed lets its
 * threads end in their own time, and the classes that they run are unloaded with the plugin.
 * Thread-safe.
 */
final class OwnThreads implements ThreadFactory, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(OwnThreads.class);

  /** More than it takes to connect to a server that does not answer. */
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  private final String name;
  private final Queue<Thread> threads = new ConcurrentLinkedQueue<>();

  OwnThreads(String name) {
    this.name = name;
  }

  @Override
  public Thread newThread(Runnable work) {
    threads.removeIf(thread -> thread.getState() == Thread.State.TERMINATED);
    Thread thread = Thread.ofPlatform().daemon().name(name).unstarted(work);
    threads.add(thread);
    return thread;
  }

  /** Waits for a thread that has been told to end. */
  static void join(Thread thread) {
    try {
      if (!thread.join(PATIENCE)) {
        LOG.warn("A thread of the database does not end: {}", thread.getName());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Waits for all; those that use them have been closed. */
  @Override
  public void close() {
    for (Thread thread : threads) {
      if (thread.getState() != Thread.State.NEW) {
        join(thread);
      }
    }
  }
}
