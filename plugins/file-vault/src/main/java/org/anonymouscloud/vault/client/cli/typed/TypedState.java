package org.anonymouscloud.vault.client.cli.typed;

import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.plugin.TypedText;

/** States of a drive as people type them: by their number, with or without {@code #} before it. */
public final class TypedState {
  private TypedState() {}

  /**
   * The number of a state.
   *
   * @throws Problem if it is none
   */
  public static long number(TypedText typed) throws Problem {
    String text = typed.text().strip();
    String number = text.matches("#[0-9]+") ? text.substring(1) : text;
    return new TypedText(typed.name(), number).number(0, Long.MAX_VALUE, 17);
  }
}
