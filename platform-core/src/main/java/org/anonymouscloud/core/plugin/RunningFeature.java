package org.anonymouscloud.core.plugin;

import java.util.Map;
import java.util.Optional;
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

  /**
   * What keeps it from its work just now, in a few words for the server's owner, like {@code the
   * disk is full}; they say nothing about who uses it. Asked for each {@code /health}.
   */
  default Optional<String> trouble() {
    return Optional.empty();
  }

  /**
   * How many files that its rows name are known to be lost or unreadable just now; {@code admin
   * verify} names them. Asked for each {@code /health}, so not counted anew by looking at all.
   */
  default int lostFiles() {
    return 0;
  }

  @Override
  void close();
}
