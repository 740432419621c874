package org.anonymouscloud.client.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Copies of whole folders, with the modes of their files. */
final class Folders {
  private Folders() {}

  /** Copies a folder to a place where nothing is. */
  static void copy(Path from, Path to) throws IOException {
    for (Path path : walk(from)) {
      Files.copy(path, to.resolve(from.relativize(path)), StandardCopyOption.COPY_ATTRIBUTES);
    }
  }

  /** Puts a copy of {@code by} in the place of {@code folder}. */
  static void replace(Path folder, Path by) throws IOException {
    for (Path path : walk(folder).reversed()) {
      Files.delete(path);
    }
    copy(by, folder);
  }

  /** Neither the folder nor anything in it may be read, locked or listed by another user. */
  static void assertOwnersAlone(Path folder) throws IOException {
    List<Path> all = walk(folder);
    assertThat(all).hasSizeGreaterThan(1);
    for (Path path : all) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
          .as("%s", path)
          .isEqualTo(Files.isDirectory(path) ? "rwx------" : "rw-------");
    }
  }

  private static List<Path> walk(Path folder) throws IOException {
    try (Stream<Path> paths = Files.walk(folder)) {
      return paths.sorted(Comparator.naturalOrder()).toList();
    }
  }
}
