package org.anonymouscloud.vault.client.cli.typed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.plugin.ShownTime;
import org.anonymouscloud.core.plugin.TypedText;
import org.anonymouscloud.vault.client.cli.typed.TypedTime.Moment;
import org.junit.jupiter.api.Test;

/** Times as people type them. */
final class TypedTimeTest {
  private static final Instant NOW = Instant.parse("2026-11-03T10:00:00Z");
  private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);

  private static Instant of(String text) throws Problem {
    return TypedTime.of(new TypedText("--at", text), CLOCK, Moment.LAST, TypedTime.ALLOWED);
  }

  private static Instant here(String local) {
    return LocalDateTime.parse(local).atZone(ZoneId.systemDefault()).toInstant();
  }

  @Test
  void agesGoBackFromNow() throws Exception {
    assertThat(of("45m")).isEqualTo(NOW.minus(Duration.ofMinutes(45)));
    assertThat(of("12h")).isEqualTo(NOW.minus(Duration.ofHours(12)));
    assertThat(of("3D")).isEqualTo(NOW.minus(Duration.ofDays(3)));
    assertThat(of("2w")).isEqualTo(NOW.minus(Duration.ofDays(14)));
    assertThat(TypedTime.age(new TypedText("--older-than", "2w"))).isEqualTo(Duration.ofDays(14));
  }

  @Test
  void aTimeIsOfThisMachineUnlessItSaysOtherwise() throws Exception {
    assertThat(of("2026-11-03T08:30:00Z")).isEqualTo(lastOf("2026-11-03T08:30:00Z"));
    assertThat(of("2026-11-03T08:30:00.5+02:00"))
        .isEqualTo(Instant.parse("2026-11-03T06:30:00.5Z"));
    assertThat(of("2026-11-03T08:30")).isEqualTo(here("2026-11-03T08:30:01").minusNanos(1));
    assertThat(of("2026-11-02")).isEqualTo(here("2026-11-03T00:00").minusNanos(1));
    assertThat(of("2026-11-05")).isEqualTo(here("2026-11-06T00:00").minusNanos(1));
    String today = LocalDate.ofInstant(NOW, ZoneId.systemDefault()).toString();
    assertThat(of(today)).as("the end of today is still to come").isEqualTo(NOW);
    assertThat(
            TypedTime.of(
                new TypedText("--newer", "2026-11-03"), CLOCK, Moment.FIRST, TypedTime.ALLOWED))
        .isEqualTo(here("2026-11-03T00:00"));
  }

  @Test
  void aTimeIsTakenAsItIsPrinted() throws Exception {
    Instant made = Instant.parse("2026-11-03T08:30:00.789Z");
    Instant end = lastOf("2026-11-03T08:30:00Z");
    assertThat(of(ShownTime.of(made))).as("what was made in that second is in it").isEqualTo(end);
    assertThat(of("2026-11-03 10:30:00+02:00")).isEqualTo(end);
    assertThat(of("2026-11-03 08:30")).isEqualTo(here("2026-11-03T08:30:01").minusNanos(1));
    assertThat(of(ShownTime.of(NOW))).as("the rest of this second is still to come").isEqualTo(NOW);
    assertThat(
            TypedTime.of(
                new TypedText("--newer", ShownTime.of(made)),
                CLOCK,
                Moment.FIRST,
                TypedTime.ALLOWED))
        .isEqualTo(Instant.parse("2026-11-03T08:30:00Z"));
  }

  private static Instant lastOf(String second) {
    return Instant.parse(second).plusSeconds(1).minusNanos(1);
  }

  @Test
  void whatIsNoneIsSaidToBe() {
    for (String bad :
        List.of(
            "",
            "x",
            "0d",
            "-3d",
            "3y",
            "3",
            "2026-13-01",
            "2026-11-03T25:00",
            "+999999999-12-31")) {
      assertThatExceptionOfType(Problem.class)
          .as(bad)
          .isThrownBy(() -> of(bad))
          .matches(problem -> problem.kind() == Problem.Kind.BAD_INPUT);
    }
    assertThatExceptionOfType(Problem.class)
        .isThrownBy(() -> TypedTime.age(new TypedText("--older-than", "2026-11-03")));
  }
}
