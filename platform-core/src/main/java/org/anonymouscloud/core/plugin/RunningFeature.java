package org.anonymouscloud.core.plugin;

import java.util.Map;

/** A server feature at work. Thread-safe. */
public interface RunningFeature extends AutoCloseable {
  /** Its handlers by verb; a client asks for {@code feature/verb}. Read once, after the start. */
  Map<String, AccountHandler> methods();

  @Override
  void close();
}
