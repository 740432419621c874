package org.anonymouscloud.vault.client.drive;

import java.io.IOException;
import org.anonymouscloud.vault.protocol.Right;

/** This account may see the drive and not do what was asked. */
public final class NotAllowed extends IOException {
  private static final long serialVersionUID = 1;

  NotAllowed(Right needed) {
    super(
        switch (needed) {
          case READ -> "You are no member of this drive any more. Nothing was changed.";
          case WRITE ->
              "You may read this drive and not change it. Nothing was changed; an owner of the"
                  + " drive can let you write: 'anoncloud drive share NAME with YOU'.";
          case OWN ->
              "Only an owner of the drive says what it is called, who its members are, how much it"
                  + " may take and how long earlier states stay. Nothing was changed; 'anoncloud"
                  + " drive show DRIVE' shows the owners.";
        });
  }
}
