package org.anonymouscloud.chat.client;

import java.util.List;
import org.anonymouscloud.core.plugin.ClientContext;
import org.anonymouscloud.core.plugin.ClientFeature;
import org.anonymouscloud.core.plugin.CommandContext;
import org.anonymouscloud.core.plugin.RunningClient;
import org.pf4j.Extension;

/** The chat on the user's machine. It follows the account and has no commands yet. */
@Extension
public final class ChatFeature implements ClientFeature {
  @Override
  public String name() {
    return "chat";
  }

  @Override
  public RunningClient start(ClientContext context) {
    return new RunningChat();
  }

  @Override
  public List<Object> commands(CommandContext context) {
    return List.of();
  }
}
