package org.anonymouscloud.core.release;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.anonymouscloud.core.disk.PrivateFile;

/**
 * A small text file of one record a line; empty lines and those that begin with {@code #} say
 * nothing. Not thread-safe.
 */
record Records<T>(Path file, Function<String, T> parse, Function<T, String> line) {
  /**
   * All records; none if there is no file.
   *
   * @throws IOException if one cannot be read: what it says is not guessed
   */
  List<T> read() throws IOException {
    List<String> lines;
    try {
      lines = Files.readAllLines(file, UTF_8);
    } catch (NoSuchFileException e) {
      return List.of();
    }
    List<T> records = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      String text = lines.get(i).strip();
      if (!text.isEmpty() && !text.startsWith("#")) {
        try {
          records.add(parse.apply(text));
        } catch (IllegalArgumentException e) {
          throw new IOException(
              "Line " + (i + 1) + " of " + file + " cannot be read: " + e.getMessage(), e);
        }
      }
    }
    return records;
  }

  void write(List<T> records) throws IOException {
    StringBuilder text = new StringBuilder();
    records.forEach(record -> text.append(line.apply(record)).append('\n'));
    PrivateFile.replace(file, text.toString().getBytes(UTF_8));
  }
}
