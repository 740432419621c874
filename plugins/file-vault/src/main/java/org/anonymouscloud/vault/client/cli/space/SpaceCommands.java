package org.anonymouscloud.vault.client.cli.space;

import java.util.List;
import org.anonymouscloud.core.plugin.CommandContext;

/** All commands about what the server keeps. */
public final class SpaceCommands {
  private SpaceCommands() {}

  /** The commands, for picocli. */
  public static List<Object> of(CommandContext context) {
    return List.of(new CompactCommand(context), new VerifyCommand(context));
  }
}
