package org.anonymouscloud.core.session;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.anonymouscloud.core.session.MemoryBudget.Hold;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.Refused;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the requests of users may hold together. */
@Tag("A36")
@Tag("S4.6")
final class MemoryBudgetTest {
  private final MemoryBudget budget = new MemoryBudget(1_000);

  @Test
  void oneUserGetsHalfOfAllHoweverManyRequestsAskForIt() {
    List<Hold> holds = new ArrayList<>();
    int taken = 0;
    for (int i = 0; i < 200; i++) {
      Hold hold = budget.of("mallory");
      holds.add(hold);
      taken += hold.take(10) ? 10 : 0;
    }

    assertThat(taken).isEqualTo(500);
    assertThat(budget.of("alice").take(10)).isTrue();
    holds.forEach(Hold::close);
    assertThat(budget.used()).isEqualTo(10);
  }

  @Test
  void howeverManyTakeAllTheyCanSomethingIsLeft() {
    for (int i = 0; i < 9; i++) {
      Hold hold = budget.of("mallory" + i);
      while (hold.take(1)) {
        // As much as there is.
      }
    }

    assertThat(budget.used()).isLessThanOrEqualTo(1_000);
    assertThat(budget.of("alice").take(1)).isTrue();
  }

  @Test
  void whatIsGivenBackIsThereAgainAndOnceOnly() {
    Hold hold = budget.of("alice");
    assertThat(hold.take(400)).isTrue();
    assertThat(hold.take(200)).isFalse();
    hold.giveBack(300);
    assertThat(hold.take(200)).isTrue();

    hold.close();
    hold.giveBack(100);
    hold.close();
    assertThat(budget.used()).isZero();
    assertThat(hold.take(1)).as("closed").isFalse();
  }

  @Test
  void anAnswerThatMustGoOutIsCountedThoughThereIsNoRoomForIt() {
    Hold hold = budget.of("alice");
    hold.atLeast(900);

    assertThat(budget.used()).isEqualTo(900);
    assertThat(hold.take(1)).isFalse();
    hold.close();
    assertThat(budget.used()).isZero();
  }

  @Test
  void aSessionIsRefusedWhatTheProcessHasNoMemoryForAndServedOnceItHas() throws Exception {
    // In one frame each, so that none of them waits for its rest.
    int body = 60_000;
    long half = Runtime.getRuntime().maxMemory() / 8;
    int fitting = (int) (half / (4L * body + 4 * 1024));
    int sessions = fitting / 60 + 2;
    List<Session> opened = new ArrayList<>();
    List<Thread> waiting = new ArrayList<>();
    List<Refused> refused = java.util.Collections.synchronizedList(new ArrayList<>());
    try (EchoServer server = new EchoServer()) {
      for (int i = 0; i < sessions; i++) {
        Session session = server.connect();
        opened.add(session);
        for (int j = 0; j < 60; j++) {
          waiting.add(
              Thread.startVirtualThread(
                  () -> {
                    try {
                      session.ask("test/wait", new byte[body]);
                    } catch (Refused e) {
                      refused.add(e);
                    } catch (java.io.IOException e) {
                      throw new java.io.UncheckedIOException(e);
                    }
                  }));
        }
      }
      while (refused.size() + server.arrived.availablePermits() < waiting.size()) {
        Thread.onSpinWait();
      }
      assertThat(server.arrived.availablePermits()).isLessThanOrEqualTo(fitting);
      assertThat(refused)
          .isNotEmpty()
          .allSatisfy(
              e -> {
                assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE);
                assertThat(e.retryable()).isTrue();
              });

      server.gate.release(waiting.size());
      for (Thread thread : waiting) {
        thread.join();
      }
      byte[] hello = "hello".getBytes(US_ASCII);
      assertThat(opened.getFirst().ask("test/echo", hello)).isEqualTo(hello);
    } finally {
      opened.forEach(Session::close);
    }
  }
}
