package org.anonymouscloud.client.cli.account;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.zxing.BarcodeFormat;
import com.google.zxing.EncodeHintType;
import com.google.zxing.WriterException;
import com.google.zxing.common.BitMatrix;
import com.google.zxing.qrcode.QRCodeWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Map;
import org.anonymouscloud.core.plugin.Terminal;

/**
 * A QR code (ISO/IEC 18004) with the margin that scanners need. The text is a String, as the
 * library that draws it takes nothing else; the process ends with the command.
 */
record QrCode(BitMatrix modules) {
  private static final int QUIET_ZONE = 4;

  /** Colours of their own, so that the code is dark on light on every terminal. */
  private static final String DARK = "\u001b[40m  ";

  private static final String LIGHT = "\u001b[107m  ";
  private static final String PLAIN = "\u001b[0m";

  /**
   * The code of a text.
   *
   * @throws IllegalArgumentException if the text is too long for one
   */
  static QrCode of(String text) {
    try {
      return new QrCode(
          new QRCodeWriter()
              .encode(
                  text,
                  BarcodeFormat.QR_CODE,
                  0,
                  0,
                  Map.of(
                      EncodeHintType.MARGIN,
                      QUIET_ZONE,
                      EncodeHintType.CHARACTER_SET,
                      UTF_8.name())));
    } catch (WriterException e) {
      throw new IllegalArgumentException("The text is too long for a code.", e);
    }
  }

  /** Modules on a side, the margin included. */
  int size() {
    return modules.getWidth();
  }

  boolean isDark(int x, int y) {
    return modules.get(x, y);
  }

  /** Draws it on a terminal. */
  void draw(Terminal terminal) throws IOException {
    OutputStream out = terminal.output();
    out.write((forTerminal() + "\n").getBytes(US_ASCII));
    out.flush();
  }

  /** Lines for a terminal, two columns a module. */
  String forTerminal() {
    StringBuilder lines = new StringBuilder();
    for (int y = 0; y < size(); y++) {
      for (int x = 0; x < size(); x++) {
        lines.append(isDark(x, y) ? DARK : LIGHT);
      }
      lines.append(PLAIN).append('\n');
    }
    return lines.toString();
  }
}
