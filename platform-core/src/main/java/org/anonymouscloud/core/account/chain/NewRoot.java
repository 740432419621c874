package org.anonymouscloud.core.account.chain;

/**
 * A root secret that takes the place of the one before it.
 *
 * @param generation the one after the newest
 * @param named what is said of the new secret
 * @param previous the secret before it, sealed under the new one, {@link ChainLink#SEALED_ROOT}
 *     bytes: who opens the newest opens all
 */
public record NewRoot(int generation, NamedRoot named, byte[] previous) {
  public NewRoot {
    ChainLink.requireLength(previous, ChainLink.SEALED_ROOT);
    if (generation < 1) {
      throw new IllegalArgumentException("A new root secret has a generation of 1 or more.");
    }
  }
}
