package org.anonymouscloud.client.agent.api;

import io.javalin.http.HandlerType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.anonymouscloud.core.plugin.Route;

/**
 * The routes of the local API: the program's own, and those of the features that go with them. What
 * the API's server would stumble over is refused here, where only the one feature pays for it. Not
 * thread-safe.
 */
public final class RouteTable {
  /** Those that the {@link Door} of the API lets in. */
  private static final Set<HandlerType> METHODS =
      Set.of(
          HandlerType.GET, HandlerType.HEAD, HandlerType.POST, HandlerType.PUT, HandlerType.DELETE);

  private static final Pattern PARAMETER = Pattern.compile("[{<]([a-z]+)[}>]");

  private final List<Route> routes;
  private final Set<String> taken = new HashSet<>();

  /**
   * @param own the program's
   */
  public RouteTable(List<Route> own) {
    routes = new ArrayList<>(own);
    own.forEach(route -> taken.addAll(claims(route)));
  }

  /**
   * Adds the routes of a feature, which lie below its own name: all or none.
   *
   * @throws IllegalArgumentException if they do not go with the others; says why
   */
  public void add(String feature, List<Route> more) {
    String own = "/" + feature;
    if (routes.stream().anyMatch(route -> liesBelow(route, own))) {
      throw new IllegalArgumentException("somebody else has the routes below " + own);
    }
    Set<String> claimed = new HashSet<>(taken);
    for (Route route : more) {
      check(route, own);
      for (String claim : claims(route)) {
        if (!claimed.add(claim)) {
          throw new IllegalArgumentException("it has the route " + claim + " twice");
        }
      }
    }
    taken.addAll(claimed);
    routes.addAll(more);
  }

  private static void check(Route route, String own) {
    if (!liesBelow(route, own)) {
      throw new IllegalArgumentException("it claims the route " + route.path());
    }
    if (!METHODS.contains(route.method())) {
      throw new IllegalArgumentException(
          "its route " + route.path() + " is for " + route.method() + ", which is not served");
    }
    List<String> parameters =
        PARAMETER.matcher(route.path()).results().map(found -> found.group(1)).toList();
    if (Set.copyOf(parameters).size() < parameters.size()) {
      throw new IllegalArgumentException(
          "its route " + route.path() + " has two parameters of one name");
    }
  }

  private static boolean liesBelow(Route route, String folder) {
    return route.path().equals(folder) || route.path().startsWith(folder + "/");
  }

  /** What nobody else can answer then; names of parameters make no difference. */
  private static List<String> claims(Route route) {
    String shape =
        PARAMETER
            .matcher(route.path())
            .replaceAll(parameter -> parameter.group().startsWith("<") ? "<>" : "{}");
    return route.method().equals(HandlerType.GET)
        ? List.of(HandlerType.GET + " " + shape, HandlerType.HEAD + " " + shape)
        : List.of(route.method() + " " + shape);
  }

  /** All that are served. */
  public List<Route> all() {
    return List.copyOf(routes);
  }
}
