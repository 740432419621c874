package org.anonymouscloud.vault.client.disk;

import java.io.IOException;
import java.nio.file.Path;
import org.anonymouscloud.core.wire.ForeignText;
import org.anonymouscloud.vault.client.format.Name;

/** Names from the vault on their way to the local disk. Who wrote them may be hostile (A34). */
public final class LocalName {
  private LocalName() {}

  /** A name that must not be put on a disk. */
  public static final class NameRefused extends IOException {
    private static final long serialVersionUID = 1;

    NameRefused(String name) {
      super("The name " + ForeignText.visible(name) + " is not safe on a disk.");
    }
  }

  /**
   * The name as a path of one component.
   *
   * @throws NameRefused if it could lead elsewhere, or shows as what it is not
   */
  public static Path checked(String name) throws NameRefused {
    try {
      Path path = Path.of(name);
      if (new Name(name).isPlain()
          && !path.isAbsolute()
          && path.getNameCount() == 1
          && path.getRoot() == null
          && path.toString().equals(name)
          && path.normalize().equals(path)) {
        return path;
      }
    } catch (IllegalArgumentException e) {
      // No name or no path; falls through: refused like the others.
    }
    throw new NameRefused(name);
  }
}
