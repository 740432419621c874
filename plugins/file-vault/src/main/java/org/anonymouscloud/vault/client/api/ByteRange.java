package org.anonymouscloud.vault.client.api;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One part of a file, of a Range header (RFC 9110, section 14).
 *
 * @param from first byte
 * @param length at least 1
 */
record ByteRange(long from, long length) {
  /** Fifteen digits are more than the largest file needs and fit a long. */
  private static final Pattern FORM =
      Pattern.compile("bytes=(\\d{0,15})-(\\d{0,15})", Pattern.CASE_INSENSITIVE);

  /** A range of which the file holds not a single byte. */
  static final class Unsatisfiable extends Exception {
    private static final long serialVersionUID = 1;
  }

  /**
   * The part that a header asks for. None if there is no header, or one that may be ignored:
   * several parts, another unit.
   */
  static Optional<ByteRange> of(@Nullable String header, long size) throws Unsatisfiable {
    if (header == null) {
      return Optional.empty();
    }
    Matcher form = FORM.matcher(header.strip());
    if (!form.matches() || (form.group(1).isEmpty() && form.group(2).isEmpty())) {
      return Optional.empty();
    }
    if (form.group(1).isEmpty()) {
      long last = Math.min(size, Long.parseLong(form.group(2)));
      return Optional.of(satisfiable(size - last, size, size));
    }
    long from = Long.parseLong(form.group(1));
    if (form.group(2).isEmpty()) {
      return Optional.of(satisfiable(from, size, size));
    }
    long to = Long.parseLong(form.group(2));
    return to < from ? Optional.empty() : Optional.of(satisfiable(from, to + 1, size));
  }

  private static ByteRange satisfiable(long from, long end, long size) throws Unsatisfiable {
    if (from >= size || from >= end) {
      throw new Unsatisfiable();
    }
    return new ByteRange(from, Math.min(end, size) - from);
  }
}
