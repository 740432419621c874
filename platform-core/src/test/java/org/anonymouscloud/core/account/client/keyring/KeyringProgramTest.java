package org.anonymouscloud.core.account.client.keyring;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A program that speaks for the keyring, or does not. */
@Tag("S4.11")
final class KeyringProgramTest {
  private static final Duration LONG = Duration.ofMinutes(2);

  @TempDir private Path folder;

  @Test
  void oneThatDoesNotAnswerIsGivenUp() throws Exception {
    KeyringProgram program = program("exec sleep 1000", Duration.ofMillis(100));

    assertThatThrownBy(program::run)
        .isInstanceOf(KeyringFailed.class)
        .hasMessageContaining("did not answer");
  }

  @Test
  void oneThatIsGivenUpEndsWithAllThatItStarted() throws Exception {
    KeyringProgram program =
        program("sleep 1000 & echo $! >child.new; mv child.new child; wait", LONG);
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    Thread asking = Thread.ofPlatform().start(() -> thrown.set(catchThrowable(program::run)));
    ProcessHandle child = ProcessHandle.of(child()).orElseThrow();

    asking.interrupt();
    asking.join();

    assertThat(thrown.get()).isInstanceOf(InterruptedIOException.class);
    assertThat(child.onExit().get(60, TimeUnit.SECONDS)).isNotNull();
  }

  private long child() throws IOException, InterruptedException {
    Path file = folder.resolve("child");
    while (!Files.exists(file)) {
      Thread.sleep(10);
    }
    return Long.parseLong(Files.readString(file).strip());
  }

  @Test
  @Timeout(60)
  void oneThatLeavesADaemonWithItsPipesIsNotWaitedFor() throws Exception {
    KeyringProgram program =
        program("{ while [ -e program ]; do sleep 0.1; done; } & printf given", LONG);

    try (KeyringProgram.Answer answer = program.run()) {
      assertThat(answer.out().bytes()).isEqualTo("given".getBytes(US_ASCII));
    }
  }

  @Test
  void oneThatSaysTooMuchIsRefused() throws Exception {
    KeyringProgram program = program("head -c 5000 /dev/zero", LONG);

    assertThatThrownBy(program::run)
        .isInstanceOf(KeyringFailed.class)
        .hasMessageContaining("more than a secret");
  }

  @Test
  @Tag("S4.10a")
  void whatItComplainsOfCannotSteerATerminal() throws Exception {
    KeyringProgram program = program("printf '\\n\\033[2Jno\\nmore' >&2; exit 3", LONG);

    try (KeyringProgram.Answer answer = program.run()) {
      assertThat(answer.failure()).hasMessageContaining("(�[2Jno)");
    }
  }

  private KeyringProgram program(String script, Duration patience) throws IOException {
    Path file = folder.resolve("program");
    Files.writeString(file, "#!/bin/sh\ncd '" + folder + "'\n" + script + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
    return new KeyringProgram(file.toString(), patience);
  }
}
