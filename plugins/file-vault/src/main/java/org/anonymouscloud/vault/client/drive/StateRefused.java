package org.anonymouscloud.vault.client.drive;

import java.io.IOException;

/** A state of the drive cannot be gone back to. */
public final class StateRefused extends IOException {
  private static final long serialVersionUID = 1;

  private final Reason reason;

  /** Why. */
  public enum Reason {
    /** The drive has never been in it. */
    NOT_FOUND,

    /** Its topmost folder cannot be read. */
    DOES_NOT_OPEN,

    /** It was left out when devices were removed, and nobody has said that it is wanted. */
    LEFT_OUT
  }

  StateRefused(Reason reason, long number) {
    super(
        switch (reason) {
          case NOT_FOUND ->
              "The drive has had no state "
                  + number
                  + "; 'anoncloud history' shows those it has had.";
          case DOES_NOT_OPEN ->
              "State "
                  + number
                  + " of the drive does not open. 'anoncloud history' shows those that do.";
          case LEFT_OUT ->
              "State "
                  + number
                  + " of the drive was left out when devices were removed: a thief may have written"
                  + " it, also after the removal, with the server's help. If you want it all the"
                  + " same: 'anoncloud go-back --left-out "
                  + number
                  + "'.";
        });
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }
}
