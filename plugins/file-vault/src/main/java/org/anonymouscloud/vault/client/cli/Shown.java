package org.anonymouscloud.vault.client.cli;

import java.nio.file.Path;
import org.anonymouscloud.vault.client.format.Name;

/** Texts for a person's terminal, which they must not be able to steer. */
final class Shown {
  private Shown() {}

  /** A local path. */
  static String path(Path path) {
    return text(path.toString());
  }

  /** A name or path from the vault; control characters are shown by their numbers. */
  static String text(String text) {
    StringBuilder shown = new StringBuilder();
    for (String part : text.split("/", -1)) {
      shown.append(shown.isEmpty() ? "" : "/").append(Name.visible(part));
    }
    return shown.toString();
  }
}
