package org.anonymouscloud.vault.client.space;

import java.io.IOException;

/**
 * What a change refers to was given back to the server while it was prepared, by another device
 * that tidied up. Nothing was changed; who begins anew finds the drive as it is.
 */
public final class GivenBackMeanwhile extends IOException {
  private static final long serialVersionUID = 1;

  public GivenBackMeanwhile(IOException cause) {
    super(
        "The drive was tidied up meanwhile, and some of what this change needs was given back."
            + " Nothing was changed; repeat it.",
        cause);
  }
}
