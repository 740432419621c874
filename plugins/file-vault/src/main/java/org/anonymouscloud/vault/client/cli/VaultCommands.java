package org.anonymouscloud.vault.client.cli;

import java.time.Clock;
import java.util.List;
import org.anonymouscloud.core.plugin.CommandContext;
import org.anonymouscloud.vault.client.cli.drives.DfCommand;
import org.anonymouscloud.vault.client.cli.drives.DriveCommand;

/** The vault's commands but those of {@code arrange}, {@code past} and {@code space}. */
public final class VaultCommands {
  private VaultCommands() {}

  /** The commands, for picocli. */
  public static List<Object> of(CommandContext context, Clock clock) {
    return List.of(
        new DriveCommand(context),
        new LsCommand(context, clock),
        new TreeCommand(context, clock),
        new FindCommand(context, clock),
        new StatCommand(context, clock),
        new PutCommand(context),
        new GetCommand(context, clock),
        new CatCommand(context, clock),
        new MkdirCommand(context),
        new DuCommand(context, clock),
        new DfCommand(context));
  }
}
