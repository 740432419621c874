package org.anonymouscloud.vault.client.format;

import java.nio.ByteBuffer;

/**
 * A segment of zeros, or a list above such segments alone: nothing of it is stored. How long it is
 * follows from its place in the file.
 */
public enum Hole implements Extent {
  ZEROS;

  private static final byte[] ENCODING = new byte[ENCODED];

  @Override
  public void encode(ByteBuffer out) {
    out.put(ENCODING);
  }
}
