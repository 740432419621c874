package org.anonymouscloud.core.plugin;

import java.io.IOException;
import java.util.Optional;

/**
 * Small values on the user's own disk, sealed. A name has 1 to 64 of a-z, 0-9, full stops, hyphens
 * and underscores, a letter or digit first. Thread-safe.
 */
public interface StateStore {
  /** The value last put under the name. */
  Optional<byte[]> get(String name) throws IOException;

  /** Keeps a value; it is durable when this returns. */
  void put(String name, byte[] value) throws IOException;
}
