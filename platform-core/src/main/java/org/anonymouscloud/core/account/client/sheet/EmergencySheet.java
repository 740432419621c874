package org.anonymouscloud.core.account.client.sheet;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.anonymouscloud.core.account.UserName;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.disk.PrivateFile;

/**
 * What a person prints and puts away: all that is needed, besides the password or instead of it, to
 * come back to the account from a blank machine.
 *
 * @param server the connection string
 */
public record EmergencySheet(
    String server, UserName user, AccountKey accountKey, RecoveryWords words) {
  private static final String KEY_LINE = "Account key: ";
  private static final String WORDS_LINE = "Recovery words:";
  private static final int WORDS_IN_A_LINE = 6;
  private static final int LINES_OF_WORDS = RecoveryWords.COUNT / WORDS_IN_A_LINE;

  private static final String HEAD =
      """
      AnonymousCloud emergency sheet
      ==============================

      Print this page and keep it where you keep your passport. Do not keep it on the server
      or in a mailbox. Whoever has the words below can read all your files and messages;
      without this page nobody, not even the server's owner, can bring them back to you.

      """;

  private static final String ADVICE =
      """

      To log in on a new device you need your password and the account key:

          anoncloud login --sheet FILE

      If you have lost the password, or all your devices, the recovery words alone are
      enough. They give the account a new password and a new sheet; this one is void from
      then on:

          anoncloud recover --words-file FILE

      FILE is this sheet. If you have it on paper only, give what stands above by hand, with
      --server and --user in place of the file; key or words are asked for then.

      Try now and then whether you still find this page, on a device that is logged in:

          anoncloud recover --rehearse
      """;

  /** The sheet's text in UTF-8; the caller closes it. */
  public Secret text() {
    Page page = new Page();
    page.add(HEAD);
    page.add("Server:      " + server + "\n");
    page.add("User name:   " + user + "\n");
    page.add(KEY_LINE);
    try (Secret key = accountKey.text()) {
      page.writeBytes(key.bytes());
    }
    page.add("\n\n" + WORDS_LINE + "\n\n");
    try (Secret text = words.text()) {
      page.addWords(text.bytes());
    }
    page.add(ADVICE);
    Secret text = Secret.of(page.toByteArray());
    page.wipe();
    return text;
  }

  /**
   * Writes the sheet for its owner's eyes alone, whole or not at all.
   *
   * @throws java.nio.file.FileAlreadyExistsException if the file is there: it may be another sheet
   */
  public void write(Path file) throws IOException {
    try (Secret text = text()) {
      PrivateFile.create(file, text.bytes());
    }
  }

  /**
   * Finds the account key in a sheet, or in a file that holds nothing else.
   *
   * @throws Unreadable if there is none
   */
  public static AccountKey accountKeyIn(byte[] file) throws Unreadable {
    byte[] mark = KEY_LINE.strip().getBytes(US_ASCII);
    for (int i = 0; i + mark.length <= file.length; i++) {
      if (Arrays.equals(file, i, i + mark.length, mark, 0, mark.length)) {
        int start = i + mark.length;
        int end = start;
        while (end < file.length && file[end] != '\n') {
          end++;
        }
        return parse(file, start, end);
      }
    }
    return parse(file, 0, file.length);
  }

  /**
   * Finds the recovery words in a sheet, or in a file that holds nothing else.
   *
   * @throws Unreadable if there are none
   */
  public static RecoveryWords wordsIn(byte[] file) throws Unreadable {
    byte[] mark = WORDS_LINE.getBytes(US_ASCII);
    for (int i = 0; i + mark.length <= file.length; i++) {
      if (Arrays.equals(file, i, i + mark.length, mark, 0, mark.length)) {
        int start = i + mark.length;
        int end = start;
        for (int lines = 0; end < file.length && lines < LINES_OF_WORDS; end++) {
          // Blank lines stand between the heading and the words.
          if (file[end] == '\n' && end > start && file[end - 1] != '\n') {
            lines++;
          }
        }
        byte[] lines = Arrays.copyOfRange(file, start, end);
        try {
          return RecoveryWords.parse(lines);
        } finally {
          Arrays.fill(lines, (byte) 0);
        }
      }
    }
    return RecoveryWords.parse(file);
  }

  private static AccountKey parse(byte[] file, int start, int end) throws Unreadable {
    byte[] line = Arrays.copyOfRange(file, start, end);
    try {
      return AccountKey.parse(line);
    } finally {
      Arrays.fill(line, (byte) 0);
    }
  }

  /** A growing text that leaves nothing behind. */
  private static final class Page extends ByteArrayOutputStream {
    Page() {
      // Room for the whole page, so that growing leaves no copy of the words in memory.
      super(8192);
    }

    void add(String text) {
      writeBytes(text.getBytes(UTF_8));
    }

    void addWords(byte[] words) {
      int number = 0;
      int start = 0;
      for (int i = 0; i <= words.length; i++) {
        if (i == words.length || words[i] == ' ') {
          number++;
          add(number % WORDS_IN_A_LINE == 1 ? "    " : " ");
          write(words, start, i - start);
          if (number % WORDS_IN_A_LINE == 0) {
            add("\n");
          }
          start = i + 1;
        }
      }
    }

    void wipe() {
      Arrays.fill(buf, (byte) 0);
    }
  }
}
