package org.anonymouscloud.core.account.client.records;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.crypto.NotAuthentic;

/**
 * What the file says of itself, sealed and written with each change. Immutable; the arrays are
 * nobody's to change.
 *
 * @param changes how many there were
 * @param sum the exclusive or of the codes of all rows: none can be taken out, put in or made an
 *     older one
 * @param settled the mark that the server was last known to have; no bytes if none
 * @param sent the mark that was sent to it after that, and may have arrived; no bytes if none
 * @param stale the features whose records are an old copy, as the file calls them
 */
record RecordState(long changes, byte[] sum, byte[] settled, byte[] sent, Set<Digest> stale) {
  static final RecordState NEW =
      new RecordState(0, new byte[Digest.LENGTH], new byte[0], new byte[0], Set.of());

  private static final byte VERSION = 1;

  RecordState {
    stale = Set.copyOf(stale);
  }

  /** After a change that left the rows with this sum. */
  RecordState changed(byte[] newSum) {
    return new RecordState(changes + 1, newSum, settled, sent, stale);
  }

  /** About to send a mark, while the server is known to have one of this device. */
  RecordState sending(byte[] known, byte[] mark) {
    return new RecordState(changes, sum, known, mark, stale);
  }

  /**
   * After it was seen that these features' records are an old copy.
   *
   * @param mark that the server has
   * @param marked how many changes it says there were
   */
  RecordState rolledBack(byte[] mark, long marked, Set<Digest> features) {
    Set<Digest> all = new HashSet<>(stale);
    all.addAll(features);
    return new RecordState(Math.max(changes, marked) + 1, sum, mark, new byte[0], all);
  }

  /** After a feature has begun anew. */
  RecordState begun(Digest feature) {
    return new RecordState(
        changes,
        sum,
        settled,
        sent,
        stale.stream().filter(one -> !one.equals(feature)).collect(Collectors.toSet()));
  }

  byte[] encode() {
    ByteBuffer out =
        ByteBuffer.allocate(
            1
                + Long.BYTES
                + Digest.LENGTH
                + 2
                + settled.length
                + sent.length
                + 2
                + stale.size() * Digest.LENGTH);
    out.put(VERSION).putLong(changes).put(sum);
    out.put((byte) settled.length).put(settled).put((byte) sent.length).put(sent);
    out.putShort((short) stale.size());
    stale.forEach(feature -> out.put(feature.bytes()));
    return out.array();
  }

  static RecordState decode(byte[] encoded) throws NotAuthentic {
    ByteBuffer in = ByteBuffer.wrap(encoded);
    try {
      if (in.get() != VERSION) {
        throw new NotAuthentic();
      }
      long changes = in.getLong();
      byte[] sum = take(in, Digest.LENGTH);
      byte[] settled = take(in, in.get() & 0xff);
      byte[] sent = take(in, in.get() & 0xff);
      Set<Digest> stale = new HashSet<>();
      for (int left = in.getShort() & 0xffff; left > 0; left--) {
        stale.add(Digest.of(take(in, Digest.LENGTH)));
      }
      return new RecordState(changes, sum, settled, sent, stale);
    } catch (BufferUnderflowException e) {
      throw new NotAuthentic();
    }
  }

  private static byte[] take(ByteBuffer in, int length) {
    byte[] field = new byte[length];
    in.get(field);
    return field;
  }
}
