package org.anonymouscloud.core.blob;

import java.util.List;
import java.util.regex.Pattern;
import org.anonymouscloud.core.crypto.RandomBytes;

/**
 * The name under which a server keeps a blob: 128 random bits in base32 (RFC 4648, section 6, lower
 * case) and a fake extension drawn at random. The server draws one for each upload that it begins,
 * whatever the client calls it: so no two accounts and no two attempts ever share a file, and a
 * folder's listing says nothing about accounts.
 *
 * @param text like {@code vq3c5y6tq7kx2m4n5p6r7s2t3a.mp4}; safe as the name of a file
 */
public record BlobName(String text) {
  private static final List<String> EXTENSIONS =
      List.of(
          "jpg", "png", "mp4", "mp3", "pdf", "docx", "xlsx", "zip", "mov", "wav", "pptx", "heic");

  private static final int CHARACTERS = 26;
  private static final String ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";

  /** The last character holds three bits, so the two below them are zero. */
  private static final String LAST = "aeimquy4";

  private static final Pattern FORM =
      Pattern.compile("[a-z2-7]{25}[" + LAST + "]\\.(" + String.join("|", EXTENSIONS) + ")");

  /**
   * @throws IllegalArgumentException if {@code text} is not the name of a blob
   */
  public BlobName {
    if (!FORM.matcher(text).matches()) {
      throw new IllegalArgumentException("This is not the name of a blob.");
    }
  }

  /** A new name that no blob has. */
  public static BlobName random() {
    // A byte for each character: 256 is a multiple of 32 and of 8, so all are equally likely.
    byte[] random = RandomBytes.next(CHARACTERS);
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < CHARACTERS - 1; i++) {
      text.append(ALPHABET.charAt(random[i] & 31));
    }
    text.append(LAST.charAt(random[CHARACTERS - 1] & 7)).append('.').append(extension());
    return new BlobName(text.toString());
  }

  private static String extension() {
    while (true) {
      int random = RandomBytes.next(1)[0] & 0xff;
      // 252 is the largest multiple of 12 that a byte holds: no extension is likelier than another.
      if (random < 252) {
        return EXTENSIONS.get(random % EXTENSIONS.size());
      }
    }
  }

  @Override
  public String toString() {
    return text;
  }
}
