package org.anonymouscloud.vault.client.remote;

import java.io.IOException;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.Refused;

/** The server said no, and will say so again. */
public final class ServerRefused extends IOException {
  private static final long serialVersionUID = 1;

  private final ErrorCode code;

  public ServerRefused(Refused refusal) {
    super(refusal.getMessage(), refusal);
    this.code = refusal.code();
  }

  public ErrorCode code() {
    return code;
  }
}
