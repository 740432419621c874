package org.anonymouscloud.vault.client.walk;

import java.io.IOException;
import org.anonymouscloud.vault.client.content.SegmentCursor;
import org.anonymouscloud.vault.client.content.Step;
import org.anonymouscloud.vault.client.format.Content;
import org.anonymouscloud.vault.client.format.Entry;
import org.anonymouscloud.vault.client.format.Extent;
import org.anonymouscloud.vault.client.format.Hole;
import org.anonymouscloud.vault.client.format.Place;
import org.anonymouscloud.vault.client.format.Place.Kind;
import org.anonymouscloud.vault.client.format.Ref;
import org.anonymouscloud.vault.client.tree.Cursor;
import org.anonymouscloud.vault.client.tree.Nodes;
import org.anonymouscloud.vault.protocol.DriveId;
import org.jspecify.annotations.Nullable;

/** The segments that hold a part of a file. Not thread-safe. */
public final class FileSteps implements Cursor<Step> {
  private final DriveId drive;
  private final Entry.File file;
  private final SegmentCursor segments;
  private final long from;
  private final long end;

  public FileSteps(Nodes nodes, DriveId drive, Entry.File file, long from, long length)
      throws IOException {
    this.drive = drive;
    this.file = file;
    this.segments = new SegmentCursor(nodes, file.id(), file.content(), from / Ref.MAX_LENGTH);
    this.from = from;
    this.end = from + length;
  }

  @Override
  public @Nullable Step next() throws IOException {
    long index = segments.index();
    long start = index * Ref.MAX_LENGTH;
    if (start >= end) {
      return null;
    }
    Extent extent = segments.next();
    int first = (int) Math.max(0, from - start);
    int after = (int) Math.min(Content.segmentLength(file.content().length(), index), end - start);
    return switch (extent) {
      case null -> null;
      case Hole _ -> new Step.Zeros(first, after);
      case Ref ref ->
          new Step.Stored(
              new Place(drive, Kind.CONTENT, 0, file.id(), ref.version(), index),
              ref,
              first,
              after);
    };
  }
}
