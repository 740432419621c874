package org.anonymouscloud.vault.server;

import org.anonymouscloud.core.database.DatabaseUnavailable;
import org.anonymouscloud.core.database.Migrations;
import org.anonymouscloud.core.database.OpenDatabase;
import org.anonymouscloud.core.database.Signals;
import org.jdbi.v3.core.HandleCallback;

/** A real database whose writes can fail, before they happen or after. Thread-safe. */
public final class FaultyDatabase implements OpenDatabase {
  /** Called around each write of a request; what it throws is the write's failure. */
  public interface Fault {
    void at(boolean done);
  }

  private final OpenDatabase real;
  private volatile Fault fault = done -> {};

  public FaultyDatabase(OpenDatabase real) {
    this.real = real;
  }

  public void setFault(Fault fault) {
    this.fault = fault;
  }

  /** Lets some writes pass and then fails, each time. */
  public void failAfter(int writes, boolean done) {
    int[] left = {writes};
    setFault(
        now -> {
          if (left[0] > 0) {
            left[0] -= now ? 1 : 0;
          } else if (now == done) {
            throw new DatabaseUnavailable("The test has taken the database away.");
          }
        });
  }

  public void heal() {
    setFault(done -> {});
  }

  private void at(boolean done) {
    // The sweeper's own thread runs when it likes, so a test cannot count on it.
    if (!Thread.currentThread().getName().equals("vault-sweeper")) {
      fault.at(done);
    }
  }

  @Override
  public <T, X extends Exception> T write(HandleCallback<T, X> work) throws X {
    at(false);
    T result = real.write(work);
    at(true);
    return result;
  }

  @Override
  public <T, X extends Exception> T read(HandleCallback<T, X> work) throws X {
    return real.read(work);
  }

  @Override
  public void migrate(Migrations scripts) {
    real.migrate(scripts);
  }

  @Override
  public String byteOrder() {
    return real.byteOrder();
  }

  @Override
  public void checkForDamage() {
    real.checkForDamage();
  }

  @Override
  public Signals signals() {
    return real.signals();
  }

  @Override
  public void close() {
    real.close();
  }
}
