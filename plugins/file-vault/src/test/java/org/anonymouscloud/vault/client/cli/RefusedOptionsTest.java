package org.anonymouscloud.vault.client.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.anonymouscloud.core.plugin.AgentApi;
import org.anonymouscloud.core.testing.TestTerminal;
import org.anonymouscloud.vault.client.VaultFeature;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/** What is typed wrong is refused in one form, and nobody is asked for anything then. */
final class RefusedOptionsTest {
  private static final AgentApi NOBODY =
      (AgentApi)
          Proxy.newProxyInstance(
              AgentApi.class.getClassLoader(),
              new Class<?>[] {AgentApi.class},
              (proxy, method, arguments) -> {
                throw new AssertionError("The agent was asked.");
              });

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          versions /f --limit x              | --limit is 'x'. Allowed is a whole number from 1 to 1000, like 20.
          versions /f --limit 0              | --limit is '0'. Allowed is a whole number from 1 to 1000, like 20.
          history --limit 99999999999        | --limit is '99999999999'. Allowed is a whole number from 1 to 1000, like 20.
          history --from 1.5                 | --from is '1.5'. Allowed is a whole number from 0, like 17.
          go-back last                       | NUMBER is 'last'. Allowed is a whole number from 0, like 17.
          restore /f --version v3            | --version is 'v3'. Allowed is a whole number from 0, like 17.
          restore /f --at #x                 | --at is '#x'. Allowed is a time like 2026-11-03, 2026-11-03T08:30, 2026-11-03T08:30:00Z, '2026-11-03 08:30:00 +00:00' as the commands print it, or 45m, 12h, 30d or 8w for so long ago; or 17 or '#17' for the state of that number in 'anoncloud history'.
          get --at soon /f x                 | --at is 'soon'. Allowed is a time like 2026-11-03, 2026-11-03T08:30, 2026-11-03T08:30:00Z, '2026-11-03 08:30:00 +00:00' as the commands print it, or 45m, 12h, 30d or 8w for so long ago; or 17 or '#17' for the state of that number in 'anoncloud history'.
          ls --at nonsense                   | --at is 'nonsense'. Allowed is a time like 2026-11-03, 2026-11-03T08:30, 2026-11-03T08:30:00Z, '2026-11-03 08:30:00 +00:00' as the commands print it, or 45m, 12h, 30d or 8w for so long ago; or 17 or '#17' for the state of that number in 'anoncloud history'.
          cat --at 2026-13-01 /f             | --at is '2026-13-01'. Allowed is a time like 2026-11-03, 2026-11-03T08:30, 2026-11-03T08:30:00Z, '2026-11-03 08:30:00 +00:00' as the commands print it, or 45m, 12h, 30d or 8w for so long ago; or 17 or '#17' for the state of that number in 'anoncloud history'.
          find --newer 3parsecs              | --newer is '3parsecs'. Allowed is a time like 2026-11-03, 2026-11-03T08:30, 2026-11-03T08:30:00Z, '2026-11-03 08:30:00 +00:00' as the commands print it, or 45m, 12h, 30d or 8w for so long ago.
          find --older tomorrow              | --older is 'tomorrow'. Allowed is a time like 2026-11-03, 2026-11-03T08:30, 2026-11-03T08:30:00Z, '2026-11-03 08:30:00 +00:00' as the commands print it, or 45m, 12h, 30d or 8w for so long ago.
          find --larger big                  | --larger is 'big'. Allowed is a size in bytes, or like 10k, 5M or 1G.
          find --smaller -3                  | --smaller is '-3'. Allowed is a size in bytes, or like 10k, 5M or 1G.
          find --type dir                    | --type is 'dir'. Allowed is file, folder or link.
          trash empty --yes --older-than 3y  | --older-than is '3y'. Allowed is an age like 45m, 12h, 30d or 8w.
          drive quota photos much            | SIZE is 'much'. Allowed is a size in bytes, or like 10k, 5M or 1G, or none.
          drive quota photos 9000000T        | SIZE is '9000000T'. Allowed is a size of at most 900000T, like 20G, or none.
          drive retention --days week        | --days is 'week'. Allowed is a whole number from 0 to 36500, like 30.
          drive retention --weeks 5201       | --weeks is '5201'. Allowed is a whole number from 0 to 5200, like 52.
          """)
  void whatIsTypedWrongIsNamedWithWhatIsAllowed(String line, String refusal) {
    TestTerminal terminal = new TestTerminal(new VaultFeature(), NOBODY);

    assertThat(terminal.run(line.split(" "))).isEqualTo(2);

    assertThat(terminal.warnings()).isEqualTo(List.of(refusal));
  }

  /** Of each command that takes it. */
  @Test
  void whatAtMayBeIsTheSameInEveryHelp() {
    TestTerminal terminal = new TestTerminal(new VaultFeature(), NOBODY);
    Set<String> forms = new HashSet<>();
    int commands = 0;
    for (CommandLine command : terminal.commands().getSubcommands().values()) {
      OptionSpec at = command.getCommandSpec().findOption("--at");
      if (at != null) {
        forms.add(String.join("", at.description()).replaceFirst("^.* at that time: ", ""));
        commands++;
      }
    }
    assertThat(commands).isEqualTo(9);
    assertThat(forms)
        .singleElement()
        .asString()
        .contains("2026-11-03, ", "T08:30:00Z", "+00:00'", "45m, 12h, 30d or 8w", "'#17'");
  }

  /** Picocli's words would name types of Java, and no range. */
  @Test
  void noNumberIsLeftToPicocli() {
    TestTerminal terminal = new TestTerminal(new VaultFeature(), NOBODY);

    terminal.commands().getSubcommands().forEach((name, command) -> requireTexts(name, command));
  }

  private static void requireTexts(String name, CommandLine command) {
    for (ArgSpec argument : command.getCommandSpec().args()) {
      assertThat(argument.auxiliaryTypes()[0])
          .as("%s %s", name, argument.paramLabel())
          .isIn(String.class, boolean.class, Path.class);
    }
    command
        .getSubcommands()
        .forEach((word, subcommand) -> requireTexts(name + " " + word, subcommand));
  }
}
