package org.anonymouscloud.vault.client.tree;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.time.LocalDate;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.vault.client.format.Name;

/**
 * Names the second of two things that were changed at once, for the device that came later and the
 * day: {@code report (conflict 3f2a91bc 2026-11-03).txt}.
 *
 * @param device whose change comes second
 * @param day when it was found out
 */
public record ConflictName(DeviceId device, LocalDate day) {
  private static final int DEVICE_DIGITS = 8;

  /** Whether a name cannot be used. */
  @FunctionalInterface
  interface Taken {
    boolean is(Name name) throws IOException;
  }

  /** The first such name that is free. */
  Name free(Name name, Taken taken) throws IOException {
    for (int attempt = 1; ; attempt++) {
      Name second = name(name.text(), attempt);
      if (!taken.is(second)) {
        return second;
      }
    }
  }

  private Name name(String text, int attempt) {
    int dot = text.lastIndexOf('.');
    String extension = dot > 0 ? text.substring(dot) : "";
    String mark =
        " (conflict "
            + device.toString().substring(0, DEVICE_DIGITS)
            + " "
            + day
            + (attempt == 1 ? "" : " " + attempt)
            + ")";
    int room = Name.MAX_BYTES - mark.length();
    if (extension.getBytes(UTF_8).length > room / 2) {
      extension = "";
      dot = -1;
    }
    String stem = dot > 0 ? text.substring(0, dot) : text;
    return Name.of(shortened(stem, room - extension.getBytes(UTF_8).length) + mark + extension);
  }

  /** The longest beginning that takes at most so many bytes and does not cut a character. */
  private static String shortened(String text, int bytes) {
    String shorter = text;
    while (shorter.getBytes(UTF_8).length > bytes) {
      shorter = shorter.substring(0, shorter.offsetByCodePoints(shorter.length(), -1));
    }
    return shorter;
  }
}
