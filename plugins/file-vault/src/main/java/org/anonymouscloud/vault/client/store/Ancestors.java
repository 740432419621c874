package org.anonymouscloud.vault.client.store;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.anonymouscloud.vault.client.format.SignedRoot;
import org.anonymouscloud.vault.client.remote.Untrusted.RootForked;

/**
 * A root and those before it, of which each is named by the hash that the later one gives: so a
 * signature of its own would prove nothing more.
 */
final class Ancestors {
  private final RootReader reader;
  private final Deque<SignedRoot> fetched = new ArrayDeque<>();
  private SignedRoot at;

  Ancestors(RootReader reader, SignedRoot newest) {
    this.reader = reader;
    this.at = newest;
  }

  SignedRoot at() {
    return at;
  }

  /**
   * Goes to the one before, which there must be.
   *
   * @param lowest the number of the last that is wanted, so that none is fetched in vain
   */
  void down(long lowest) throws IOException {
    if (fetched.isEmpty()) {
      fetched.addAll(reader.down(at.number() - 1, Math.max(0, lowest)));
    }
    SignedRoot next = fetched.removeFirst();
    if (!next.hash().equals(at.previous())) {
      throw new RootForked();
    }
    at = next;
  }
}
