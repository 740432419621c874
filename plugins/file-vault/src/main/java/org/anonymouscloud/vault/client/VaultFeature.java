package org.anonymouscloud.vault.client;

import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.anonymouscloud.core.plugin.ClientContext;
import org.anonymouscloud.core.plugin.ClientFeature;
import org.anonymouscloud.core.plugin.CommandContext;
import org.anonymouscloud.core.plugin.RunningClient;
import org.anonymouscloud.vault.client.cli.VaultCommands;
import org.anonymouscloud.vault.client.cli.arrange.ArrangeCommands;
import org.anonymouscloud.vault.client.cli.past.PastCommands;
import org.anonymouscloud.vault.client.cli.space.SpaceCommands;
import org.anonymouscloud.vault.protocol.VaultMethod;
import org.pf4j.Extension;

/** The vault on a client: its routes in the agent, its commands on the command line. */
@Extension
public final class VaultFeature implements ClientFeature {
  @Override
  public String name() {
    return VaultMethod.FEATURE;
  }

  @Override
  public RunningClient start(ClientContext context) {
    return new RunningVault(context, Clock.systemUTC());
  }

  @Override
  public List<Object> commands(CommandContext context) {
    Clock clock = Clock.systemUTC();
    List<Object> commands = new ArrayList<>(VaultCommands.of(context, clock));
    commands.addAll(ArrangeCommands.of(context, clock));
    commands.addAll(PastCommands.of(context, clock));
    commands.addAll(SpaceCommands.of(context));
    return commands;
  }
}
