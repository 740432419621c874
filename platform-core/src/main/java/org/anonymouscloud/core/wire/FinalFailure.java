package org.anonymouscloud.core.wire;

/** A failure that says of itself whether it is worth trying again. */
@FunctionalInterface
public interface FinalFailure {
  /** Whether waiting does not heal it, or a person should hear of it at once. */
  boolean isFinal();
}
