package org.anonymouscloud.vault.client.space;

/** Places in packs, as numbers: sixteen bytes each at most, whatever they are. Not thread-safe. */
final class PlaceSet {
  private static final int LEAST = 1 << 10;

  /** Spreads what lies side by side. */
  private static final long FACTOR = 0x9e37_79b9_7f4a_7c15L;

  /** Zero where nothing is; a place is kept as one more. Half full at most. */
  private long[] places = new long[LEAST];

  private int count;

  boolean contains(long place) {
    return places[at(places, place + 1)] != 0;
  }

  /** Adds a place of 0 or more; gives whether it is the first time. */
  boolean add(long place) {
    int at = at(places, place + 1);
    if (places[at] != 0) {
      return false;
    }
    places[at] = place + 1;
    count++;
    if (count > places.length / 2) {
      grow();
    }
    return true;
  }

  private void grow() {
    long[] more = new long[places.length * 2];
    for (long key : places) {
      if (key != 0) {
        more[at(more, key)] = key;
      }
    }
    places = more;
  }

  /** Where a key is, or would be. */
  private static int at(long[] table, long key) {
    int at = (int) ((key * FACTOR) >>> (Long.numberOfLeadingZeros(table.length) + 1));
    while (table[at] != 0 && table[at] != key) {
      at = (at + 1) % table.length;
    }
    return at;
  }
}
