package org.anonymouscloud.vault.client.members;

import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.plugin.AccountSession;
import org.anonymouscloud.vault.client.format.DriveKeys;
import org.anonymouscloud.vault.client.format.Name;
import org.anonymouscloud.vault.protocol.DriveId;

/** An account's own first drive: the account's keys alone say which it is. */
public final class Home {
  /** What it is called when it is made. */
  public static final Name NAME = new Name("home");

  private Home() {}

  public static DriveId id(AccountSession account) {
    try (Secret secret = account.featureSecret(0)) {
      return DriveKeys.home(secret);
    }
  }
}
