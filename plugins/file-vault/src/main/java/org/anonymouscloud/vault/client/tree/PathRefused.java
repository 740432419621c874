package org.anonymouscloud.vault.client.tree;

import java.io.IOException;

/** A path at which what was asked for cannot be done, and why. */
public final class PathRefused extends IOException {
  private static final long serialVersionUID = 1;

  /** The closed set of reasons. */
  public enum Reason {
    NOT_FOUND("There is no %s in the vault."),
    NOT_THERE_THEN(
        "There was no %s in the vault then; 'anoncloud versions' of it shows since when it is"
            + " there, and where it was before it was moved."),
    NEVER_THERE(
        "There is no %s in the vault, and was none in any state that is whole; 'anoncloud history'"
            + " shows them."),
    NOT_A_FOLDER("%s is a file in the vault, not a folder."),
    IS_A_FOLDER("%s is a folder in the vault, not a file."),
    IS_A_LINK(
        "%s is a symbolic link in the vault, which is kept and not followed: 'stat' says where it"
            + " leads, and 'get -r' copies it as a link."),
    NEEDS_RECURSIVE("%s is a folder in the vault; 'cp -r' copies it with all that is in it."),
    NOT_EMPTY(
        "The folder %s in the vault is not empty; 'rm -r' removes it with all that is in it."),
    ALREADY_THERE("%s is already in the vault."),
    GONE(
        "There is no %s in the vault any more: another device or command was faster. Nothing was"
            + " moved; see where it is now and try again."),
    NOT_IN_TRASH("%s is not in the trash; 'anoncloud trash' shows what is. Nothing was changed."),
    NO_SUCH_FOLDER("There is no folder %s in the vault into which they could go."),
    OCCUPIED("Something is at %s in the vault already; nothing was changed."),
    /** What is to come back does not take the place of a folder, nor a folder that of a file. */
    IN_THE_WAY(
        "Something is at %s in the vault, and only a file takes a file's place: a folder is brought"
            + " back beside what is there, with 'restore --to' another path. Nothing was changed."),
    ONTO_ITSELF(
        "%s is both the source and the target; nothing was changed. What was there earlier,"
            + " 'anoncloud restore' brings back."),
    INTO_ITSELF("%s would lie in itself; nothing was changed."),
    IS_TOP("The drive's top folder stays where it is; name what is in it, not %s."),
    TOO_DEEP("%s is deeper in the vault than folders can lie; nothing was changed."),
    /** Something is there although nothing must be. */
    PRESENT("%s is in the vault already; nothing was changed."),
    CHANGED("%s in the vault is not what it was; nothing was changed.");

    private final String text;

    Reason(String text) {
      this.text = text;
    }
  }

  private final Reason reason;
  private final transient VaultPath path;

  public PathRefused(Reason reason, VaultPath path) {
    super(reason.text.formatted(path.visible()));
    this.reason = reason;
    this.path = path;
  }

  /**
   * The message for somebody who asked with the drive before the path.
   *
   * @param place what stood before it; empty for the home
   */
  public String message(String place) {
    return reason.text.formatted(place + path.visible());
  }

  public VaultPath path() {
    return path;
  }

  public Reason reason() {
    return reason;
  }
}
