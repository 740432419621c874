package org.anonymouscloud.core.wire;

/** A server's refusal of one request. Its text is for people; {@link #code} is for programs. */
public final class Refused extends Exception {
  private static final long serialVersionUID = 1;

  private final ErrorCode code;
  private final boolean retryable;

  public Refused(ErrorCode code, String message, boolean retryable) {
    super(message);
    this.code = code;
    this.retryable = retryable;
  }

  /** A refusal that the same request will meet again. */
  public Refused(ErrorCode code, String message) {
    this(code, message, false);
  }

  public ErrorCode code() {
    return code;
  }

  /** Whether the same request may succeed later. */
  public boolean retryable() {
    return retryable;
  }
}
