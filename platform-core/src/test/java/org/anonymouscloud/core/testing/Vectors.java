package org.anonymouscloud.core.testing;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.HexFormat;
import java.util.List;

/**
 * External test vectors from {@code /vectors} on the class path. Each test that reads a file says
 * how many of its cases it ran; fewer than the manifest states is a failure.
 */
public final class Vectors {
  private static final ObjectMapper JSON = new ObjectMapper();

  private Vectors() {}

  /** A whole file, like {@code noise/snow-25519.json}. */
  public static JsonNode read(String file) throws IOException {
    try (InputStream in = Vectors.class.getResourceAsStream("/vectors/" + file)) {
      if (in == null) {
        throw new AssertionError("The vectors " + file + " are missing.");
      }
      return JSON.readTree(in);
    }
  }

  /** The lines of a whole text file. */
  public static List<String> lines(String file) throws IOException {
    try (InputStream in = Vectors.class.getResourceAsStream("/vectors/" + file)) {
      if (in == null) {
        throw new AssertionError("The vectors " + file + " are missing.");
      }
      return new String(in.readAllBytes(), US_ASCII).lines().toList();
    }
  }

  /** Fails unless {@code ran} is the number of cases that the manifest states for the file. */
  public static void assertCount(String file, int ran) throws IOException {
    for (JsonNode entry : read("MANIFEST.json").path("files")) {
      if (entry.path("file").asText().equals(file)) {
        int stated = entry.path("cases").asInt();
        if (ran != stated) {
          throw new AssertionError(
              "Ran " + ran + " cases of " + file + ", not all " + stated + ".");
        }
        return;
      }
    }
    throw new AssertionError("The manifest does not list " + file + ".");
  }

  /** The bytes of a hexadecimal field; none if the field is not there. */
  public static byte[] hex(JsonNode parent, String field) {
    return HexFormat.of().parseHex(parent.path(field).asText(""));
  }
}
