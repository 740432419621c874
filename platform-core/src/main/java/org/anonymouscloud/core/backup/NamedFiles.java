package org.anonymouscloud.core.backup;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.anonymouscloud.core.blob.Checksum;
import org.anonymouscloud.core.plugin.FeatureData.StoredFile;

/**
 * A list on the disk of the files that rows name: there may be more than fit into memory, and they
 * are read for longer than a transaction should last. Stateless.
 */
final class NamedFiles {
  private NamedFiles() {}

  /** What is done with a file, whose path is below the server's folder. */
  interface Each {
    void accept(StoredFile file) throws IOException;
  }

  /** Adds a feature's file. */
  static void add(Writer list, String feature, StoredFile file) {
    try {
      list.write(
          file.length() + " " + file.checksum().value() + " " + feature + "/" + file.path() + "\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static void forEach(Path list, Each each) throws IOException {
    try (BufferedReader lines = Files.newBufferedReader(list, UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String[] parts = line.split(" ", 3);
        each.accept(
            new StoredFile(
                parts[2], Long.parseLong(parts[0]), new Checksum(Long.parseLong(parts[1]))));
      }
    }
  }
}
