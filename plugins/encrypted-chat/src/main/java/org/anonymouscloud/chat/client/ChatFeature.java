package org.anonymouscloud.chat.client;

import java.util.List;
import org.anonymouscloud.core.plugin.ClientContext;
import org.anonymouscloud.core.plugin.ClientFeature;
import org.anonymouscloud.core.plugin.CommandContext;
import org.anonymouscloud.core.plugin.Route;
import org.pf4j.Extension;

/** The chat on the user's machine. It has no routes and no commands yet. */
@Extension
public final class ChatFeature implements ClientFeature {
  @Override
  public String name() {
    return "chat";
  }

  @Override
  public List<Route> routes(ClientContext context) {
    return List.of();
  }

  @Override
  public List<Object> commands(CommandContext context) {
    return List.of();
  }
}
