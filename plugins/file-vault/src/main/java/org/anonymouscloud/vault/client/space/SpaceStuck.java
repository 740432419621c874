package org.anonymouscloud.vault.client.space;

import java.io.IOException;
import org.anonymouscloud.vault.client.remote.Untrusted;
import org.anonymouscloud.vault.client.remote.Untrusted.DataUnreadable;
import org.anonymouscloud.vault.client.tree.VaultPath;

/**
 * Nothing is given back, as something cannot be read: what it needs is not known, and must not go.
 */
public final class SpaceStuck extends IOException {
  private static final long serialVersionUID = 1;

  private static final String NOTHING = "Nothing was given back: ";

  private SpaceStuck(String message, Untrusted why) {
    super(NOTHING + message, why);
  }

  /** What comes back when the server's disk is mended is not to be removed or given up. */
  private static SpaceStuck of(String what, String otherwise, Untrusted why) {
    return new SpaceStuck(
        what + (why instanceof DataUnreadable ? ". " + why.getMessage() : otherwise), why);
  }

  /** Whether it passes when the server's disk is mended. */
  public boolean isForNow() {
    return getCause() instanceof DataUnreadable;
  }

  /** Something in the drive as it is now cannot be read. */
  static SpaceStuck newest(VaultPath path, Untrusted why) {
    return of(
        "of the drive as it is now, " + path.visible() + " or something in it cannot be read",
        ". "
            + why.getMessage()
            + " 'anoncloud verify' names all that cannot; remove it (from the trash with 'anoncloud"
            + " trash empty'), or try again when the server has it.",
        why);
  }

  /** Something in an earlier state cannot be read. */
  static SpaceStuck earlier(long number, VaultPath path, Untrusted why) {
    return of(
        "of the drive as it was in state "
            + number
            + ", "
            + path.visible()
            + " or something in it cannot be read",
        ": the server lost it or keeps it back. 'anoncloud"
            + " compact --give-up-unreadable' goes on without such states.",
        why);
  }

  /** Which states stay cannot be read. */
  public static SpaceStuck states(Untrusted why) {
    return of(
        "which earlier states of the drive stay cannot be read",
        ". 'anoncloud compact" + " --give-up-unreadable' goes on without any of them.",
        why);
  }

  /** The server does not have what is needed. */
  static SpaceStuck missing(int packs, Untrusted why) {
    return new SpaceStuck(
        "the server does not list "
            + packs
            + (packs == 1 ? " pack" : " packs")
            + " that the drive needs, or not whole. 'anoncloud verify --states' names what is"
            + " damaged. What is damaged now is to be removed or put again; of earlier states"
            + " 'anoncloud compact --give-up-unreadable' gives up those that need it.",
        why);
  }
}
