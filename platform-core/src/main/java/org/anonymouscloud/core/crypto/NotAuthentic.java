package org.anonymouscloud.core.crypto;

/**
 * Sealed data that was not made by a holder of the key for this place, or was changed since. One
 * fixed text for every reason (A3): who sent the data learns nothing from it.
 */
public final class NotAuthentic extends Exception {
  private static final long serialVersionUID = 1;

  public NotAuthentic() {
    super("The data is not authentic.");
  }
}
