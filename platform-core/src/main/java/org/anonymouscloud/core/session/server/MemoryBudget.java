package org.anonymouscloud.core.session.server;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.LongSupplier;
import org.anonymouscloud.core.session.Growth;
import org.jspecify.annotations.Nullable;

/**
 * The bytes that the requests of all users of a process may hold together, from the first part of a
 * request to its answer. One user may hold as much as is free, so one alone gets half of all, and
 * however many hold as much as they can, something is left for who comes next: nobody uses up the
 * memory of a server, nor what it has for others. One device of a user gets half of what the user
 * may have, by the same rule.
 *
 * <p>Where there is none left, what has waited too long for its client gives way; for a user who
 * holds next to nothing, what the greediest user holds; and for an urgent request, by which a user
 * gets rid of a stolen device, what the user's greediest device holds. A slice of all is each
 * user's in any case, and a slice of what the user may have each device's. Thread-safe.
 */
final class MemoryBudget {
  /** How long a client may take nothing, or send nothing, while somebody needs the memory. */
  static final Duration PATIENCE = Duration.ofMinutes(1);

  /** The same of a request that is not whole, for which a client has no reason to pause. */
  static final Duration PATIENCE_WITH_PARTS = Duration.ofSeconds(10);

  /** Looking through what all users hold takes time, so it is not done each time. */
  private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);

  /** A part of all, for urgent requests alone. */
  private static final int RESERVE = 8;

  /** No fewer than the sessions that one user may have, so the devices. */
  private static final int DEVICES = 64;

  /** Users who have a slice of all each, whatever the others hold. */
  private static final int USERS = 64;

  private final long total;
  private final LongSupplier nanoTime;
  private final Map<Object, Account> accounts = new HashMap<>();
  private long free;
  private long looked;

  /**
   * @param total in bytes
   * @param nanoTime as {@link System#nanoTime}
   */
  MemoryBudget(long total, LongSupplier nanoTime) {
    this.total = total;
    this.nanoTime = nanoTime;
    this.free = total;
    this.looked = nanoTime.getAsLong() - BETWEEN_LOOKS.toNanos();
  }

  /** A part of this process's memory; the rest is for all that is no request. */
  static MemoryBudget ofThisProcess() {
    return new MemoryBudget(Runtime.getRuntime().maxMemory() / 4, System::nanoTime);
  }

  /** The clock by which it is told who waits. */
  LongSupplier clock() {
    return nanoTime;
  }

  /**
   * The user and device whose memory a request takes. The user is equal for all devices of one, and
   * both have it.
   */
  record Owner(Object user, Object device) {}

  /** A request that holds memory. */
  interface Holder {
    /**
     * Since when it has waited for its client, by the budget's clock, if it does. Called while the
     * budget is locked; takes no lock.
     */
    OptionalLong waitingSince();

    /** For how long it may wait where memory is short. Called in the same way. */
    Duration patience();

    /** Ends it: what it held is another's by then. Called without any lock; does not wait. */
    void giveWay();
  }

  /** What the devices of one user hold. */
  private static final class Account {
    private final Map<Object, Long> devices = new HashMap<>();
    private final Set<Hold> holds = new LinkedHashSet<>();
    private long bytes;

    long of(Object device) {
      return devices.getOrDefault(device, 0L);
    }
  }

  /** What one request holds; nothing at first. Thread-safe. */
  final class Hold implements Growth, AutoCloseable {
    private final Owner owner;
    private final boolean urgent;
    private final Holder holder;
    private long bytes;
    private boolean closed;

    private Hold(Owner owner, boolean urgent, Holder holder) {
      this.owner = owner;
      this.urgent = urgent;
      this.holder = holder;
    }

    @Override
    public boolean take(int more) {
      synchronized (MemoryBudget.this) {
        if (closed || !fits(more)) {
          return false;
        }
        add(more);
        return true;
      }
    }

    /**
     * Takes them all, or none; others may have to give way. To be called without any lock, as they
     * end meanwhile.
     */
    boolean claim(int more) {
      List<Hold> ended = new ArrayList<>();
      boolean taken;
      synchronized (MemoryBudget.this) {
        if (!closed && !hasRoom(more)) {
          ended.addAll(endWaiting(owner));
        }
        while (!closed && !hasRoom(more)) {
          Optional<Hold> greediest = whoGivesWay(more);
          if (greediest.isEmpty()) {
            break;
          }
          greediest.get().close();
          ended.add(greediest.get());
        }
        taken = !closed && hasRoom(more);
        if (taken) {
          add(more);
        }
      }
      ended.forEach(hold -> hold.holder.giveWay());
      return taken;
    }

    /** Claims what is missing until so much is held in all; the same holds as for a claim. */
    boolean claimInAll(int needed) {
      long held;
      synchronized (MemoryBudget.this) {
        held = bytes;
      }
      return needed <= held || claim((int) (needed - held));
    }

    private boolean hasRoom(long more) {
      long left = urgent ? free : free - total / RESERVE;
      return fits(more) || (isInUsersSlice(more) && more <= left);
    }

    private boolean isInUsersSlice(long more) {
      return account(owner.user()).bytes + more <= total / USERS;
    }

    private Optional<Hold> whoGivesWay(long more) {
      Optional<Hold> others = isInUsersSlice(more) ? ofGreediestUser() : Optional.empty();
      return others.isPresent() || !urgent ? others : greediest(more);
    }

    private boolean fits(long more) {
      Account account = account(owner.user());
      if (urgent) {
        return account.bytes + more <= free - more;
      }
      long ofAccount = (free - total / RESERVE - account.bytes) / 2;
      return account.of(owner.device()) + more <= ofAccount - more;
    }

    /**
     * The largest that the user's greediest other device holds. A device that holds no more than
     * its slice gives way to none: so a thief's many devices end nothing of the owner's removal,
     * for which, as long as it needs no more than a slice itself, one of them has more.
     */
    private Optional<Hold> greediest(long more) {
      Account account = account(owner.user());
      long slice = (free + account.bytes) / 2 / DEVICES;
      long least = Math.max(slice, account.of(owner.device()) + more);
      return account.holds.stream()
          .filter(hold -> !hold.owner.device().equals(owner.device()))
          .filter(hold -> account.of(hold.owner.device()) > least)
          .max(
              Comparator.<Hold>comparingLong(hold -> account.of(hold.owner.device()))
                  .thenComparingLong(hold -> hold.bytes));
    }

    private boolean hasWaitedTooLong(long now) {
      OptionalLong since = holder.waitingSince();
      return since.isPresent() && now - since.getAsLong() >= holder.patience().toNanos();
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
      if (more == 0) {
        return;
      }
      Account account = accounts.computeIfAbsent(owner.user(), none -> new Account());
      bytes += more;
      free -= more;
      account.bytes += more;
      account.devices.merge(owner.device(), more, MemoryBudget::sum);
      if (bytes == 0) {
        account.holds.remove(this);
      } else {
        account.holds.add(this);
      }
      if (account.bytes == 0) {
        accounts.remove(owner.user());
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

  private Account account(Object user) {
    return accounts.getOrDefault(user, new Account());
  }

  /**
   * The largest of the user who holds the most, if that is more than the slice which is each
   * user's: so many users who hold little end nothing of one who holds no more.
   */
  private Optional<Hold> ofGreediestUser() {
    return accounts.values().stream()
        .filter(account -> account.bytes > total / USERS)
        .max(Comparator.comparingLong(account -> account.bytes))
        .flatMap(
            account -> account.holds.stream().max(Comparator.comparingLong(hold -> hold.bytes)));
  }

  /** Nothing is no entry. */
  private static @Nullable Long sum(Long one, Long other) {
    long sum = one + other;
    return sum == 0 ? null : sum;
  }

  /**
   * Takes from those whose client takes and sends nothing: of the same user, and of all if less
   * than half is free, so that nobody who asks for much ends what others only pause.
   */
  private List<Hold> endWaiting(Owner asking) {
    long now = nanoTime.getAsLong();
    Collection<Account> among = List.of(account(asking.user()));
    if (free < total / 2 && now - looked >= BETWEEN_LOOKS.toNanos()) {
      looked = now;
      among = accounts.values();
    }
    List<Hold> waiting =
        among.stream()
            .flatMap(account -> account.holds.stream())
            .filter(hold -> hold.hasWaitedTooLong(now))
            .toList();
    waiting.forEach(Hold::close);
    return waiting;
  }

  /**
   * For a request that begins.
   *
   * @param urgent whether greedier devices of its user give way to it
   */
  Hold of(Owner owner, boolean urgent, Holder holder) {
    return new Hold(owner, urgent, holder);
  }

  /** Bytes that are held now. */
  synchronized long used() {
    return total - free;
  }
}
