package org.anonymouscloud.core.account.client.contacts;

import java.io.IOException;
import org.anonymouscloud.core.wire.FinalFailure;

/**
 * The server shows another chain of keys of an account than somebody has vouched for (A6). Nothing
 * of it was used.
 */
public final class MemberNotProven extends IOException implements FinalFailure {
  private static final long serialVersionUID = 1;

  /** As above. */
  public MemberNotProven() {
    super(
        "The server shows other keys of a member's account than the member who brought it in has"
            + " checked. Nothing was used of them.");
  }

  MemberNotProven(Throwable cause) {
    this();
    initCause(cause);
  }

  @Override
  public boolean isFinal() {
    return true;
  }
}
