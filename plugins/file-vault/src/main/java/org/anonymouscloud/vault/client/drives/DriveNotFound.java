package org.anonymouscloud.vault.client.drives;

import java.io.IOException;
import java.util.SortedMap;
import org.anonymouscloud.vault.protocol.DriveId;

/** No drive is meant, more than one, or another one than before. */
public final class DriveNotFound extends IOException {
  private static final long serialVersionUID = 1;

  DriveNotFound(String wanted) {
    super("There is no drive '" + wanted + "'; 'anoncloud drive list' shows those there are.");
  }

  /**
   * @param now another one's drive of that name
   */
  DriveNotFound(String wanted, DriveId now) {
    super(
        "'"
            + wanted
            + "' was a drive of your own, which has another name now; the drive that is called so"
            + " is somebody else's. If it is that one you mean, give its id in place of the name: "
            + now
            + ".");
  }

  /**
   * @param owners who has each of several drives of the name
   */
  DriveNotFound(String wanted, SortedMap<DriveId, String> owners) {
    super(
        "Several drives are called '"
            + wanted
            + "': "
            + String.join(
                ", ",
                owners.entrySet().stream()
                    .map(one -> one.getKey() + " (" + one.getValue() + " pays)")
                    .toList())
            + ". Give the id of the one you mean in place of the name, like "
            + owners.firstKey()
            + ":/; who owns one gives it another name with 'anoncloud drive rename ID NEW-NAME'.");
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
