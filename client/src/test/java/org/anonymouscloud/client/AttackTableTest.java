package org.anonymouscloud.client;

import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * docs/attack-tests.md says of each attack which tests show it, as the tests' tags do. With {@code
 * -Danoncloud.write=true} the page is written anew.
 */
final class AttackTableTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final Path PAGE = ROOT.resolve("docs/attack-tests.md");
  private static final Path ATTACKS =
      Path.of("src/test/resources/org/anonymouscloud/client/attacks.txt");
  private static final Pattern ATTACK =
      Pattern.compile("(A\\d+|S4\\.\\w+) \\| ([^|]+?)(?: \\| ([^|]+))?");
  private static final Pattern TAG = Pattern.compile("@Tag\\(\"([AS]\\d[^\"]*)\"\\)");
  private static final Pattern TYPE =
      Pattern.compile("( *)[a-z ]*\\b(?:class|interface|record|enum) (\\w+)\\b.*");
  private static final Pattern METHOD =
      Pattern.compile("  +(?:[\\w<>\\[\\], ]+ )?void (\\w+)\\(.*");
  private static final Pattern WORD_BREAK =
      Pattern.compile("(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])");
  private static final Set<String> OF_TESTS =
      Set.of("@Test", "@ParameterizedTest", "@RepeatedTest", "@TestFactory");
  private static final String HEAD =
      """
      # Attacks and the tests that show them

      Made by the build from the tests' tags: `AttackTableTest` fails while this page is not what they say, and writes it with
      `-Danoncloud.write=true`. A test's name says what comes of the attack. A test of a class named `...Contract` runs once for each
      thing that keeps that contract, such as SQLite and PostgreSQL; `...IT` attacks the program as it is delivered.
      """;

  private static final Map<String, List<Attack>> SECTIONS = new LinkedHashMap<>();
  private static final List<Shown> SHOWN = new ArrayList<>();

  /** What is tried, and why no test shows it yet. */
  private record Attack(String number, String title, Optional<String> toCome) {}

  /** A test that shows what comes of an attack. */
  private record Shown(String attack, String type, String method) {
    String test() {
      return type + "." + method;
    }

    String sentence() {
      String words = WORD_BREAK.matcher(method).replaceAll(" ").toLowerCase(Locale.ROOT);
      return words.substring(0, 1).toUpperCase(Locale.ROOT) + words.substring(1);
    }
  }

  @BeforeAll
  static void read() throws IOException {
    readAttacks();
    try (Stream<Path> modules = Files.walk(ROOT, 2)) {
      for (Path tests :
          modules
              .map(module -> module.resolve("src/test/java"))
              .filter(Files::isDirectory)
              .sorted()
              .toList()) {
        try (Stream<Path> sources = Files.walk(tests)) {
          sources
              .filter(source -> source.toString().endsWith(".java"))
              .sorted()
              .forEach(AttackTableTest::readTests);
        }
      }
    }
  }

  private static void readAttacks() throws IOException {
    List<Attack> section = new ArrayList<>();
    for (String line : Files.readAllLines(ATTACKS)) {
      if (line.startsWith("## ")) {
        section = new ArrayList<>();
        SECTIONS.put(line, section);
      } else if (!line.isEmpty() && !line.startsWith("# ")) {
        Matcher attack = ATTACK.matcher(line);
        assertThat(attack.matches()).as(line).isTrue();
        section.add(
            new Attack(attack.group(1), attack.group(2), Optional.ofNullable(attack.group(3))));
      }
    }
  }

  /**
   * Annotations stand on lines of their own before what they annotate, as the formatter puts them.
   */
  private static void readTests(Path source) {
    String type = source.getFileName().toString().replace(".java", "");
    Set<String> ofAll = Set.of();
    Set<String> tags = new HashSet<>();
    boolean test = false;
    try {
      for (String line : Files.readAllLines(source)) {
        String code = line.strip();
        Matcher method = METHOD.matcher(line);
        Matcher nested = TYPE.matcher(line);
        if (code.startsWith("@")) {
          TAG.matcher(code).results().map(tag -> tag.group(1)).forEach(tags::add);
          test |= OF_TESTS.contains(code.replaceFirst("\\(.*", ""));
        } else if (method.matches()) {
          tags.addAll(test ? ofAll : Set.of());
          assertThat(tags.isEmpty() || test).as("only tests have tags: " + line).isTrue();
          for (String tag : tags) {
            SHOWN.add(new Shown(tag, type, method.group(1)));
          }
          tags.clear();
          test = false;
        } else if (nested.matches() && !tags.isEmpty()) {
          assertThat(nested.group(1)).as("the tags of a nested class: " + source).isEmpty();
          ofAll = Set.copyOf(tags);
          tags.clear();
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    assertThat(tags).as("tags of nothing in " + source).isEmpty();
  }

  private static Stream<Attack> attacks() {
    return SECTIONS.values().stream().flatMap(List::stream);
  }

  @Test
  void noAttackIsListedTwice() {
    assertThat(attacks().map(Attack::number)).doesNotHaveDuplicates();
  }

  @Test
  void eachTagNamesAnAttackThatIsKnown() {
    Set<String> known = new HashSet<>(attacks().map(Attack::number).toList());

    assertThat(SHOWN).isNotEmpty().allMatch(shown -> known.contains(shown.attack()));
  }

  @Test
  void eachAttackHasATestOrAReasonWhyNot() {
    Set<String> shown = new HashSet<>(SHOWN.stream().map(Shown::attack).toList());

    assertThat(attacks().filter(attack -> attack.toCome().isEmpty()).map(Attack::number))
        .as("without a test: tag one, or say in attacks.txt why there is none")
        .isSubsetOf(shown);
    assertThat(attacks().filter(attack -> attack.toCome().isPresent()).map(Attack::number))
        .as("with a test now: take the third part of its line out of attacks.txt")
        .doesNotContainAnyElementsOf(shown);
  }

  @Test
  void thePageIsWhatTheTagsSay() throws IOException {
    String page = page();

    if (Boolean.getBoolean("anoncloud.write")) {
      Files.writeString(PAGE, page);
    }

    assertThat(Files.exists(PAGE) ? Files.readString(PAGE) : "")
        .as("docs/attack-tests.md: write it with -Danoncloud.write=true")
        .isEqualTo(page);
  }

  private static String page() {
    Map<String, List<Shown>> tests = SHOWN.stream().collect(groupingBy(Shown::attack));
    StringBuilder page = new StringBuilder(HEAD);
    SECTIONS.forEach(
        (section, attacks) -> {
          page.append('\n').append(section).append("\n\n");
          page.append("| attack | what is tried | test | result |\n|---|---|---|---|\n");
          for (Attack attack : attacks) {
            String start = "| %s | %s ".formatted(attack.number(), attack.title());
            if (attack.toCome().isPresent()) {
              page.append(start).append("| | %s |\n".formatted(attack.toCome().get()));
            }
            for (Shown shown : tests.getOrDefault(attack.number(), List.of())) {
              page.append(start)
                  .append("| `%s` | %s |\n".formatted(shown.test(), shown.sentence()));
              start = "| | ";
            }
          }
        });
    return page.toString();
  }
}
