package org.anonymouscloud.vault.protocol;

/** The methods of the vault protocol. Names are wire format. */
public enum VaultMethod {
  /** {@link VaultMessages.RootGet} to {@link VaultMessages.RootGot}. */
  ROOT_GET("root-get"),
  /** {@link VaultMessages.RootMove} to {@link VaultMessages.Empty}. */
  ROOT_MOVE("root-move"),
  /** {@link VaultMessages.PackPut} and the pack as bulk data, to {@link VaultMessages.Empty}. */
  PACK_PUT("pack-put"),
  /** {@link VaultMessages.PackGet} to bulk data and {@link VaultMessages.Empty}. */
  PACK_GET("pack-get"),
  /** {@link VaultMessages.UsageGet} to {@link VaultMessages.Usage}. */
  USAGE("usage");

  /** The feature's name, and the first part of its methods' names. */
  public static final String FEATURE = "vault";

  /** What is pushed to an account's sessions when its root has moved; the body is empty. */
  public static final String ROOT_MOVED = FEATURE + "/root-moved";

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
