package org.anonymouscloud.vault.client.cli;

import static org.anonymouscloud.vault.client.fixture.DriveFiles.noise;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.testing.TestTerminal;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.Refused;
import org.anonymouscloud.vault.client.VaultFeature;
import org.anonymouscloud.vault.client.fixture.RawDrive;
import org.anonymouscloud.vault.client.fixture.TestAgent;
import org.anonymouscloud.vault.client.fixture.TestServer;
import org.anonymouscloud.vault.protocol.PackName;
import org.anonymouscloud.vault.protocol.VaultMethod;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a person and a script see of a put that goes on from an earlier one. */
final class ResumedPutTest {
  private static final int SIZE = 40 << 20;

  @TempDir private Path temporary;
  private TestServer server;
  private TestAgent agent;
  private TestTerminal terminal;
  private Path file;
  private byte[] content;

  @BeforeEach
  void start() throws IOException {
    server = TestServer.start(temporary.resolve("server"));
    agent = new TestAgent(server.account());
    terminal = new TestTerminal(new VaultFeature(), agent);
    content = noise(SIZE, 1);
    file = Files.write(temporary.resolve("large"), content);
  }

  @AfterEach
  void stop() {
    agent.close();
    server.close();
  }

  /** From now on the server takes one pack and then nothing more. */
  private void takeOnePack() {
    AtomicInteger packs = new AtomicInteger();
    server
        .line()
        .setLine(
            method -> {
              if (method == VaultMethod.PACK_PUT && packs.incrementAndGet() > 1) {
                throw new Refused(ErrorCode.INTERNAL, "The server is going down.");
              }
            });
  }

  private void assertThere() throws IOException, Problem {
    Path back = temporary.resolve("back");
    Files.deleteIfExists(back);
    assertThat(terminal.run("get", "/large", back.toString())).isZero();
    assertThat(Files.mismatch(back, file)).isEqualTo(-1);
  }

  @Test
  void thePutSaysHowMuchWasThereAlready() throws Exception {
    takeOnePack();
    assertThat(terminal.run("put", file.toString(), "/large")).isNotZero();
    server.line().beHonest();
    long received = server.line().received();

    assertThat(terminal.run("put", file.toString(), "/large")).isZero();

    assertThat(terminal.warnings().getLast())
        .isEqualTo("Went on from an earlier try: 15 MiB were there already.");
    assertThat(server.line().received() - received).isEqualTo(2 << 24);
    assertThere();
  }

  @Test
  void aScriptIsToldTheBytes() throws Exception {
    takeOnePack();
    assertThat(terminal.run("put", file.toString(), "/large")).isNotZero();
    server.line().beHonest();

    assertThat(terminal.run("put", "--json", file.toString(), "/large")).isZero();

    assertThat(terminal.json().path("resumed").asLong()).isEqualTo(16L * 1_047_488);
    assertThat(terminal.run("put", "--json", file.toString(), "/large")).isZero();
    assertThat(terminal.json().path("resumed").asLong()).isZero();
  }

  @Test
  void theApiGoesOnToo() throws Exception {
    takeOnePack();
    assertThatThrownBy(() -> agent.upload("/vault/files/large", out -> out.write(content)))
        .isInstanceOf(Problem.class);
    server.line().beHonest();

    JsonNode answer = agent.upload("/vault/files/large", out -> out.write(content));

    assertThat(answer.path("resumed").asLong()).isEqualTo(16L * 1_047_488);
    assertThat(answer.path("sent").asLong()).isPositive().isLessThan(SIZE);
    assertThere();
  }

  @Test
  void aLargeFileInATreeGoesOnToo() throws Exception {
    Path tree = Files.createDirectory(temporary.resolve("tree"));
    Files.move(file, tree.resolve("large"));
    takeOnePack();
    assertThat(terminal.run("put", "-r", tree.toString(), "/tree")).isNotZero();
    server.line().beHonest();

    assertThat(terminal.run("put", "-r", "--json", tree.toString(), "/tree")).isZero();

    assertThat(terminal.json().path("resumed").asLong()).isEqualTo(16L * 1_047_488);
  }

  @Test
  void whatTheServerHasNoMoreIsSentByTheSamePut() throws Exception {
    takeOnePack();
    assertThat(terminal.run("put", file.toString(), "/large")).isNotZero();
    server.line().beHonest();
    RawDrive.of(server.account())
        .remote()
        .drop(server.line().packs().keySet().stream().map(PackName::new).toList());

    assertThat(terminal.run("put", "--json", file.toString(), "/large"))
        .as("%s", terminal.warnings())
        .isZero();

    assertThat(terminal.json().path("resumed").asLong()).isZero();
    assertThere();
  }
}
