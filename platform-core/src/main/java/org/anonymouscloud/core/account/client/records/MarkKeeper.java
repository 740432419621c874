package org.anonymouscloud.core.account.client.records;

import java.io.IOException;

/** Keeps one sealed mark for this device, out of reach of whoever puts old files back. */
public interface MarkKeeper {
  /** The mark that was put last; no bytes if there is none. */
  byte[] mark() throws IOException;

  /**
   * Puts a mark in the place of another; kept for good when this returns.
   *
   * @param previous what must be there; no bytes for none
   * @return false if something else is there, and stays
   */
  boolean replace(byte[] previous, byte[] mark) throws IOException;
}
