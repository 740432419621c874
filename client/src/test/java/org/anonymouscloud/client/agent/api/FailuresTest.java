package org.anonymouscloud.client.agent.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.anonymouscloud.core.channel.ConnectFailed;
import org.anonymouscloud.core.channel.ConnectionLost;
import org.anonymouscloud.core.plugin.NotLoggedIn;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.Refused;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class FailuresTest {
  @Test
  @Tag("A41")
  void aConnectionThatWasTamperedWithIsAMatterOfSecurity() {
    assertThat(problem(new ConnectionLost(ConnectionLost.Why.NOT_AUTHENTIC)).kind())
        .isEqualTo(Problem.Kind.SECURITY);
    assertThat(problem(new ConnectFailed(ConnectFailed.Why.NOT_AUTHENTIC, "Changed.")).kind())
        .isEqualTo(Problem.Kind.SECURITY);
  }

  @Test
  void aServerThatIsAwayIsToBeTriedAgain() {
    assertThat(problem(new ConnectionLost(ConnectionLost.Why.CUT)).kind())
        .isEqualTo(Problem.Kind.UNAVAILABLE);
    assertThat(problem(new ConnectFailed(ConnectFailed.Why.UNREACHABLE, "Nobody.")).kind())
        .isEqualTo(Problem.Kind.UNAVAILABLE);
  }

  @ParameterizedTest
  @EnumSource(ErrorCode.class)
  void eachRefusalOfAServerHasItsKind(ErrorCode code) {
    Problem problem = problem(new Refused(code, "The text."));

    assertThat(problem.kind()).isNotEqualTo(Problem.Kind.INTERNAL);
    assertThat(problem).hasMessage("The text.");
  }

  @Test
  void whatLiesInsideIsFound() {
    assertThat(problem(new UncheckedIOException(new ConnectionLost(ConnectionLost.Why.CUT))).kind())
        .isEqualTo(Problem.Kind.UNAVAILABLE);
    Problem inner = new Problem(Problem.Kind.NO_SPACE, "Full.");
    assertThat(problem(new IOException("outer", inner))).isSameAs(inner);
    assertThat(problem(new NotLoggedIn()).kind()).isEqualTo(Problem.Kind.NOT_LOGGED_IN);
  }

  @Test
  void whatNobodyExpectsIsNoProblemOfThePersons() {
    assertThat(Failures.problem(new IllegalStateException("a fault"))).isEmpty();
    assertThat(Failures.problem(new IOException("a disk"))).isEmpty();
  }

  private static Problem problem(Exception failure) {
    return Failures.problem(failure).orElseThrow();
  }
}
