package org.anonymouscloud.vault.client.cli;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
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
    return Arrays.stream(text.split("/", -1)).map(Name::visible).collect(Collectors.joining("/"));
  }
}
