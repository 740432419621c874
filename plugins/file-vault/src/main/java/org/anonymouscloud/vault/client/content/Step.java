package org.anonymouscloud.vault.client.content;

import org.anonymouscloud.vault.client.format.Entry;
import org.anonymouscloud.vault.client.format.Place;
import org.anonymouscloud.vault.client.format.Ref;
import org.anonymouscloud.vault.client.tree.VaultPath;

/** One step on the way through files that are read. */
public sealed interface Step {
  /**
   * A file or folder begins; the steps after it are the file's segments.
   *
   * @param path where it lies, seen from where the way began
   */
  record Begin(VaultPath path, Entry entry) implements Step {}

  /** A segment of the file that began last. */
  sealed interface Segment extends Step {
    /** First byte of it that is wanted. */
    int from();

    /** The byte after the last one that is wanted. */
    int to();
  }

  /** A segment that lies in a pack. */
  record Stored(Place place, Ref ref, int from, int to) implements Segment {}

  /** A segment of zeros. */
  record Zeros(int from, int to) implements Segment {}
}
