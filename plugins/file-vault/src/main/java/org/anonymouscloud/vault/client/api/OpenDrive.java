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
  Drive get() throws NotLoggedIn {
    // Not with this object's lock: whoever changes the account waits for that one.
    return open(context.account());
  }

  private synchronized Drive open(AccountSession now) {
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
  public Optional<Drive> of(AccountSession asked) {
    try {
      return context.account().equals(asked) ? Optional.of(open(asked)) : Optional.empty();
    } catch (NotLoggedIn e) {
      return Optional.empty();
    }
  }

  /** Closes the drive, if it is open, and wipes its keys. */
  public synchronized void close() {
    if (drive != null) {
      drive.close();
      drive = null;
      account = null;
    }
  }
}
