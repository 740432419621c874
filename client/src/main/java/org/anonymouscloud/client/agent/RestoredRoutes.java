package org.anonymouscloud.client.agent;

import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.anonymouscloud.client.agent.account.AcceptedRestore;
import org.anonymouscloud.client.agent.account.Restored;
import org.anonymouscloud.client.agent.api.RequestBody;
import org.anonymouscloud.core.account.client.LostLink;
import org.anonymouscloud.core.plugin.Divergence;
import org.anonymouscloud.core.plugin.PastState;
import org.anonymouscloud.core.plugin.Route;
import org.anonymouscloud.core.plugin.Scope;
import org.jspecify.annotations.Nullable;

/**
 * The part of the local API for the day on which the server was restored from a backup.
 * Thread-safe.
 */
final class RestoredRoutes {
  private static final String CONTACTS = "contacts";

  private final AcceptedRestore restore;

  RestoredRoutes(AcceptedRestore restore) {
    this.restore = restore;
  }

  List<Route> routes() {
    return List.of(
        new Route(
            HandlerType.GET,
            "/account/restored",
            Scope.ADMIN,
            "What the server lacks of what this device has seen; changes nothing.",
            context -> context.json(describe(restore.look()))),
        new Route(
            HandlerType.POST,
            "/account/restored/accept",
            Scope.ADMIN,
            "Goes on from what the server has, though this device has seen newer.",
            this::accept));
  }

  /**
   * @param state from what was shown
   */
  record Accept(@Nullable String state) {}

  private void accept(Context context) throws Exception {
    Accept wish = RequestBody.read(context, Accept.class);
    List<String> notes = restore.accept(RequestBody.required(wish.state(), "state"));
    context.json(Map.of("notes", notes));
  }

  private static Map<String, Object> describe(Restored restored) {
    Map<String, Object> described = new LinkedHashMap<>();
    described.put("older", !restored.isNothing());
    described.put("state", restored.state());
    List<Map<String, Object>> links = new ArrayList<>();
    for (LostLink link : restored.chain().lost()) {
      links.add(
          Map.of(
              "number", link.number(),
              "time", link.time().toString(),
              "by", link.by(),
              "what", link.text()));
    }
    described.put("account", links);
    described.put("devicesBack", restored.back());
    described.put("whatToDo", restored.whatToDo());
    Map<String, Object> features = new LinkedHashMap<>();
    Map<String, Object> instead = new LinkedHashMap<>();
    Map<String, String> named = new LinkedHashMap<>();
    Map<String, Divergence> refused = new TreeMap<>(restored.features());
    restored.contacts().ifPresent(contacts -> refused.put(CONTACTS, Restored.divergence(contacts)));
    refused.forEach(
        (name, feature) -> {
          features.put(
              name,
              feature.lost().stream()
                  .map(lost -> describe(restored, lost, name.equals(CONTACTS)))
                  .toList());
          if (!feature.of().isEmpty()) {
            named.put(name, feature.of());
          }
          feature
              .instead()
              .ifPresent(
                  state -> instead.put(name, describe(restored, state, name.equals(CONTACTS))));
        });
    described.put("features", features);
    described.put("instead", instead);
    described.put("named", named);
    return described;
  }

  private static Map<String, Object> describe(
      Restored restored, PastState state, boolean contacts) {
    return Map.of(
        "number", state.head().number(),
        "time", state.time().map(Instant::toString).orElse(""),
        // Of the newest list of contacts it is known that there was one, not whose it was.
        "by", state.device().isEmpty() && contacts ? "" : restored.writer(state));
  }
}
