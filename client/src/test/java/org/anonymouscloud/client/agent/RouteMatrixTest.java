package org.anonymouscloud.client.agent;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.javalin.http.HandlerType;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.anonymouscloud.client.agent.api.LocalApi;
import org.anonymouscloud.client.home.AgentAddress;
import org.anonymouscloud.client.home.ApiToken;
import org.anonymouscloud.client.home.Home;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.host.OfferedFeature;
import org.anonymouscloud.core.plugin.ClientContext;
import org.anonymouscloud.core.plugin.ClientFeature;
import org.anonymouscloud.core.plugin.CommandContext;
import org.anonymouscloud.core.plugin.Route;
import org.anonymouscloud.core.plugin.RunningClient;
import org.anonymouscloud.core.plugin.Scope;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every route of a running agent, asked with every kind of token. */
@Tag("A37")
@Tag("A62")
final class RouteMatrixTest {
  /** What each route needs; one that is not listed here fails the build. */
  private static final Map<String, Scope> NEEDED =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry("GET /account", Scope.READ),
              Map.entry("DELETE /account", Scope.ADMIN),
              Map.entry("GET /account/delete", Scope.ADMIN),
              Map.entry("POST /account/delete", Scope.ADMIN),
              Map.entry("GET /account/devices", Scope.ADMIN),
              Map.entry("POST /account/devices/revoke", Scope.ADMIN),
              Map.entry("POST /account/devices/{device}/name", Scope.ADMIN),
              Map.entry("GET /account/keys", Scope.READ),
              Map.entry("POST /account/lock", Scope.ADMIN),
              Map.entry("POST /account/unlock", Scope.ADMIN),
              Map.entry("PUT /account/passphrase", Scope.ADMIN),
              Map.entry("POST /account/login", Scope.ADMIN),
              Map.entry("POST /account/pair", Scope.ADMIN),
              Map.entry("POST /account/pairing", Scope.ADMIN),
              Map.entry("DELETE /account/pairing", Scope.ADMIN),
              Map.entry("POST /account/pairing/accept", Scope.ADMIN),
              Map.entry("POST /account/pairing/wait", Scope.ADMIN),
              Map.entry("POST /account/password", Scope.ADMIN),
              Map.entry("POST /account/recover", Scope.ADMIN),
              Map.entry("POST /account/recover/confirm", Scope.ADMIN),
              Map.entry("POST /account/register", Scope.ADMIN),
              Map.entry("POST /account/register/confirm", Scope.ADMIN),
              Map.entry("POST /account/rehearse", Scope.ADMIN),
              Map.entry("GET /account/restored", Scope.ADMIN),
              Map.entry("POST /account/restored/accept", Scope.ADMIN),
              Map.entry("GET /agent", Scope.READ),
              Map.entry("POST /agent/stop", Scope.ADMIN),
              Map.entry("GET /contacts", Scope.READ),
              Map.entry("GET /contacts/{name}", Scope.READ),
              Map.entry("PUT /contacts/{name}", Scope.ADMIN),
              Map.entry("DELETE /contacts/{name}", Scope.ADMIN),
              Map.entry("GET /events", Scope.READ),
              Map.entry("GET /panels", Scope.READ),
              Map.entry("PUT /feature/write", Scope.WRITE),
              Map.entry("POST /feature/chat", Scope.CHAT)));

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int UNAUTHORIZED = 401;
  private static final int FORBIDDEN = 403;

  @TempDir private Path folder;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final AtomicInteger effects = new AtomicInteger();

  @Test
  void eachRouteIsOpenToATokenOfItsScopeAndToNoOther() throws Exception {
    Home home = Home.of(Map.of("ANONCLOUD_HOME", folder.toString()));
    try (Agent agent =
            Agent.start(home, "test", List.of(OfferedFeature.own(new Feature())), false, () -> {});
        Secret whole = AgentAddress.token(home.folder())) {
      Map<String, Scope> offered = new TreeMap<>();
      agent
          .routes()
          .forEach(route -> offered.put(route.method() + " " + route.path(), route.scope()));
      assertThat(offered).isEqualTo(NEEDED);

      for (Route route : agent.routes()) {
        String name = route.method() + " " + route.path();
        assertThat(ask(agent, route, "")).as(name).isEqualTo(Answer.NO_TOKEN);
        try (Secret alone = ApiToken.limited(whole, EnumSet.of(route.scope()));
            Secret others =
                ApiToken.limited(whole, EnumSet.complementOf(EnumSet.of(route.scope())))) {
          int before = effects.get();
          assertThat(ask(agent, route, TokenRequest.bearer(others)))
              .as("%s with all scopes but %s", name, route.scope())
              .isEqualTo(Answer.NOT_ALLOWED);
          assertThat(effects).as(name).hasValue(before);
          assertThat(ask(agent, route, TokenRequest.bearer(alone))).as(name).isNotIn(Answer.SHUT);
        }
        assertThat(ask(agent, route, TokenRequest.bearer(whole))).as(name).isNotIn(Answer.SHUT);
      }
      // The feature's two, each with a token of its own and with the whole one.
      assertThat(effects).hasValue(4);
    }
  }

  /** What the API says: a status and, for a problem, its code. */
  private record Answer(int status, String code) {
    static final Answer NO_TOKEN = new Answer(UNAUTHORIZED, "token-needed");
    static final Answer NOT_ALLOWED = new Answer(FORBIDDEN, "scope-needed");
    static final Set<Answer> SHUT = Set.of(NO_TOKEN, NOT_ALLOWED);
  }

  private Answer ask(Agent agent, Route route, String token) throws Exception {
    String path = TokenRequest.path(route);
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(agent.url() + LocalApi.PREFIX + path))
            .header("Content-Type", "application/json")
            .method(
                route.method().toString(),
                route.method().equals(HandlerType.GET)
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString("{}"));
    if (!token.isEmpty()) {
      request.header("Authorization", token);
    }
    HttpResponse<byte[]> answer =
        http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    return new Answer(answer.statusCode(), JSON.readTree(answer.body()).path("code").asText());
  }

  /** A feature with a route of each scope that the agent's own have not. */
  private final class Feature implements ClientFeature {
    @Override
    public String name() {
      return "feature";
    }

    @Override
    public RunningClient start(ClientContext context) {
      return () ->
          List.of(
              route(HandlerType.PUT, "/feature/write", Scope.WRITE),
              route(HandlerType.POST, "/feature/chat", Scope.CHAT));
    }

    private Route route(HandlerType method, String path, Scope scope) {
      return new Route(
          method, path, scope, "", context -> context.json(Map.of("n", effects.incrementAndGet())));
    }

    @Override
    public List<Object> commands(CommandContext context) {
      return List.of();
    }
  }
}
