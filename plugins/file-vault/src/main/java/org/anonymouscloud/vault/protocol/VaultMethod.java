package org.anonymouscloud.vault.protocol;

/** The methods of the vault protocol. Names are wire format. */
public enum VaultMethod {
  /** {@link VaultMessages.DriveList} to {@link VaultMessages.DriveListed}. */
  DRIVE_LIST("drive-list"),
  /** {@link VaultMessages.DriveCreate} to {@link VaultMessages.Empty}. */
  DRIVE_CREATE("drive-create"),
  /** {@link VaultMessages.DriveDelete} to {@link VaultMessages.Empty}. */
  DRIVE_DELETE("drive-delete"),
  /** {@link VaultMessages.RosterGet} to {@link VaultMessages.RosterGot}. */
  ROSTER_GET("roster-get"),
  /** {@link VaultMessages.RosterPut} to {@link VaultMessages.Empty}. */
  ROSTER_PUT("roster-put"),
  /** {@link VaultMessages.GrantGet} to {@link VaultMessages.GrantGot}. */
  GRANT_GET("grant-get"),
  /** {@link VaultMessages.RootGet} to {@link VaultMessages.RootGot}. */
  ROOT_GET("root-get"),
  /** {@link VaultMessages.RootMove} to {@link VaultMessages.Empty}. */
  ROOT_MOVE("root-move"),
  /** {@link VaultMessages.PackPut} and the pack as bulk data, to {@link VaultMessages.Empty}. */
  PACK_PUT("pack-put"),
  /** {@link VaultMessages.PackGet} to bulk data and {@link VaultMessages.Empty}. */
  PACK_GET("pack-get"),
  /** {@link VaultMessages.PackDrop} to {@link VaultMessages.Empty}. */
  PACK_DROP("pack-drop"),
  /** {@link VaultMessages.PackList} to {@link VaultMessages.PackListed}. */
  PACK_LIST("pack-list"),
  /** {@link VaultMessages.PackAsk} to {@link VaultMessages.PackMissing}. */
  PACK_ASK("pack-ask"),
  /** {@link VaultMessages.UsageGet} to {@link VaultMessages.Usage}. */
  USAGE("usage");

  /** The feature's name, and the first part of its methods' names. */
  public static final String FEATURE = "vault";

  /** Pushed to the sessions of a drive's members when its root has moved; the body is its id. */
  public static final String ROOT_MOVED = FEATURE + "/root-moved";

  /**
   * Pushed to the sessions of a drive's members, and of who has just ceased to be one, when there
   * is another roster; the body is the drive's id.
   */
  public static final String ROSTER_MOVED = FEATURE + "/roster-moved";

  private final String verb;

  VaultMethod(String verb) {
    this.verb = verb;
  }

  /** The second part of the method's name. */
  public String verb() {
    return verb;
  }

  /** The whole name, {@code vault/verb}. */
  @Override
  public String toString() {
    return FEATURE + "/" + verb;
  }
}
