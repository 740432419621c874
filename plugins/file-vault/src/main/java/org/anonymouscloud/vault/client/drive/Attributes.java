package org.anonymouscloud.vault.client.drive;

import java.time.Instant;

/**
 * What is said of a file besides its name and content.
 *
 * @param modified when it was last changed where it came from
 * @param executable whether its owner may run it
 * @param sparse whether nothing need be stored of its zeros, as its disk does not keep them either;
 *     by their bytes the server could else tell zeros from other content (A32)
 */
public record Attributes(Instant modified, boolean executable, boolean sparse) {
  /** Of a file all bytes of which are stored. */
  public Attributes(Instant modified, boolean executable) {
    this(modified, executable, false);
  }
}
