package org.anonymouscloud.core.account;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.text.Normalizer;
import java.util.Arrays;
import java.util.Optional;
import org.anonymouscloud.core.crypto.Secret;

/** What a new password must be. Whoever makes one asks here, whichever way it was typed. */
public final class PasswordRule {
  /** Characters (code points) in the shortest password. */
  public static final int MIN_CHARACTERS = 8;

  /** Bytes in the longest. */
  public static final int MAX_BYTES = 4_096;

  private PasswordRule() {}

  /**
   * Why these bytes cannot be a new password, in a sentence for its owner; none if they can.
   *
   * @param password stays the caller's
   * @param what it is called: a password, or a passphrase
   */
  public static Optional<String> objection(Secret password, String what) {
    if (password.length() > MAX_BYTES) {
      return Optional.of("The " + what + " is too long: it has more than " + MAX_BYTES + " bytes.");
    }
    CharBuffer characters;
    try {
      characters = UTF_8.newDecoder().decode(ByteBuffer.wrap(password.bytes()));
    } catch (CharacterCodingException e) {
      return Optional.of("The " + what + " is not UTF-8.");
    }
    try {
      if (!Normalizer.isNormalized(characters, Normalizer.Form.NFC)) {
        return Optional.of("The " + what + " is not composed (Unicode NFC).");
      }
      return Character.codePointCount(characters, 0, characters.length()) < MIN_CHARACTERS
          ? Optional.of(
              "The " + what + " is too short: take at least " + MIN_CHARACTERS + " characters.")
          : Optional.empty();
    } finally {
      Arrays.fill(characters.array(), '\0');
    }
  }
}
