package org.anonymouscloud.vault.client.tree;

/** Which of a drive's two trees a path is in. */
enum Tree {
  /** The one that people see. */
  TOP,

  /** The hidden one, in which the trash is. */
  ASIDE
}
