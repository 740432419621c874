package org.anonymouscloud.vault.client.cli.arrange;

import java.time.Clock;
import java.util.List;
import org.anonymouscloud.core.plugin.CommandContext;

/** All commands that give things another place. */
public final class ArrangeCommands {
  private ArrangeCommands() {}

  /** The commands, for picocli. */
  public static List<Object> of(CommandContext context, Clock clock) {
    return List.of(
        new MvCommand(context),
        new CpCommand(context, clock),
        new RmCommand(context),
        new TrashCommand(context, clock));
  }
}
