package org.anonymouscloud.vault.client.cli.typed;

import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.wire.ForeignText;
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

  /** Every account's first drive. */
  private static final String HOME = "home";

  private TypedDrive() {}

  /**
   * The name or the id alone.
   *
   * @throws Problem if it is a path, which names no drive or more than one
   */
  public static String name(String typed) throws Problem {
    if (isPath(typed)) {
      throw new Problem(
          Problem.Kind.BAD_INPUT,
          "'"
              + ForeignText.visible(typed)
              + "' is a path, and this is about a whole drive: give its name, like team, or for"
              + " your home nothing.");
    }
    String name = typed.endsWith(":/") ? typed.substring(0, typed.length() - 1) : typed;
    return name.length() > 1 && name.endsWith(":") ? name.substring(0, name.length() - 1) : name;
  }

  /** Whether something in a drive is named, and not the drive. No drive has a slash in its name. */
  public static boolean isPath(String typed) {
    int slash = typed.indexOf('/');
    return slash >= 0 && !(slash > 1 && typed.endsWith(":/") && slash == typed.length() - 1);
  }

  /**
   * What stands before a line about a whole drive that is not the home, like {@code team: }.
   *
   * @param typed the drive; null for the home
   */
  public static String heading(@Nullable String typed) throws Problem {
    String name = typed == null ? HOME : name(typed);
    return name.equals(HOME) ? "" : ForeignText.visible(name) + ": ";
  }

  /**
   * As a part of a sentence, like {@code your home} or {@code the drive 'team'}.
   *
   * @param typed the drive; null for the home
   */
  public static String inWords(@Nullable String typed) throws Problem {
    String name = typed == null ? HOME : name(typed);
    return name.equals(HOME) ? "your home" : "the drive '" + ForeignText.visible(name) + "'";
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
