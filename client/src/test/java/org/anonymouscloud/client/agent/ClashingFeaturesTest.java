package org.anonymouscloud.client.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.javalin.http.Handler;
import io.javalin.http.HandlerType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.anonymouscloud.client.home.AgentAddress;
import org.anonymouscloud.client.home.Home;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.host.OfferedFeature;
import org.anonymouscloud.core.host.ReservedNames;
import org.anonymouscloud.core.plugin.ClientContext;
import org.anonymouscloud.core.plugin.ClientFeature;
import org.anonymouscloud.core.plugin.CommandContext;
import org.anonymouscloud.core.plugin.Panel;
import org.anonymouscloud.core.plugin.Route;
import org.anonymouscloud.core.plugin.RunningClient;
import org.anonymouscloud.core.plugin.Scope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Features whose routes do not go with the others: left out one by one, whatever they claim. */
final class ClashingFeaturesTest {
  @TempDir private Path folder;
  private final List<String> closed = new ArrayList<>();

  @Test
  void aFeatureThatClashesIsLeftOutAndTheAgentServesTheRest() throws Exception {
    List<ClientFeature> offered =
        List.of(
            new Feature("contacts", route(HandlerType.GET, "/contacts")),
            new Feature("panels", route(HandlerType.GET, "/panels/mine")),
            new Feature("account", route(HandlerType.GET, "/account/mine")),
            new Feature("first", route(HandlerType.GET, "/first/{id}")),
            new Feature("first", route(HandlerType.GET, "/first/{name}")),
            new Feature("abroad", route(HandlerType.GET, "/first/abroad")),
            new Feature(
                "twice",
                route(HandlerType.GET, "/twice/{id}"),
                route(HandlerType.GET, "/twice/{name}")),
            new Feature("head", route(HandlerType.GET, "/head"), route(HandlerType.HEAD, "/head")),
            new Feature("same", route(HandlerType.GET, "/same/{id}/{id}")),
            new Feature("mixed", route(HandlerType.GET, "/mixed/{id}/<id>")),
            new Feature("before", route(HandlerType.BEFORE, "/before")),
            new Feature("patch", route(HandlerType.PATCH, "/patch")),
            new Feature(
                "last",
                route(HandlerType.GET, "/last/{id}"),
                route(HandlerType.PUT, "/last/{id}"),
                route(HandlerType.GET, "/last/<path>")));
    Home home = Home.of(Map.of("ANONCLOUD_HOME", folder.toString()));

    try (Agent agent =
            Agent.start(
                home, "test", offered.stream().map(OfferedFeature::own).toList(), false, () -> {});
        Secret token = AgentAddress.token(home.folder())) {
      assertThat(agent.routes().stream().filter(route -> route.summary().equals("stranger")))
          .extracting(Route::path)
          .containsExactly("/first/{id}", "/last/{id}", "/last/{id}", "/last/<path>");
      assertThat(closed)
          .containsExactly(
              "contacts",
              "panels",
              "account",
              "first",
              "abroad",
              "twice",
              "head",
              "same",
              "mixed",
              "before",
              "patch");
      assertThat(TokenRequest.get(agent.url(), "/first/one", token))
          .isEqualTo("stranger /first/{id}");
      assertThat(TokenRequest.get(agent.url(), "/last/a/b", token))
          .isEqualTo("stranger /last/<path>");
      assertThat(TokenRequest.get(agent.url(), "/panels", token)).isEqualTo("[]");
    }
  }

  @Test
  void whoseFeatureFailsLateLeavesNoRouteBehind() throws Exception {
    Home home = Home.of(Map.of("ANONCLOUD_HOME", folder.toString()));
    ClientFeature late =
        new Feature("late", route(HandlerType.GET, "/late")) {
          @Override
          Optional<Panel> panel() {
            throw new IllegalStateException("no panel today");
          }
        };

    try (Agent agent =
        Agent.start(home, "test", List.of(OfferedFeature.own(late)), false, () -> {})) {
      assertThat(agent.routes()).noneMatch(route -> route.path().equals("/late"));
      assertThat(closed).containsExactly("late");
    }
  }

  @Test
  void eachFirstPartOfTheProgramsRoutesIsKeptFromPlugins() throws Exception {
    Home home = Home.of(Map.of("ANONCLOUD_HOME", folder.toString()));

    try (Agent agent = Agent.start(home, "test", List.of(), false, () -> {})) {
      assertThat(agent.routes())
          .isNotEmpty()
          .allSatisfy(
              route ->
                  assertThat(ReservedNames.isOfProgram(route.path().split("/", 3)[1]))
                      .as(route.path())
                      .isTrue());
    }
  }

  private static Route route(HandlerType method, String path) {
    Handler handler = context -> context.result("stranger " + path);
    return new Route(method, path, Scope.READ, "stranger", handler);
  }

  private class Feature implements ClientFeature {
    private final String name;
    private final List<Route> routes;

    Feature(String name, Route... routes) {
      this.name = name;
      this.routes = List.of(routes);
    }

    Optional<Panel> panel() {
      return Optional.empty();
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public List<Object> commands(CommandContext context) {
      return List.of();
    }

    @Override
    public RunningClient start(ClientContext context) {
      return new RunningClient() {
        @Override
        public List<Route> routes() {
          return routes;
        }

        @Override
        public Optional<Panel> panel() {
          return Feature.this.panel();
        }

        @Override
        public void close() {
          closed.add(name);
        }
      };
    }
  }
}
