package org.anonymouscloud.vault.client.tree;

import java.nio.ByteBuffer;
import org.anonymouscloud.core.crypto.RandomBytes;
import org.anonymouscloud.vault.client.format.ItemId;

/**
 * The folders that a way through a tree has met. No sound program puts a folder at two places, so
 * whoever meets one again is led through a tree that a few pages make endless: each holding twice
 * the one below it. Keeps 64 bits of an id, which is random, as there may be a million folders. Not
 * thread-safe.
 */
public final class MetFolders {
  private static final int LEAST = 64;

  /** Odd, and unknown to whoever chose ids that would all fall into one place. */
  private final long factor = ByteBuffer.wrap(RandomBytes.next(Long.BYTES)).getLong() | 1;

  /** Zero where nothing is; filled to two thirds at most. */
  private long[] places = new long[LEAST];

  private int count;

  /** Notes a folder; gives whether it is the first time. */
  public boolean add(ItemId folder) {
    if (count >= places.length / 3 * 2) {
      grow();
    }
    long id = ByteBuffer.wrap(folder.bytes()).getLong();
    boolean isNew = put(places, id == 0 ? 1 : id);
    count += isNew ? 1 : 0;
    return isNew;
  }

  private void grow() {
    long[] more = new long[places.length * 2];
    for (long id : places) {
      if (id != 0) {
        put(more, id);
      }
    }
    places = more;
  }

  private boolean put(long[] target, long id) {
    int at = (int) ((id * factor) >>> (Long.numberOfLeadingZeros(target.length) + 1));
    while (target[at] != 0) {
      if (target[at] == id) {
        return false;
      }
      at = (at + 1) % target.length;
    }
    target[at] = id;
    return true;
  }
}
