package org.anonymouscloud.vault.client.cli;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.anonymouscloud.core.wire.ForeignText;
import org.anonymouscloud.vault.client.format.Name;

/** Texts for a person's terminal, which they must not be able to steer. */
public final class TerminalText {
  private TerminalText() {}

  /** A local path. */
  public static String path(Path path) {
    return text(path.toString());
  }

  /** A name or path from the vault, to be typed again. */
  public static String vault(String path) {
    return Arrays.stream(path.split("/", -1))
        .map(name -> name.isEmpty() ? "" : new Name(name).visible())
        .collect(Collectors.joining("/"));
  }

  /** So many of something, as in {@code 1 file} and {@code 2 files}. */
  public static String counted(long count, String one) {
    return count + " " + one + (count == 1 ? "" : "s");
  }

  /** Any other text; what does not show as itself is shown by its number. */
  public static String text(String text) {
    return ForeignText.visible(text);
  }
}
