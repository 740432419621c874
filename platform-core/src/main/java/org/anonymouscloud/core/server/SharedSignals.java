package org.anonymouscloud.core.server;

import org.anonymouscloud.core.database.Migrations;
import org.anonymouscloud.core.database.OpenDatabase;
import org.anonymouscloud.core.database.Signals;
import org.jdbi.v3.core.HandleCallback;

/**
 * A worker's database. Its signals are those of the listener, for SQLite's do not leave a process
 * and PostgreSQL's would need a connection for each worker. Thread-safe.
 */
record SharedSignals(OpenDatabase database, Signals signals) implements OpenDatabase {
  @Override
  public void migrate(Migrations scripts) {
    database.migrate(scripts);
  }

  @Override
  public <T, X extends Exception> T read(HandleCallback<T, X> work) throws X {
    return database.read(work);
  }

  @Override
  public <T, X extends Exception> T write(HandleCallback<T, X> work) throws X {
    return database.write(work);
  }

  @Override
  public String byteOrder() {
    return database.byteOrder();
  }

  @Override
  public void checkForDamage() {
    database.checkForDamage();
  }

  @Override
  public void close() {
    database.close();
  }
}
