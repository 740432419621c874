package org.anonymouscloud.client.cli.account;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.zxing.BinaryBitmap;
import com.google.zxing.RGBLuminanceSource;
import com.google.zxing.common.HybridBinarizer;
import com.google.zxing.qrcode.QRCodeReader;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.anonymouscloud.core.crypto.Secret;
import org.junit.jupiter.api.Test;

final class SheetPageTest {
  private static final String SHEET =
      """
      AnonymousCloud emergency sheet

      Server:      anoncloud://cloud.example:7443#3ruypvw6pop7npikgxjurog33j
      User name:   alice
      Account key: 0123-4567-89AB-CDEF-GHJK-MNPQ-RSTV

      Recovery words:

          abandon <ability> & able
      """;

  @Test
  void thePageHasTheTextAndACodeThatAPhoneReads() throws Exception {
    String page = new String(SheetPage.of(Secret.of(SHEET.getBytes(UTF_8))).bytes(), UTF_8);

    assertThat(page).contains("abandon &lt;ability&gt; &amp; able", "0123-4567");
    assertThat(page).doesNotContain("<script", "src=", "href=");
    assertThat(scan(page))
        .isEqualTo(
            """
            anoncloud://cloud.example:7443#3ruypvw6pop7npikgxjurog33j
            alice
            0123-4567-89AB-CDEF-GHJK-MNPQ-RSTV\
            """)
        .doesNotContain("abandon");
  }

  @Test
  void thePageGivesBackWhatALoginReadsOnTheSheet() {
    String sheet = SHEET.replace(" <ability> & able", " ability able");
    try (Secret page = SheetPage.of(Secret.of(sheet.getBytes(UTF_8)));
        Secret text = SheetPage.text(page);
        Secret plain = SheetPage.text(Secret.of(sheet.getBytes(UTF_8)))) {
      assertThat(new String(text.bytes(), UTF_8)).isEqualTo(sheet);
      assertThat(new String(plain.bytes(), UTF_8)).isEqualTo(sheet);
    }
  }

  /** Draws the page's code and reads the picture. */
  private static String scan(String page) throws Exception {
    Matcher size = Pattern.compile("viewBox=\"0 0 (\\d+) ").matcher(page);
    assertThat(size.find()).isTrue();
    int width = Integer.parseInt(size.group(1));
    int[] pixels = new int[width * width];
    Arrays.fill(pixels, 0xffffff);
    Matcher module = Pattern.compile("M(\\d+) (\\d+)h(\\d+)").matcher(page);
    while (module.find()) {
      int side = Integer.parseInt(module.group(3));
      for (int y = 0; y < side; y++) {
        int row = (Integer.parseInt(module.group(2)) + y) * width;
        Arrays.fill(
            pixels,
            row + Integer.parseInt(module.group(1)),
            row + Integer.parseInt(module.group(1)) + side,
            0);
      }
    }
    return new QRCodeReader()
        .decode(new BinaryBitmap(new HybridBinarizer(new RGBLuminanceSource(width, width, pixels))))
        .getText();
  }
}
