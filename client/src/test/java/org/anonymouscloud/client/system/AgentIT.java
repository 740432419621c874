package org.anonymouscloud.client.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.anonymouscloud.client.system.Program.Result;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The agent through the launcher, as a script uses it. */
final class AgentIT {
  @TempDir private Path temporary;
  private Program program;

  @BeforeEach
  void chooseHome() {
    program = new Program(temporary.resolve("home with a space"));
  }

  @AfterEach
  void stopAgent() throws Exception {
    program.run("agent", "stop");
  }

  @Test
  void aScriptFindsTheAgentAndItsTokenOpensTheApi() throws Exception {
    program.run("agent", "start").succeeded();

    JsonNode status =
        new ObjectMapper().readTree(program.run("agent", "status", "--json").succeeded().out());
    String token = program.run("agent", "token").succeeded().out().strip();
    HttpURLConnection request =
        (HttpURLConnection)
            URI.create(status.path("url").asText() + "/api/v1/agent").toURL().openConnection();
    request.setRequestProperty("Authorization", "Bearer " + token);
    assertThat(request.getResponseCode()).isEqualTo(200);
    assertThat(new ObjectMapper().readTree(request.getInputStream()).path("pid"))
        .isEqualTo(status.path("pid"));
  }

  @Test
  @Tag("A63")
  void tokenAndLogAreReadableByTheirOwnerAlone() throws Exception {
    program.run("agent", "start").succeeded();

    for (String file : List.of("agent.token", "agent.log")) {
      assertThat(Files.getPosixFilePermissions(program.home().resolve(file)))
          .as(file)
          .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    }
    assertThat(Files.getPosixFilePermissions(program.home()))
        .isEqualTo(PosixFilePermissions.fromString("rwx------"));
  }

  @Test
  @Tag("S4.18")
  void manyWhoStartItAtOnceAllGetTheSameAgent() throws Exception {
    List<Program.Running> starts = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      starts.add(program.start("agent", "start"));
    }
    for (Program.Running start : starts) {
      assertThat(start.exitCode()).as(start.printed()).isZero();
    }

    String status = program.run("agent", "status", "--json").succeeded().out();
    String url = new ObjectMapper().readTree(status).path("url").asText();
    assertThat(starts).allSatisfy(start -> assertThat(start.printed()).contains(url));
  }

  @Test
  @Tag("S4.11")
  void aHomeThatOthersMayWriteIsRefused() throws Exception {
    Files.createDirectories(program.home());
    Files.setPosixFilePermissions(program.home(), PosixFilePermissions.fromString("rwxrwxrwx"));

    assertThat(program.run("agent", "start").failed(1)).contains("others", "chmod");
  }

  @Test
  void anAgentThatWasKilledIsNoObstacle() throws Exception {
    program.run("agent", "start").succeeded();
    long pid =
        new ObjectMapper()
            .readTree(program.run("agent", "status", "--json").out())
            .path("pid")
            .asLong();
    ProcessHandle agent = ProcessHandle.of(pid).orElseThrow();
    agent.destroyForcibly();
    agent.onExit().join();

    assertThat(program.run("agent", "status").exitCode()).isEqualTo(1);
    program.run("agent", "start").succeeded();
    assertThat(program.run("agent", "status").exitCode()).isZero();
  }

  @Test
  void anUnknownCommandIsAUsageErrorThatPointsToTheHelp() throws Exception {
    Result result = program.run("frobnicate");

    assertThat(result.exitCode()).isEqualTo(2);
    assertThat(result.err()).contains("frobnicate", "--help").doesNotContain("\tat ");
  }

  @Test
  void aMissingJdkIsNamedInOneSentence() throws Exception {
    Path tools = Files.createDirectory(temporary.resolve("bin"));
    for (String tool : new String[] {"dirname", "readlink", "grep", "sh"}) {
      Files.createSymbolicLink(tools.resolve(tool), Path.of("/bin", tool));
    }

    Result result =
        program.run(
            Map.of(
                "JAVA_HOME",
                "/nonexistent",
                "PATH",
                tools.toString(),
                "ANONCLOUD_JDK_FOLDERS",
                "/nonexistent"),
            "--help");

    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.err()).contains("Java 25 is missing", "JAVA_HOME").hasLineCount(1);
  }
}
