package org.anonymouscloud.vault.client.format;

import java.nio.ByteBuffer;
import org.anonymouscloud.core.crypto.ChunkedEncryption;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.wire.Malformed;
import org.anonymouscloud.vault.protocol.PackName;
import org.anonymouscloud.vault.protocol.VaultMessages;

/**
 * Where a sealed segment lies and what exactly it must hold. Immutable.
 *
 * @param offset of the sealed segment in its pack
 * @param length of the segment before it was sealed, 1 to {@link #MAX_LENGTH} bytes
 * @param generation of the keys that sealed it
 * @param version part of its {@link Place}
 * @param digest HMAC-SHA256 over the segment before it was sealed
 */
public record Ref(
    PackName pack, int offset, int length, int generation, long version, Digest digest)
    implements Extent {
  /** Bytes of a full segment: sealed, sixteen of them fit a pack of 16 MiB. */
  public static final int MAX_LENGTH = 1_047_488;

  /** Bytes in an encoded reference. */
  static final int ENCODED = PackName.LENGTH + 4 + 4 + 4 + 8 + Digest.LENGTH;

  /** Bytes that the sealed segment takes in its pack. */
  public int sealedLength() {
    return ChunkedEncryption.sealedLength(length);
  }

  /** The same segment at another place. */
  public Ref at(PackName other, int place) {
    return new Ref(other, place, length, generation, version, digest);
  }

  /** The first byte of the pack after the sealed segment. */
  public int end() {
    return offset + sealedLength();
  }

  @Override
  public void encode(ByteBuffer out) {
    out.put(pack.encode()).putInt(offset).putInt(length).putInt(generation);
    out.putLong(version).put(digest.bytes());
  }

  static Ref decode(Fields in) throws Malformed {
    PackName pack = in.pack();
    int offset = in.u31();
    int length = in.u31();
    int generation = in.u31();
    long version = in.u63();
    Digest digest = Digest.of(in.bytes(Digest.LENGTH));
    if (length < 1
        || length > MAX_LENGTH
        || offset > VaultMessages.MAX_PACK - ChunkedEncryption.sealedLength(length)) {
      throw new Malformed("A reference points outside of any pack.");
    }
    return new Ref(pack, offset, length, generation, version, digest);
  }
}
