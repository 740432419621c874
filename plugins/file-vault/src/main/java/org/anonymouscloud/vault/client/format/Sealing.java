package org.anonymouscloud.vault.client.format;

import org.anonymouscloud.core.crypto.ChunkedEncryption;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.crypto.Hmac;
import org.anonymouscloud.core.crypto.NotAuthentic;
import org.anonymouscloud.core.crypto.Secret;

/** Seals and opens the segments of a drive, each for its {@link Place}. Thread-safe. */
public final class Sealing {
  private final KeyRing keys;

  /**
   * @param keys stay the caller's
   */
  public Sealing(KeyRing keys) {
    this.keys = keys;
  }

  /** The generation in which everything new is sealed. */
  public int generation() {
    return keys.newest();
  }

  /** The digest by which a reference binds this plaintext. */
  public Digest digest(int generation, byte[] plain, int length) throws NotAuthentic {
    return Hmac.sha256(keys.of(generation).digest(), plain, 0, length);
  }

  /**
   * Seals the first {@code length} bytes of {@code plain}.
   *
   * @param generation the newest, as {@link #generation} gave it
   * @param target takes the sealed segment from its start
   */
  public void seal(Place place, int generation, byte[] plain, int length, byte[] target) {
    try {
      ChunkedEncryption.sealInto(target, key(place, generation), place.context(), plain, 0, length);
    } catch (NotAuthentic e) {
      throw new IllegalStateException("This generation has no keys.", e);
    }
  }

  /**
   * Opens a sealed segment and compares what was in it with the reference's digest.
   *
   * @param sealed holds the sealed segment from {@code offset} on
   * @param target takes {@link Ref#length} bytes from its start; they count once this returns
   * @throws NotAuthentic if this is not exactly the segment that is referred to
   */
  public void open(Place place, Ref ref, byte[] sealed, int offset, byte[] target)
      throws NotAuthentic {
    int length =
        ChunkedEncryption.openInto(
            target,
            key(place, ref.generation()),
            place.context(),
            sealed,
            offset,
            ref.sealedLength());
    // The seal says that it is for this place; only the digest says that it is not an older or
    // parallel state of it.
    if (!digest(ref.generation(), target, length).equals(ref.digest())) {
      java.util.Arrays.fill(target, 0, length, (byte) 0);
      throw new NotAuthentic();
    }
  }

  private Secret key(Place place, int generation) throws NotAuthentic {
    DriveKeys generationKeys = keys.of(generation);
    return switch (place.kind()) {
      case CONTENT -> generationKeys.segment();
      case LIST, PAGE -> generationKeys.node();
    };
  }
}
