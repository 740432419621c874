package org.anonymouscloud.client.system;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/** Looks for secrets in files and in their names: raw, in hex and in base64 at each alignment. */
final class CanarySearch {
  private record Needle(String canary, byte[] bytes) {}

  private final List<Needle> needles = new ArrayList<>();
  private final boolean[] starts = new boolean[1 << 16];

  /**
   * @param canaries texts of at least 8 bytes that must not be found
   */
  CanarySearch(List<String> canaries) {
    for (String canary : canaries) {
      byte[] raw = canary.getBytes(UTF_8);
      if (raw.length < 8) {
        throw new IllegalArgumentException("Too short to be found for sure: " + canary);
      }
      add(canary, raw);
      add(canary, HexFormat.of().formatHex(raw).getBytes(ISO_8859_1));
      add(canary, HexFormat.of().withUpperCase().formatHex(raw).getBytes(ISO_8859_1));
      for (int shift = 0; shift < 3; shift++) {
        // The middle of the base64 text does not depend on what stands before and after.
        byte[] shifted = new byte[raw.length + shift];
        System.arraycopy(raw, 0, shifted, shift, raw.length);
        String encoded = Base64.getEncoder().withoutPadding().encodeToString(shifted);
        add(
            canary,
            encoded.substring(shift == 0 ? 0 : 4, encoded.length() - 2).getBytes(ISO_8859_1));
      }
    }
  }

  private void add(String canary, byte[] bytes) {
    needles.add(new Needle(canary, bytes));
    starts[((bytes[0] & 0xff) << 8) | (bytes[1] & 0xff)] = true;
  }

  /** What was found: the file and the canary, one entry each. */
  List<String> in(Path... folders) throws IOException {
    List<String> found = new ArrayList<>();
    for (Path folder : folders) {
      try (Stream<Path> paths = Files.walk(folder)) {
        for (Path path : paths.toList()) {
          search(path, path.getFileName().toString().getBytes(UTF_8), found);
          if (Files.isRegularFile(path)) {
            search(path, Files.readAllBytes(path), found);
          }
        }
      }
    }
    return found;
  }

  private void search(Path path, byte[] content, List<String> found) {
    for (int i = 0; i + 1 < content.length; i++) {
      if (starts[((content[i] & 0xff) << 8) | (content[i + 1] & 0xff)]) {
        for (Needle needle : needles) {
          int end = i + needle.bytes().length;
          if (end <= content.length
              && Arrays.equals(content, i, end, needle.bytes(), 0, needle.bytes().length)) {
            found.add(path + " holds '" + needle.canary() + "'");
          }
        }
      }
    }
  }
}
