package org.anonymouscloud.client.cli.account;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.Console;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.Arrays;
import java.util.Optional;
import org.anonymouscloud.client.cli.terminal.StandardTerminal;
import org.anonymouscloud.core.account.PasswordRule;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.plugin.Terminal;
import org.jspecify.annotations.Nullable;

/** Reads secrets from a file or without echo from a terminal; never from an argument. */
public final class PasswordInput {
  private static final int MAX_FILE = 4096;

  private PasswordInput() {}

  /** Whether a person types what no file holds. */
  public static boolean isTyped(@Nullable Path file) {
    return file == null && StandardTerminal.person().isPresent();
  }

  /** The password of an account that exists. */
  static Secret existing(@Nullable Path file) throws Problem, IOException {
    return file == null ? prompt("Password: ", "--password-file") : fromFile(file);
  }

  /**
   * A new password: long enough, and on a terminal typed twice.
   *
   * @param question on a terminal, once more for what cannot be one
   * @param option that names the file
   */
  static Secret fresh(Terminal terminal, String question, @Nullable Path file, String option)
      throws Problem, IOException {
    return Attempts.of(isTyped(file), terminal, () -> fresh("password", question, file, option));
  }

  /** What the keys of this device are to be sealed to. */
  public static Secret freshPassphrase(Terminal terminal, @Nullable Path file)
      throws Problem, IOException {
    return Attempts.of(
        isTyped(file),
        terminal,
        () -> fresh("passphrase", "New passphrase: ", file, "--passphrase-file"));
  }

  private static Secret fresh(String what, String question, @Nullable Path file, String option)
      throws Problem, IOException {
    Secret password = file == null ? prompt(question, option) : fromFile(file);
    Optional<String> objection = PasswordRule.objection(password, what);
    if (objection.isPresent()) {
      password.close();
      throw new Problem(Problem.Kind.BAD_INPUT, objection.get());
    }
    if (file == null) {
      try (Secret again = prompt("The " + what + " again: ", option)) {
        if (!again.sameAs(password)) {
          password.close();
          throw new Problem(Problem.Kind.BAD_INPUT, "The two " + what + "s differ.");
        }
      }
    }
    return password;
  }

  /** What the keys of this device are sealed to. */
  public static Secret passphrase(@Nullable Path file) throws Problem, IOException {
    return file == null ? prompt("Passphrase: ", "--passphrase-file") : fromFile(file);
  }

  /** The account key, as it stands on the emergency sheet. */
  static Secret accountKey(@Nullable Path file) throws Problem, IOException {
    return file == null
        ? prompt("Account key (from the emergency sheet): ", "--account-key-file")
        : fromSheet(file);
  }

  /** An invitation, as the server's owner gave it. */
  static Secret invite(@Nullable Path file) throws Problem, IOException {
    return file == null ? prompt("Invitation: ", "--invite-file") : fromFile(file);
  }

  /** The words of the emergency sheet. */
  static Secret recoveryWords(@Nullable Path file) throws Problem, IOException {
    return file == null
        ? prompt("The 24 recovery words (from the emergency sheet): ", "--words-file")
        : fromSheet(file);
  }

  /** The code that another device of the account shows. */
  static Secret pairingCode(@Nullable Path file) throws Problem, IOException {
    return file == null ? prompt("Pairing code: ", "--pairing-code-file") : fromFile(file);
  }

  private static Secret prompt(String question, String option) throws Problem {
    Console console =
        StandardTerminal.person()
            .orElseThrow(
                () ->
                    new Problem(
                        Problem.Kind.BAD_INPUT,
                        "There is no terminal to ask on; give " + option + " FILE."));
    char[] typed = console.readPassword("%s", question);
    if (typed == null) {
      // The end of all typing: whoever sends it wants no further question.
      throw new Problem(Problem.Kind.REFUSED, "Nothing was typed; nothing was done.");
    }
    if (typed.length == 0) {
      throw new Problem(Problem.Kind.BAD_INPUT, "Nothing was typed.");
    }
    try {
      return normalised(CharBuffer.wrap(typed));
    } finally {
      Arrays.fill(typed, '\0');
    }
  }

  /** A file of one value, or a whole sheet, also as the page to print. */
  private static Secret fromSheet(Path file) throws Problem, IOException {
    byte[] content = content(file, SheetPage.LONGEST);
    try (Secret page = Secret.of(content);
        Secret text = SheetPage.text(page)) {
      if (text.length() > MAX_FILE) {
        throw tooLong(file, MAX_FILE);
      }
      return text(file, text.bytes().clone());
    }
  }

  private static Secret fromFile(Path file) throws Problem, IOException {
    return text(file, content(file, MAX_FILE));
  }

  private static byte[] content(Path file, int longest) throws Problem, IOException {
    try {
      if (Files.size(file) > longest) {
        throw tooLong(file, longest);
      }
      return Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      throw new Problem(Problem.Kind.BAD_INPUT, "There is no file " + file + ".", e);
    }
  }

  private static Problem tooLong(Path file, int longest) {
    return new Problem(
        Problem.Kind.BAD_INPUT, file + " is too long: it has more than " + longest + " bytes.");
  }

  /**
   * The text without the ends of lines after it.
   *
   * @param content is wiped
   */
  private static Secret text(Path file, byte[] content) throws Problem {
    int end = content.length;
    while (end > 0 && (content[end - 1] == '\n' || content[end - 1] == '\r')) {
      end--;
    }
    CharBuffer characters;
    try {
      characters = UTF_8.newDecoder().decode(ByteBuffer.wrap(content, 0, end));
    } catch (CharacterCodingException e) {
      throw new Problem(Problem.Kind.BAD_INPUT, file + " is not UTF-8 text.", e);
    } finally {
      Arrays.fill(content, (byte) 0);
    }
    try {
      if (!characters.hasRemaining()) {
        throw new Problem(Problem.Kind.BAD_INPUT, file + " is empty.");
      }
      return normalised(characters);
    } finally {
      Arrays.fill(characters.array(), '\0');
    }
  }

  /**
   * NFC in UTF-8, so that the same password typed on another system is the same bytes (RFC 8265).
   */
  private static Secret normalised(CharBuffer characters) {
    // Only a text that needs it becomes a String on the way, as the platform offers no other form.
    CharBuffer composed =
        Normalizer.isNormalized(characters, Normalizer.Form.NFC)
            ? characters
            : CharBuffer.wrap(Normalizer.normalize(characters, Normalizer.Form.NFC));
    ByteBuffer encoded = UTF_8.encode(composed.duplicate());
    byte[] bytes = new byte[encoded.remaining()];
    encoded.get(bytes);
    encoded.clear();
    while (encoded.hasRemaining()) {
      encoded.put((byte) 0);
    }
    return Secret.of(bytes);
  }
}
