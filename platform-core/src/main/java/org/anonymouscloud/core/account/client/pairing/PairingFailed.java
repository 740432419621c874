package org.anonymouscloud.core.account.client.pairing;

import java.io.IOException;

/** The other side of a pairing does not have the code, or somebody stands in between. */
public final class PairingFailed extends IOException {
  private static final long serialVersionUID = 1;

  public PairingFailed() {
    super(
        "The other device does not have this code, or someone changed what the two said. Nothing"
            + " was shared; begin with a new code.");
  }
}
