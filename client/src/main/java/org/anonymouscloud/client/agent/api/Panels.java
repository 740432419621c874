package org.anonymouscloud.client.agent.api;

import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.anonymouscloud.core.plugin.ClientFeature;
import org.anonymouscloud.core.plugin.Panel;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.plugin.Route;
import org.anonymouscloud.core.plugin.Scope;

/** The features' parts of the user interface. Filled at the start, then fixed. */
public final class Panels {
  /** Plain names, so that no path leads out of a panel's folder. */
  private static final Pattern FILE =
      Pattern.compile(
          "panels/(?<feature>[a-z][a-z0-9-]*)/"
              + "(?<name>([A-Za-z0-9_-]+/)*[A-Za-z0-9_-]+(\\.[a-z]+)*\\.(?<ending>[a-z0-9]+))");

  private static final Map<String, String> MEDIA_TYPES =
      Map.of(
          "js", "text/javascript; charset=utf-8",
          "css", "text/css; charset=utf-8",
          "json", "application/json",
          "svg", "image/svg+xml",
          "png", "image/png",
          "webp", "image/webp",
          "woff2", "font/woff2");

  private final Map<String, Served> panels = new LinkedHashMap<>();

  /** A panel, and the class beside which its files lie. */
  private record Served(Panel panel, Class<?> place) {}

  /** A feature has a panel, whose files lie beside the feature's class. */
  public void add(ClientFeature feature, Panel panel) {
    panels.put(feature.name(), new Served(panel, feature.getClass()));
  }

  /** Which panels there are. */
  public List<Route> routes() {
    return List.of(
        new Route(
            HandlerType.GET,
            "/panels",
            Scope.READ,
            "The features' parts of the user interface.",
            context -> context.json(list())));
  }

  private List<Map<String, String>> list() {
    return panels.entrySet().stream()
        .map(
            entry ->
                Map.of(
                    "feature",
                    entry.getKey(),
                    "title",
                    entry.getValue().panel().title(),
                    "script",
                    LocalApi.FILES + "/panels/" + entry.getKey() + "/panel.js"))
        .toList();
  }

  /** Answers with a file, which is the same for everybody and needs no token. */
  public void file(Context context) throws Problem, IOException {
    var path = FILE.matcher(context.pathParam("path"));
    if (!path.matches()) {
      throw missing();
    }
    Served served = panels.get(path.group("feature"));
    String type = MEDIA_TYPES.get(path.group("ending"));
    if (served == null || type == null) {
      throw missing();
    }
    String name = served.panel().folder() + "/" + path.group("name");
    try (InputStream file = served.place().getResourceAsStream(name)) {
      if (file == null) {
        throw missing();
      }
      context.contentType(type).result(file.readAllBytes());
    }
  }

  private static Problem missing() {
    return new Problem(Problem.Kind.NOT_FOUND, "No panel has such a file.");
  }
}
