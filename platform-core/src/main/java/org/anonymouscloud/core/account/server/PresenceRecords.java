package org.anonymouscloud.core.account.server;

import java.time.Clock;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.crypto.RandomBytes;
import org.anonymouscloud.core.database.OpenDatabase;
import org.jdbi.v3.core.Handle;

/**
 * The accounts that are logged in on this server node, in the database for all nodes to see.
 * Changes are written now and then, not one by one, and what a node wrote that has ended without a
 * word is worth nothing after {@value #WORTH_SECONDS} seconds. Thread-safe.
 */
public final class PresenceRecords implements AutoCloseable {
  /** Without a request for so long an account is away. */
  static final Duration AWAY = Duration.ofMinutes(10);

  /** The nodes' clocks may differ by a few seconds. */
  public static final int WORTH_SECONDS = 45;

  private static final long HEARTBEAT = Duration.ofSeconds(15).toMillis();
  private static final int NODE_BYTES = 16;

  private final OpenDatabase database;
  private final Clock clock;
  private final String node = java.util.HexFormat.of().formatHex(RandomBytes.next(NODE_BYTES));
  private final Map<AccountId, Set<Visit>> here = new HashMap<>();

  // Of the one who writes.
  private final Map<AccountId, Activity> written = new HashMap<>();
  private boolean known;
  private long nextHeartbeat;
  private long day;

  public PresenceRecords(OpenDatabase database, Clock clock) {
    this.database = database;
    this.clock = clock;
  }

  /** A session of an account, as long as it is open. Thread-safe. */
  public final class Visit implements AutoCloseable {
    private final AccountId account;
    private volatile long lastRequest = clock.millis();

    private Visit(AccountId account) {
      this.account = account;
    }

    /** There was a request. */
    public void request() {
      lastRequest = clock.millis();
    }

    @Override
    public void close() {
      synchronized (here) {
        Set<Visit> others = here.getOrDefault(account, Set.of());
        if (others.remove(this) && others.isEmpty()) {
          here.remove(account);
        }
      }
    }
  }

  /** A session has begun; to be closed with it. */
  public Visit enter(AccountId account) {
    Visit visit = new Visit(account);
    synchronized (here) {
      here.computeIfAbsent(account, nobody -> new HashSet<>()).add(visit);
    }
    return visit;
  }

  private Map<AccountId, Activity> now(long time) {
    Map<AccountId, Activity> now = new HashMap<>();
    synchronized (here) {
      here.forEach(
          (account, visits) -> {
            boolean busy =
                visits.stream().anyMatch(visit -> visit.lastRequest > time - AWAY.toMillis());
            now.put(account, busy ? Activity.ONLINE : Activity.AWAY);
          });
    }
    return now;
  }

  /** Writes what has changed since the last time, if anything has. */
  public synchronized void write() {
    long time = clock.millis();
    long today = LocalDate.now(clock).toEpochDay();
    Map<AccountId, Activity> now = now(time);
    if (now.isEmpty() && written.isEmpty()) {
      // A node where nobody is need not be known.
      return;
    }
    boolean newDay = today != day;
    boolean beat = time >= nextHeartbeat || newDay;
    List<AccountId> gone = new ArrayList<>(written.keySet());
    gone.removeAll(now.keySet());
    Map<AccountId, Activity> changed = new HashMap<>(now);
    if (known && !newDay) {
      changed.entrySet().removeAll(written.entrySet());
    }
    if (!beat && gone.isEmpty() && changed.isEmpty()) {
      return;
    }
    boolean complete =
        database.write(
            handle -> {
              PresenceTable table = new PresenceTable(handle);
              // Others took this node for dead if it was stopped for a while: then all is written.
              boolean stillKnown = table.beat(node, time + WORTH_SECONDS * 1_000L);
              table.forgetDeadNodes(time);
              gone.forEach(account -> table.leave(node, account));
              (stillKnown ? changed : now)
                  .forEach((account, activity) -> table.put(node, account, activity, today));
              return true;
            });
    known = complete;
    nextHeartbeat = time + HEARTBEAT;
    day = today;
    written.clear();
    written.putAll(now);
  }

  /** Takes back what this node wrote, if it did. */
  @Override
  public synchronized void close() {
    if (nextHeartbeat == 0) {
      return;
    }
    database.<Void, RuntimeException>write(
        handle -> {
          new PresenceTable(handle).leave(node);
          return null;
        });
  }

  /** The statements on who is there, within one transaction. */
  private record PresenceTable(Handle handle) {
    /** False if the node was not known, or not any more. */
    boolean beat(String node, long aliveUntil) {
      if (handle.execute("UPDATE server_nodes SET alive_until = ? WHERE node = ?", aliveUntil, node)
          == 1) {
        return true;
      }
      handle.execute(
          "INSERT INTO server_nodes (node, alive_until) VALUES (?, ?)", node, aliveUntil);
      return false;
    }

    void forgetDeadNodes(long now) {
      handle.execute(
          "DELETE FROM account_presence WHERE node IN"
              + " (SELECT node FROM server_nodes WHERE alive_until <= ?)",
          now);
      handle.execute("DELETE FROM server_nodes WHERE alive_until <= ?", now);
    }

    void put(String node, AccountId account, Activity activity, long today) {
      handle.execute(
          """
          INSERT INTO account_presence (node, account_id, status) VALUES (?, ?, ?)
          ON CONFLICT (node, account_id) DO UPDATE SET status = excluded.status
          """,
          node,
          account.bytes(),
          activity.text());
      new AccountTables(handle).seen(account, today);
    }

    void leave(String node, AccountId account) {
      handle.execute(
          "DELETE FROM account_presence WHERE node = ? AND account_id = ?", node, account.bytes());
    }

    void leave(String node) {
      handle.execute("DELETE FROM account_presence WHERE node = ?", node);
      handle.execute("DELETE FROM server_nodes WHERE node = ?", node);
    }
  }
}
