package org.anonymouscloud.vault.client.remote;

import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import org.anonymouscloud.core.plugin.ShownTime;
import org.anonymouscloud.core.wire.FinalFailure;
import org.anonymouscloud.core.wire.ForeignText;
import org.anonymouscloud.vault.protocol.DriveId;
import org.jspecify.annotations.Nullable;

/**
 * The server has no such drive for this account. Of the home that is believed only as long as
 * nobody has made it; any other was there once, and nobody can tell why it is not any more.
 */
public final class DriveGone extends IOException implements FinalFailure {
  private static final long serialVersionUID = 1;

  private final @Nullable String name;

  /** Of one of which this device knows nothing but its id. */
  public DriveGone(DriveId drive) {
    this(drive, null, "The server does not have the drive " + drive + " for this account any more");
  }

  /**
   * @param name what it was called
   * @param owners those who are contacts, by their names; empty if none is known
   * @param since when this device found it gone
   */
  public DriveGone(DriveId drive, String name, String owners, Instant since) {
    this(
        drive,
        name,
        "The drive '"
            + ForeignText.visible(name)
            + "' ("
            + drive
            + (owners.isEmpty() ? "" : ", owned by " + ForeignText.visible(owners))
            + ") is not there for this account any more, which this device found "
            + ShownTime.of(since));
  }

  private DriveGone(DriveId drive, @Nullable String name, String what) {
    super(
        what
            + ": an owner of it has taken you out, it was deleted, or the server hides it, which"
            + " nobody can tell apart. Whoever uses it with you may know; 'anoncloud drive leave "
            + drive
            + "' takes it off your list.");
    this.name = name;
  }

  /** What it was called; none if this device has not seen that. */
  public Optional<String> name() {
    return Optional.ofNullable(name);
  }

  @Override
  public boolean isFinal() {
    return true;
  }
}
