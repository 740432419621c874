package org.anonymouscloud.vault.client.format;

/**
 * The two trees of a drive. Immutable.
 *
 * @param top pages of the topmost folder, which people see
 * @param aside pages of the topmost folder of the hidden tree, where the trash is
 */
public record Trees(Pages top, Pages aside) {
  /** Of a drive in which there is nothing. */
  public static final Trees NONE = new Trees(Pages.NONE, Pages.NONE);
}
