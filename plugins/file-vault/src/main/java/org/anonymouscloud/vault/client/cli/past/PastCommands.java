package org.anonymouscloud.vault.client.cli.past;

import java.time.Clock;
import java.util.List;
import org.anonymouscloud.core.plugin.CommandContext;

/** All commands about what was. */
public final class PastCommands {
  private PastCommands() {}

  /** The commands, for picocli. */
  public static List<Object> of(CommandContext context, Clock clock) {
    return List.of(
        new VersionsCommand(context),
        new RestoreCommand(context, clock),
        new HistoryCommand(context),
        new GoBackCommand(context));
  }
}
