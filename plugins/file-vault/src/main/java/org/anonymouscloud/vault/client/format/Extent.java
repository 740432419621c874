package org.anonymouscloud.vault.client.format;

import java.nio.ByteBuffer;

/** What a file, or a list of its segments, says of one segment or of the list below. */
public sealed interface Extent permits Ref, Hole {
  /** Bytes in an encoded extent. */
  int ENCODED = Ref.ENCODED;

  /** Writes the extent as it stands in an entry or a list. */
  void encode(ByteBuffer out);
}
