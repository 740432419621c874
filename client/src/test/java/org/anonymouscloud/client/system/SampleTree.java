package org.anonymouscloud.client.system;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.anonymouscloud.core.crypto.Digest;

/** Folders of files for tests, and what they hold. */
final class SampleTree {
  private static final List<String> NAMES =
      List.of(
          "plain",
          "Größe",
          "日本語",
          "Ελλάδα",
          "naïve café",
          "emoji 🎉",
          "кириллица",
          "عربي",
          "a b  c",
          "x'y\"z");

  private SampleTree() {}

  /** {@code count} small files with Unicode names in ten folders; each holds {@code canary}. */
  static void small(Path root, int count, String canary, long seed) throws IOException {
    Random random = new Random(seed);
    for (int i = 0; i < count; i++) {
      Path folder = root.resolve(NAMES.get(i % NAMES.size()));
      Files.createDirectories(folder);
      byte[] noise = new byte[random.nextInt(6_000)];
      random.nextBytes(noise);
      try (OutputStream out =
          Files.newOutputStream(
              folder.resolve(NAMES.get(i / 10 % NAMES.size()) + " " + i + ".txt"))) {
        out.write(canary.getBytes(UTF_8));
        out.write(noise);
      }
    }
    Files.createDirectories(root.resolve("empty folder"));
    Files.createFile(root.resolve("empty file"));
  }

  /** One file of {@code bytes} bytes that do not compress. */
  static void large(Path file, long bytes, long seed) throws IOException {
    Random random = new Random(seed);
    byte[] block = new byte[1 << 20];
    try (OutputStream out = Files.newOutputStream(file)) {
      for (long left = bytes; left > 0; left -= block.length) {
        random.nextBytes(block);
        out.write(block, 0, (int) Math.min(block.length, left));
      }
    }
  }

  /** Each path below {@code root} with what is there: a folder, or the hash of a file. */
  static Map<String, String> content(Path root) throws IOException {
    Map<String, String> content = new TreeMap<>();
    try (Stream<Path> paths = Files.walk(root)) {
      paths.forEach(path -> content.put(root.relativize(path).toString(), describe(path)));
    }
    return content;
  }

  private static String describe(Path path) {
    if (Files.isDirectory(path)) {
      return "folder";
    }
    try (InputStream content = Files.newInputStream(path)) {
      return Digest.sha256(content).toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
