package org.anonymouscloud.core.account.client.contacts;

import java.io.IOException;
import java.util.Locale;
import org.anonymouscloud.core.account.UserName;

/**
 * A contact is not, or is not proven to be, who this device takes them for. Nothing that the server
 * said of them was used or kept (A6).
 */
public final class ContactRefused extends IOException {
  private static final long serialVersionUID = 1;

  private static final String AGAIN =
      " Ask '%1$s' by another way than through this server. If it is all right, use 'anoncloud"
          + " contact remove %1$s', then add them again and compare the new number.";

  /** What is wrong. */
  public enum Reason {
    /** The keys of somebody new are not what an account's chain can be. */
    NOT_PROVEN(
        "The server's keys for '%1$s' are none that an account can have made. Nothing of them was"
            + " used. Ask the server's owner."),
    /** The chain is older than, or another than, the one this device knows. */
    CHANGED(
        "The keys of '%1$s' are not the ones you know, nor made with them: the server, or someone"
            + " in between, shows others or put old ones back. Nothing was used."
            + AGAIN),
    /** The account's devices have pinned different people. */
    DISPUTED(
        "Your devices know different accounts, or different keys, as '%1$s': the server, or someone"
            + " in between, has shown one of them others. Nothing was used."
            + AGAIN),
    /** The account is gone, and its name is that of another account. */
    REPLACED(
        "The account of '%1$s' is gone, and another account has the name now: a stranger's, or a"
            + " new one of theirs. Nothing was used."
            + AGAIN),
    /** The number is not the one that somebody was shown and agreed to. */
    SWAPPED(
        "The safety number of '%1$s' is another one than was shown: somebody changed the keys"
            + " meanwhile. Nothing was kept. Look again, and compare the number."),
    /** The number is not the one that the contact's device shows. */
    WRONG_NUMBER(
        "This is not the safety number that you have with '%1$s': somebody stands between"
            + " you, or it was mistyped or is another person's. Nothing was kept. Compare once"
            + " more; until it is right, share nothing.");

    private final String text;

    Reason(String text) {
      this.text = text;
    }
  }

  private final Reason reason;

  ContactRefused(Reason reason, UserName name) {
    super(String.format(Locale.ROOT, reason.text, name));
    this.reason = reason;
  }

  ContactRefused(Reason reason, UserName name, Exception cause) {
    this(reason, name);
    initCause(cause);
  }

  public Reason reason() {
    return reason;
  }
}
