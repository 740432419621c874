package org.anonymouscloud.core.account.client.remote;

import java.io.IOException;
import org.anonymouscloud.core.wire.FinalFailure;

/**
 * The server handed out something as this account's that its owner cannot have made, or something
 * older than this device has seen. Nothing of it was used. One text for every reason, and the
 * session ends (A1, A3).
 */
public final class AccountTampered extends IOException implements FinalFailure {
  private static final long serialVersionUID = 1;

  public AccountTampered(Throwable cause) {
    super(
        "The server's records of your account are not the ones you made. Someone has changed them"
            + " or put old ones back; nothing of them was used. Ask the server's owner. If they"
            + " have restored a backup, and only then, 'anoncloud drive accept-restored' shows what"
            + " would be lost and goes on from there. If a device of yours was stolen, it may have"
            + " done this: 'anoncloud recover' gets the account back with the words of your sheet.",
        cause);
  }

  @Override
  public boolean isFinal() {
    return true;
  }
}
