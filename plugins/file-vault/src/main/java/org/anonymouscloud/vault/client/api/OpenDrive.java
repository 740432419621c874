package org.anonymouscloud.vault.client.api;

import java.time.Clock;
import java.util.Optional;
import org.anonymouscloud.core.plugin.AccountSession;
import org.anonymouscloud.core.plugin.ClientContext;
import org.anonymouscloud.core.plugin.NotLoggedIn;
import org.anonymouscloud.vault.client.drive.Drive;
import org.jspecify.annotations.Nullable;

/** The drive of the account that is open. Thread-safe. */
public final class OpenDrive {
  private final ClientContext context;
  private final Clock clock;
  private volatile @Nullable Opened opened;

  public OpenDrive(ClientContext context, Clock clock) {
    this.context = context;
    this.clock = clock;
  }

  private record Opened(AccountSession account, Drive drive) {}

  /** The account's keys are there. */
  public void open(AccountSession account) {
    opened = new Opened(account, new Drive(account, clock));
  }

  /** The drive, if somebody is logged in. */
  Drive get() throws NotLoggedIn {
    // Says why there is none, and opens an account that has not been asked for yet.
    var _ = context.account();
    Opened now = opened;
    if (now == null) {
      throw new NotLoggedIn();
    }
    return now.drive();
  }

  /** The drive, if it is this account that is open. */
  public Optional<Drive> of(AccountSession account) {
    Opened now = opened;
    return now != null && now.account().equals(account)
        ? Optional.of(now.drive())
        : Optional.empty();
  }

  /** Closes the drive and wipes its keys. */
  public void close() {
    Opened now = opened;
    opened = null;
    if (now != null) {
      now.drive().close();
    }
  }
}
