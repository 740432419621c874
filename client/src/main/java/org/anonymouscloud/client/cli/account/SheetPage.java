package org.anonymouscloud.client.cli.account;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.anonymouscloud.core.crypto.Secret;

/**
 * The emergency sheet as a page to print: its text, and what a new device asks for as a code to
 * scan. Needs nothing but itself: no script, no font, no address is fetched.
 */
final class SheetPage {
  /** What stands before the connection string, for {@link #value}. */
  static final String SERVER = "Server:";

  /** What stands before the user name. */
  static final String USER = "User name:";

  /** What stands before the account key. */
  static final String KEY = "Account key:";

  private static final int MODULE = 4;
  private static final int ROOM = 256 * 1024;

  private static final String HEAD =
      """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
      <title>AnonymousCloud emergency sheet</title>
      <style>
      body { font: 11pt/1.5 ui-monospace, monospace; margin: 2cm; color: #000; background: #fff }
      pre { font: inherit; white-space: pre-wrap }
      svg { width: 6cm; height: 6cm; shape-rendering: crispEdges }
      </style>
      </head>
      <body>
      <pre>
      """;

  private static final byte[] BEGIN = "<pre>\n".getBytes(US_ASCII);
  private static final byte[] END = "</pre>".getBytes(US_ASCII);

  /** Bytes in a page at most. */
  static final int LONGEST = ROOM;

  private SheetPage() {}

  /**
   * The sheet's text in a page; whatever is no such page comes back as it is.
   *
   * @param page stays the caller's
   * @return closed by the caller
   */
  static Secret text(Secret page) {
    byte[] bytes = page.bytes();
    int begin = indexOf(bytes, BEGIN, 0) + BEGIN.length;
    int end = indexOf(bytes, END, begin);
    return begin < BEGIN.length || end < 0
        ? page.copy()
        : Secret.of(Arrays.copyOfRange(bytes, begin, end));
  }

  private static int indexOf(byte[] text, byte[] mark, int from) {
    for (int i = from; i + mark.length <= text.length; i++) {
      if (Arrays.equals(text, i, i + mark.length, mark, 0, mark.length)) {
        return i;
      }
    }
    return -1;
  }

  /**
   * Makes the page, in UTF-8.
   *
   * @param sheet the sheet's text; stays the caller's
   * @return closed by the caller
   */
  static Secret of(Secret sheet) {
    Page page = new Page();
    page.add(HEAD);
    for (byte character : sheet.bytes()) {
      page.addEscaped(character);
    }
    page.add("</pre>\n<p>Server, user name and account key, to scan:</p>\n");
    page.addCode(scanned(sheet.bytes()));
    page.add("</body>\n</html>\n");
    Secret whole = Secret.of(page.toByteArray());
    page.wipe();
    return whole;
  }

  /**
   * The three values that a login on a new device asks for; never the recovery words. A String, as
   * {@link QrCode} takes nothing else.
   */
  private static String scanned(byte[] sheet) {
    return Stream.of(SERVER, USER, KEY)
        .map(mark -> value(sheet, mark).orElseThrow())
        .collect(Collectors.joining("\n"));
  }

  /**
   * What stands after a mark on a line of a sheet, without the blanks around it; none if this is no
   * sheet. A String: do not ask for the account key unless it is to be one anyway.
   */
  static Optional<String> value(byte[] sheet, String mark) {
    byte[] wanted = ("\n" + mark).getBytes(US_ASCII);
    for (int i = 0; i + wanted.length <= sheet.length; i++) {
      if (Arrays.equals(sheet, i, i + wanted.length, wanted, 0, wanted.length)) {
        int start = i + wanted.length;
        int end = start;
        while (end < sheet.length && sheet[end] != '\n') {
          end++;
        }
        return Optional.of(new String(sheet, start, end - start, UTF_8).strip());
      }
    }
    return Optional.empty();
  }

  /** A growing page that leaves nothing behind. */
  private static final class Page extends ByteArrayOutputStream {
    Page() {
      // Room for the whole page, so that growing leaves no copy of the words in memory.
      super(ROOM);
    }

    void add(String text) {
      writeBytes(text.getBytes(UTF_8));
    }

    void addEscaped(byte character) {
      switch (character) {
        case '<' -> add("&lt;");
        case '>' -> add("&gt;");
        case '&' -> add("&amp;");
        default -> write(character);
      }
    }

    void addCode(String text) {
      QrCode code = QrCode.of(text);
      int size = code.size() * MODULE;
      add("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + size + " " + size + "\">");
      add("<path d=\"");
      for (int y = 0; y < code.size(); y++) {
        for (int x = 0; x < code.size(); x++) {
          if (code.isDark(x, y)) {
            add(
                "M"
                    + x * MODULE
                    + " "
                    + y * MODULE
                    + "h"
                    + MODULE
                    + "v"
                    + MODULE
                    + "h-"
                    + MODULE
                    + "z");
          }
        }
      }
      add("\"/></svg>\n");
    }

    void wipe() {
      Arrays.fill(buf, (byte) 0);
    }
  }
}
