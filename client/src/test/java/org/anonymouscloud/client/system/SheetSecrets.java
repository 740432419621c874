package org.anonymouscloud.client.system;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads an emergency sheet as a person does, without the product's code: the key is in Crockford's
 * base32, which a second program could read as well.
 */
final class SheetSecrets {
  private static final String KEY_LINE = "Account key: ";
  private static final String ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  private static final int KEY_BYTES = 16;
  private static final int LINES_OF_WORDS = 4;

  private SheetSecrets() {}

  /** The account key as text and as bytes, and the lines of recovery words, each by its name. */
  static Map<String, byte[]> of(Path sheet) throws IOException {
    List<String> lines = Files.readAllLines(sheet);
    Map<String, byte[]> secrets = new LinkedHashMap<>();
    for (String line : lines) {
      if (line.startsWith(KEY_LINE)) {
        String key = line.substring(KEY_LINE.length()).strip();
        secrets.put("account key as written", key.getBytes(US_ASCII));
        secrets.put("account key", bytes(key.replace("-", "")));
      } else if (line.matches(" {4}[a-z]+( [a-z]+){5}")) {
        secrets.put("recovery words " + line.strip(), line.strip().getBytes(US_ASCII));
      }
    }
    if (secrets.size() != 2 + LINES_OF_WORDS) {
      throw new AssertionError("The sheet does not hold what it should: " + secrets.keySet());
    }
    return secrets;
  }

  private static byte[] bytes(String key) {
    byte[] bytes = new byte[(key.length() * 5 + 7) / 8];
    for (int bit = 0; bit < key.length() * 5; bit++) {
      int digit = ALPHABET.indexOf(key.charAt(bit / 5));
      bytes[bit / 8] |= (byte) ((digit >> (4 - bit % 5) & 1) << (7 - bit % 8));
    }
    return Arrays.copyOf(bytes, KEY_BYTES);
  }
}
