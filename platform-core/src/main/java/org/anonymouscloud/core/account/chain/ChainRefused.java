package org.anonymouscloud.core.account.chain;

/**
 * An account chain that its owner cannot have made, or that is older than one seen before. On a
 * client this means that the server, or someone with its keys, is lying.
 */
public final class ChainRefused extends Exception {
  private static final long serialVersionUID = 1;

  /** What is wrong. */
  public enum Reason {
    MALFORMED("a link does not follow the format"),
    EMPTY("it has no links"),
    WRONG_TYPE("a link of this kind cannot stand there"),
    WRONG_ACCOUNT("it belongs to another account"),
    GAP("a link is missing"),
    FORK("a link does not follow from the one before it"),
    WRONG_SIGNATURE("a signature is wrong"),
    WRONG_SIGNER("who signed a link may not make links of its kind"),
    UNKNOWN_SIGNER("a link is signed by nobody that the account knows"),
    REVOKED_SIGNER(
        "a link is signed by a device that was removed before, or by the password that it had set"),
    WRONG_GENERATION("a new root secret has the wrong number"),
    UNKNOWN_DEVICE("a link names a device that the account does not have"),
    REPEATED_DEVICE("a device is added twice"),
    TOO_MANY_DEVICES("it has too many devices"),
    TOO_LARGE("it is longer than any that an owner makes"),
    ROLLED_BACK("it is older than, or another than, the one this device has seen");

    private final String text;

    Reason(String text) {
      this.text = text;
    }
  }

  private final Reason reason;

  public ChainRefused(Reason reason) {
    super("The account's chain of keys is refused: " + reason.text + ".");
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }
}
