package org.anonymouscloud.core.server;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.anonymouscloud.core.account.server.StoredSpace;
import org.anonymouscloud.core.database.DatabaseUnavailable;
import org.anonymouscloud.core.database.OpenDatabase;
import org.anonymouscloud.core.plugin.FeatureData;
import org.jdbi.v3.core.Handle;

/** Sums over all accounts, counted again when they are older than a minute. Thread-safe. */
final class Totals {
  private static final Duration AGE = Duration.ofMinutes(1);

  private final OpenDatabase database;
  private final List<FeatureData> features;
  private final Clock clock;
  private Instant counted = Instant.MIN;
  private double accounts = Double.NaN;
  private double used = Double.NaN;
  private double held = Double.NaN;

  Totals(OpenDatabase database, List<FeatureData> features, Clock clock) {
    this.database = database;
    this.features = List.copyOf(features);
    this.clock = clock;
  }

  /** How many accounts there are; not a number before the database has answered once. */
  synchronized double accounts() {
    count();
    return accounts;
  }

  /** How many bytes count against the quotas of all of them; not a number as above. */
  synchronized double used() {
    count();
    return used;
  }

  /** How many bytes they have given back and the server still has; not a number as above. */
  synchronized double held() {
    count();
    return held;
  }

  private void count() {
    Instant now = clock.instant();
    if (counted.isAfter(now.minus(AGE))) {
      return;
    }
    counted = now;
    try {
      database.<Void, RuntimeException>read(
          handle -> {
            count(handle);
            return null;
          });
    } catch (DatabaseUnavailable e) {
      // The last numbers stay; that the database is away is a metric of its own.
    }
  }

  private void count(Handle handle) {
    accounts = handle.createQuery("SELECT COUNT(*) FROM accounts").mapTo(Long.class).one();
    used = StoredSpace.used(handle);
    held =
        StoredSpace.held(handle, features).values().stream().mapToDouble(Long::doubleValue).sum();
  }
}
