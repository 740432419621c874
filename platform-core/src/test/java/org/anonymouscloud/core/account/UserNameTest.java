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

  @Test
  void namesThatCanBeTakenForEachOtherHaveOneShape() {
    for (String[] pair :
        new String[][] {
          {"paypal", "p\u0430yp\u0430l"},
          {"cecep", "\u0441\u0435\u0441\u0435\u0440"},
          {"oo", "\u03bf\u03bf"},
          {"bob", "b0b"},
          {"paul", "pau1"},
          {"mama", "rnarna"},
          {"wil", "vvil"}
        }) {
      assertThat(NameShape.of(pair[1])).as(pair[1]).isEqualTo(new UserName(pair[0]).shape());
    }
    for (String other : new String[] {"alicia", "al-ice", "\u00e1lice", "alice2"}) {
      assertThat(new UserName(other).shape()).isNotEqualTo(new UserName("alice").shape());
    }
  }

  private static void assertRefused(String typed, String why) {
    assertThatThrownBy(() -> UserName.parse(typed))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(why);
  }
}
