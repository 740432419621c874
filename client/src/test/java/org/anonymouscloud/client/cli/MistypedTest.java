package org.anonymouscloud.client.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which words are taken for what was meant. */
final class MistypedTest {
  private static final List<String> WORDS =
      List.of("-r", "-l", "--json", "--recursive", "--limit", "list", "leave", "show", "ls");

  @ParameterizedTest
  @CsvSource({
    "-R, -r",
    "--JSON, --json",
    "--josn, --json",
    "--jsn, --json",
    "--jsonx, --json",
    "--limti, --limit",
    "--recursiv, --recursive",
    "--rec, --recursive",
    "lsit, list",
    "shwo, show",
    "lss, ls",
    "-x, ''",
    "x, ''",
    "-rx, ''",
    "--nothing-like-it, ''",
    "accept, ''"
  })
  void aWordIsNearIfALetterOrTwoAreWrong(String typed, String near) {
    assertThat(Mistyped.near(typed, WORDS)).isEqualTo(near.isEmpty() ? List.of() : List.of(near));
  }
}
