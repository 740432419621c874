package org.anonymouscloud.vault.client.drive;

import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import org.anonymouscloud.core.plugin.ShownTime;

/** A state of the drive cannot be shown, or gone back to. */
public final class StateRefused extends IOException {
  private static final long serialVersionUID = 1;

  private static final String BOTH = "--given-back --left-out ";

  private final Reason reason;

  /** Why. */
  public enum Reason {
    /** The drive has never been in it. */
    NOT_FOUND,

    /** It is older than the states that stay, and what only it needed is deleted. */
    GIVEN_BACK,

    /**
     * There is none of that time, as the drive did not exist, or its states of then are deleted.
     */
    TOO_EARLY,

    /** Nobody knows yet what the drive will be at that time. */
    TO_COME,

    /** Its topmost folder cannot be read. */
    DOES_NOT_OPEN,

    /** It was left out when devices were removed, and nobody has said that it is wanted. */
    LEFT_OUT
  }

  StateRefused(Reason reason, long number) {
    this(reason, number, false);
  }

  /**
   * @param both whether it was given back and left out as well, so that one word alone is refused
   */
  StateRefused(Reason reason, long number, boolean both) {
    super(
        switch (reason) {
          case NOT_FOUND ->
              "The drive has had no state "
                  + number
                  + "; 'anoncloud history' shows those it has had.";
          case GIVEN_BACK ->
              "State "
                  + number
                  + " of the drive is not kept any more: its space was given back, or a later state"
                  + " with the same content stands for it; 'anoncloud history' shows those that are"
                  + " whole. If no device of yours gave it back, a thief may have said so"
                  + (both
                      ? "; a thief may also have written it, as it was left out when devices were"
                          + " removed"
                      : "")
                  + ": 'anoncloud go-back "
                  + (both ? BOTH : "--given-back ")
                  + number
                  + "' goes there as far as the server still has it.";
          case TOO_EARLY, TO_COME ->
              throw new IllegalArgumentException("A time is what is too early or to come.");
          case DOES_NOT_OPEN ->
              "State "
                  + number
                  + " of the drive does not open. 'anoncloud history' shows those that do.";
          case LEFT_OUT ->
              "State "
                  + number
                  + " of the drive was left out when devices were removed: a thief may have written"
                  + " it, also after the removal, with the server's help."
                  + (both ? " It is not kept any more, either: its space was given back." : "")
                  + " If you want it all the same: 'anoncloud go-back "
                  + (both ? BOTH : "--left-out ")
                  + number
                  + "'.";
        });
    this.reason = reason;
  }

  /**
   * There is no state of a time.
   *
   * @param oldest the first time of which there is one; none if there is none at all
   */
  StateRefused(Instant time, Optional<Instant> oldest) {
    super(
        oldest
            .map(
                first ->
                    "The drive's states of "
                        + ShownTime.of(time)
                        + " are not known any more, or it was not there yet: the oldest that is"
                        + " whole is of "
                        + ShownTime.of(first)
                        + ". Ask for that time or a later one.")
            .orElse("Nothing was ever put on the drive, so it has no states."));
    this.reason = Reason.TOO_EARLY;
  }

  private StateRefused(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  /**
   * A time is still to come.
   *
   * @param newest since when the drive is as it is
   */
  static StateRefused toCome(Instant time, Instant newest) {
    return new StateRefused(
        Reason.TO_COME,
        ShownTime.of(time)
            + " is still to come, so nobody knows what the drive will be then. Its newest state is"
            + " of "
            + ShownTime.of(newest)
            + ": ask for that time or an earlier one, or for no time to see what is there now.");
  }

  public Reason reason() {
    return reason;
  }
}
