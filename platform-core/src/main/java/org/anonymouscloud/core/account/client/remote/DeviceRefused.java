package org.anonymouscloud.core.account.client.remote;

import java.io.IOException;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.FinalFailure;
import org.anonymouscloud.core.wire.Refused;

/** The server was reached and has the right key, but does not let this device in. */
public final class DeviceRefused extends IOException implements FinalFailure {
  private static final long serialVersionUID = 1;

  private static final String REVOKED =
      "This device was removed from the account. Use 'anoncloud logout' here; after that you can"
          + " log in again.";

  private final ErrorCode code;
  private final boolean retryable;

  public DeviceRefused(Refused refusal) {
    super(text(refusal), refusal);
    this.code = refusal.code();
    this.retryable = refusal.retryable();
  }

  /** The account's chain says that this device was removed. */
  public static DeviceRefused revoked() {
    return new DeviceRefused(new Refused(ErrorCode.DEVICE_REVOKED, REVOKED));
  }

  private static String text(Refused refusal) {
    return switch (refusal.code()) {
      case LOGIN_FAILED ->
          "The server does not know this device any more. Use 'anoncloud logout' here; then log in"
              + " again if the server's owner has restored a backup from before this device came,"
              + " or register if the account was deleted.";
      case DEVICE_REVOKED -> REVOKED;
      default -> String.valueOf(refusal.getMessage());
    };
  }

  /**
   * Why: {@link ErrorCode#DEVICE_REVOKED} if it was removed, {@link ErrorCode#LOGIN_FAILED} if the
   * account does not have this device, {@link ErrorCode#ACCOUNT_DISABLED}, {@link
   * ErrorCode#SERVER_FULL}, or what else the server said.
   */
  public ErrorCode code() {
    return code;
  }

  /** Whether it may be let in later without anybody's doing. */
  public boolean retryable() {
    return retryable;
  }

  @Override
  public boolean isFinal() {
    return !retryable();
  }
}
