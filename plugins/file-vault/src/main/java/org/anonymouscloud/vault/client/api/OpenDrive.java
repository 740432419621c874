package org.anonymouscloud.vault.client.api;

import io.javalin.http.Context;
import java.io.IOException;
import java.time.Clock;
import java.util.Optional;
import org.anonymouscloud.core.plugin.AccountSession;
import org.anonymouscloud.core.plugin.ClientContext;
import org.anonymouscloud.core.plugin.NotLoggedIn;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.vault.client.drive.Drive;
import org.anonymouscloud.vault.client.drive.Snapshot;
import org.anonymouscloud.vault.client.drives.Drives;
import org.jspecify.annotations.Nullable;

/** The drive of the account that is open. Thread-safe. */
public final class OpenDrive {
  /** Asks for what the drive was, at a time or in the state of a number. */
  static final String AT = "at";

  /** Says which state it was: its number, and since when the drive was like that. */
  private static final String STATE = "AnonymousCloud-State";

  private static final String STATE_SINCE = "AnonymousCloud-State-Since";

  private final ClientContext context;
  private final Clock clock;
  private volatile @Nullable Opened opened;

  public OpenDrive(ClientContext context, Clock clock) {
    this.context = context;
    this.clock = clock;
  }

  private record Opened(AccountSession account, Drives drives) {}

  /** The account's keys are there. */
  public void open(AccountSession account) {
    opened = new Opened(account, new Drives(account, clock));
  }

  /** The home, if somebody is logged in. */
  Drive get() throws NotLoggedIn {
    return drives().home();
  }

  /** The drive that a request's path names, by its name or id; the home, if it names none. */
  Drive of(Context request) throws Problem, NotLoggedIn, IOException {
    String wanted = request.pathParamMap().get("drive");
    return wanted == null ? get() : drives().find(wanted);
  }

  /**
   * What that drive is now; or was, if the request asks for that ({@code at}). The answer's headers
   * say which state it is.
   */
  Snapshot snapshot(Context request) throws Problem, NotLoggedIn, IOException {
    String at = request.queryParam(AT);
    Drive drive = of(request);
    Snapshot snapshot = at == null ? drive.snapshot() : drive.snapshot(RequestArguments.asOf(at));
    snapshot
        .state()
        .ifPresent(
            state ->
                request
                    .header(STATE, String.valueOf(state.number()))
                    .header(STATE_SINCE, state.since().toString()));
    return snapshot;
  }

  /** All drives, if somebody is logged in. */
  Drives drives() throws NotLoggedIn {
    // Says why there is none, and opens an account that has not been asked for yet.
    var _ = context.account();
    Opened now = opened;
    if (now == null) {
      throw new NotLoggedIn();
    }
    return now.drives();
  }

  /** The drives that are open, without asking for an account. */
  public Optional<Drives> opened() {
    return Optional.ofNullable(opened).map(Opened::drives);
  }

  /** The drives, if it is this account that is open. */
  public Optional<Drives> of(AccountSession account) {
    Opened now = opened;
    return now != null && now.account().equals(account)
        ? Optional.of(now.drives())
        : Optional.empty();
  }

  /** Closes the drives and wipes their keys. */
  public void close() {
    Opened now = opened;
    opened = null;
    if (now != null) {
      now.drives().close();
    }
  }
}
