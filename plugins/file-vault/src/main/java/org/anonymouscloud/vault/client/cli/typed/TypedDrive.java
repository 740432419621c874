package org.anonymouscloud.vault.client.cli.typed;

import org.jspecify.annotations.Nullable;

/**
 * Drives as people type them. Each command that takes a path has the drive before it, as in {@code
 * team:/a}; a command about a whole drive takes the same without the path, {@code team:} or only
 * {@code team}.
 */
public final class TypedDrive {
  /** How a drive is named in the help of every command. */
  public static final String LABEL = "DRIVE";

  /** What it may be; the home, if it is left out. */
  public static final String OR_HOME =
      "A drive by its name or id, like team; your home, if not given.";

  /** What it may be where it cannot be left out. */
  public static final String REQUIRED = "A drive by its name or id, like team.";

  private TypedDrive() {}

  /** The name or the id alone. */
  public static String name(String typed) {
    String name = typed.endsWith(":/") ? typed.substring(0, typed.length() - 1) : typed;
    return name.length() > 1 && name.endsWith(":") ? name.substring(0, name.length() - 1) : name;
  }

  /**
   * The drive of a command that takes it in two places, of which one is left from before.
   *
   * @return null for the home
   */
  public static @Nullable String either(@Nullable String typed, @Nullable String before) {
    return typed == null ? before : typed;
  }
}
