package org.anonymouscloud.vault.client.cli.past;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.anonymouscloud.core.plugin.AgentApi;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.vault.client.cli.VaultUrl;
import org.anonymouscloud.vault.client.tree.VaultPath;

/**
 * The versions of a file at its path and, where it came there by a move, at the paths before. Asks
 * the agent for one path after another. Not thread-safe.
 */
final class FollowedVersions {
  /** So many moves are followed; a list that ends there says that there may be more. */
  private static final int MAX_MOVES = 100;

  private static final Comparator<JsonNode> NEWEST_FIRST =
      Comparator.comparingLong((JsonNode version) -> version.path("state").asLong()).reversed();

  private final AgentApi agent;
  private final VaultUrl asked;
  private final List<JsonNode> versions = new ArrayList<>();
  private final Set<String> met = new HashSet<>();
  private final Deque<Place> places = new ArrayDeque<>();
  private long unreadable;
  private boolean more;

  /**
   * Where to look.
   *
   * @param newest number of the newest state in which to look there
   * @param which of what was there, as a part of the question; empty for all
   */
  private record Place(VaultUrl url, long newest, String which) {
    String from() {
      return newest == Long.MAX_VALUE ? "" : "&from=" + newest;
    }
  }

  FollowedVersions(AgentApi agent, VaultUrl asked) {
    this.agent = agent;
    this.asked = asked;
  }

  /**
   * As the agent answers for one path, the newest first; to be asked once.
   *
   * @param wanted how many at most
   */
  JsonNode list(int wanted) throws Problem, IOException {
    places.add(new Place(asked, Long.MAX_VALUE, ""));
    for (int moves = 0; !places.isEmpty() && moves <= MAX_MOVES; moves++) {
      Place place = places.removeFirst();
      if (versions.size() < wanted
          || place.newest >= versions.get(wanted - 1).path("state").asLong()) {
        look(place, wanted);
        versions.sort(NEWEST_FIRST);
      } else {
        more = true;
      }
    }
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    answer.put("path", asked.path().toString());
    ArrayNode shown = answer.putArray("versions");
    versions.stream().limit(wanted).forEach(shown::add);
    if (more || !places.isEmpty() || versions.size() > wanted) {
      answer.put("next", Math.max(0, shown.path(shown.size() - 1).path("state").asLong() - 1));
    }
    return answer.put("unreadable", unreadable);
  }

  /** A folder has states of its drive, and no versions. */
  private JsonNode ask(String url) throws Problem, IOException {
    try {
      return agent.get(url);
    } catch (Problem e) {
      if (e.kind() != Problem.Kind.CONFLICT) {
        throw e;
      }
      throw new Problem(
          e.kind(),
          e.getMessage()
              + " Only files have versions: 'anoncloud history --changes' shows the states of the"
              + " drive, and 'anoncloud restore PATH --at '#NUMBER'' brings a folder back as it was"
              + " in one of them.",
          e);
    }
  }

  private void look(Place place, int wanted) throws Problem, IOException {
    String from = place.from();
    int left = wanted;
    while (true) {
      JsonNode answer = ask(place.url.versions() + "?limit=" + left + from + place.which);
      for (JsonNode version : answer.path("versions")) {
        left--;
        // What was moved away and back is met at its path, and on the way of its moves.
        if (met.add(version.path("state").asText() + version.path("path").asText())) {
          versions.add(version);
          if (version.has("moved")) {
            places.add(before(version));
          }
        }
      }
      unreadable += answer.path("unreadable").asLong();
      if (left <= 0 || !answer.has("next")) {
        more |= answer.has("next");
        return;
      }
      // Of very many states the agent looks through some at a time.
      from = "&from=" + answer.path("next").asText();
    }
  }

  private Place before(JsonNode version) {
    JsonNode moved = version.path("moved");
    return new Place(
        new VaultUrl(asked.driveName(), VaultPath.exact(moved.path("path").asText()), null),
        moved.path("state").asLong(),
        "&id=" + VaultUrl.encoded(version.path("id").asText()));
  }
}
