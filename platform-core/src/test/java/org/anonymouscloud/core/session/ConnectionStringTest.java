package org.anonymouscloud.core.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConnectionStringTest {
  private static final Fingerprint PRINT = Fingerprint.of(new byte[32]);

  @ParameterizedTest
  @ValueSource(strings = {"cloud.example:4433", "192.0.2.1:1", "[2001:db8::1]:65535"})
  void whatIsPrintedIsReadBack(String place) {
    String text = "anoncloud://" + place + "#" + PRINT;
    assertThat(ConnectionString.parse(text)).hasToString(text);
    assertThat(ConnectionString.parse(text).fingerprint()).contains(PRINT);
  }

  @Test
  void theFingerprintMayBeMissing() {
    assertThat(ConnectionString.parse("anoncloud://host:1").fingerprint()).isEmpty();
  }

  @Tag("A39")
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "host:1",
        "http://host:1",
        "anoncloud://host",
        "anoncloud://host:0",
        "anoncloud://host:65536",
        "anoncloud://host:1#",
        "anoncloud://host:1#abc",
        "anoncloud://user@host:1",
        "anoncloud://host:1/path",
        "anoncloud://host:1?q"
      })
  void anythingElseIsRefused(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> ConnectionString.parse(text));
  }

  @Test
  void everyBitOfTheKeyChangesTheFingerprint() {
    for (int bit = 0; bit < 256; bit++) {
      byte[] key = new byte[32];
      key[bit / 8] ^= (byte) (1 << (bit % 8));
      assertThat(Fingerprint.of(key)).isNotEqualTo(PRINT);
    }
  }
}
