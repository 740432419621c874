package org.anonymouscloud.core.account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class UserNameTest {
  @Test
  void whatPeopleTypeBecomesCanonical() {
    assertThat(UserName.parse("  Alice.B-1 ").text()).isEqualTo("alice.b-1");
    assertThat(UserName.parse("Zoe\u0308").text()).isEqualTo("zo\u00eb");
  }

  @Test
  void aRefusalSaysWhatIsWrong() {
    assertRefused("", "empty");
    assertRefused("a".repeat(65), "at most 64");
    assertRefused("a b", "U+0020");
    assertRefused("a/b", "'/'");
    assertRefused(".a", "begin and end");
    assertRefused("p\u0430ypal", "different alphabets");
  }

  private static void assertRefused(String typed, String why) {
    assertThatThrownBy(() -> UserName.parse(typed))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(why);
  }
}
