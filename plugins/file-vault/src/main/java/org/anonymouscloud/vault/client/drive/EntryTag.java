package org.anonymouscloud.vault.client.drive;

import java.util.Arrays;
import java.util.HexFormat;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.vault.client.format.Entry;

/**
 * Names one state of a file or folder: it changes when content, attributes or anything below
 * changes.
 *
 * @param text 32 hexadecimal digits
 */
public record EntryTag(String text) {
  private static final int BYTES = 16;

  /** The tag of what an entry says. */
  public static EntryTag of(Entry entry) {
    byte[] hash = Digest.sha256(entry.encode()).bytes();
    return new EntryTag(HexFormat.of().formatHex(Arrays.copyOf(hash, BYTES)));
  }
}
