package org.anonymouscloud.vault.client.archive;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.Set;
import java.util.regex.Pattern;

/** The records of a pax header: {@code length key=value}, a line feed (POSIX.1-2001, pax). */
final class PaxRecords {
  /** An entry's time as it may be; beyond it is nothing that a disk can hold. */
  private static final Pattern TIME = Pattern.compile("-?[0-9]{1,15}(\\.[0-9]{0,30})?");

  /** What the library takes for numbers and nobody here asks for. */
  private static final Set<String> UNUSED =
      Set.of(
          "uid",
          "gid",
          "atime",
          "ctime",
          "LIBARCHIVE.creationtime",
          "SCHILY.devmajor",
          "SCHILY.devminor");

  private static final String TIME_KEY = "mtime";
  private static final byte HIDDEN = '-';

  private PaxRecords() {}

  /**
   * The records without values that do not fit their key, for which the library would give up the
   * whole archive: their keys become ones that nobody knows. Where the records are not in order,
   * they stay as they are from there on.
   */
  static byte[] withoutBadValues(byte[] records) {
    byte[] clean = records.clone();
    String text = new String(records, ISO_8859_1);
    int start = 0;
    while (start < text.length()) {
      int space = text.indexOf(' ', start);
      int equals = text.indexOf('=', start);
      if (space < 0 || equals < space || !text.substring(start, space).matches("[0-9]{1,7}")) {
        return clean;
      }
      int end = start + Integer.parseInt(text.substring(start, space));
      if (end <= equals || end > text.length()) {
        return clean;
      }
      String key = text.substring(space + 1, equals);
      String value = text.substring(equals + 1, end - 1);
      if (UNUSED.contains(key) || (key.equals(TIME_KEY) && !TIME.matcher(value).matches())) {
        clean[space + 1] = HIDDEN;
      }
      start = end;
    }
    return clean;
  }
}
