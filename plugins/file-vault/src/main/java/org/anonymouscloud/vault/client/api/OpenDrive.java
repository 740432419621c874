package org.anonymouscloud.vault.client.api;

import java.time.Clock;
import java.util.Optional;
import org.anonymouscloud.core.plugin.AccountSession;
import org.anonymouscloud.core.plugin.ClientContext;
import org.anonymouscloud.core.plugin.NotLoggedIn;
import org.anonymouscloud.vault.client.drive.Drive;
import org.jspecify.annotations.Nullable;

/** The drive of whoever is logged in. Thread-safe. */
public final class OpenDrive {
  private final ClientContext context;
  private final Clock clock;

  // Guarded by this.
  private @Nullable AccountSession account;
  private @Nullable Drive drive;

  public OpenDrive(ClientContext context, Clock clock) {
    this.context = context;
    this.clock = clock;
  }

  /** The drive; the one of the account before is closed. */
  synchronized Drive get() throws NotLoggedIn {
    AccountSession now;
    try {
      now = context.account();
    } catch (NotLoggedIn e) {
      close();
      throw e;
    }
    Drive open = drive;
    if (open == null || !now.equals(account)) {
      close();
      open = new Drive(now, clock);
      drive = open;
      account = now;
    }
    return open;
  }

  /** The drive, if it is this account that is logged in. */
  public synchronized Optional<Drive> of(AccountSession asked) {
    try {
      return context.account().equals(asked) ? Optional.of(get()) : Optional.empty();
    } catch (NotLoggedIn e) {
      return Optional.empty();
    }
  }

  private void close() {
    if (drive != null) {
      drive.close();
      drive = null;
      account = null;
    }
  }
}
