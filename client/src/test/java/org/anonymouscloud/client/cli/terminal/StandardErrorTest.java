package org.anonymouscloud.client.cli.terminal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("S4.10a")
final class StandardErrorTest {
  private final ByteArrayOutputStream written = new ByteArrayOutputStream();
  private final StandardError error = new StandardError(written);

  @Test
  void whatSteersATerminalIsShownByItsNumber() throws IOException {
    error.write("a\u001b[2Jb\rc\u009bd\u202ee\u2066f\u007f\b\n\tend\n".getBytes(UTF_8));

    assertThat(written.toString(UTF_8))
        .isEqualTo("a\\u{1b}[2Jb\\u{d}c\\u{9b}d\\u{202e}e\\u{2066}f\\u{7f}\\u{8}\n\tend\n");
  }

  @Test
  void aCharacterThatComesInPartsIsOne() throws IOException {
    byte[] text = "größer 語 🙂\u202e.\n".getBytes(UTF_8);

    for (int step = 1; step < 4; step++) {
      written.reset();
      for (int from = 0; from < text.length; from += step) {
        error.write(Arrays.copyOfRange(text, from, Math.min(text.length, from + step)));
      }
      assertThat(written.toString(UTF_8)).as("%s", step).isEqualTo("größer 語 🙂\\u{202e}.\n");
    }
  }

  @Test
  void bytesThatAreNoTextDoNotPass() throws IOException {
    error.write(new byte[] {'a', (byte) 0x9b, '1', (byte) 0xff, (byte) 0xc2, 'b'});

    assertThat(written.toString(UTF_8)).isEqualTo("a\ufffd1\ufffd\ufffdb");
  }
}
