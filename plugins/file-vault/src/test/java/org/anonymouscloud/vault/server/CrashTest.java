package org.anonymouscloud.vault.server;

import static org.anonymouscloud.vault.server.CrashingServer.ACCOUNT;
import static org.anonymouscloud.vault.server.CrashingServer.DRIVE;
import static org.anonymouscloud.vault.server.CrashingServer.DROPPED;
import static org.anonymouscloud.vault.server.CrashingServer.KEPT;
import static org.anonymouscloud.vault.server.CrashingServer.NEW;
import static org.anonymouscloud.vault.server.CrashingServer.OLD;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.anonymouscloud.core.testing.ChildProgram;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.Refused;
import org.anonymouscloud.vault.protocol.PackName;
import org.anonymouscloud.vault.protocol.VaultMessages;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A real server process dies at each step of a put, a move and a deletion, one after the other:
 * each second step, or every one with {@code -Danoncloud.test.stride=1}.
 */
final class CrashTest {
  private static final int MORE_STEPS_THAN_THERE_ARE = 60;
  private static final int STRIDE = Integer.getInteger("anoncloud.test.stride", 2);

  @TempDir Path folder;

  @Test
  void afterACrashAtAnyStepWhatWasAcknowledgedIsThereAndNothingElseCounts() throws Exception {
    int step = 1;
    while (crashesAt(step)) {
      step += STRIDE;
      assertThat(step).isLessThan(MORE_STEPS_THAN_THERE_ARE);
    }
    // Fewer would mean that the steps are not seen: two commits and six steps on disk for a put.
    assertThat(step).isGreaterThan(12);
  }

  /** False if there is no such step. */
  private boolean crashesAt(int step) throws Exception {
    Path home = Files.createDirectory(folder.resolve("step" + step));
    Path output = folder.resolve("output" + step);
    int exit = ChildProgram.run(CrashingServer.class, output, home.toString(), "" + step);
    List<String> said = Files.readAllLines(output);
    assertThat(exit).as("step %d: %s", step, said).isIn(0, CrashingServer.CRASHED);
    try (ServerHalf server = ServerHalf.start(home)) {
      server.sweep();
      check(server, said.contains("put"), said.contains("moved"), said.contains("swept"));
    } catch (AssertionError e) {
      throw new AssertionError("After a crash at step " + step + ", having said " + said, e);
    }
    return exit == CrashingServer.CRASHED;
  }

  private static void check(ServerHalf server, boolean put, boolean moved, boolean swept)
      throws Exception {
    VaultClient client = VaultClient.of(server, ACCOUNT, DRIVE);
    Stored stored = new Stored(server.database(), server.folder());
    boolean isMoved = client.root(VaultMessages.NEWEST).number() == 1;
    assertThat(isMoved || !moved).as("an acknowledged root is there").isTrue();
    assertWhole(client, KEPT);
    if (put || isMoved) {
      assertWhole(client, NEW);
    }
    if (!moved) {
      assertWhole(client, OLD);
      assertWhole(client, DROPPED);
    } else if (swept) {
      assertThat(VaultClient.refusal(() -> client.get(OLD, 1))).isEqualTo(ErrorCode.NOT_FOUND);
      assertThat(VaultClient.refusal(() -> client.get(DROPPED, 1))).isEqualTo(ErrorCode.NOT_FOUND);
    }

    stored.checkSums();
    assertThat(stored.space(DRIVE).reserved()).isZero();
    long held = client.usage().held() / CrashingServer.pack(DROPPED).length;
    assertThat(stored.files()).hasSize((int) (client.usage().packs() + held));
    try (Stream<Path> processes = Files.list(server.folder().resolve("incoming"))) {
      assertThat(processes.filter(Files::isDirectory)).hasSize(1);
    }

    // The client goes on where it was cut.
    client.put(NEW, CrashingServer.pack(NEW));
    if (!isMoved) {
      client.move(1, new byte[] {1}, List.of(NEW), List.of(DROPPED), false);
    }
    server.pass(Duration.ofHours(26));
    server.sweep();
    assertThat(VaultClient.refusal(() -> client.get(OLD, 1))).isEqualTo(ErrorCode.NOT_FOUND);
    assertThat(VaultClient.refusal(() -> client.get(DROPPED, 1))).isEqualTo(ErrorCode.NOT_FOUND);
    assertThat(client.usage().held()).isZero();
    assertWhole(client, NEW);
    assertThat(client.usage().packs()).isEqualTo(2);
  }

  private static void assertWhole(VaultClient client, PackName name) throws Refused, IOException {
    byte[] pack = CrashingServer.pack(name);
    assertThat(client.get(name, pack.length)).isEqualTo(pack);
  }
}
