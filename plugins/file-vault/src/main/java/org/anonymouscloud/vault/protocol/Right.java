package org.anonymouscloud.vault.protocol;

/** What a member may do with a drive; each includes those before it. */
public enum Right {
  READ(1),
  WRITE(2),
  /** Say who the members are. */
  OWN(3);

  private final int code;

  Right(int code) {
    this.code = code;
  }

  /** The number that stands for it in a roster. */
  public int code() {
    return code;
  }

  /**
   * The right that a number stands for.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static Right of(int code) {
    return switch (code) {
      case 1 -> READ;
      case 2 -> WRITE;
      case 3 -> OWN;
      default -> throw new IllegalArgumentException("There is no such right.");
    };
  }

  /** Whether who has this right may do what takes {@code needed}. */
  public boolean includes(Right needed) {
    return code >= needed.code;
  }
}
