package org.anonymouscloud.chat.server;

import java.util.Map;
import org.anonymouscloud.core.plugin.AccountHandler;
import org.anonymouscloud.core.plugin.RunningFeature;
import org.anonymouscloud.core.plugin.ServerContext;
import org.anonymouscloud.core.plugin.ServerFeature;
import org.pf4j.Extension;

/** The chat on the server. It answers to no method yet and keeps nothing. */
@Extension
public final class ChatServer implements ServerFeature {
  @Override
  public String name() {
    return "chat";
  }

  @Override
  public RunningFeature start(ServerContext context) {
    return new Running();
  }

  private record Running() implements RunningFeature {
    @Override
    public Map<String, AccountHandler> methods() {
      return Map.of();
    }

    @Override
    public void close() {
      // It holds nothing.
    }
  }
}
