package org.anonymouscloud.core.plugin;

import org.anonymouscloud.core.wire.ForeignText;

/**
 * What somebody typed for an option or a parameter of a command. All commands refuse what does not
 * fit in one form: which option it is, what was given, what is allowed, with an example.
 *
 * @param name as the person knows it, like {@code --limit}, or a parameter's label
 * @param text as typed
 */
public record TypedText(String name, String text) {

  /**
   * The whole number that it is.
   *
   * @param least the smallest that is allowed
   * @param most the largest that is allowed; {@link Long#MAX_VALUE} for no limit worth naming
   * @param example one that is allowed, for the refusal
   * @throws Problem if it is none, or not within these bounds
   */
  public long number(long least, long most, long example) throws Problem {
    try {
      long number = Long.parseLong(text.strip());
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Refused below, as one that is too large or too small.
    }
    throw refused(
        "a whole number from "
            + least
            + (most == Long.MAX_VALUE ? "" : " to " + most)
            + ", like "
            + example);
  }

  /** As {@link #number(long, long, long)}, for a smaller kind. */
  public int number(int least, int most, int example) throws Problem {
    return Math.toIntExact(number((long) least, (long) most, (long) example));
  }

  /**
   * The refusal of it.
   *
   * @param allowed what may be given and an example, like {@code a size like 500M or 20G}
   */
  public Problem refused(String allowed) {
    return new Problem(
        Problem.Kind.BAD_INPUT,
        name + " is '" + ForeignText.visible(text) + "'. Allowed is " + allowed + ".");
  }
}
