package org.anonymouscloud.storage.sqlite;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.anonymouscloud.core.database.DatabaseUnavailable;
import org.jdbi.v3.core.ConnectionFactory;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.HandleCallback;
import org.jdbi.v3.core.Handles;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.jdbi.v3.core.transaction.TransactionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one writer. A commit waits for the disk, so all works that have come in meanwhile share the
 * next one: each runs in a savepoint of its own within one transaction, and none of the callers
 * goes on before the transaction is durable. Thread-safe.
 */
final class GroupCommit implements AutoCloseable {
  /** So that a steady stream of works cannot put off the commit for ever. */
  private static final int MAX_GROUP = 512;

  private static final Logger LOG = LoggerFactory.getLogger(GroupCommit.class);

  private final SqliteFile.Source source;
  private final SqliteFailures failures;
  private final Jdbi handles;
  private final BlockingQueue<Pending<?>> queue = new LinkedBlockingQueue<>();
  private final Pending<?> end = new Pending<>(handle -> null);
  private final Thread writer;
  private boolean closed;

  /** Of the writer's thread alone; absent until needed, and after a failure. */
  private @Nullable Connection connection;

  private GroupCommit(SqliteFile file) {
    this.source = file.writing();
    this.failures = new SqliteFailures(file.toString());
    this.handles = Jdbi.create(new WriterConnection());
    this.handles.getConfig(Handles.class).setForceEndTransactions(false);
    this.writer = Thread.ofPlatform().name("sqlite-writer").daemon().unstarted(this::serve);
  }

  static GroupCommit start(SqliteFile file) {
    GroupCommit commits = new GroupCommit(file);
    commits.writer.start();
    return commits;
  }

  /** Lends the writer's connection to one handle after the other. */
  private final class WriterConnection implements ConnectionFactory {
    @Override
    public Connection openConnection() throws SQLException {
      return connect();
    }

    @Override
    public void closeConnection(Connection lent) {}
  }

  /** Work whose caller waits. Its outcome is read after {@code done}. */
  private static final class Pending<T> {
    private final HandleCallback<T, ?> work;
    private final CountDownLatch done = new CountDownLatch(1);
    private @Nullable T result;
    private @Nullable Throwable failure;

    Pending(HandleCallback<T, ?> work) {
      this.work = work;
    }

    void run(Handle handle) throws Exception {
      failure = null;
      result = work.withHandle(handle);
    }
  }

  /** The group's transaction is gone, and with it what each of its works did. */
  private static final class GroupLost extends Exception {
    private static final long serialVersionUID = 1;

    GroupLost(Throwable cause) {
      super(cause);
    }
  }

  /** As {@link org.anonymouscloud.core.database.OpenDatabase#write}. */
  @SuppressWarnings("unchecked") // a work throws X or something unchecked
  <T, X extends Exception> T run(HandleCallback<T, X> work) throws X {
    Pending<T> pending = new Pending<>(work);
    enqueue(pending);
    uninterruptibly(
        () -> {
          pending.done.await();
          return pending;
        });
    if (pending.failure instanceof Error error) {
      throw error;
    } else if (pending.failure instanceof Exception failure) {
      throw (X) failure;
    }
    return pending.result;
  }

  private synchronized void enqueue(Pending<?> pending) {
    if (Thread.currentThread() == writer) {
      throw new IllegalStateException("A write cannot start another.");
    }
    if (closed) {
      throw new DatabaseUnavailable("The database is closed.");
    }
    queue.add(pending);
  }

  private interface Waiting<T> {
    T await() throws InterruptedException;
  }

  /** What is waited for comes soon and must not be missed; the interrupt is passed on. */
  private static <T> T uninterruptibly(Waiting<T> waiting) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return waiting.await();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void serve() {
    try {
      for (Pending<?> next = take(); next != end; next = take()) {
        commit(next);
      }
    } finally {
      disconnect();
    }
  }

  private Pending<?> take() {
    return GroupCommit.<Pending<?>>uninterruptibly(queue::take);
  }

  /** Runs {@code first} and what else waits, commits, and lets the callers go on. */
  private void commit(Pending<?> first) {
    List<Pending<?>> group = new ArrayList<>();
    try {
      runTogether(first, group);
    } catch (GroupLost e) {
      if (group.size() > 1 && SqliteFailures.mayPassAlone(e.getCause())) {
        group.forEach(this::runAlone);
      } else {
        fail(group, e.getCause());
      }
    } catch (RuntimeException | Error e) {
      fail(group, e);
    } finally {
      group.forEach(pending -> pending.done.countDown());
    }
  }

  private void runTogether(Pending<?> first, List<Pending<?>> group) throws GroupLost {
    group.add(first);
    inTransaction(
        () -> {
          runInSavepoint(first);
          while (group.size() < MAX_GROUP && queue.peek() != end) {
            Pending<?> next = queue.poll();
            if (next == null) {
              break;
            }
            group.add(next);
            runInSavepoint(next);
          }
        });
  }

  private void runAlone(Pending<?> pending) {
    try {
      inTransaction(() -> runInSavepoint(pending));
    } catch (GroupLost e) {
      fail(List.of(pending), e.getCause());
    } catch (RuntimeException | Error e) {
      fail(List.of(pending), e);
    }
  }

  private interface Works {
    void run() throws GroupLost;
  }

  /** Commits after {@code works}. After any failure the connection is a new one. */
  private void inTransaction(Works works) throws GroupLost {
    boolean committed = false;
    try {
      Connection open = connect();
      open.setAutoCommit(false);
      works.run();
      try {
        open.setAutoCommit(true);
      } catch (SQLException e) {
        throw new TransactionException("Failed to commit", e);
      }
      committed = true;
    } catch (SQLException | TransactionException e) {
      throw new GroupLost(e);
    } finally {
      if (!committed) {
        disconnect();
      }
    }
  }

  private void runInSavepoint(Pending<?> pending) throws GroupLost {
    // A handle for each work, so that nothing of one is left for the next.
    try (Handle handle = handles.open()) {
      handle.execute("SAVEPOINT work");
      try {
        pending.run(handle);
        handle.execute("RELEASE work");
      } catch (Throwable e) {
        // Kept until the commit: what the work read of its group is not true before.
        pending.failure = failures.of(e);
        undo(handle, e);
      }
    }
  }

  /** SQLite gives up a whole transaction after some failures, for instance on a full disk. */
  private static void undo(Handle handle, Throwable why) throws GroupLost {
    try {
      handle.execute("ROLLBACK TO work");
      handle.execute("RELEASE work");
    } catch (JdbiException e) {
      why.addSuppressed(e);
      throw new GroupLost(why);
    }
  }

  private void fail(List<Pending<?>> group, Throwable cause) {
    for (Pending<?> pending : group) {
      Throwable failure = failures.of(cause);
      boolean anothers = group.size() > 1 && !(failure instanceof DatabaseUnavailable);
      pending.failure =
          anothers ? new DatabaseUnavailable("The database lost a transaction.", cause) : failure;
    }
  }

  private Connection connect() throws SQLException {
    Connection open = connection;
    if (open == null) {
      open = source.getConnection();
      connection = open;
    }
    return open;
  }

  private void disconnect() {
    Connection open = connection;
    connection = null;
    if (open != null) {
      try {
        open.close();
      } catch (SQLException e) {
        LOG.warn("A connection to the database could not be closed.", e);
      }
    }
  }

  /** Ends when all works that were begun are committed. */
  @Override
  public void close() {
    synchronized (this) {
      if (!closed) {
        closed = true;
        queue.add(end);
      }
    }
    uninterruptibly(
        () -> {
          writer.join();
          return writer;
        });
  }
}
