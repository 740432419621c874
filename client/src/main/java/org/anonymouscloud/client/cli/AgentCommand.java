package org.anonymouscloud.client.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.anonymouscloud.client.agent.Agent;
import org.anonymouscloud.client.home.AgentAddress;
import org.anonymouscloud.client.home.ApiToken;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.host.Capability;
import org.anonymouscloud.core.host.PluginHost;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.plugin.Scope;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code anoncloud agent ...}. */
@Command(
    name = "agent",
    mixinStandardHelpOptions = true,
    description = "The process on this machine that holds the keys and offers the local API.")
final class AgentCommand {
  private final Commands.Context context;

  AgentCommand(Commands.Context context) {
    this.context = context;
  }

  @Command(
      name = "start",
      mixinStandardHelpOptions = true,
      description = "Start the agent in the background.")
  int start() throws Problem, IOException {
    Optional<AgentAddress> running = context.runningAgent().find();
    AgentAddress address = running.isPresent() ? running.get() : context.runningAgent().start();
    context
        .terminal()
        .print(
            "The agent "
                + (running.isPresent() ? "runs already" : "runs")
                + " at "
                + address.url()
                + ".");
    return 0;
  }

  @Command(name = "stop", mixinStandardHelpOptions = true, description = "End the agent.")
  int stop() throws Problem, IOException {
    boolean ran = context.runningAgent().find().isPresent();
    context.runningAgent().stop();
    context.terminal().print(ran ? "The agent has ended." : "No agent runs.");
    return 0;
  }

  @Command(
      name = "status",
      mixinStandardHelpOptions = true,
      description = "Say whether the agent runs. Exit code 1 if it does not run.")
  int status(@Option(names = "--json", description = "One JSON document.") boolean json)
      throws Problem, IOException {
    Optional<AgentAddress> running = context.runningAgent().find();
    Map<String, Object> status = new LinkedHashMap<>();
    status.put("running", running.isPresent());
    if (running.isPresent()) {
      status.put("url", running.get().url());
      status.put("pid", running.get().pid());
      status.put("version", running.get().version());
      AgentHttp agent = context.runningAgent().at(running.get());
      // A question that only a living agent answers, whatever its files say.
      agent.get("/agent");
      account(agent).ifPresent(account -> status.putAll(account));
    }
    if (json) {
      context.terminal().printJson(status);
    } else if (running.isEmpty()) {
      context.terminal().print("No agent runs.");
    } else {
      status.forEach((name, value) -> context.terminal().print(name + ": " + value));
      if (status.containsKey("user") && !status.containsKey("rehearsed")) {
        context
            .terminal()
            .print(
                "You have not tried yet whether you find your emergency sheet:"
                    + " 'anoncloud recover --rehearse'.");
      }
    }
    return running.isPresent() ? 0 : 1;
  }

  /** Who is logged in, and when they last had their emergency sheet at hand. */
  private static Optional<Map<String, String>> account(AgentHttp agent)
      throws Problem, IOException {
    try {
      JsonNode account = agent.get("/account");
      Map<String, String> known = new LinkedHashMap<>();
      known.put("user", account.path("user").asText());
      if (account.has("rehearsed")) {
        known.put("rehearsed", account.path("rehearsed").asText());
      }
      return Optional.of(known);
    } catch (Problem e) {
      if (e.kind() == Problem.Kind.NOT_LOGGED_IN) {
        return Optional.empty();
      }
      throw e;
    }
  }

  @Command(
      name = "token",
      mixinStandardHelpOptions = true,
      description = "Print a token that opens the local API, for scripts. It ends with the agent.")
  int token(
      @Option(
              names = "--scope",
              paramLabel = "SCOPE",
              split = ",",
              description =
                  "What the token allows: read, write, chat, admin, or some of them; all of them if"
                      + " not given.")
          @Nullable List<String> wanted)
      throws Problem, IOException {
    Set<Scope> scopes = scopes(wanted);
    if (context.runningAgent().find().isEmpty()) {
      context.runningAgent().start();
    }
    try (Secret whole = AgentAddress.token(context.home().folder());
        Secret token = wanted == null ? whole.copy() : ApiToken.limited(whole, scopes)) {
      System.out.write(token.bytes());
      System.out.write("\n".getBytes(US_ASCII));
      System.out.flush();
    }
    return 0;
  }

  private static Set<Scope> scopes(@Nullable List<String> names) throws Problem {
    Set<Scope> scopes = EnumSet.noneOf(Scope.class);
    for (String name : names == null ? List.<String>of() : names) {
      scopes.add(
          Arrays.stream(Scope.values())
              .filter(scope -> scope.name().toLowerCase(Locale.ROOT).equals(name))
              .findFirst()
              .orElseThrow(
                  () ->
                      new Problem(
                          Problem.Kind.BAD_INPUT,
                          "There is no scope '"
                              + name
                              + "'; there are read, write, chat, admin.")));
    }
    return scopes;
  }

  @Command(
      name = "run",
      hidden = true,
      mixinStandardHelpOptions = true,
      description = "Be the agent, in the foreground.")
  int run() throws Problem, IOException, InterruptedException {
    try (Ending ending = Ending.onSignal();
        PluginHost plugins =
            Distribution.plugins(context.terminal(), context.plugins(), Capability.CLIENT_FEATURE);
        Agent agent =
            Agent.start(
                context.home(), Commands.Version.number(), plugins.clientFeatures(), ending::ask)) {
      context.terminal().print("The agent runs at " + agent.url() + ".");
      ending.await();
    }
    return 0;
  }
}
