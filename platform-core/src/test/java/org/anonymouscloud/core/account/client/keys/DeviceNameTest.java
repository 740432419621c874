package org.anonymouscloud.core.account.client.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

final class DeviceNameTest {
  @Test
  @Tag("A35")
  @Tag("S4.10a")
  void aNameCannotSteerATerminal() {
    for (String hostile :
        new String[] {"\u001b[2J", "a\u202eb", "a\u009bb", "a\u2028b", "a\ud800b"}) {
      assertThatThrownBy(() -> new DeviceName(hostile))
          .isInstanceOf(IllegalArgumentException.class);
      assertThat(DeviceName.from(hostile + "x").text()).endsWith("x").isNotEqualTo(hostile + "x");
    }
    assertThat(new DeviceName("Büro 👨\u200d👩").text()).startsWith("Büro");
  }
}
