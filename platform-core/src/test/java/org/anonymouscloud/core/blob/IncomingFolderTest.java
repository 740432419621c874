package org.anonymouscloud.core.blob;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.anonymouscloud.core.testing.ChildProgram;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A folder is left over when its process is dead, and not before. */
final class IncomingFolderTest {
  @TempDir private Path folder;

  @Test
  void whatALivingProcessReceivesIsNotTakenForLeftOver() throws Exception {
    Path output = folder.resolve("output");
    Process living = ChildProgram.start(LivingReceiver.class, output, folder.toString());
    try {
      ChildProgram.awaitLine(living, output, LivingReceiver.READY);

      try (IncomingFolder second = IncomingFolder.open(folder)) {
        assertThat(second.dead()).isEmpty();
      }
    } finally {
      living.destroyForcibly();
      assertThat(living.waitFor(1, TimeUnit.MINUTES)).isTrue();
    }

    try (IncomingFolder third = IncomingFolder.open(folder)) {
      assertThat(third.dead()).hasSize(1);
      third.remove(third.dead().getFirst());
    }
    assertThat(folder).isDirectoryNotContaining(Files::isDirectory);
  }
}
