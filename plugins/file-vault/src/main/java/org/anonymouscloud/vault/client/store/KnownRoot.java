package org.anonymouscloud.vault.client.store;

import java.util.Optional;
import org.anonymouscloud.vault.client.format.Pages;
import org.anonymouscloud.vault.client.format.Root;
import org.anonymouscloud.vault.client.format.SignedRoot;
import org.anonymouscloud.vault.client.format.Trees;

/**
 * The newest root that the server has, and the newest that counts: the same, unless a device wrote
 * it that was removed.
 *
 * @param tip the newest root
 * @param counts the newest root that counts; none if none does
 * @param root what is sealed in that one
 * @param basis by what this was found out
 */
public record KnownRoot(
    SignedRoot tip, Optional<SignedRoot> counts, Optional<Root> root, Basis basis) {
  /** Of the newest root. */
  public long number() {
    return tip.number();
  }

  /** Of the newest root that counts; -1 if none does. */
  public long counting() {
    return counts.map(SignedRoot::number).orElse(-1L);
  }

  /** Of the tree that counts. */
  public Pages top() {
    return trees().top();
  }

  /** Of the tree that counts, and the hidden one. */
  public Trees trees() {
    return root.map(Root::trees).orElse(Trees.NONE);
  }

  /**
   * What says which roots count.
   *
   * @param roster number of the newest list of members
   * @param generation of this account's root secret
   */
  record Basis(long roster, int generation) {}
}
