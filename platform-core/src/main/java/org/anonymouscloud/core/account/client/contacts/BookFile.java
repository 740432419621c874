package org.anonymouscloud.core.account.client.contacts;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.SortedMap;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.account.client.local.FeatureState;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.wire.Malformed;

/**
 * What a device keeps of the account's contacts, in one sealed file (docs/formats/account.md).
 * Whole and durable after each change; one caller at a time changes it.
 *
 * @param values of the account itself on this device
 */
record BookFile(FeatureState values) {
  private static final String NAME = "contacts";
  private static final byte VERSION = 2;
  private static final int FLOOR = Long.BYTES + Integer.BYTES + Digest.LENGTH;

  /**
   * The newest state of the account's contacts that this device has seen.
   *
   * @param changes how many states each device had written by then
   */
  record Floor(long number, int generation, Digest hash, SortedMap<DeviceId, Long> changes) {}

  /**
   * @param book as this device knows it, which may be more than any other one does
   * @param floor none before this device has seen a state
   */
  record Kept(ContactBook book, Optional<Floor> floor) {
    static final Kept NOTHING = new Kept(ContactBook.EMPTY, Optional.empty());

    Kept with(ContactBook next) {
      return new Kept(next, floor);
    }
  }

  Kept load() throws IOException {
    Optional<byte[]> kept = values.get(NAME);
    return kept.isPresent() ? decode(ByteBuffer.wrap(kept.get())) : Kept.NOTHING;
  }

  private static Kept decode(ByteBuffer in) throws IOException {
    try {
      if (in.get() != VERSION) {
        throw new IOException("Another version of the program wrote these contacts; use that one.");
      }
      Optional<Floor> floor = Optional.empty();
      if (in.get() == 1) {
        long number = in.getLong();
        int generation = in.getInt();
        byte[] hash = new byte[Digest.LENGTH];
        in.get(hash);
        floor =
            Optional.of(
                new Floor(number, generation, Digest.of(hash), SignedBook.decodeChanges(in)));
      }
      return new Kept(ContactBook.decode(in), floor);
    } catch (BufferUnderflowException | Malformed e) {
      throw new IOException(
          "The file of contacts on this device is damaged. 'anoncloud logout' and a new login bring"
              + " them back from the account.",
          e);
    }
  }

  void store(Kept kept) throws IOException {
    int floor = kept.floor().map(one -> FLOOR + SignedBook.lengthOf(one.changes())).orElse(0);
    ByteBuffer out = ByteBuffer.allocate(2 + floor + kept.book().length());
    out.put(VERSION).put((byte) (kept.floor().isPresent() ? 1 : 0));
    kept.floor()
        .ifPresent(
            one -> {
              out.putLong(one.number()).putInt(one.generation()).put(one.hash().bytes());
              SignedBook.encodeChanges(one.changes(), out);
            });
    kept.book().encode(out);
    values.put(NAME, out.array());
  }
}
