package org.anonymouscloud.client.cli.account;

import java.io.Console;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.anonymouscloud.client.cli.terminal.StandardTerminal;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.plugin.Terminal;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where a new emergency sheet goes before the server has what belongs to it. */
final class SheetOptions {
  private static final int WORDS = 24;
  private static final int WORDS_TO_CONFIRM = 3;
  private static final int TRIES = 3;

  @Option(
      names = "--sheet",
      paramLabel = "FILE",
      description =
          "Where to put the emergency sheet, a new file; a page to print if its name ends in .html,"
              + " else text. Without it the sheet is shown here.")
  private @Nullable Path sheet;

  @Option(
      names = "--account-key-file",
      paramLabel = "FILE",
      description = "Where to put the account key alone as well, a new file.")
  private @Nullable Path accountKey;

  /** Refuses early what could not be kept. */
  void check() throws Problem {
    if (sheet == null && StandardTerminal.person().isEmpty()) {
      throw new Problem(
          Problem.Kind.BAD_INPUT,
          "The emergency sheet must go somewhere: give --sheet FILE, or run this on a terminal.");
    }
    SheetFile.requireNew(sheet);
    SheetFile.requireNew(accountKey);
  }

  /**
   * Puts the sheet away, or shows it until the person has shown that they have it.
   *
   * @param text the sheet's; stays the caller's
   */
  void keep(Terminal terminal, Secret text) throws Problem, IOException {
    if (accountKey != null) {
      SheetFile.writeAccountKey(accountKey, text);
    }
    if (sheet != null) {
      SheetFile.write(sheet, text);
      return;
    }
    OutputStream out = terminal.output();
    out.write(text.bytes());
    out.write('\n');
    out.flush();
    Optional<Console> person = StandardTerminal.person();
    if (person.isEmpty() || !confirmed(person.get(), text)) {
      throw new Problem(
          Problem.Kind.REFUSED, "Nothing was done: an account needs its emergency sheet.");
    }
  }

  private static boolean confirmed(Console console, Secret text) {
    console.printf(
        "Print or copy this page now; this is the only time it is shown. Then type %d of its"
            + " recovery words.%n",
        WORDS_TO_CONFIRM);
    List<Integer> numbers =
        ThreadLocalRandom.current()
            .ints(1, WORDS + 1)
            .distinct()
            .limit(WORDS_TO_CONFIRM)
            .sorted()
            .boxed()
            .toList();
    for (int number : numbers) {
      byte[] word = SheetFile.word(text, number);
      boolean right = confirmed(console, word, number);
      Arrays.fill(word, (byte) 0);
      if (!right) {
        return false;
      }
    }
    return true;
  }

  private static boolean confirmed(Console console, byte[] word, int number) {
    for (int tries = 0; tries < TRIES; tries++) {
      char[] typed = console.readPassword("Word number %d: ", number);
      if (typed == null) {
        return false;
      }
      boolean right = isWord(typed, word);
      Arrays.fill(typed, '\0');
      if (right) {
        return true;
      }
      console.printf("That is another word; look at number %d again.%n", number);
    }
    return false;
  }

  /** Whether a word was typed, in small or capital letters. */
  static boolean isWord(char[] typed, byte[] word) {
    if (typed.length < word.length) {
      return false;
    }
    for (int i = 0; i < typed.length; i++) {
      int wanted = i < word.length ? word[i] : ' ';
      if (Character.toLowerCase(typed[i]) != wanted) {
        return false;
      }
    }
    return true;
  }

  /** What the person should do with a sheet that is in a file; empty if it was shown. */
  Optional<String> advice() {
    return Optional.ofNullable(sheet)
        .map(
            file ->
                "The emergency sheet is in "
                    + file
                    + ". Print it, keep it apart from this machine, and remove the file.");
  }
}
