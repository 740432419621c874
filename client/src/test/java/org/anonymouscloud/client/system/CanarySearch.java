package org.anonymouscloud.client.system;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collection;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** Looks for secrets in files and in their names: raw, in hex and in base64 at each alignment. */
final class CanarySearch {
  private static final int MIN_LENGTH = 8;
  private static final Needle[] NONE = {};

  /** What was found: a file and the name of the canary that it holds. */
  record Hit(Path file, String canary) {}

  private record Needle(String canary, byte[] bytes) {}

  /** By their first two bytes. */
  private final Needle[][] needles = new Needle[1 << 16][];

  /**
   * @param canaries by the names to report them with; each has at least 8 bytes
   */
  CanarySearch(Map<String, byte[]> canaries) {
    Arrays.fill(needles, NONE);
    canaries.forEach(this::addEachForm);
  }

  static CanarySearch forTexts(Collection<String> canaries) {
    Map<String, byte[]> named = new LinkedHashMap<>();
    canaries.forEach(text -> named.put(text, text.getBytes(UTF_8)));
    return new CanarySearch(named);
  }

  private void addEachForm(String canary, byte[] raw) {
    if (raw.length < MIN_LENGTH) {
      throw new IllegalArgumentException("Too short to be found for sure: " + canary);
    }
    add(canary, raw);
    add(canary, HexFormat.of().formatHex(raw).getBytes(ISO_8859_1));
    add(canary, HexFormat.of().withUpperCase().formatHex(raw).getBytes(ISO_8859_1));
    for (int shift = 0; shift < 3; shift++) {
      // The middle of the base64 text does not depend on what stands before and after.
      byte[] shifted = new byte[raw.length + shift];
      System.arraycopy(raw, 0, shifted, shift, raw.length);
      for (Base64.Encoder encoder : List.of(Base64.getEncoder(), Base64.getUrlEncoder())) {
        String encoded = encoder.withoutPadding().encodeToString(shifted);
        add(
            canary,
            encoded.substring(shift == 0 ? 0 : 4, encoded.length() - 2).getBytes(ISO_8859_1));
      }
    }
  }

  private void add(String canary, byte[] bytes) {
    int start = start(bytes, 0);
    Needle[] grown = Arrays.copyOf(needles[start], needles[start].length + 1);
    grown[grown.length - 1] = new Needle(canary, bytes);
    needles[start] = grown;
  }

  private static int start(byte[] content, int at) {
    return (content[at] & 0xff) << 8 | (content[at + 1] & 0xff);
  }

  /** Every canary that a file or its name holds, one entry for each pair of the two. */
  Set<Hit> in(List<Path> folders) throws IOException {
    Set<Hit> found = new LinkedHashSet<>();
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

  private void search(Path path, byte[] content, Set<Hit> found) {
    for (int i = 0; i + 1 < content.length; i++) {
      for (Needle needle : needles[start(content, i)]) {
        int end = i + needle.bytes().length;
        if (end <= content.length
            && Arrays.equals(content, i, end, needle.bytes(), 0, needle.bytes().length)) {
          found.add(new Hit(path, needle.canary()));
        }
      }
    }
  }
}
