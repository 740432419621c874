package org.anonymouscloud.core.metrics;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.anonymouscloud.core.wire.Malformed;

/**
 * What stands before the body of an HTTP/1 request (RFC 9112). Immutable.
 *
 * @param old whether it is of HTTP/1.0
 * @param fields by their names in lower case, each with its lines' values
 */
record RequestHead(String method, URI target, boolean old, Map<String, List<String>> fields) {
  /** More than a browser sends. */
  static final int MOST_BYTES = 8 * 1024;

  private static final byte[] END = "\r\n\r\n".getBytes(ISO_8859_1);
  private static final Pattern FIRST = Pattern.compile("([A-Z]+) (\\S+) HTTP/1\\.([01])");
  private static final Pattern FIELD = Pattern.compile("([!#$%&'*+.^_`|~0-9A-Za-z-]+):(.*)");

  RequestHead {
    fields = Map.copyOf(fields);
  }

  /**
   * Reads a head and nothing that comes after it.
   *
   * @throws Malformed if it is none, or longer than 8 KiB
   * @throws IOException if the connection fails or ends before
   */
  static RequestHead read(InputStream in) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    int ended = 0;
    while (ended < END.length) {
      int next = in.read();
      if (next < 0) {
        throw new EOFException("A request's head was cut.");
      }
      if (head.size() == MOST_BYTES) {
        throw new Malformed("A request's head is too long.");
      }
      head.write(next);
      ended = next == END[ended] ? ended + 1 : next == END[0] ? 1 : 0;
    }
    return parse(head.toString(ISO_8859_1).split("\r\n", -1));
  }

  private static RequestHead parse(String[] lines) throws Malformed {
    Matcher first = FIRST.matcher(lines[0]);
    if (!first.matches()) {
      throw new Malformed("This is no request of HTTP/1.");
    }
    Map<String, List<String>> fields = new HashMap<>();
    // The last two are the empty line's ends.
    for (int i = 1; i < lines.length - 2; i++) {
      Matcher field = FIELD.matcher(lines[i]);
      if (!field.matches()) {
        throw new Malformed("A field of a request is none.");
      }
      fields
          .computeIfAbsent(field.group(1).toLowerCase(Locale.ROOT), none -> new ArrayList<>())
          .add(field.group(2).strip());
    }
    try {
      return new RequestHead(
          first.group(1), new URI(first.group(2)), first.group(3).equals("0"), fields);
    } catch (URISyntaxException e) {
      throw new Malformed("What a request asks for is no address.");
    }
  }

  /** The values of a field, in the order of its lines; none if it is not there. */
  List<String> field(String name) {
    return fields.getOrDefault(name, List.of());
  }
}
