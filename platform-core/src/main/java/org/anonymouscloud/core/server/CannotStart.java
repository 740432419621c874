package org.anonymouscloud.core.server;

import org.jspecify.annotations.Nullable;

/** The server cannot start. The message says why and what its owner can do. */
public final class CannotStart extends Exception {
  private static final long serialVersionUID = 1;

  CannotStart(String message) {
    super(message);
  }

  CannotStart(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
