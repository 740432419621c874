package org.anonymouscloud.vault.client.store;

import java.time.Instant;

/** Which state of a drive is meant. */
public sealed interface AsOf {
  /** That in which it was at a time. */
  record Time(Instant time) implements AsOf {}

  /**
   * That of a number, as the history shows it.
   *
   * @param number of its root, counted from 0
   */
  record Number(long number) implements AsOf {}
}
