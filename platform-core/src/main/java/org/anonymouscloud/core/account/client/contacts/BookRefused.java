package org.anonymouscloud.core.account.client.contacts;

import java.io.IOException;

/**
 * What the server shows as the account's list of contacts must not be used. Nothing of it was; the
 * contacts that this device knows stay (A23).
 */
public final class BookRefused extends IOException {
  private static final long serialVersionUID = 1;

  private static final String GO_ON =
      " If the server was restored from a backup, 'anoncloud drive accept-restored' goes on from"
          + " there; nothing that this device knows is lost by it. Else ask the server's owner.";

  /** What is wrong with it. */
  public enum Reason {
    /** It is older than one that this device has seen, or another device has named. */
    ROLLED_BACK(
        "The server shows an older list of your contacts than your devices have seen.", true),
    /** Something is missing in it that a device of the account has written. */
    FORKED(
        "The server shows a list of your contacts in which something is missing that your devices"
            + " have written.",
        true),
    /** No device of the account has signed it. */
    NOT_PROVEN(
        "The server shows a list of your contacts that none of your devices has written.", true),
    /** Together with what this device knows there are more contacts than an account may have. */
    FULL(
        "Your devices have more contacts together than there may be, so nothing was taken over."
            + " 'anoncloud contact remove' makes room; if the device that wrote the other list is"
            + " not yours, remove it: ",
        false),
    /** A device of the account has written what cannot be read. */
    UNREADABLE(
        "A device of yours has written a list of contacts that cannot be read. 'anoncloud device"
            + " list' shows your devices; remove that one and the list is written anew: ",
        false);

    private final String text;
    private final boolean forAPerson;

    Reason(String text, boolean forAPerson) {
      this.text = forAPerson ? text + GO_ON : text;
      this.forAPerson = forAPerson;
    }

    /** Whether a person may go on from it. */
    boolean isForAPerson() {
      return forAPerson;
    }
  }

  private final Reason reason;

  BookRefused(Reason reason) {
    this(reason, "");
  }

  BookRefused(Reason reason, String what) {
    super(reason.text + what);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }
}
