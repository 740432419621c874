package org.anonymouscloud.core.session;

import java.util.HashMap;
import java.util.Map;

/**
 * The bytes that the requests of all users of a process may hold together, from the first part of a
 * request to its answer. One user may hold as much as is free, so one alone gets half of all, and
 * however many hold as much as they can, something is left for who comes next: nobody uses up the
 * memory of a server, nor what it has for others. Thread-safe.
 */
final class MemoryBudget {
  private final long total;
  private final Map<Object, Long> held = new HashMap<>();
  private long free;

  /**
   * @param total in bytes
   */
  MemoryBudget(long total) {
    this.total = total;
    this.free = total;
  }

  /** A part of this process's memory; the rest is for all that is no request. */
  static MemoryBudget ofThisProcess() {
    return new MemoryBudget(Runtime.getRuntime().maxMemory() / 4);
  }

  /** What one request holds; nothing at first. Thread-safe. */
  final class Hold implements Growth, AutoCloseable {
    private final Object user;
    private long bytes;
    private boolean closed;

    private Hold(Object user) {
      this.user = user;
    }

    @Override
    public boolean take(int more) {
      synchronized (MemoryBudget.this) {
        long own = held.getOrDefault(user, 0L);
        if (closed || own + more > free - more) {
          return false;
        }
        add(more);
        return true;
      }
    }

    /** Holds at least so much, whether it is there or not: for what must not be refused. */
    void atLeast(long needed) {
      synchronized (MemoryBudget.this) {
        if (!closed && needed > bytes) {
          add(needed - bytes);
        }
      }
    }

    @Override
    public void giveBack(int less) {
      synchronized (MemoryBudget.this) {
        if (!closed) {
          add(-less);
        }
      }
    }

    private void add(long more) {
      bytes += more;
      free -= more;
      long own = held.getOrDefault(user, 0L) + more;
      if (own == 0) {
        held.remove(user);
      } else {
        held.put(user, own);
      }
    }

    /** Gives all back; takes nothing any more. */
    @Override
    public void close() {
      synchronized (MemoryBudget.this) {
        add(-bytes);
        closed = true;
      }
    }
  }

  /**
   * For a request that begins.
   *
   * @param user equal for all sessions of one user
   */
  Hold of(Object user) {
    return new Hold(user);
  }

  /** Bytes that are held now. */
  synchronized long used() {
    return total - free;
  }
}
