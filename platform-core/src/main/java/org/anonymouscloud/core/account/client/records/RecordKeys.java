package org.anonymouscloud.core.account.client.records;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import org.anonymouscloud.core.crypto.ChunkedEncryption;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.crypto.Hkdf;
import org.anonymouscloud.core.crypto.Hmac;
import org.anonymouscloud.core.crypto.NotAuthentic;
import org.anonymouscloud.core.crypto.Secret;

/** How the records of a device are named and sealed, each purpose with a key of its own. */
final class RecordKeys implements AutoCloseable {
  private static final String LABEL = "anonymouscloud/account/v1/local-";
  private static final String KEY = LABEL + "record-key";
  private static final String VALUE = LABEL + "record-value";
  private static final String STATE = LABEL + "record-state";
  private static final String MARK = LABEL + "record-mark";
  private static final byte MARK_VERSION = 1;

  private final Secret places;
  private final Secret sums;
  private final Secret keys;
  private final Secret values;
  private final Secret states;
  private final Secret marks;

  /**
   * @param deviceSecret stays the caller's
   */
  RecordKeys(Secret deviceSecret) {
    this.places = Hkdf.SHA256.key(deviceSecret, LABEL + "record-place");
    this.sums = Hkdf.SHA256.key(deviceSecret, LABEL + "record-sum");
    this.keys = Hkdf.SHA256.key(deviceSecret, KEY);
    this.values = Hkdf.SHA256.key(deviceSecret, VALUE);
    this.states = Hkdf.SHA256.key(deviceSecret, STATE);
    this.marks = Hkdf.SHA256.key(deviceSecret, MARK);
  }

  /** What the file calls a feature. */
  Digest owner(String feature) {
    return code(places, feature.getBytes(US_ASCII));
  }

  /**
   * What the file calls a record. A feature's name has no zero byte, so it is no {@link #owner}.
   */
  Digest place(String feature, String key) {
    byte[] name = feature.getBytes(US_ASCII);
    byte[] text = key.getBytes(UTF_8);
    ByteBuffer all = ByteBuffer.allocate(name.length + 1 + text.length);
    return code(places, all.put(name).put((byte) 0).put(text).array());
  }

  /** A row for a record, sealed for its place and no other. */
  SealedRecord seal(String feature, String key, byte[] value) {
    Digest place = place(feature, key);
    return new SealedRecord(
        place,
        owner(feature),
        ChunkedEncryption.seal(keys, context(KEY, feature, place), key.getBytes(UTF_8)),
        ChunkedEncryption.seal(values, context(VALUE, feature, place), value));
  }

  String openKey(String feature, Digest place, byte[] sealed) throws NotAuthentic {
    return new String(ChunkedEncryption.open(keys, context(KEY, feature, place), sealed), UTF_8);
  }

  byte[] openValue(String feature, Digest place, byte[] sealed) throws NotAuthentic {
    return ChunkedEncryption.open(values, context(VALUE, feature, place), sealed);
  }

  /** What a row adds to the file's sum. */
  Digest code(SealedRecord row) {
    ByteBuffer all = ByteBuffer.allocate(4 * Digest.LENGTH);
    all.put(row.place().bytes()).put(row.owner().bytes());
    all.put(Digest.sha256(row.key()).bytes()).put(Digest.sha256(row.value()).bytes());
    return code(sums, all.array());
  }

  byte[] seal(RecordState state) {
    return ChunkedEncryption.seal(states, STATE.getBytes(US_ASCII), state.encode());
  }

  RecordState openState(byte[] sealed) throws NotAuthentic {
    return RecordState.decode(ChunkedEncryption.open(states, STATE.getBytes(US_ASCII), sealed));
  }

  /** A mark that says how many changes there were. */
  byte[] sealMark(long changes) {
    byte[] plain = ByteBuffer.allocate(1 + Long.BYTES).put(MARK_VERSION).putLong(changes).array();
    return ChunkedEncryption.seal(marks, MARK.getBytes(US_ASCII), plain);
  }

  /** How many changes a mark says there were. */
  long openMark(byte[] sealed) throws NotAuthentic {
    ByteBuffer plain =
        ByteBuffer.wrap(ChunkedEncryption.open(marks, MARK.getBytes(US_ASCII), sealed));
    if (plain.remaining() != 1 + Long.BYTES || plain.get() != MARK_VERSION) {
      throw new NotAuthentic();
    }
    return plain.getLong();
  }

  private static Digest code(Secret key, byte[] data) {
    return Hmac.sha256(key, data, 0, data.length);
  }

  private static byte[] context(String label, String feature, Digest place) {
    ByteArrayOutputStream context = new ByteArrayOutputStream();
    context.writeBytes(label.getBytes(US_ASCII));
    context.write(0);
    context.writeBytes(feature.getBytes(US_ASCII));
    context.write(0);
    context.writeBytes(place.bytes());
    return context.toByteArray();
  }

  @Override
  public void close() {
    places.close();
    sums.close();
    keys.close();
    values.close();
    states.close();
    marks.close();
  }
}
