package org.anonymouscloud.core.plugin;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * A failure with a name, told to the caller of the local API as an RFC 9457 problem document and to
 * the command line's user as one sentence and an exit code.
 */
public final class Problem extends Exception {
  private static final long serialVersionUID = 1;

  /** The closed set of kinds; the name in lower case with hyphens is the problem's stable code. */
  public enum Kind {
    BAD_INPUT(400, 2),
    NOT_LOGGED_IN(401, 3),
    /** The keys on this device are sealed to a passphrase that nobody has given yet. */
    LOCKED(423, 3),
    FORBIDDEN(403, 1),
    /** The server takes new accounts by invitation, and there was none, or none that is valid. */
    INVITE_NEEDED(403, 1),
    NOT_FOUND(404, 1),
    CONFLICT(409, 1),
    /** What the caller expects to be there is not there; nothing was changed. */
    PRECONDITION_FAILED(412, 1),
    /** A part of a file that has not so many bytes. */
    NO_SUCH_RANGE(416, 2),
    /** A body in a form that is not taken. */
    UNSUPPORTED(415, 2),
    /** A check of keys, signatures, hashes or freshness failed. */
    SECURITY(422, 4),
    NO_SPACE(507, 1),
    /** The server cannot be reached or cannot answer just now. */
    UNAVAILABLE(503, 1),
    REFUSED(409, 1),
    INTERNAL(500, 1);

    private final int status;
    private final int exitCode;

    Kind(int status, int exitCode) {
      this.status = status;
      this.exitCode = exitCode;
    }

    /** The kind of a stable code. */
    public static Optional<Kind> ofCode(String code) {
      return Arrays.stream(values()).filter(kind -> kind.code().equals(code)).findFirst();
    }

    /** The stable code, like {@code not-found}. */
    public String code() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The HTTP status. */
    public int status() {
      return status;
    }

    /** The command line's exit code. */
    public int exitCode() {
      return exitCode;
    }
  }

  private final Kind kind;

  public Problem(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  public Problem(Kind kind, String message, Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  public Kind kind() {
    return kind;
  }
}
