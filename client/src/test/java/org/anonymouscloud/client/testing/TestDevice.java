package org.anonymouscloud.client.testing;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.anonymouscloud.client.agent.Agent;
import org.anonymouscloud.client.cli.context.RunningAgent;
import org.anonymouscloud.client.cli.context.Timeout;
import org.anonymouscloud.client.cli.terminal.StandardOutput;
import org.anonymouscloud.client.cli.terminal.StandardTerminal;
import org.anonymouscloud.client.home.Home;
import org.anonymouscloud.core.host.OfferedFeature;
import org.anonymouscloud.core.plugin.AccountSession;
import org.anonymouscloud.core.plugin.AgentApi;
import org.anonymouscloud.core.plugin.ClientContext;
import org.anonymouscloud.core.plugin.ClientFeature;
import org.anonymouscloud.core.plugin.CommandContext;
import org.anonymouscloud.core.plugin.NotLoggedIn;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.plugin.RunningClient;
import org.anonymouscloud.core.testing.TestTerminal;
import org.jspecify.annotations.Nullable;

/**
 * One device of an account: a real agent with a home of its own, in which the plugin's client half
 * runs as it does with {@code --plugin}. If that half does not start, the log says why and its
 * routes are not there. Closed with its {@link TestCloud}. Thread-safe, but for {@link #restart}.
 */
public final class TestDevice {
  private static final byte[] PASSWORD = "correct horse battery staple".getBytes(US_ASCII);

  private final TestCloud cloud;
  private final String user;
  private final Home home;
  private Agent running;
  private Onlooker onlooker;
  private AgentApi agent;
  private TestTerminal terminal;

  /** What opens the account on another device, beside the password. */
  private byte[] sheet = {};

  private TestDevice(TestCloud cloud, String user) throws Problem, IOException {
    this.cloud = cloud;
    this.user = user;
    this.home = Home.of(Map.of("ANONCLOUD_HOME", cloud.newHome(user).toString()));
    start();
    cloud.keep(this);
  }

  private void start() throws Problem, IOException {
    ClientFeature plugin = cloud.newClientHalf();
    onlooker = new Onlooker(plugin.name());
    running =
        Agent.start(
            home,
            "test",
            // The one without routes first: a name whose routes are taken is another's.
            List.of(asTried(onlooker), asTried(plugin)),
            false,
            () -> {});
    agent =
        new RunningAgent(home, new StandardTerminal(new StandardOutput()), new Timeout())
            .at(home.agent().orElseThrow());
    terminal = new TestTerminal(plugin, agent);
  }

  private static OfferedFeature asTried(ClientFeature feature) {
    return OfferedFeature.of(feature, Optional.empty());
  }

  static TestDevice register(TestCloud cloud, String user) throws Problem, IOException {
    TestDevice first = new TestDevice(cloud, user);
    JsonNode prepared =
        first.agent.post(
            "/account/register",
            Map.of(
                "server",
                cloud.address(),
                "user",
                user,
                "password",
                PASSWORD,
                "deviceName",
                "first"));
    first.sheet = prepared.path("sheet").binaryValue();
    first.agent.post(
        "/account/register/confirm",
        Map.of("registration", prepared.path("registration").asText()));
    return first;
  }

  /**
   * Brings another device into the account, which knows nothing of what this one keeps.
   *
   * @param name what people call it
   */
  public TestDevice another(String name) throws Problem, IOException {
    TestDevice other = new TestDevice(cloud, user);
    other.sheet = sheet;
    other.agent.post(
        "/account/login",
        Map.of(
            "server", cloud.address(),
            "user", user,
            "password", PASSWORD,
            "accountKey", sheet,
            "deviceName", name));
    return other;
  }

  /** Makes this account and another one contacts of each other, who have compared their numbers. */
  public void meet(TestDevice other) throws Problem, IOException {
    verify(other);
    other.verify(this);
  }

  private void verify(TestDevice other) throws Problem, IOException {
    String path = "/contacts/" + other.user;
    JsonNode seen = agent.get(path);
    agent.put(
        path, Map.of("trust", "verified", "safetyNumber", seen.path("safetyNumber").asText()));
  }

  /**
   * Removes another device from the account: a generation of keys begins, and the plugin hears of
   * it ({@link RunningClient#beginGeneration}).
   *
   * @return what a person is told of it, by the plugin too
   */
  public List<String> remove(TestDevice other) throws Problem, NotLoggedIn, IOException {
    JsonNode answer =
        agent.post(
            "/account/devices/revoke",
            Map.of("devices", List.of(other.account().device().toString())));
    List<String> notes = new ArrayList<>();
    answer.path("notes").forEach(note -> notes.add(note.asText()));
    return notes;
  }

  /** The account as the plugin's client half has it on this device, with the plugin's own keys. */
  public AccountSession account() throws NotLoggedIn {
    return onlooker.context().account();
  }

  /** The agent's local API, with its token; what commands ask. */
  public AgentApi agent() {
    return agent;
  }

  /** Where the plugin's commands are run, asking this device's agent. */
  public TestTerminal terminal() {
    return terminal;
  }

  /** Ends the agent and starts it again: what the plugin has not stored is forgotten. */
  public void restart() throws Problem, IOException {
    running.close();
    start();
  }

  void close() throws IOException {
    running.close();
  }

  /** A feature of the plugin's name, which so has the plugin's own part of the account. */
  private static final class Onlooker implements ClientFeature {
    private final String name;
    private volatile @Nullable ClientContext given;

    Onlooker(String name) {
      this.name = name;
    }

    ClientContext context() {
      ClientContext context = given;
      if (context == null) {
        throw new IllegalStateException("The agent has not started.");
      }
      return context;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public List<Object> commands(CommandContext context) {
      return List.of();
    }

    @Override
    public RunningClient start(ClientContext context) {
      given = context;
      return List::of;
    }
  }
}
