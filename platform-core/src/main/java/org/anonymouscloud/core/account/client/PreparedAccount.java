package org.anonymouscloud.core.account.client;

import java.io.IOException;
import org.anonymouscloud.core.account.client.sheet.EmergencySheet;
import org.anonymouscloud.core.wire.Refused;

/**
 * An account that is ready but for the last step, which waits until its new emergency sheet has
 * been kept. Not thread-safe.
 */
public sealed interface PreparedAccount extends AutoCloseable permits Registration, Recovery {
  /** What the person must keep; it can be read until this is closed. */
  EmergencySheet sheet();

  /**
   * Gives the server what was prepared and logs this device in over the same session.
   *
   * @return the account; the caller closes it
   * @throws Refused if the server is against it; then nothing has changed, and nothing is kept
   * @throws IOException if the connection broke, so that nobody knows what the server has; the next
   *     registration, login or recovery on this device finds out
   */
  LocalAccount finish() throws Refused, IOException;

  /** Wipes what the sheet shows, and all keys if this was not finished. */
  @Override
  void close();
}
