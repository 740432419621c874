package org.anonymouscloud.client.cli.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.anonymouscloud.client.cli.terminal.StandardOutput;
import org.anonymouscloud.client.cli.terminal.StandardTerminal;
import org.anonymouscloud.client.home.AgentAddress;
import org.anonymouscloud.client.home.Home;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.disk.PrivateFile;
import org.anonymouscloud.core.plugin.Problem;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a command finds while another process holds the agent's lock. */
final class RunningAgentTest {
  @TempDir private Path folder;
  private Home home;
  private RunningAgent running;

  /** Holds a file's lock until its input ends. */
  static final class Holder {
    public static void main(String[] arguments) throws IOException {
      try (FileLock _ = PrivateFile.openLock(Path.of(arguments[0])).lock()) {
        System.out.println("held");
        int _ = System.in.read();
      }
    }
  }

  @BeforeEach
  void make() throws IOException {
    home = Home.of(Map.of("ANONCLOUD_HOME", folder.resolve("home").toString()));
    running = new RunningAgent(home, new StandardTerminal(new StandardOutput()), new Timeout());
  }

  private Process holdLock() throws IOException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Holder.class.getName(),
                home.agentLock().toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    assertThat(process.inputReader().readLine()).isEqualTo("held");
    return process;
  }

  private void publish(long pid) throws IOException {
    try (Secret token = Secret.random(32)) {
      new AgentAddress("http://127.0.0.1:1", pid, "0.1.0").publish(home.folder(), token);
    }
  }

  @Test
  void whatAKilledAgentLeftIsNotTheAddressOfOneThatBegins() throws Exception {
    Process killed = new ProcessBuilder("true").start();
    killed.waitFor();
    publish(killed.pid());
    assertThat(running.find()).as("nobody holds the lock").isEmpty();

    Process agent = holdLock();
    try {
      assertThat(running.find()).as("of one that is gone").isEmpty();
      publish(agent.pid());
      assertThat(running.find()).map(AgentAddress::pid).hasValue(agent.pid());
    } finally {
      agent.getOutputStream().close();
      agent.waitFor();
    }
  }

  @Test
  void anAgentThatEndsMeanwhileIsSaidToEnd() throws Exception {
    Process agent = holdLock();
    try {
      publish(agent.pid());
      AgentAddress address = running.find().orElseThrow();
      Files.delete(home.folder().resolve("agent.token"));

      assertThatThrownBy(() -> running.at(address))
          .isInstanceOf(Problem.class)
          .hasMessage("The agent is just beginning or ending. Try again.");
      assertThatThrownBy(running::token)
          .isInstanceOf(Problem.class)
          .hasMessage("The agent is just beginning or ending. Try again.");
    } finally {
      agent.getOutputStream().close();
      agent.waitFor();
    }
  }
}
