package org.anonymouscloud.vault.client.format;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.wire.Malformed;
import org.anonymouscloud.vault.protocol.PackName;
import org.anonymouscloud.vault.protocol.VaultMessages;

/**
 * What a device notes of a pack while an upload goes on: the segments of one file in it. Immutable.
 *
 * @param stored whether the server has said that it holds the pack
 * @param length of the pack in bytes
 * @param time of this note
 * @param file that the segments are sealed for
 * @param replaced version of the file that was there when the upload began; 0 if there was none
 * @param segments at least one, all in one pack
 */
public record SentPack(
    boolean stored, int length, Instant time, ItemId file, long replaced, List<Numbered> segments) {
  private static final int VERSION = 2;
  private static final int LEAVING = 1;
  private static final int STORED = 2;
  private static final int HEADER = 1 + 1 + 1 + 12 + ItemId.LENGTH + 8;
  private static final int NUMBERED = 8 + Ref.ENCODED;

  /**
   * A segment of content.
   *
   * @param index its number in the file, counted from 0
   */
  public record Numbered(long index, Ref ref) {}

  public SentPack {
    segments = List.copyOf(segments);
    if (segments.isEmpty()) {
      throw new IllegalArgumentException("A pack is noted for a segment in it.");
    }
  }

  public PackName pack() {
    return segments.getFirst().ref().pack();
  }

  /**
   * The note as a record's value.
   *
   * @param key of the record, in which alone it counts
   */
  public byte[] encode(String key) {
    ByteBuffer out = ByteBuffer.allocate(HEADER + segments.size() * NUMBERED + Digest.LENGTH);
    out.put((byte) VERSION).put((byte) (stored ? STORED : LEAVING));
    out.put((byte) Integer.numberOfTrailingZeros(length));
    out.putLong(time.getEpochSecond()).putInt(time.getNano());
    out.put(file.bytes()).putLong(replaced);
    for (Numbered segment : segments) {
      out.putLong(segment.index);
      segment.ref.encode(out);
    }
    byte[] whole = out.array();
    return out.put(sum(key, Arrays.copyOf(whole, out.position())).bytes()).array();
  }

  /** A reference proves what a segment holds and not where it lies, so the note proves itself. */
  private static Digest sum(String key, byte[] body) {
    return Digest.sha256(key.getBytes(UTF_8), body);
  }

  /** Reads a note that may be damaged, or be another record's. */
  public static SentPack decode(String key, byte[] encoded) throws Malformed {
    int end = Math.max(0, encoded.length - Digest.LENGTH);
    byte[] body = Arrays.copyOf(encoded, end);
    if (!Arrays.equals(sum(key, body).bytes(), Arrays.copyOfRange(encoded, end, encoded.length))) {
      throw new Malformed("A note of a pack is not what was written.");
    }
    Fields in = new Fields(body);
    in.version(VERSION);
    int state = in.u8();
    int power = in.u8();
    Instant time = in.time();
    ItemId file = ItemId.of(in.bytes(ItemId.LENGTH));
    long replaced = in.u63();
    int count = (body.length - HEADER) / NUMBERED;
    if (count < 1
        || (state != LEAVING && state != STORED)
        || power < Integer.numberOfTrailingZeros(VaultMessages.MIN_PACK)
        || power > Integer.numberOfTrailingZeros(VaultMessages.MAX_PACK)) {
      throw new Malformed("A note of a pack has no segments, or says what cannot be.");
    }
    List<Numbered> segments = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      Numbered segment = new Numbered(in.u63(), Ref.decode(in));
      if (segment.index >= Content.segments(Content.MAX_LENGTH)
          || !segment
              .ref
              .pack()
              .equals(i == 0 ? segment.ref.pack() : segments.getFirst().ref.pack())) {
        throw new Malformed("A note of a pack names what is not in it.");
      }
      segments.add(segment);
    }
    in.end();
    return new SentPack(state == STORED, 1 << power, time, file, replaced, segments);
  }
}
