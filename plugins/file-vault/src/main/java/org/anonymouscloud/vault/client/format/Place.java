package org.anonymouscloud.vault.client.format;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.ByteBuffer;
import org.anonymouscloud.vault.protocol.DriveId;

/**
 * Where a segment belongs. It is the context in which the segment is sealed, so that one from
 * another drive, file, version or place does not open (A19, A20, A29).
 *
 * @param height 0 for content; for lists and pages, 1 if they stand right above content or entries
 * @param owner the file or folder
 * @param version of the file when the segment was written, or number of the root for which a page
 *     was
 * @param index number of the first segment of content that it holds or covers; 0 for pages
 */
public record Place(DriveId drive, Kind kind, int height, ItemId owner, long version, long index) {
  private static final byte[] LABEL = "anonymouscloud/vault/v1/segment\0".getBytes(US_ASCII);

  /** What a segment is. */
  public enum Kind {
    /** A part of a file. */
    CONTENT(1),
    /** References to parts of a file. */
    LIST(2),
    /** A part of a folder. */
    PAGE(3);

    private final int code;

    Kind(int code) {
      this.code = code;
    }
  }

  /** What a segment is bound to when it is sealed for the place. */
  public byte[] context() {
    return ByteBuffer.allocate(LABEL.length + DriveId.LENGTH + 2 + ItemId.LENGTH + 16)
        .put(LABEL)
        .put(drive.bytes())
        .put((byte) kind.code)
        .put((byte) height)
        .put(owner.bytes())
        .putLong(version)
        .putLong(index)
        .array();
  }
}
