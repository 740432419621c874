package org.anonymouscloud.client.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.anonymouscloud.client.cli.context.Context;
import org.anonymouscloud.client.cli.context.Timeout;
import org.anonymouscloud.client.cli.terminal.StandardOutput;
import org.anonymouscloud.client.cli.terminal.StandardTerminal;
import org.anonymouscloud.client.home.Home;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What the lists of commands say. */
final class HelpTest {
  @Test
  @Tag("S4.19")
  void eachSummaryIsAWholeSentence(@TempDir Path home) throws Exception {
    Context context =
        new Context(
            Map.of(),
            Home.of(Map.of("ANONCLOUD_HOME", home.resolve("home").toString())),
            new StandardTerminal(new StandardOutput()),
            new Timeout());

    check(Commands.tree(context), "anoncloud");
  }

  private static void check(CommandLine command, String name) {
    String[] description = command.getCommandSpec().usageMessage().description();
    assertThat(description).as(name).isNotEmpty();
    // The first element is what a list shows; it must not need the next one.
    assertThat(description[0]).as(name).endsWith(".");
    command.getSubcommands().forEach((word, subcommand) -> check(subcommand, name + " " + word));
  }
}
