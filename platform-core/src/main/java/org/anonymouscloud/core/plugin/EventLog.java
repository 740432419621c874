package org.anonymouscloud.core.plugin;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;

/**
 * Where a feature says what has changed, for whoever follows the agent: the web interface, scripts,
 * other programs. Sealed on this device, numbered without gaps and kept for a while. An event says
 * what to look at anew; it is no place for the thing itself. Thread-safe.
 */
@FunctionalInterface
public interface EventLog {
  /** Characters in the longest {@code type}. */
  int LONGEST_TYPE = 64;

  /** Bytes in the longest {@code data}, as JSON in UTF-8. */
  int LONGEST_DATA = 4_096;

  /**
   * Adds an event.
   *
   * @param type what has happened, in the feature's own words: 1 to {@value #LONGEST_TYPE} of a-z,
   *     0-9 and hyphens, a letter first
   * @param data what belongs to it, at most {@value #LONGEST_DATA} bytes and 16 levels; no secrets,
   *     as any token that may read sees it
   * @return its number, greater by one than that of the event before it; durable when this returns
   * @throws IllegalArgumentException if type or data are none
   */
  long publish(String type, ObjectNode data) throws IOException;
}
