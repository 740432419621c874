package org.anonymouscloud.vault.client.api;

import static org.anonymouscloud.vault.client.fixture.DriveFiles.noise;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.vault.client.drive.Drive;
import org.anonymouscloud.vault.client.fixture.TestAgent;
import org.anonymouscloud.vault.client.fixture.TestServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The drive's earlier states, and the way back to one. */
final class HistoryApiTest {
  @TempDir private Path folder;
  private TestServer server;
  private TestAgent agent;

  @BeforeEach
  void start() throws IOException {
    server = TestServer.start(folder);
    agent = new TestAgent(server.account());
  }

  @AfterEach
  void stop() {
    agent.close();
    server.close();
  }

  private JsonNode states(String query) throws Exception {
    return agent.get("/vault/history" + query).path("states");
  }

  private void fill() throws IOException {
    try (Drive drive = Drive.home(server.account(), Clock.systemUTC())) {
      for (int i = 0; i < 5; i++) {
        write(drive, "/file " + i, noise(10, i));
      }
    }
  }

  private int files() throws Exception {
    int files = 0;
    for (JsonNode _ : agent.get("/vault/files/?limit=100").path("entries")) {
      files++;
    }
    return files;
  }

  @Test
  @Tag("S4.1")
  void theStatesAreListedTheNewestFirst() throws Exception {
    assertThat(states("")).isEmpty();
    fill();

    JsonNode all = states("");
    assertThat(all.findValues("number")).extracting(JsonNode::asInt).containsExactly(4, 3, 2, 1, 0);
    assertThat(all.findValuesAsText("device")).containsOnly(server.account().device().toString());
    assertThat(all.findValues("opens")).extracting(JsonNode::asBoolean).containsOnly(true);
    assertThat(states("?limit=2").findValues("number"))
        .extracting(JsonNode::asInt)
        .containsExactly(4, 3);
    assertThat(states("?from=2&limit=2").findValues("number"))
        .extracting(JsonNode::asInt)
        .containsExactly(2, 1);
    for (String bad : List.of("?from=-1", "?from=x", "?limit=0", "?limit=1001")) {
      assertThatExceptionOfType(Problem.class)
          .isThrownBy(() -> states(bad))
          .matches(refused -> refused.kind() == Problem.Kind.BAD_INPUT);
    }
  }

  @Test
  @Tag("S4.1")
  void aStateIsGoneBackToAndThatIsUndoneInTheSameWay() throws Exception {
    fill();

    JsonNode done = agent.post("/vault/history/1/go-back", Map.of());

    assertThat(done.path("number").asInt()).isEqualTo(5);
    assertThat(files()).isEqualTo(2);
    agent.post("/vault/history/" + done.path("before").asText() + "/go-back", Map.of());
    assertThat(files()).isEqualTo(5);
    for (String unknown : List.of("7", "99999999999")) {
      assertThatExceptionOfType(Problem.class)
          .isThrownBy(() -> agent.post("/vault/history/" + unknown + "/go-back", Map.of()))
          .withMessageContaining("anoncloud history")
          .matches(refused -> refused.kind() == Problem.Kind.NOT_FOUND);
    }
    assertThat(files()).isEqualTo(5);
  }
}
