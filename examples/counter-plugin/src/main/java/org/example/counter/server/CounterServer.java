package org.example.counter.server;

import java.util.Map;
import java.util.Optional;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.database.Migrations;
import org.anonymouscloud.core.database.OrderNumbers;
import org.anonymouscloud.core.plugin.AccountHandler;
import org.anonymouscloud.core.plugin.FeatureData;
import org.anonymouscloud.core.plugin.RunningFeature;
import org.anonymouscloud.core.plugin.ServerContext;
import org.anonymouscloud.core.plugin.ServerFeature;
import org.example.counter.protocol.Messages;
import org.jdbi.v3.core.Handle;
import org.pf4j.Extension;

/** The server half: a table of steps, numbered in the order in which all devices see them. */
@Extension
public final class CounterServer implements ServerFeature {
  static final OrderNumbers NUMBERS = new OrderNumbers(Messages.FEATURE);

  @Override
  public String name() {
    return Messages.FEATURE;
  }

  @Override
  public Optional<FeatureData> data() {
    return Optional.of(
        new FeatureData() {
          @Override
          public Migrations tables() {
            return Migrations.of(Messages.FEATURE, CounterServer.class, "org/example/counter/db");
          }

          @Override
          public boolean forget(Handle rows, AccountId account) {
            rows.execute("DELETE FROM counter_steps WHERE account_id = ?", account.bytes());
            NUMBERS.forget(rows, account.bytes());
            return false;
          }
        });
  }

  @Override
  public RunningFeature start(ServerContext context) {
    Steps steps = new Steps(context.tables());
    return new RunningFeature() {
      @Override
      public Map<String, AccountHandler> methods() {
        return Map.of(Messages.ADD, steps::add, Messages.LIST, steps::list);
      }

      @Override
      public void close() {
        // The database is the server's.
      }
    };
  }
}
