package org.anonymouscloud.core.account.chain;

/**
 * A root secret that takes the place of the one before it.
 *
 * @param generation the one after the newest
 * @param named what is said of the new secret
 * @param before generation of the secret that is sealed under this one: the newest before it, or an
 *     older one if the recovery words open no newer one
 * @param previous that secret, {@link ChainLink#SEALED_ROOT} bytes: who opens the newest opens all
 */
public record NewRoot(int generation, NamedRoot named, int before, byte[] previous) {
  public NewRoot {
    ChainLink.requireLength(previous, ChainLink.SEALED_ROOT);
    if (generation < 1) {
      throw new IllegalArgumentException("A new root secret has a generation of 1 or more.");
    }
    if (before < 0 || before >= generation) {
      throw new IllegalArgumentException("A new root secret follows an older one.");
    }
  }
}
