package org.anonymouscloud.client.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.anonymouscloud.client.cli.context.Context;
import org.anonymouscloud.client.cli.context.Timeout;
import org.anonymouscloud.client.cli.terminal.StandardOutput;
import org.anonymouscloud.client.cli.terminal.StandardTerminal;
import org.anonymouscloud.client.home.Home;
import org.anonymouscloud.core.host.ReservedNames;
import org.anonymouscloud.core.plugin.ClientContext;
import org.anonymouscloud.core.plugin.ClientFeature;
import org.anonymouscloud.core.plugin.CommandContext;
import org.anonymouscloud.core.plugin.RunningClient;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Features whose commands do not go with the others: all of them are left out. */
final class FeatureCommandsTest {
  @TempDir private Path folder;
  private Context context;
  private CommandLine line;

  @BeforeEach
  void theProgramsOwnCommands() throws Exception {
    context =
        new Context(
            Map.of(),
            Home.of(Map.of("ANONCLOUD_HOME", folder.resolve("home").toString())),
            new StandardTerminal(new StandardOutput()),
            new Timeout());
    line = Commands.tree(context);
  }

  @Test
  void aNameThatTheProgramHasIsRefused() {
    assertRefused("there is a command 'login' already", new Good(), new Login());
  }

  @Test
  void anAliasThatTheProgramHasIsRefused() {
    assertRefused("there is a command 'server' already", new Good(), new AliasOfServer());
  }

  @Test
  void whatAnotherFeatureHasIsRefused() {
    FeatureCommands.add(line, new Feature(new Good()), context);

    assertRefused("there is a command 'fine' already", new AliasOfGood());
    assertThat(line.getSubcommands()).containsKeys("good", "fine");
  }

  @Test
  void aNameThatOneFeatureGivesTwiceIsRefused() {
    assertRefused("there is a command 'good' already", new Good(), new Good());
  }

  @Test
  void whatPicocliStumblesOverLeavesNothingBehind() {
    assertRefused("--timeout", new Good(), new TakesTimeout());
    assertRefused("", new Good(), new Nameless());
    assertRefused("", new Good(), "no command");
  }

  @Test
  void aFeatureAfterOneThatWasRefusedIsAdded() {
    assertRefused("--timeout", new Good(), new TakesTimeout());

    FeatureCommands.add(line, new Feature(new Good()), context);

    assertThat(line.execute("fine")).isEqualTo(7);
  }

  @Test
  void oneCommandIsFoundByItsNamesWithoutALookAtTheOthers() {
    Good good = new Good();
    Feature feature = new Feature("no command", new TakesTimeout(), good, new Nameless());

    assertThat(FeatureCommands.named("good", feature, context)).containsSame(good);
    assertThat(FeatureCommands.named("fine", feature, context)).containsSame(good);
    assertThat(FeatureCommands.named("other", feature, context)).isEmpty();
  }

  @Test
  void eachCommandsNameIsKeptFromFeatures() {
    assertThat(line.getSubcommands().keySet()).allMatch(ReservedNames::isOfProgram);
  }

  private void assertRefused(String reason, Object... commands) {
    Map<String, CommandLine> before = Map.copyOf(line.getSubcommands());
    assertThatThrownBy(() -> FeatureCommands.add(line, new Feature(commands), context))
        .hasMessageContaining(reason);
    assertThat(line.getSubcommands()).isEqualTo(before);
  }

  private record Feature(Object... commandObjects) implements ClientFeature {
    @Override
    public String name() {
      return "feature";
    }

    @Override
    public List<Object> commands(CommandContext context) {
      return List.of(commandObjects);
    }

    @Override
    public RunningClient start(ClientContext context) {
      return List::of;
    }
  }

  private abstract static class Answer implements Callable<Integer> {
    @Override
    public Integer call() {
      return 7;
    }
  }

  @Command(name = "good", aliases = "fine")
  private static final class Good extends Answer {}

  @Command(name = "login")
  private static final class Login extends Answer {}

  @Command(name = "other", aliases = "server")
  private static final class AliasOfServer extends Answer {}

  @Command(name = "other", aliases = "fine")
  private static final class AliasOfGood extends Answer {}

  @Command
  private static final class Nameless extends Answer {}

  @Command(name = "patient")
  private static final class TakesTimeout extends Answer {
    @Option(names = "--timeout")
    private int timeout;

    @Override
    public Integer call() {
      return timeout;
    }
  }
}
