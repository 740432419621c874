package org.anonymouscloud.vault.client.cli;

import java.nio.file.Path;
import org.anonymouscloud.core.wire.ForeignText;

/** Texts for a person's terminal, which they must not be able to steer. */
final class Shown {
  private Shown() {}

  /** A local path. */
  static String path(Path path) {
    return text(path.toString());
  }

  /** A name or path from the vault; control characters are shown by their numbers. */
  static String text(String text) {
    return ForeignText.visible(text);
  }
}
