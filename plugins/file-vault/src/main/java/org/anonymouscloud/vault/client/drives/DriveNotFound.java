package org.anonymouscloud.vault.client.drives;

import java.io.IOException;
import java.util.List;
import org.anonymouscloud.vault.protocol.DriveId;

/** No drive is meant, more than one, or another one than before. */
public final class DriveNotFound extends IOException {
  private static final long serialVersionUID = 1;

  DriveNotFound(String wanted, List<DriveId> several) {
    super(
        several.isEmpty()
            ? "There is no drive '" + wanted + "'; 'anoncloud drive list' shows those there are."
            : "Several drives are called '"
                + wanted
                + "'. Give the id of the one you mean: "
                + String.join(", ", several.stream().map(DriveId::toString).toList())
                + ".");
  }

  DriveNotFound(String wanted, DriveId before, DriveId now) {
    super(
        "'"
            + wanted
            + "' was the drive "
            + before
            + " here, which the server does not show as it should; now another drive is called so."
            + " If it is that one you mean, give its id: "
            + now
            + ". 'anoncloud drive leave "
            + before
            + "' takes the former off the list.");
  }
}
