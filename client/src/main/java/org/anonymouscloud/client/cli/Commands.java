package org.anonymouscloud.client.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.Map;
import org.anonymouscloud.client.home.Home;
import org.anonymouscloud.core.plugin.AgentApi;
import org.anonymouscloud.core.plugin.CommandContext;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.plugin.Terminal;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * The tree of commands: the program's own and those of the client features. Turns each failure into
 * one sentence on standard error and an exit code: 0 done, 1 failed, 2 usage, 3 not logged in, 4
 * refused by a security check.
 */
public final class Commands {
  private final Map<String, String> environment;

  /**
   * @param environment of the process
   */
  public Commands(Map<String, String> environment) {
    this.environment = environment;
  }

  /** Runs one command line and returns its exit code. */
  public int run(String... arguments) {
    try {
      return parser(new Context(Home.of(environment), new StandardTerminal())).execute(arguments);
    } catch (IOException e) {
      System.err.println("anoncloud: the state folder cannot be used: " + text(e));
      return CommandLine.ExitCode.SOFTWARE;
    }
  }

  private CommandLine parser(Context context) {
    CommandLine line = new CommandLine(new Root()).addSubcommand(new AgentCommand(context));
    return line.setExecutionExceptionHandler((failure, command, parsed) -> explain(failure))
        .setParameterExceptionHandler(Commands::explainUsage);
  }

  private static int explain(Exception failure) {
    if (failure instanceof Problem problem) {
      return tell(problem);
    }
    if (failure instanceof IOException && failure.getCause() instanceof Problem problem) {
      return tell(problem);
    }
    if (failure instanceof IOException) {
      System.err.println("anoncloud: " + text(failure));
      return CommandLine.ExitCode.SOFTWARE;
    }
    System.err.println("anoncloud: this should not happen, please report it: " + failure);
    if (System.getenv("ANONCLOUD_DEBUG") != null) {
      failure.printStackTrace();
    }
    return CommandLine.ExitCode.SOFTWARE;
  }

  private static int tell(Problem problem) {
    System.err.println("anoncloud: " + problem.getMessage());
    return problem.kind().exitCode();
  }

  private static int explainUsage(CommandLine.ParameterException failure, String[] arguments) {
    CommandLine command = failure.getCommandLine();
    PrintWriter err = command.getErr();
    err.println("anoncloud: " + failure.getMessage());
    if (!CommandLine.UnmatchedArgumentException.printSuggestions(failure, err)) {
      err.println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
    }
    return CommandLine.ExitCode.USAGE;
  }

  /** What went wrong, with the kind of failure where the message is only a file's name. */
  private static String text(Exception failure) {
    return switch (failure) {
      case java.nio.file.NoSuchFileException missing ->
          "There is no file " + missing.getFile() + ".";
      case java.nio.file.AccessDeniedException denied ->
          "Permission denied: " + denied.getFile() + ".";
      case java.nio.file.FileAlreadyExistsException there -> there.getFile() + " is already there.";
      default -> failure.getMessage() == null ? failure.toString() : failure.getMessage();
    };
  }

  @Command(
      name = "anoncloud",
      mixinStandardHelpOptions = true,
      versionProvider = Version.class,
      description = "A cloud whose owner cannot look inside.",
      synopsisSubcommandLabel = "COMMAND",
      footer = {
        "",
        "ANONCLOUD_HOME names the state folder. Exit codes: 0 done, 1 failed, 2 usage, 3 not logged"
            + " in,",
        "4 refused by a security check."
      })
  private static final class Root implements Runnable {
    @Spec private CommandSpec spec;

    @Override
    public void run() {
      spec.commandLine().usage(spec.commandLine().getOut());
    }
  }

  /** Says which program this is. */
  static final class Version implements CommandLine.IVersionProvider {
    static String number() {
      String version = Commands.class.getPackage().getImplementationVersion();
      return version == null ? "development" : version;
    }

    @Override
    public String[] getVersion() {
      return new String[] {"AnonymousCloud " + number()};
    }
  }

  /** What commands share. */
  record Context(Home home, Terminal terminal) implements CommandContext {
    RunningAgent runningAgent() {
      return new RunningAgent(home);
    }

    @Override
    public AgentApi agent() {
      return new LazyAgent(runningAgent());
    }
  }
}
