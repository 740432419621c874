package org.anonymouscloud.vault.client.cli;

import static org.anonymouscloud.vault.client.fixture.DriveFiles.noise;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.anonymouscloud.core.testing.TestTerminal;
import org.anonymouscloud.vault.client.VaultFeature;
import org.anonymouscloud.vault.client.fixture.TestAgent;
import org.anonymouscloud.vault.client.fixture.TestServer;
import org.anonymouscloud.vault.protocol.VaultMessages;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the server falsified never stands on the local disk, and the exit code says why. */
final class HostileDownloadTest {
  private static final int REFUSED = 4;

  @TempDir private Path temporary;
  private TestServer server;
  private TestAgent agent;
  private TestTerminal terminal;
  private Path target;

  @BeforeEach
  void start() throws IOException {
    server = TestServer.start(temporary.resolve("server"));
    agent = new TestAgent(server.account());
    terminal = new TestTerminal(new VaultFeature(), agent);
    target = Files.createDirectory(temporary.resolve("target"));
    Path source = Files.createDirectory(temporary.resolve("source"));
    Files.write(source.resolve("big"), noise(40 << 20, 1));
    Files.write(source.resolve("a small one"), noise(1000, 2));
    assertThat(terminal.run("put", "-r", source.toString(), "/copy"))
        .as(() -> String.join("; ", terminal.warnings()))
        .isZero();
    forgetWhatWasRead();
  }

  /** Another agent of the same device. */
  private void forgetWhatWasRead() {
    agent.close();
    agent = new TestAgent(server.account());
    terminal = new TestTerminal(new VaultFeature(), agent);
  }

  @AfterEach
  void stop() {
    agent.close();
    server.close();
  }

  @Test
  @Tag("A21")
  void aFlipLateInALargeFileLeavesNothingUnderAnyName() throws Exception {
    flipInTheSecondPack();

    assertThat(terminal.run("get", "/copy/big", target.resolve("big").toString()))
        .isEqualTo(REFUSED);

    assertThat(left()).isEmpty();
    assertThat(terminal.warnings())
        .hasSize(1)
        .first()
        .asString()
        .contains("/copy/big", "not what was stored");
  }

  @Test
  @Tag("A21")
  void aFlipInATreeLeavesWholeFilesAndNoOther() throws Exception {
    flipInTheSecondPack();

    assertThat(terminal.run("get", "-r", "/copy", target.toString())).isEqualTo(REFUSED);

    assertThat(String.join("", terminal.warnings())).contains("/copy/big");
    assertThat(left()).containsExactly("a small one");
    assertThat(target.resolve("a small one")).hasBinaryContent(noise(1000, 2));
  }

  @Test
  @Tag("S4.D")
  void aFileWithABadPackIsNamedAndThoseAfterItComeWhole() throws Exception {
    Path after = Files.write(temporary.resolve("after"), noise(3 << 20, 3));
    assertThat(terminal.run("put", after.toString(), "/copy/z after")).isZero();
    forgetWhatWasRead();
    Files.writeString(target.resolve("big"), "as it was");
    flipInTheSecondPack();

    assertThat(terminal.run("get", "-r", "--json", "/copy", target.toString())).isEqualTo(REFUSED);

    assertThat(terminal.warnings())
        .hasSize(1)
        .first()
        .asString()
        .contains("/copy/big", "not what was stored");
    assertThat(terminal.json().path("files").asInt()).isEqualTo(2);
    assertThat(terminal.json().path("failed")).hasSize(1);
    assertThat(left()).containsExactly("a small one", "big", "z after");
    assertThat(target.resolve("big")).hasContent("as it was");
    assertThat(target.resolve("z after")).hasBinaryContent(noise(3 << 20, 3));
  }

  @Test
  @Tag("A20")
  void aFileThatIsThereAlreadyStaysAsItWasWhenTheNewOneIsCut() throws Exception {
    Files.writeString(target.resolve("big"), "as it was");
    server
        .line()
        .showPacks(
            (get, honest) ->
                get.length() < 1 << 20 || get.offset() == 0
                    ? honest
                    : Arrays.copyOf(honest, honest.length / 2));

    assertThat(terminal.run("get", "/copy/big", target.toString())).isEqualTo(REFUSED);

    assertThat(left()).containsExactly("big");
    assertThat(target.resolve("big")).hasContent("as it was");
  }

  @Test
  @Tag("A23")
  void anOlderStateIsExitCodeFourForEveryCommand() throws Exception {
    byte[] old = server.line().roots().getFirst();
    assertThat(terminal.run("rm", "/copy/a small one")).isZero();
    server.line().showRoots((number, honest) -> Optional.of(new VaultMessages.RootGot(0, old, 0)));

    assertThat(terminal.run("ls", "/copy")).isEqualTo(REFUSED);
    assertThat(terminal.out()).isEmpty();
    assertThat(terminal.run("get", "-r", "/copy", target.toString())).isEqualTo(REFUSED);
    assertThat(terminal.run("cat", "/copy/a small one")).isEqualTo(REFUSED);
    assertThat(terminal.run("rm", "-r", "/copy")).isEqualTo(REFUSED);
    assertThat(terminal.run("mkdir", "/new")).isEqualTo(REFUSED);
    assertThat(left()).isEmpty();
  }

  /** Flips a byte in the middle of the pack that came up second. */
  private void flipInTheSecondPack() {
    Map<String, byte[]> packs = server.line().packs();
    String name = List.copyOf(packs.keySet()).get(1);
    int at = packs.get(name).length / 2;
    server
        .line()
        .showPacks(
            (get, honest) -> {
              byte[] shown = honest.clone();
              if (get.name().equals(name)
                  && at >= get.offset()
                  && at < get.offset() + get.length()) {
                shown[at - get.offset()] ^= 1;
              }
              return shown;
            });
  }

  private List<String> left() throws IOException {
    try (Stream<Path> paths = Files.list(target)) {
      return paths.map(path -> String.valueOf(path.getFileName())).sorted().toList();
    }
  }
}
