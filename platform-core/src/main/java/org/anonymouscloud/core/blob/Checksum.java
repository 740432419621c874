package org.anonymouscloud.core.blob;

import java.io.IOException;
import java.io.InputStream;
import java.util.zip.CRC32C;

/**
 * The CRC-32C of a blob (RFC 3720, section 12.1), by which a server notices that its disk gives
 * back something else than it was given. It is no protection from people: whoever can change a file
 * finds bytes with the same sum. Against them the content is sealed, and its reader checks it.
 *
 * @param value from 0 to 4,294,967,295
 */
public record Checksum(long value) {
  private static final int BUFFER = 128 * 1024;
  private static final long MOST = 0xffff_ffffL;

  /**
   * @throws IllegalArgumentException if {@code value} is out of range
   */
  public Checksum {
    if (value < 0 || value > MOST) {
      throw new IllegalArgumentException("A checksum has 32 bits.");
    }
  }

  /** Of all that the stream still has. */
  public static Checksum of(InputStream content) throws IOException {
    CRC32C sum = new CRC32C();
    byte[] buffer = new byte[BUFFER];
    for (int read = content.read(buffer); read >= 0; read = content.read(buffer)) {
      sum.update(buffer, 0, read);
    }
    return new Checksum(sum.getValue());
  }
}
