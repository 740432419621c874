package org.example.notes.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.javalin.http.HandlerType;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.anonymouscloud.core.plugin.AccountSession;
import org.anonymouscloud.core.plugin.ClientContext;
import org.anonymouscloud.core.plugin.Panel;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.plugin.Route;
import org.anonymouscloud.core.plugin.RunningClient;
import org.anonymouscloud.core.plugin.Scope;
import org.anonymouscloud.core.wire.Refused;

/** The notes in a running agent: routes and a panel. Thread-safe. */
final class RunningNotes implements RunningClient {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MAX_BODY = 16 * 1024;

  private final ClientContext context;

  RunningNotes(ClientContext context) {
    this.context = context;
  }

  @Override
  public List<Route> routes() {
    return List.of(
        new Route(
            HandlerType.GET,
            "/notes",
            Scope.READ,
            "All notes.",
            request -> request.json(Map.of("notes", new NoteBook(context.account()).list()))),
        new Route(
            HandlerType.POST,
            "/notes",
            Scope.WRITE,
            "Adds a note.",
            request -> {
              String text = text(request.req().getInputStream().readNBytes(MAX_BODY));
              request.json(Map.of("id", new NoteBook(context.account()).add(text)));
            }),
        new Route(
            HandlerType.DELETE,
            "/notes/{id}",
            Scope.WRITE,
            "Removes a note.",
            request -> {
              new NoteBook(context.account()).remove(request.pathParam("id"));
              request.json(Map.of("removed", true));
            }),
        new Route(
            HandlerType.POST,
            "/notes/renew",
            Scope.WRITE,
            "Seals notes of older generations anew.",
            request -> request.json(Map.of("renewed", new NoteBook(context.account()).renew()))));
  }

  /** A device was removed: what it knows the keys of is sealed anew. */
  @Override
  public List<String> beginGeneration(AccountSession account) throws IOException {
    try {
      var _ = new NoteBook(account).renew();
      return List.of();
    } catch (Problem | Refused e) {
      return List.of("The notes were not sealed anew: " + e.getMessage());
    }
  }

  private static String text(byte[] body) throws Exception {
    JsonNode text = JSON.readTree(body).path("text");
    if (!text.isTextual() || text.textValue().isBlank()) {
      throw new Problem(Problem.Kind.BAD_INPUT, "The body has no 'text'.");
    }
    return text.textValue();
  }

  @Override
  public Optional<Panel> panel() {
    return Optional.of(new Panel("Notes", "ui"));
  }
}
