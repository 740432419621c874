package org.anonymouscloud.vault.client.api;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.MinimalPrettyPrinter;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.anonymouscloud.core.plugin.NotLoggedIn;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.plugin.Route;
import org.anonymouscloud.core.plugin.Scope;
import org.anonymouscloud.vault.client.content.Step;
import org.anonymouscloud.vault.client.drive.Snapshot;
import org.anonymouscloud.vault.client.format.Entry;
import org.anonymouscloud.vault.client.tree.Cursor;
import org.anonymouscloud.vault.client.tree.VaultPath;
import org.anonymouscloud.vault.client.walk.Span;

/** What of a tree is looked for, told as it is found. Thread-safe. */
final class FoundRoutes {
  private static final String[] QUERY =
      Stream.concat(Stream.of(Wanted.QUERY), Stream.of(OpenDrive.AT)).toArray(String[]::new);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final OpenDrive drive;

  FoundRoutes(OpenDrive drive) {
    this.drive = drive;
  }

  List<Route> routes() {
    return Stream.of("/vault/found", "/vault/found/<path>")
        .map(
            path ->
                new Route(
                        HandlerType.GET,
                        path,
                        Scope.READ,
                        "What below a folder, or at the path, fits (name: a pattern, type, larger,"
                            + " smaller, newer, older; at): a line of JSON each, and one with"
                            + " 'unreadable' for what could not be read.",
                        VaultProblems.told(this::find))
                    .asking(QUERY))
        .toList();
  }

  private void find(Context context) throws Problem, NotLoggedIn, IOException {
    Wanted wanted = Wanted.of(context);
    Snapshot snapshot = drive.snapshot(context);
    VaultPath start = snapshot.named(RequestArguments.path(context));
    Optional<Entry> there = snapshot.find(start);
    JsonGenerator json = JSON.createGenerator(context.outputStream());
    json.setPrettyPrinter(new MinimalPrettyPrinter("\n"));
    Cursor<Step.Begin> below =
        isNoFolder(there)
            ? () -> null
            : snapshot.walk(
                start,
                Span.ALL,
                (path, why) ->
                    json.writePOJO(
                        Map.of(
                            "unreadable",
                            start.join(path).toString(),
                            "code",
                            VaultProblems.kind(why).code(),
                            "detail",
                            String.valueOf(why.getMessage()))));
    context.contentType("application/x-ndjson");
    if (isNoFolder(there) && wanted.is(there.get())) {
      json.writePOJO(EntryView.of(start, there.get()));
    }
    for (Step.Begin next = below.next(); next != null; next = below.next()) {
      if (wanted.is(next.entry())) {
        json.writePOJO(EntryView.of(start.join(next.path()), next.entry()));
      }
    }
    json.flush();
  }

  private static boolean isNoFolder(Optional<Entry> there) {
    return there.isPresent() && !(there.get() instanceof Entry.Folder);
  }
}
