package org.anonymouscloud.core.wire;

import java.io.IOException;

/** Bytes that do not follow the format they should have. Carries no part of the input. */
public final class Malformed extends IOException {
  private static final long serialVersionUID = 1;

  public Malformed(String message) {
    super(message);
  }
}
