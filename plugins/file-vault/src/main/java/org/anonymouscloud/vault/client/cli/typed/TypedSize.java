package org.anonymouscloud.vault.client.cli.typed;

import java.math.BigInteger;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.plugin.TypedText;

/** Sizes as people type them: in bytes, or like {@code 10k}, {@code 5M}, in powers of 1024. */
public final class TypedSize {
  /** What a size may be, for people. */
  public static final String ALLOWED = "a size in bytes, or like 10k, 5M or 1G";

  private static final Pattern FORM = Pattern.compile("(0|[1-9][0-9]{0,17})([kmgt]?)");

  private TypedSize() {}

  /**
   * So many bytes.
   *
   * @param allowed what may be given, for the refusal
   */
  public static BigInteger bytes(TypedText typed, String allowed) throws Problem {
    Matcher matcher = FORM.matcher(typed.text().toLowerCase(Locale.ROOT));
    if (!matcher.matches()) {
      throw typed.refused(allowed);
    }
    int steps = matcher.group(2).isEmpty() ? 0 : "kmgt".indexOf(matcher.group(2)) + 1;
    return new BigInteger(matcher.group(1)).shiftLeft(10 * steps);
  }
}
