package org.anonymouscloud.core.account.client.keys;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HexFormat;
import org.anonymouscloud.core.crypto.Secret;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class PurposeTest {
  /** Whatever the fields, a purpose's context does not run into another's. */
  @Test
  @Tag("A2")
  void noTwoPurposesHaveOneKeyOrOneContext() {
    try (Secret secret = Secret.random(Purpose.KEY)) {
      assertThat(Arrays.stream(Purpose.values()).map(purpose -> hex(purpose.key(secret))))
          .doesNotHaveDuplicates();
    }
    for (Purpose one : Purpose.values()) {
      for (Purpose other : Purpose.values()) {
        if (one != other) {
          assertThat(hex(one.context(new byte[32]))).doesNotStartWith(hex(other.context()));
        }
      }
    }
  }

  private static String hex(Secret key) {
    try (key) {
      return hex(key.bytes());
    }
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }
}
