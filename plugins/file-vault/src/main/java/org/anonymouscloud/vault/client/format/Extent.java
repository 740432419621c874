package org.anonymouscloud.vault.client.format;

import java.nio.ByteBuffer;
import org.anonymouscloud.core.wire.Malformed;

/** What a file, or a list of its segments, says of one segment or of the list below. */
public sealed interface Extent permits Ref, Hole {
  /** Bytes in an encoded extent. */
  int ENCODED = Ref.ENCODED;

  /** Writes the extent as it stands in an entry or a list. */
  void encode(ByteBuffer out);

  /** Reads an extent: zeros alone are a hole, which no reference encodes to. */
  static Extent decode(Fields in) throws Malformed {
    return in.skipZeros(ENCODED) ? Hole.ZEROS : Ref.decode(in);
  }
}
