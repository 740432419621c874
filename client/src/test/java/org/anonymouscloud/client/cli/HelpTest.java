package org.anonymouscloud.client.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.anonymouscloud.client.cli.context.Context;
import org.anonymouscloud.client.cli.context.Timeout;
import org.anonymouscloud.client.cli.terminal.StandardOutput;
import org.anonymouscloud.client.cli.terminal.StandardTerminal;
import org.anonymouscloud.client.home.Home;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Option;

/** What the lists of commands say. */
final class HelpTest {
  @Test
  @Tag("S4.19")
  void eachSummaryIsAWholeSentence(@TempDir Path home) throws Exception {
    check(Commands.tree(context(home)), "anoncloud");
  }

  private static Context context(Path home) throws IOException {
    return new Context(
        Map.of(),
        Home.of(Map.of("ANONCLOUD_HOME", home.resolve("home").toString())),
        new StandardTerminal(new StandardOutput()),
        new Timeout());
  }

  /** Picocli's words would name types of Java, and no range. */
  @Test
  void noNumberIsLeftToPicocli(@TempDir Path home) throws Exception {
    requireTexts(Commands.tree(context(home)), "anoncloud");
  }

  private static void requireTexts(CommandLine command, String name) {
    for (ArgSpec argument : command.getCommandSpec().args()) {
      assertThat(argument.auxiliaryTypes()[0])
          .as("%s %s", name, argument.paramLabel())
          .isIn(String.class, boolean.class, Path.class);
    }
    command
        .getSubcommands()
        .forEach((word, subcommand) -> requireTexts(subcommand, name + " " + word));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --timeout soon ping x                   | --timeout is 'soon'. Allowed is a whole number from 0 to 3600, like 60.
          events --timeout -1                     | --timeout is '-1'. Allowed is a whole number from 0 to 3600, like 60.
          events --after first                    | --after is 'first'. Allowed is a whole number from 0, like 17.
          admin backup /nowhere --keep none       | --keep is 'none'. Allowed is a whole number from 1, like 7.
          admin invite --expires 3parsecs         | --expires is '3parsecs'. Allowed is a time like 30m, 12h or 7d.
          device list --json=1                    | --json takes no value, and was given '1'; give --json alone.
          agent token --scope all                 | --scope is 'all'. Allowed is read, write, chat, admin, or some of them, like read,write.
          """)
  void whatIsTypedWrongIsNamedWithWhatIsAllowed(String line, String refusal, @TempDir Path home) {
    assertThat(refused(home, line).getFirst()).isEqualTo("anoncloud: " + refusal);
  }

  private static List<String> refused(Path home, String line) {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    PrintStream before = System.err;
    System.setErr(new PrintStream(err, true, UTF_8));
    try {
      assertThat(run(home, line)).isEqualTo(2);
    } finally {
      System.setErr(before);
    }
    return err.toString(UTF_8).lines().toList();
  }

  private static int run(Path home, String line) {
    Map<String, String> environment = Map.of("ANONCLOUD_HOME", home.resolve("home").toString());
    return new Commands(environment, new StandardOutput()).run(line.split(" "));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          device list --josn   | Did you mean --json?
          device lsit          | Did you mean 'anoncloud device list'?
          admin verfy x        | Did you mean 'anoncloud admin verify'?
          device list -x       | Try 'anoncloud device list --help'.
          device somewhat      | Try 'anoncloud device --help'.
          """)
  void whatIsMistypedIsNamedAsItIsMeant(String line, String second, @TempDir Path home) {
    assertThat(refused(home, line).get(1)).isEqualTo(second);
  }

  @ParameterizedTest
  @CsvSource({
    "help admin, anoncloud admin",
    "help device revoke, anoncloud device revoke",
    "help admin quota, anoncloud admin quota",
    "device help, anoncloud device"
  })
  void helpIsGivenWhateverTheCommandNeeds(String line, String name, @TempDir Path home) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PrintStream before = System.out;
    System.setOut(new PrintStream(out, true, UTF_8));
    try {
      assertThat(run(home, line)).isZero();
    } finally {
      System.setOut(before);
    }
    assertThat(out.toString(UTF_8)).startsWith("Usage: " + name + " ");
  }

  /** Of a feature's author who leaves it to picocli. */
  @Test
  void whatPicocliCannotReadIsRefusedInTheSameForm() {
    assertThat(refusal("--count", "x"))
        .isEqualTo("--count is 'x'. Allowed is a whole number, like 20.");
    assertThat(refusal("--ratio", "x")).isEqualTo("--ratio is 'x'. Allowed is a number, like 1.5.");
    assertThat(refusal("--how", "x")).isEqualTo("--how is 'x'. Allowed is FAST or SLOW.");
    assertThat(refusal("--count")).startsWith("Missing required parameter");
  }

  private static String refusal(String... line) {
    try {
      var _ = new CommandLine(new Foreign()).parseArgs(line);
      throw new AssertionError("It was taken.");
    } catch (CommandLine.ParameterException e) {
      return Commands.refusal(e);
    }
  }

  private enum How {
    FAST,
    SLOW
  }

  @Command
  @SuppressWarnings("UnusedVariable")
  private static final class Foreign {
    @Option(names = "--count")
    private int count;

    @Option(names = "--ratio")
    private double ratio;

    @Option(names = "--how")
    private How how = How.FAST;
  }

  private static void check(CommandLine command, String name) {
    String[] description = command.getCommandSpec().usageMessage().description();
    assertThat(description).as(name).isNotEmpty();
    // The first element is what a list shows; it must not need the next one.
    assertThat(description[0]).as(name).endsWith(".");
    command.getSubcommands().forEach((word, subcommand) -> check(subcommand, name + " " + word));
  }
}
