package org.anonymouscloud.client.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.anonymouscloud.client.agent.Agent;
import org.anonymouscloud.client.cli.account.Attempts;
import org.anonymouscloud.client.cli.account.PasswordInput;
import org.anonymouscloud.client.cli.context.AgentHttp;
import org.anonymouscloud.client.cli.context.Context;
import org.anonymouscloud.client.cli.context.Ending;
import org.anonymouscloud.client.cli.context.ProgramVersion;
import org.anonymouscloud.client.cli.plugin.Distribution;
import org.anonymouscloud.client.home.AgentAddress;
import org.anonymouscloud.client.home.ApiToken;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.host.Capability;
import org.anonymouscloud.core.host.PluginHost;
import org.anonymouscloud.core.plugin.AgentApi;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.plugin.Scope;
import org.anonymouscloud.core.plugin.TypedText;
import org.anonymouscloud.core.release.Plugins;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code anoncloud agent ...}. */
@Command(
    name = "agent",
    mixinStandardHelpOptions = true,
    description = "The process on this machine that holds the keys and offers the local API.")
final class AgentCommand {
  /** The keeper of keys that are open to whoever can read this user's files. */
  private static final String UNSEALED = "file";

  /** Minutes of a week. */
  private static final int LOCK_AFTER_AT_MOST = 7 * 24 * 60;

  private final Context context;

  AgentCommand(Context context) {
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

  @Command(
      name = "stop",
      mixinStandardHelpOptions = true,
      description = "End the agent. That of 'anoncloud up' ends its server too.")
  int stop(
      @Option(
              names = "--with-server",
              description = "Also if it is that of 'anoncloud up', whose server ends with it.")
          boolean withServer)
      throws Problem, IOException {
    boolean ran = context.runningAgent().find().isPresent();
    if (ran && !withServer && hasServer()) {
      throw new Problem(
          Problem.Kind.CONFLICT,
          "This agent is that of 'anoncloud up': its server would end too, for everybody. End 'up'"
              + " where it runs, or give --with-server.");
    }
    context.runningAgent().stop();
    context.terminal().print(ran ? "The agent has ended." : "No agent runs.");
    return 0;
  }

  /** One that does not answer is ended as well. */
  private boolean hasServer() {
    try {
      return context.agent().get("/agent").path("withServer").asBoolean();
    } catch (Problem | IOException e) {
      return false;
    }
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
      status.putAll(account(agent));
    }
    if (json) {
      context.terminal().printJson(status);
    } else if (running.isEmpty()) {
      context.terminal().print("No agent runs.");
    } else {
      status.forEach((name, value) -> print(name, value));
      if (status.containsKey("user")
          && !status.containsKey("rehearsed")
          && !status.containsKey("problem")) {
        context
            .terminal()
            .print(
                "On this device nobody has checked yet whether you find your emergency sheet:"
                    + " 'anoncloud recover --rehearse'.");
      }
    }
    return running.isPresent() ? 0 : 1;
  }

  private void print(String name, Object value) {
    switch (name) {
      case "locked" -> {
        // That it is open goes without saying.
        if (value.equals(true)) {
          context.terminal().print("locked: true");
        }
      }
      case "lockAfter" ->
          context
              .terminal()
              .print("lockAfter: " + (value.equals(0L) ? "never" : value + " minutes"));
      default -> context.terminal().print(name + ": " + value);
    }
  }

  /**
   * Who is logged in, after how many minutes the keys lock if they are sealed, when somebody last
   * had the recovery words at hand, and why the server does not let this device in any more.
   */
  private static Map<String, Object> account(AgentHttp agent) throws Problem, IOException {
    Map<String, Object> known = new LinkedHashMap<>();
    known.put("locked", false);
    try {
      JsonNode account = agent.get("/account");
      known.put("user", account.path("user").asText());
      String keys = account.path("keys").asText();
      known.put("keys", keys);
      if (!keys.equals(UNSEALED)) {
        known.put("lockAfter", account.path("lockAfter").asLong());
      }
      for (String more : List.of("rehearsed", "problem")) {
        if (account.has(more)) {
          known.put(more, account.path(more).asText());
        }
      }
    } catch (Problem e) {
      switch (e.kind()) {
        case NOT_LOGGED_IN -> {}
        case LOCKED -> {
          known.put("locked", true);
          known.put("keys", keeper(agent));
        }
        default -> throw e;
      }
    }
    return known;
  }

  /** "file", "passphrase" or "keyring": who keeps what opens the keys. */
  private static String keeper(AgentApi agent) throws Problem, IOException {
    return agent.get("/account/keys").path("keys").asText();
  }

  @Command(
      name = "lock",
      mixinStandardHelpOptions = true,
      description = "Forget the account's keys until 'agent unlock'.")
  int lock() throws Problem, IOException {
    try {
      var _ = context.agent().post("/account/lock", Map.of());
      context.terminal().print("Locked.");
    } catch (Problem e) {
      if (e.kind() != Problem.Kind.LOCKED) {
        throw e;
      }
      context.terminal().print("It is locked already.");
    }
    return 0;
  }

  @Command(
      name = "unlock",
      mixinStandardHelpOptions = true,
      description = {
        "Open the account with the passphrase of this device.",
        "If the platform's keyring keeps that, the keyring is asked."
      })
  int unlock(
      @Option(
              names = "--passphrase-file",
              paramLabel = "FILE",
              description = "Holds the passphrase; without it the passphrase is asked for.")
          @Nullable Path file)
      throws Problem, IOException {
    String keeper = keeper(context.agent());
    if (keeper.equals(UNSEALED)) {
      context
          .terminal()
          .print("The keys on this device are not sealed; there is nothing to unlock.");
      return 0;
    }
    if (file == null && keeper.equals("keyring")) {
      var _ = context.agent().post("/account/unlock", Map.of());
      context.terminal().print("Unlocked.");
      return 0;
    }
    var _ =
        Attempts.of(
            PasswordInput.isTyped(file),
            context.terminal(),
            () -> {
              try (Secret passphrase = PasswordInput.passphrase(file)) {
                return context
                    .agent()
                    .post("/account/unlock", Map.of("passphrase", passphrase.bytes()));
              }
            });
    context.terminal().print("Unlocked.");
    return 0;
  }

  @Command(
      name = "passphrase",
      mixinStandardHelpOptions = true,
      description = {
        "Seal the account's keys on this device to a passphrase.",
        "From then on a stolen disk opens nothing, and after each start of the agent 'agent unlock'"
            + " asks for the passphrase. It is this device's alone: the account's password stays"
            + " what it is. Whoever forgets it logs out and in again.",
        "With --keyring nobody has to remember one: the platform's keyring, which opens with this"
            + " user's login, keeps a random passphrase and gives it when the agent starts. On"
            + " Linux that needs the program secret-tool (of libsecret)."
      })
  int passphrase(
      @Option(
              names = "--passphrase-file",
              paramLabel = "FILE",
              description = "Holds the new passphrase; without it the passphrase is asked for.")
          @Nullable Path file,
      @Option(
              names = "--keyring",
              description = "Have the platform's keyring keep a random passphrase.")
          boolean keyring,
      @Option(
              names = "--lock-after",
              paramLabel = "MINUTES",
              description =
                  "Lock by itself when it was not used for so long, 0 to 10080; 0, or not given:"
                      + " never.",
              defaultValue = "0")
          String lockAfter,
      @Option(
              names = "--remove",
              description = "Leave the keys to whoever can read this user's files.")
          boolean remove)
      throws Problem, IOException {
    if ((remove ? 1 : 0) + (keyring ? 1 : 0) + (file != null ? 1 : 0) > 1) {
      throw new Problem(
          Problem.Kind.BAD_INPUT, "Give one of --passphrase-file, --keyring and --remove.");
    }
    Map<String, Object> wish = new LinkedHashMap<>();
    wish.put(
        "lockAfter", new TypedText("--lock-after", lockAfter).number(0, LOCK_AFTER_AT_MOST, 30));
    if (remove) {
      boolean sealed = !keeper(context.agent()).equals(UNSEALED);
      wish.put("unsealed", true);
      var _ = context.agent().put("/account/passphrase", wish);
      context
          .terminal()
          .print(
              sealed
                  ? "The keys on this device are not sealed any more."
                  : "The keys on this device were not sealed.");
      return 0;
    }
    if (keyring) {
      wish.put("keyring", true);
      var _ = context.agent().put("/account/passphrase", wish);
      context
          .terminal()
          .print("The keys on this device are sealed, and the platform's keyring opens them.");
      return 0;
    }
    try (Secret passphrase = PasswordInput.freshPassphrase(context.terminal(), file)) {
      wish.put("passphrase", passphrase.bytes());
      var _ = context.agent().put("/account/passphrase", wish);
    }
    context.terminal().print("The keys on this device are sealed to the passphrase.");
    return 0;
  }

  @Command(
      name = "token",
      mixinStandardHelpOptions = true,
      description = {
        "Print a token that opens the local API, for scripts. It is valid until the agent stops.",
        "The API lies below /api/v1 of the url that 'agent status' shows, also with --json. A"
            + " request has the header 'Authorization: Bearer TOKEN'; GET /api/v1/vault/files/PATH"
            + " gives a file or lists a folder, PUT writes a file, with the header 'Content-Type:"
            + " application/octet-stream'. The program's README has lines for curl."
      })
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
    try (Secret whole = context.runningAgent().token();
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
                      new TypedText("--scope", name)
                          .refused("read, write, chat, admin, or some of them, like read,write")));
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
            Distribution.plugins(
                context.terminal(), context.plugins(), Plugins.none(), Capability.CLIENT_FEATURE);
        Agent agent =
            Agent.start(
                context.home(),
                ProgramVersion.number(),
                plugins.clientFeatures(),
                false,
                ending::ask)) {
      context.terminal().print("The agent runs at " + agent.url() + ".");
      ending.await();
    }
    return 0;
  }
}
