package org.anonymouscloud.client.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The JVM does not notice that a jar behind its cache was replaced, so the launcher must. */
final class ClassCacheIT {
  private static final int PATIENCE_SECONDS = 180;
  private static final Path DISTRIBUTION = Path.of("target", "anoncloud");

  @TempDir private Path folder;

  @Test
  void theCacheOfClassesIsNamedByTheBuildThatItBelongsTo() throws Exception {
    Program program = new Program(folder);
    String build = Files.readString(DISTRIBUTION.resolve("build.id")).strip();
    assertThat(build).matches("[0-9]{17}");

    // Another start may be making it just now.
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    List<String> caches = List.of();
    while (caches.isEmpty()) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      program.run("--version").succeeded();
      caches = caches();
    }

    assertThat(caches).allMatch(name -> name.endsWith("-" + build));
  }

  private static List<String> caches() throws IOException {
    try (Stream<Path> files = Files.list(DISTRIBUTION)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.startsWith("classes-"))
          .toList();
    }
  }
}
