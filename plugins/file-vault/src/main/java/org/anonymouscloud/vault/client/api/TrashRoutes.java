package org.anonymouscloud.vault.client.api;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import org.anonymouscloud.core.plugin.NotLoggedIn;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.plugin.Route;
import org.anonymouscloud.core.plugin.Scope;
import org.anonymouscloud.vault.client.drive.Batch;
import org.anonymouscloud.vault.client.drive.Drive;
import org.anonymouscloud.vault.client.drive.Precondition;
import org.anonymouscloud.vault.client.drive.Snapshot;
import org.anonymouscloud.vault.client.drive.Trash;
import org.anonymouscloud.vault.client.drive.Trashed;
import org.anonymouscloud.vault.client.format.Name;
import org.anonymouscloud.vault.client.remote.Untrusted;
import org.anonymouscloud.vault.client.tree.Cursor;
import org.anonymouscloud.vault.client.tree.PathRefused;
import org.anonymouscloud.vault.client.tree.PathRefused.Reason;
import org.anonymouscloud.vault.client.tree.VaultPath;
import org.jspecify.annotations.Nullable;

/** What was removed and can be brought back. Thread-safe. */
final class TrashRoutes {
  private static final int USUAL_LIMIT = 1_000;
  private static final int MAX_LIMIT = 10_000;
  private static final int MAX_PATHS = 10_000;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final OpenDrive drive;

  TrashRoutes(OpenDrive drive) {
    this.drive = drive;
  }

  List<Route> routes() {
    return List.of(
        new Route(
                HandlerType.GET,
                "/vault/trash",
                Scope.READ,
                "What is in the trash, the oldest removal first (after, limit).",
                VaultProblems.told(this::list))
            .asking("after", "limit"),
        new Route(
            HandlerType.POST,
            "/vault/trash",
            Scope.WRITE,
            "Move files and folders to the trash as one removal ({paths, recursive}); what cannot"
                + " be removed is named, the rest goes on.",
            VaultProblems.told(drive, this::discard)),
        new Route(
            HandlerType.POST,
            "/vault/trash/restore",
            Scope.WRITE,
            "Bring back from the trash ({things, to}): each a removal, a part of one as"
                + " removal/path, or a /path for the newest removal that has it. To where it was,"
                + " or into a folder; 'to' says where it is now, which is another name where"
                + " something was there.",
            VaultProblems.told(drive, this::restore)),
        new Route(
            HandlerType.POST,
            "/vault/trash/delete",
            Scope.WRITE,
            "Delete from the trash ({things}, named as for restore); only earlier states keep it.",
            VaultProblems.told(drive, this::delete)),
        new Route(
                HandlerType.POST,
                "/vault/trash/empty",
                Scope.WRITE,
                "Delete for good what is in the trash (before: only what was removed before that"
                    + " time).",
                VaultProblems.told(this::empty))
            .asking("before"));
  }

  private static VaultPath after(Context context) throws Problem {
    return RequestArguments.path(Optional.ofNullable(context.queryParam("after")).orElse(""));
  }

  private void list(Context context) throws Problem, NotLoggedIn, IOException {
    int limit = RequestArguments.number(context, "limit", USUAL_LIMIT, MAX_LIMIT);
    Map<VaultPath, Untrusted> unread = new LinkedHashMap<>();
    Cursor<Trashed> things =
        drive.of(context).snapshot().trash().things(after(context), unread::put);
    Trashed thing = things.next();
    context.contentType("application/json");
    try (JsonGenerator json = JSON.createGenerator(context.outputStream())) {
      json.writeStartObject();
      json.writeArrayFieldStart("things");
      String last = "";
      for (int i = 0; i < limit && thing != null; i++) {
        ObjectNode described = JSON.valueToTree(EntryView.of(thing.path(), thing.entry()));
        described.put("removal", thing.removal().text());
        described.put("removed", thing.time().toString());
        json.writeTree(described);
        last = thing.removal().text() + thing.path();
        thing = things.next();
      }
      json.writeEndArray();
      if (thing != null) {
        json.writeStringField("next", last);
      }
      json.writeObjectField("unreadable", unreadable(unread));
      json.writeEndObject();
    }
  }

  private static List<Map<String, String>> unreadable(Map<VaultPath, Untrusted> unread) {
    List<Map<String, String>> parts = new ArrayList<>();
    unread.forEach(
        (path, why) ->
            parts.add(
                Map.of(
                    "path",
                    String.join("/", path.names().stream().map(Name::text).toList()),
                    "code",
                    VaultProblems.kind(why).code(),
                    "detail",
                    String.valueOf(why.getMessage()))));
    return parts;
  }

  private static String detail(IOException refusal, String place) {
    return refusal instanceof PathRefused path
        ? path.message(place)
        : String.valueOf(refusal.getMessage());
  }

  /** What shall go to the trash. */
  private record Discarded(@Nullable List<String> paths, @Nullable Boolean recursive) {}

  private void discard(Context context) throws Problem, NotLoggedIn, IOException {
    Discarded asked = JsonBody.read(context, Discarded.class);
    List<String> paths = some(asked.paths, "paths");
    boolean recursive = Boolean.TRUE.equals(asked.recursive);
    List<String> removed = new ArrayList<>();
    List<Map<String, String>> refused = new ArrayList<>();
    Map<String, Object> answer = new LinkedHashMap<>();
    try (Batch batch = drive.of(context).batch()) {
      SortedSet<VaultPath> sorted = new TreeSet<>();
      for (String text : paths) {
        sorted.add(batch.named(RequestArguments.path(text)));
      }
      // A folder comes before what lies in it, which then goes with it.
      for (VaultPath path : sorted) {
        try {
          batch.discard(path, recursive, new Precondition.Anything());
          removed.add(path.toString());
        } catch (PathRefused | Untrusted e) {
          refused.add(
              Map.of(
                  "path", path.toString(),
                  "code", VaultProblems.kind(e).name(),
                  "detail", detail(e, RequestArguments.place(context))));
        }
      }
      Batch.Committed committed = batch.commit();
      answer.put("removed", removed);
      answer.put("refused", refused);
      FileRoutes.tellRemoval(answer, committed);
      answer.put("sent", committed.sentBytes());
    }
    context.json(answer);
  }

  private static List<String> some(@Nullable List<String> texts, String name) throws Problem {
    if (texts == null || texts.isEmpty() || texts.size() > MAX_PATHS || texts.contains(null)) {
      throw RequestArguments.bad("The body has '" + name + "', 1 to " + MAX_PATHS + " of them.");
    }
    return texts;
  }

  /** What shall come back, and where to. */
  private record Restored(@Nullable List<String> things, @Nullable String to) {}

  /**
   * What came back.
   *
   * @param to where it was to be
   * @param commit of the batch, for {@link Batch#place}
   */
  private record Back(String from, VaultPath to, int commit) {
    Map<String, String> told(Batch batch) {
      return Map.of("from", from, "to", batch.place(to, commit).toString());
    }
  }

  private void restore(Context context) throws Problem, NotLoggedIn, IOException {
    Restored asked = JsonBody.read(context, Restored.class);
    Map<VaultPath, Untrusted> unread = new LinkedHashMap<>();
    List<Back> back = new ArrayList<>();
    Map<String, Object> answer = new LinkedHashMap<>();
    Drive open = drive.of(context);
    Snapshot snapshot = open.snapshot();
    Optional<VaultPath> folder =
        asked.to == null
            ? Optional.empty()
            : Optional.of(
                RequestArguments.writable(snapshot.named(RequestArguments.path(asked.to))));
    try (Batch batch = open.batch()) {
      for (String text : some(asked.things, "things")) {
        Cursor<Trashed> things = named(snapshot.trash(), text, unread);
        for (Trashed thing = things.next(); thing != null; thing = things.next()) {
          Name name = thing.path().name();
          VaultPath to = folder.map(into -> into.child(name)).orElse(thing.path());
          batch.restore(thing, to);
          back.add(new Back(thing.removal().text() + thing.path(), to, batch.commits()));
        }
      }
      Batch.Committed committed = batch.commit();
      answer.put("restored", back.stream().map(one -> one.told(batch)).toList());
      answer.put("conflicts", committed.conflicts().stream().map(VaultPath::toString).toList());
      answer.put("unreadable", unreadable(unread));
      answer.put("sent", committed.sentBytes());
    }
    context.json(answer);
  }

  /** What shall go for good. */
  private record Deleted(@Nullable List<String> things) {}

  private void delete(Context context) throws Problem, NotLoggedIn, IOException {
    Deleted asked = JsonBody.read(context, Deleted.class);
    Map<VaultPath, Untrusted> unread = new LinkedHashMap<>();
    List<String> deleted = new ArrayList<>();
    Drive open = drive.of(context);
    Trash trash = open.snapshot().trash();
    try (Batch batch = open.batch()) {
      for (String text : some(asked.things, "things")) {
        Cursor<Trashed> things = named(trash, text, unread);
        for (Trashed thing = things.next(); thing != null; thing = things.next()) {
          batch.deleteTrashed(thing);
          deleted.add(thing.removal().text() + thing.path());
        }
      }
      long sent = batch.commit().sentBytes();
      context.json(Map.of("deleted", deleted, "unreadable", unreadable(unread), "sent", sent));
    }
  }

  /** What is meant by a removal, a part of one, or a path; it is at least one thing. */
  private static Cursor<Trashed> named(Trash trash, String text, Map<VaultPath, Untrusted> unread)
      throws Problem, IOException {
    VaultPath path = RequestArguments.path(text);
    if (path.isTop()) {
      throw RequestArguments.bad("A thing in the trash is a removal or a path.");
    }
    boolean isRemoval = !text.startsWith("/");
    Name removal =
        isRemoval
            ? path.names().getFirst()
            : trash.newest(path).orElseThrow(() -> new PathRefused(Reason.NOT_IN_TRASH, path));
    Cursor<Trashed> things = trash.things(removal, isRemoval ? path.below(1) : path, unread::put);
    Trashed first = things.next();
    if (first == null) {
      throw new PathRefused(Reason.NOT_IN_TRASH, path);
    }
    return Trash.then(first, things);
  }

  private void empty(Context context) throws Problem, NotLoggedIn, IOException {
    String before = context.queryParam("before");
    try (Batch batch = drive.of(context).batch()) {
      long removals =
          batch.emptyTrash(before == null ? Optional.empty() : Optional.of(time(before)));
      Batch.Committed committed = batch.commit();
      context.json(Map.of("removals", removals, "sent", committed.sentBytes()));
    }
  }

  private static Instant time(String text) throws Problem {
    try {
      return Instant.parse(text);
    } catch (DateTimeException e) {
      throw RequestArguments.bad("before is a time like 2026-11-03T08:30:00Z.");
    }
  }
}
