package org.anonymouscloud.core.plugin;

import java.io.IOException;
import org.anonymouscloud.core.wire.FinalFailure;

/**
 * This device's records are an old copy: its folder was put back from a backup, or copied to
 * another machine. Keys in it may have been used already, so nothing is read or written before
 * {@link RecordStore#reset} (A23).
 */
public final class RecordsRolledBack extends IOException implements FinalFailure {
  private static final long serialVersionUID = 1;

  /**
   * @param feature whose records they are
   */
  public RecordsRolledBack(String feature) {
    super(
        "What '"
            + feature
            + "' keeps on this device is an old copy: the account's folder was put back from a"
            + " backup or is used on two machines. Keys in it may have been used already, so"
            + " nothing of it is used; '"
            + feature
            + "' must begin anew here.");
  }

  @Override
  public boolean isFinal() {
    return true;
  }
}
