package org.anonymouscloud.vault.client.cli;

import java.time.Clock;
import java.util.List;
import org.anonymouscloud.core.plugin.CommandContext;

/** All commands of the vault. */
public final class VaultCommands {
  private VaultCommands() {}

  /** The commands, for picocli. */
  public static List<Object> of(CommandContext context) {
    return List.of(
        new LsCommand(context),
        new TreeCommand(context),
        new StatCommand(context),
        new PutCommand(context),
        new GetCommand(context),
        new CatCommand(context),
        new MkdirCommand(context),
        new MvCommand(context),
        new CpCommand(context),
        new RmCommand(context),
        new TrashCommand(context, Clock.systemUTC()),
        new DuCommand(context),
        new HistoryCommand(context),
        new GoBackCommand(context));
  }
}
