package org.anonymouscloud.client.cli.account;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.disk.PrivateFile;
import org.anonymouscloud.core.plugin.Problem;
import org.jspecify.annotations.Nullable;

/** The emergency sheet as a file, for its owner's eyes alone. It never takes another's place. */
final class SheetFile {
  private static final byte[] KEY_LINE = (SheetPage.KEY + " ").getBytes(US_ASCII);
  private static final byte[] WORDS_LINE = "Recovery words:".getBytes(US_ASCII);

  private SheetFile() {}

  /** Refuses early what {@link #write} would refuse: a file that is there, a folder that is not. */
  static void requireNew(@Nullable Path file) throws Problem {
    if (file == null) {
      return;
    }
    if (Files.exists(file)) {
      throw alreadyThere(file, null);
    }
    Path folder = file.toAbsolutePath().getParent();
    if (folder == null || !Files.isDirectory(folder)) {
      throw new Problem(Problem.Kind.NOT_FOUND, "There is no folder for the file " + file + ".");
    }
    if (!Files.isWritable(folder)) {
      throw new Problem(Problem.Kind.FORBIDDEN, "The folder of " + file + " cannot be written to.");
    }
  }

  /** Writes the sheet as text, or as a page to print if the file's name says so. */
  static void write(Path file, Secret text) throws Problem, IOException {
    if (file.toString().toLowerCase(Locale.ROOT).endsWith(".html")) {
      try (Secret page = SheetPage.of(text)) {
        create(file, page.bytes());
      }
      return;
    }
    create(file, text.bytes());
  }

  /**
   * A recovery word of a sheet.
   *
   * @param number from 1
   * @return wiped by the caller
   */
  static byte[] word(Secret sheet, int number) {
    byte[] bytes = sheet.bytes();
    int end = indexOf(bytes, WORDS_LINE) + WORDS_LINE.length;
    int start = end;
    for (int count = 0; count < number; count++) {
      start = end;
      while (!isLetter(bytes[start])) {
        start++;
      }
      end = start;
      while (isLetter(bytes[end])) {
        end++;
      }
    }
    return Arrays.copyOfRange(bytes, start, end);
  }

  private static boolean isLetter(byte character) {
    return character >= 'a' && character <= 'z';
  }

  /**
   * What an option says, or else a file that is given and is a sheet; null if neither does.
   *
   * @param mark one of {@link SheetPage}'s
   */
  static @Nullable String orOnSheet(@Nullable String option, @Nullable Secret file, String mark) {
    return option != null || file == null
        ? option
        : SheetPage.value(file.bytes(), mark).orElse(null);
  }

  /** Writes the one line of the sheet that a login on another device needs. */
  static void writeAccountKey(Path file, Secret sheet) throws Problem, IOException {
    byte[] bytes = sheet.bytes();
    int start = indexOf(bytes, KEY_LINE) + KEY_LINE.length;
    int end = start;
    while (end < bytes.length && bytes[end] != '\n') {
      end++;
    }
    byte[] line = Arrays.copyOfRange(bytes, start, end + 1);
    try {
      create(file, line);
    } finally {
      Arrays.fill(line, (byte) 0);
    }
  }

  /** Writes the code of a pairing. */
  static void writeCode(Path file, Secret code) throws Problem, IOException {
    create(file, code.bytes());
  }

  private static int indexOf(byte[] text, byte[] mark) {
    for (int i = 0; i + mark.length <= text.length; i++) {
      if (Arrays.equals(text, i, i + mark.length, mark, 0, mark.length)) {
        return i;
      }
    }
    throw new IllegalArgumentException("This is not a sheet.");
  }

  private static void create(Path file, byte[] content) throws Problem, IOException {
    try {
      PrivateFile.create(file, content);
    } catch (FileAlreadyExistsException e) {
      throw alreadyThere(file, e);
    }
  }

  private static Problem alreadyThere(Path file, @Nullable Exception cause) {
    return new Problem(
        Problem.Kind.CONFLICT,
        file + " is already there and is never replaced; give the name of a new file.",
        cause);
  }
}
