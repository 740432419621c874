package org.anonymouscloud.client.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.AccessDeniedException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.anonymouscloud.client.agent.api.Failures;
import org.anonymouscloud.client.cli.account.AccountCommand;
import org.anonymouscloud.client.cli.account.ContactCommand;
import org.anonymouscloud.client.cli.account.DeviceCommand;
import org.anonymouscloud.client.cli.account.EventsCommand;
import org.anonymouscloud.client.cli.account.LoginCommand;
import org.anonymouscloud.client.cli.account.LogoutCommand;
import org.anonymouscloud.client.cli.account.PasswordCommand;
import org.anonymouscloud.client.cli.account.RecoverCommand;
import org.anonymouscloud.client.cli.account.RegisterCommand;
import org.anonymouscloud.client.cli.admin.AdminCommand;
import org.anonymouscloud.client.cli.context.Context;
import org.anonymouscloud.client.cli.context.ProgramVersion;
import org.anonymouscloud.client.cli.context.Timeout;
import org.anonymouscloud.client.cli.plugin.Distribution;
import org.anonymouscloud.client.cli.plugin.PluginsCommand;
import org.anonymouscloud.client.cli.plugin.TriedPlugins;
import org.anonymouscloud.client.cli.server.ServerCommand;
import org.anonymouscloud.client.cli.server.WorkerCommand;
import org.anonymouscloud.client.cli.terminal.FileFailure;
import org.anonymouscloud.client.cli.terminal.StandardOutput;
import org.anonymouscloud.client.cli.terminal.StandardTerminal;
import org.anonymouscloud.client.home.Home;
import org.anonymouscloud.core.backup.BackupDamaged;
import org.anonymouscloud.core.database.DatabaseUnavailable;
import org.anonymouscloud.core.host.Capability;
import org.anonymouscloud.core.host.OfferedFeature;
import org.anonymouscloud.core.host.PluginHost;
import org.anonymouscloud.core.plugin.ClientFeature;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.plugin.Terminal;
import org.anonymouscloud.core.plugin.TypedText;
import org.anonymouscloud.core.server.CannotStart;
import org.anonymouscloud.core.wire.ForeignText;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * The tree of commands: the program's own and those of the client features. Turns each failure into
 * one sentence on standard error and an exit code: 0 done, 1 failed, 2 usage, 3 not logged in, 4
 * refused by a security check.
 */
public final class Commands {
  private static final Set<String> VERSION = Set.of("-V", "--version");

  private static final String HELP = "help";

  private static final Set<Class<?>> FRACTIONS =
      Set.of(double.class, Double.class, float.class, Float.class);

  private final Map<String, String> environment;
  private final StandardOutput output;

  /**
   * @param environment of the process
   * @param output of the process
   */
  public Commands(Map<String, String> environment, StandardOutput output) {
    this.environment = environment;
    this.output = output;
  }

  /** Runs one command line and returns its exit code. */
  public int run(String... typed) {
    String[] arguments = helped(typed);
    Context context;
    try {
      context =
          new Context(
              environment, Home.of(environment), new StandardTerminal(output), new Timeout());
    } catch (IOException e) {
      System.err.println("anoncloud: the state folder cannot be used: " + FileFailure.text(e));
      return CommandLine.ExitCode.SOFTWARE;
    }
    Map<String, Supplier<Object>> own = own(context);
    String first = arguments.length == 0 ? "" : arguments[0];
    if (own.containsKey(first) || VERSION.contains(first)) {
      // Only what is asked for, and no plugin: each class that is not loaded is time saved.
      CommandLine line = new CommandLine(new Root(context.timeout()));
      return run(
          own.containsKey(first) ? line.addSubcommand(own.get(first).get()) : line,
          context.terminal(),
          arguments);
    }
    try (PluginHost plugins =
        Distribution.plugins(
            context.terminal(),
            context.plugins(),
            tried(context.timeout(), own.keySet(), arguments).find(context.terminal()),
            Capability.CLIENT_FEATURE)) {
      Optional<Object> asked = asked(first, plugins, context);
      if (asked.isPresent()) {
        // The others are not built, and nor are the program's own.
        CommandLine line = new CommandLine(new Root(context.timeout()));
        return run(line.addSubcommand(asked.get()), context.terminal(), arguments);
      }
      CommandLine line = tree(context);
      for (OfferedFeature feature : plugins.clientFeatures()) {
        addCommands(line, feature.feature(), context);
      }
      return run(line, context.terminal(), arguments);
    } catch (CommandLine.ParameterException e) {
      return explainUsage(e, context.terminal(), arguments);
    } catch (Problem | IOException e) {
      return told(e).say(false, context.terminal());
    }
  }

  /** {@code help COMMAND} is {@code COMMAND --help}, whatever the command needs. */
  private static String[] helped(String... typed) {
    if (typed.length == 0 || !typed[0].equals(HELP)) {
      return typed;
    }
    String[] asked = Arrays.copyOfRange(typed, 1, typed.length + 1);
    asked[typed.length - 1] = "--help";
    return asked;
  }

  /** The command of this name, if one of the program's own features has it. */
  private static Optional<Object> asked(String name, PluginHost plugins, Context context) {
    return plugins.clientFeatures().stream()
        .filter(OfferedFeature::own)
        .flatMap(feature -> FeatureCommands.named(name, feature.feature(), context).stream())
        .findFirst();
  }

  /** The plugins that stand before a command, which may be one of theirs. */
  private static TriedPlugins tried(Timeout timeout, Set<String> own, String... arguments) {
    Root root = new Root(timeout);
    CommandLine line = new CommandLine(root).setStopAtUnmatched(true);
    List<String> rest = line.parseArgs(arguments).unmatched();
    if (!root.tried.isEmpty() && !rest.isEmpty() && own.contains(rest.getFirst())) {
      throw new CommandLine.ParameterException(
          line,
          "--plugin before a command is for the plugin's own commands; 'up' and 'server' take it"
              + " after their name.");
    }
    return root.tried;
  }

  /** The program's own commands, all of them. */
  static CommandLine tree(Context context) {
    CommandLine line = new CommandLine(new Root(context.timeout()));
    own(context).values().forEach(command -> line.addSubcommand(command.get()));
    return line;
  }

  private static Map<String, Supplier<Object>> own(Context context) {
    Map<String, Supplier<Object>> commands = new LinkedHashMap<>();
    commands.put("up", () -> new UpCommand(context));
    commands.put("server", () -> new ServerCommand(context));
    commands.put("worker", () -> new WorkerCommand(context));
    commands.put("ping", () -> new PingCommand(context));
    commands.put("admin", () -> AdminCommand.line(context));
    commands.put("register", () -> new RegisterCommand(context));
    commands.put("login", () -> new LoginCommand(context));
    commands.put("logout", () -> new LogoutCommand(context));
    commands.put("recover", () -> new RecoverCommand(context));
    commands.put("account", () -> new AccountCommand(context));
    commands.put("password", () -> new PasswordCommand(context));
    commands.put("device", () -> new DeviceCommand(context));
    commands.put("contact", () -> new ContactCommand(context));
    commands.put("events", () -> new EventsCommand(context));
    commands.put("agent", () -> new AgentCommand(context));
    commands.put("plugin", () -> PluginsCommand.ofHome(context));
    commands.put(
        "rehearse",
        () ->
            new RehearseCommand(
                environment -> new Commands(environment, new StandardOutput())::run));
    return commands;
  }

  /** A feature's commands, all or none of them. */
  private static void addCommands(CommandLine line, ClientFeature feature, Context context) {
    try {
      FeatureCommands.add(line, feature, context);
    } catch (RuntimeException | Error e) {
      context
          .terminal()
          .warn("The commands of " + feature.name() + " are switched off: " + reason(e));
    }
  }

  /** What a stranger's exception says, in one line. */
  private static String reason(Throwable failure) {
    String text = failure.getMessage() == null ? failure.toString() : failure.getMessage();
    return text.lines().findFirst().orElse("");
  }

  private static int run(CommandLine line, Terminal terminal, String... arguments) {
    return line.setExecutionExceptionHandler(
            (failure, command, parsed) ->
                told(owners(failure, command))
                    .say(command.getParseResult().matchedOptionValue("--json", false), terminal))
        .setParameterExceptionHandler((failure, typed) -> explainUsage(failure, terminal, typed))
        .execute(arguments);
  }

  /** What to do where the owner of a server meets files of another user. */
  private static Exception owners(Exception failure, CommandLine command) {
    String name = command.getCommandSpec().qualifiedName();
    return failure instanceof AccessDeniedException denied
            && (name.startsWith("anoncloud admin") || name.startsWith("anoncloud server"))
        ? new Problem(
            Problem.Kind.FORBIDDEN,
            "Permission denied: "
                + denied.getFile()
                + ". Nothing is lost: give it, or the folder that it shall be in, to the user whom"
                + " the server runs as, as root (chown -R USER FOLDER), and run the command as that"
                + " user.",
            denied)
        : failure;
  }

  /**
   * What a person hears of a failure.
   *
   * @param text empty for nothing
   */
  private record Told(String text, int exitCode) {
    Told(Problem problem) {
      this(String.valueOf(problem.getMessage()), problem.kind().exitCode());
    }

    /** On standard error; for a script that asked for a document also there. */
    int say(boolean json, Terminal terminal) {
      if (!text.isEmpty()) {
        System.err.println("anoncloud: " + text);
        if (json) {
          // As where a part has failed and the rest went on, so that it is read in one way.
          terminal.printJson(Map.of("failed", List.of(text)));
        }
      }
      return exitCode;
    }
  }

  private static Told told(Exception failure) {
    Optional<Problem> expected = Failures.problem(failure);
    if (expected.isPresent()) {
      return new Told(expected.get());
    }
    return switch (failure) {
      case DatabaseUnavailable e when e.isWrongSetting() ->
          new Told(FileFailure.text(failure), Problem.Kind.BAD_INPUT.exitCode());
      case DatabaseUnavailable _, CannotStart _ ->
          new Told(FileFailure.text(failure), Problem.Kind.UNAVAILABLE.exitCode());
      case BackupDamaged _ -> new Told(FileFailure.text(failure), Problem.Kind.SECURITY.exitCode());
      case StandardOutput.OutputFailed _ -> new Told("", CommandLine.ExitCode.OK);
      case IOException _ -> new Told(FileFailure.text(failure), CommandLine.ExitCode.SOFTWARE);
      default -> {
        if (System.getenv("ANONCLOUD_DEBUG") != null) {
          failure.printStackTrace();
        }
        yield new Told(
            "this should not happen, please report it: " + failure, CommandLine.ExitCode.SOFTWARE);
      }
    };
  }

  private static int explainUsage(
      CommandLine.ParameterException failure, Terminal terminal, String... arguments) {
    CommandLine command = failure.getCommandLine();
    PrintWriter err = command.getErr();
    String text = refusal(failure);
    if (failure instanceof CommandLine.UnmatchedArgumentException unmatched) {
      String word = unmatched.getUnmatched().getFirst();
      boolean option = unmatched.isUnknownOption();
      if (!option && !command.getSubcommands().isEmpty() && word.equals(HELP)) {
        command.usage(command.getOut());
        return CommandLine.ExitCode.OK;
      }
      if (!option && !command.getSubcommands().isEmpty()) {
        text = "There is no command '" + ForeignText.visible(word) + "'.";
      }
      err.println("anoncloud: " + text);
      List<String> meant = meant(command, word, option);
      if (!meant.isEmpty()) {
        err.println("Did you mean " + String.join(" or ", meant) + "?");
      }
    } else {
      err.println("anoncloud: " + text);
    }
    err.println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
    if (asksForDocument(command, arguments)) {
      terminal.printJson(Map.of("failed", List.of(text)));
    }
    return CommandLine.ExitCode.USAGE;
  }

  /** As it was typed, for what could not be read was not read to its end. */
  private static boolean asksForDocument(CommandLine command, String... arguments) {
    return command.getCommandSpec().optionsMap().containsKey("--json")
        && Arrays.stream(arguments)
            .takeWhile(word -> !word.equals("--"))
            .anyMatch("--json"::equals);
  }

  private static List<String> meant(CommandLine command, String word, boolean option) {
    CommandSpec spec = command.getCommandSpec();
    if (option) {
      List<String> names =
          spec.options().stream()
              .filter(known -> !known.hidden())
              .flatMap(known -> Arrays.stream(known.names()))
              .toList();
      return Mistyped.near(word.split("=", 2)[0], names);
    }
    return Mistyped.near(word, command.getSubcommands().keySet()).stream()
        .map(near -> "'" + spec.qualifiedName() + " " + near + "'")
        .toList();
  }

  /**
   * What picocli could not read itself, which only a feature's commands leave to it, is refused in
   * the same form as all else; its own words would name types of Java.
   */
  static String refusal(CommandLine.ParameterException failure) {
    ArgSpec argument = failure.getArgSpec();
    if (argument == null || failure.getValue() == null) {
      return String.valueOf(failure.getMessage());
    }
    String name =
        argument instanceof OptionSpec option ? option.longestName() : argument.paramLabel();
    if (argument.typeInfo().isBoolean()) {
      return name
          + " takes no value, and was given '"
          + ForeignText.visible(failure.getValue())
          + "'; give "
          + name
          + " alone.";
    }
    Class<?> type = argument.auxiliaryTypes()[0];
    return new TypedText(name, failure.getValue()).refused(allowed(type)).getMessage();
  }

  private static String allowed(Class<?> type) {
    if (type.isEnum()) {
      return Arrays.stream(type.getEnumConstants())
          .map(Object::toString)
          .collect(Collectors.joining(" or "));
    }
    if (FRACTIONS.contains(type)) {
      return "a number, like 1.5";
    }
    return type.isPrimitive() || Number.class.isAssignableFrom(type)
        ? "a whole number, like 20"
        : "what '--help' says";
  }

  @Command(
      name = "anoncloud",
      mixinStandardHelpOptions = true,
      versionProvider = ProgramVersion.class,
      description = "A cloud whose owner cannot look inside.",
      synopsisSubcommandLabel = "COMMAND",
      footer = {
        "",
        "'anoncloud help COMMAND' says what a command does; so does 'anoncloud COMMAND --help'.",
        "ANONCLOUD_HOME names the state folder.",
        "Exit codes: 0 done, 1 failed, 2 usage, 3 not logged in, 4 refused by a security check,"
            + " 130 interrupted."
      })
  private static final class Root implements Runnable {
    private final Timeout timeout;
    @Spec private CommandSpec spec;
    @Mixin private TriedPlugins tried;

    Root(Timeout timeout) {
      this.timeout = timeout;
      this.tried = new TriedPlugins();
    }

    /** Called by picocli. */
    @SuppressWarnings("UnusedMethod")
    @Option(
        names = "--timeout",
        paramLabel = "SECONDS",
        scope = CommandLine.ScopeType.INHERIT,
        description =
            "How long to wait for a server that does not answer, 0 to 3600; 15 if not given. Work"
                + " that has begun waits 75.")
    void timeout(String seconds) {
      try {
        timeout.set(seconds);
      } catch (Problem e) {
        throw new CommandLine.ParameterException(
            spec.commandLine(), String.valueOf(e.getMessage()), e);
      }
    }

    @Override
    public void run() {
      spec.commandLine().usage(spec.commandLine().getOut());
    }
  }
}
