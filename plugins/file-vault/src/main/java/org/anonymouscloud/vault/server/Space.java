package org.anonymouscloud.vault.server;

/**
 * What a drive has, or by how much that changes.
 *
 * @param used bytes of packs that are not held, roots, rosters and grants
 * @param reserved bytes of packs on their way
 * @param packs how many are not held
 * @param held bytes of packs that a root has dropped
 * @param unpaid of the held bytes, those that count for nobody
 */
record Space(long used, long reserved, long packs, long held, long unpaid) {
  static final Space NONE = new Space(0, 0, 0, 0, 0);

  static Space bytes(long used) {
    return new Space(used, 0, 0, 0, 0);
  }

  static Space arriving(long length) {
    return new Space(0, length, 0, 0, 0);
  }

  static Space pack(long length) {
    return new Space(length, 0, 1, 0, 0);
  }

  static Space held(long length, boolean paid) {
    return new Space(0, 0, 0, length, paid ? 0 : length);
  }

  /** Bytes that count for who pays. */
  long charged() {
    return used + reserved + held - unpaid;
  }

  Space plus(Space more) {
    return new Space(
        used + more.used,
        reserved + more.reserved,
        packs + more.packs,
        held + more.held,
        unpaid + more.unpaid);
  }

  Space minus(Space less) {
    return plus(new Space(-less.used, -less.reserved, -less.packs, -less.held, -less.unpaid));
  }
}
