package org.anonymouscloud.core.backup;

/** A backup is not what it was when it was made. The message names the file. */
public final class BackupDamaged extends Exception {
  private static final long serialVersionUID = 1;

  BackupDamaged(String message) {
    super(message);
  }
}
