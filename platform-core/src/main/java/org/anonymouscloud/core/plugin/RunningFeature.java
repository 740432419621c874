package org.anonymouscloud.core.plugin;

import java.util.Map;
import org.anonymouscloud.core.account.AccountId;

/** A server feature at work. Thread-safe. */
public interface RunningFeature extends AutoCloseable {
  /** Its handlers by verb; a client asks for {@code feature/verb}. Read once, after the start. */
  Map<String, AccountHandler> methods();

  /** Bytes the feature holds for the account, as counted against its quota. */
  long usedBytes(AccountId account);

  @Override
  void close();
}
