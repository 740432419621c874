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

  /**
   * A segment of the file that began last.
   *
   * @param from first byte of it that is wanted
   * @param to the byte after the last one that is wanted
   */
  record Segment(Place place, Ref ref, int from, int to) implements Step {}
}
