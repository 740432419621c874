package org.anonymouscloud.vault.client.cli;

import java.time.Clock;
import java.util.List;
import org.anonymouscloud.core.plugin.CommandContext;
import org.anonymouscloud.vault.client.cli.drives.DriveCommand;

/** The vault's commands but those of {@code arrange}. */
public final class VaultCommands {
  private VaultCommands() {}

  /** The commands, for picocli. */
  public static List<Object> of(CommandContext context, Clock clock) {
    return List.of(
        new DriveCommand(context),
        new LsCommand(context),
        new TreeCommand(context),
        new FindCommand(context, clock),
        new StatCommand(context),
        new PutCommand(context),
        new GetCommand(context),
        new CatCommand(context),
        new MkdirCommand(context),
        new DuCommand(context),
        new HistoryCommand(context),
        new GoBackCommand(context));
  }
}
