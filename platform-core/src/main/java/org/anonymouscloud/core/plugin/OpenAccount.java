package org.anonymouscloud.core.plugin;

/**
 * What a feature does for an account while its keys are on this device: until logout, lock or the
 * agent's end. Thread-safe.
 */
@FunctionalInterface
public interface OpenAccount extends AutoCloseable {
  /**
   * Something of the account is another than before. What happened while nobody was looking is not
   * told: who needs it compares at {@link RunningClient#open}. Changes come one after the other in
   * a thread of their own, which is interrupted when the account is closed.
   */
  default void changed(AccountChange change) throws Exception {}

  /**
   * Ends all work in the background and wipes the account's keys. Requests that are on their way
   * have failed.
   */
  @Override
  void close();
}
