package org.anonymouscloud.client.agent;

import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.anonymouscloud.client.agent.account.CurrentAccount;
import org.anonymouscloud.client.agent.api.RequestBody;
import org.anonymouscloud.client.agent.feature.AccountEvents;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.plugin.Route;
import org.anonymouscloud.core.plugin.Scope;
import org.jspecify.annotations.Nullable;

/** The part of the local API that says what has changed. Thread-safe. */
final class EventRoutes {
  private final CurrentAccount account;

  EventRoutes(CurrentAccount account) {
    this.account = account;
  }

  List<Route> routes() {
    return List.of(
        new Route(
                HandlerType.GET,
                "/events",
                Scope.READ,
                "What has changed in the account, as this device sees it: event by event.",
                this::read)
            .asking("after", "limit"));
  }

  private void read(Context context) throws Exception {
    long after = number(context.queryParam("after"), 0, Long.MAX_VALUE - 1, 0);
    long limit = number(context.queryParam("limit"), 1, AccountEvents.MOST, AccountEvents.MOST);
    AccountEvents.Page page = account.account().events().read(after, (int) limit);
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("log", page.log());
    answer.put("oldest", page.oldest());
    answer.put("newest", page.newest());
    answer.put("events", page.events().stream().map(EventRoutes::describe).toList());
    context.json(answer);
  }

  private static Map<String, Object> describe(AccountEvents.Event event) {
    Map<String, Object> described = new LinkedHashMap<>();
    described.put("number", event.number());
    described.put("time", event.time().toString());
    described.put("feature", event.feature());
    described.put("type", event.type());
    described.put("data", event.data());
    return described;
  }

  private static long number(@Nullable String text, long least, long most, long otherwise)
      throws Problem {
    if (text == null) {
      return otherwise;
    }
    try {
      long number = Long.parseLong(text);
      if (number >= least && number <= most && text.matches("[0-9]+")) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Too many digits, or none; said below.
    }
    throw RequestBody.badInput(
        "'after' is a number from 0, 'limit' one from 1 to " + AccountEvents.MOST + ".", null);
  }
}
