package org.anonymouscloud.client.cli.account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.zxing.BinaryBitmap;
import com.google.zxing.RGBLuminanceSource;
import com.google.zxing.common.HybridBinarizer;
import com.google.zxing.qrcode.QRCodeReader;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

final class QrCodeTest {
  private static final int SCALE = 4;
  private static final int TERMINAL = 80;

  @Test
  void aCodeOnATerminalIsReadAndFits() throws Exception {
    for (String text : List.of("3".repeat(60), "0123-4567-89AB-CDEF-GHJK-MNPQ")) {
      String shown = QrCode.of(text).forTerminal();

      assertThat(scan(shown)).isEqualTo(text);
      assertThat(shown.lines()).allMatch(line -> width(line) <= TERMINAL && line.endsWith("[0m"));
    }
    assertThatThrownBy(() -> QrCode.of("x".repeat(5_000)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static int width(String line) {
    return line.replaceAll("\u001b\\[[0-9]+m", "").length();
  }

  /** Draws what the terminal shows and reads the picture. */
  private static String scan(String shown) throws Exception {
    List<String> lines = shown.lines().toList();
    int side = lines.size() * SCALE;
    int[] pixels = new int[side * side];
    for (int y = 0; y < lines.size(); y++) {
      String[] modules = lines.get(y).replace("\u001b[0m", "").split("\u001b\\[", -1);
      assertThat(modules).hasSize(lines.size() + 1);
      for (int x = 0; x < lines.size(); x++) {
        int colour = modules[x + 1].startsWith("40m") ? 0 : 0xffffff;
        for (int row = 0; row < SCALE; row++) {
          int at = (y * SCALE + row) * side + x * SCALE;
          Arrays.fill(pixels, at, at + SCALE, colour);
        }
      }
    }
    return new QRCodeReader()
        .decode(new BinaryBitmap(new HybridBinarizer(new RGBLuminanceSource(side, side, pixels))))
        .getText();
  }
}
