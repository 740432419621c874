package org.anonymouscloud.client.agent.feature;

import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.anonymouscloud.core.plugin.AccountChange;
import org.anonymouscloud.core.plugin.OpenAccount;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One feature in the account that is open, with a thread that tells it of changes. Thread-safe. */
final class OpenFeature implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(OpenFeature.class);

  /** How long a feature may go on with a change after its account was closed. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final String name;
  private final OpenAccount account;
  private final ExecutorService changes;

  OpenFeature(String name, OpenAccount account) {
    this.name = name;
    this.account = account;
    this.changes =
        Executors.newSingleThreadExecutor(Thread.ofVirtual().name(name + "-changes").factory());
  }

  /** Returns at once. */
  void tell(AccountChange change) {
    try {
      changes.execute(() -> changed(change));
    } catch (RejectedExecutionException e) {
      LOG.debug("A change came as the account was closed.");
    }
  }

  private void changed(AccountChange change) {
    try {
      account.changed(change);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Exception | Error e) {
      LOG.warn("The feature {} did not follow a change: {}", name, e.toString());
    }
  }

  @Override
  public void close() {
    changes.shutdownNow();
    try {
      if (!changes.awaitTermination(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        LOG.warn("The feature {} goes on with an account that is closed.", name);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    try {
      account.close();
    } catch (RuntimeException | Error e) {
      LOG.warn("The feature {} did not close the account: {}", name, e.toString());
    }
  }
}
