package org.anonymouscloud.client.cli;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.anonymouscloud.core.plugin.ClientFeature;
import org.anonymouscloud.core.plugin.CommandContext;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Puts the commands of a feature beside those that are there: all of them or none. */
final class FeatureCommands {
  private FeatureCommands() {}

  /**
   * Adds them.
   *
   * @throws RuntimeException whatever the feature or picocli has against it; a clash of names among
   *     others
   */
  static void add(CommandLine line, ClientFeature feature, CommandContext context) {
    List<CommandLine> commands = feature.commands(context).stream().map(CommandLine::new).toList();
    Set<String> taken = new HashSet<>(line.getSubcommands().keySet());
    for (String name : commands.stream().flatMap(one -> names(one).stream()).toList()) {
      if (!taken.add(name)) {
        throw new IllegalArgumentException("there is a command '" + name + "' already");
      }
    }
    boolean done = false;
    try {
      commands.forEach(line::addSubcommand);
      done = true;
    } finally {
      if (!done) {
        takeBack(line, commands);
      }
    }
  }

  /**
   * The command of a feature that has a name or an alias, without a look of picocli's at the
   * others. For features whose commands are known to go with all that are there: the program's own.
   */
  static Optional<Object> named(String name, ClientFeature feature, CommandContext context) {
    return feature.commands(context).stream().filter(one -> isNamed(name, one)).findFirst();
  }

  private static boolean isNamed(String name, Object command) {
    Command says = command.getClass().getAnnotation(Command.class);
    return says != null && (says.name().equals(name) || List.of(says.aliases()).contains(name));
  }

  private static List<String> names(CommandLine command) {
    List<String> names = new ArrayList<>(List.of(command.getCommandName()));
    names.addAll(List.of(command.getCommandSpec().aliases()));
    return names;
  }

  /** Picocli stops in the middle, for instance at an option that the program has for all. */
  private static void takeBack(CommandLine line, List<CommandLine> commands) {
    for (Map.Entry<String, CommandLine> there : Map.copyOf(line.getSubcommands()).entrySet()) {
      if (commands.contains(there.getValue())) {
        var _ = line.getCommandSpec().removeSubcommand(there.getKey());
      }
    }
  }
}
