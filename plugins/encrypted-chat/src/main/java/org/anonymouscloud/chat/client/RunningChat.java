package org.anonymouscloud.chat.client;

import io.javalin.http.HandlerType;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.anonymouscloud.core.plugin.AccountSession;
import org.anonymouscloud.core.plugin.OpenAccount;
import org.anonymouscloud.core.plugin.Route;
import org.anonymouscloud.core.plugin.RunningClient;
import org.anonymouscloud.core.plugin.Scope;
import org.jspecify.annotations.Nullable;

/** The chat in a running agent. Thread-safe. */
final class RunningChat implements RunningClient {
  private volatile @Nullable FollowedAccount followed;

  @Override
  public List<Route> routes() {
    return List.of(
        new Route(
            HandlerType.GET,
            "/chat",
            Scope.CHAT,
            "Whether the chat follows the account, and what has changed meanwhile.",
            context -> context.json(describe())));
  }

  private Map<String, Object> describe() throws IOException {
    Map<String, Object> description = new LinkedHashMap<>();
    FollowedAccount now = followed;
    description.put("follows", now != null);
    if (now != null) {
      description.put("changes", now.changes().all());
      description.put("settled", now.changes().isSettled());
    }
    return description;
  }

  @Override
  public OpenAccount open(AccountSession account) {
    FollowedAccount opened = new FollowedAccount(account, () -> followed = null);
    followed = opened;
    return opened;
  }
}
