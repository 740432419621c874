package org.anonymouscloud.core.plugin;

import java.util.Map;
import java.util.Set;

/** A server feature at work. Thread-safe. */
public interface RunningFeature extends AutoCloseable {
  /** Its handlers by verb; a client asks for {@code feature/verb}. Read once, after the start. */
  Map<String, AccountHandler> methods();

  /**
   * The verbs that are answered to who has proven to own the account, by password or recovery
   * words, and has no device yet. They only read.
   */
  default Set<String> openToProven() {
    return Set.of();
  }

  @Override
  void close();
}
