package org.anonymouscloud.core.metrics;

/** Is told of each request that was answered. Thread-safe; must not block. */
@FunctionalInterface
public interface RequestTimes {
  /**
   * A request was answered.
   *
   * @param feature who answered; a feature of this server, {@code account}, or {@code unknown}
   * @param result {@code done}, {@code failed}, or a refusal's code in lower case
   * @param nanos how long that took, from the whole question to the whole answer
   */
  void answered(String feature, String result, long nanos);
}
