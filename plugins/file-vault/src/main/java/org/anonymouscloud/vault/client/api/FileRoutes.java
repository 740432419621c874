package org.anonymouscloud.vault.client.api;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.anonymouscloud.core.plugin.NotLoggedIn;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.plugin.Route;
import org.anonymouscloud.core.plugin.Scope;
import org.anonymouscloud.vault.client.content.Step;
import org.anonymouscloud.vault.client.drive.Batch;
import org.anonymouscloud.vault.client.drive.EntryTag;
import org.anonymouscloud.vault.client.drive.Precondition;
import org.anonymouscloud.vault.client.drive.Snapshot;
import org.anonymouscloud.vault.client.format.Entry;
import org.anonymouscloud.vault.client.format.Times;
import org.anonymouscloud.vault.client.remote.Untrusted;
import org.anonymouscloud.vault.client.tree.Cursor;
import org.anonymouscloud.vault.client.tree.VaultPath;
import org.anonymouscloud.vault.client.walk.Span;

/** One file or folder: its bytes, its entries, its place. Thread-safe. */
final class FileRoutes {
  private static final int USUAL_LIMIT = 1_000;
  private static final int MAX_LIMIT = 10_000;
  private static final int NOT_MODIFIED = 304;
  private static final int PARTIAL = 206;
  private static final String[] READ_TERMS = {
    "If-Match", "If-None-Match", "If-Modified-Since", "If-Range", "Range"
  };
  private static final String[] READ_QUERY = {OpenDrive.AT, "after", "past", "limit", "recursive"};

  /** RFC 9110, section 5.6.7. */
  private static final DateTimeFormatter HTTP_DATE =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH)
          .withZone(ZoneOffset.UTC);

  private static final ObjectMapper JSON = new ObjectMapper();

  private final OpenDrive drive;
  private final Clock clock;
  private final Transfers transfers;

  FileRoutes(OpenDrive drive, Clock clock, Transfers transfers) {
    this.drive = drive;
    this.clock = clock;
    this.transfers = transfers;
  }

  List<Route> routes() {
    return Stream.of("/vault/files", "/vault/files/<path>")
        .flatMap(
            path ->
                Stream.of(
                    new Route(
                            HandlerType.GET,
                            path,
                            Scope.READ,
                            "A file's bytes, whole or in part (Range), or a folder's entries"
                                + " (after, past: also what is below it, limit, recursive); at: as"
                                + " it was at a time, or in the state of a number.",
                            VaultProblems.told(this::get))
                        .heeding(READ_TERMS)
                        .asking(READ_QUERY),
                    new Route(
                            HandlerType.PUT,
                            path,
                            Scope.WRITE,
                            "Write a file from the body (modified, executable, sparse:"
                                + " nothing need be stored of zeros; If-Match,"
                                + " If-None-Match, Content-Digest, Repr-Digest).",
                            VaultProblems.told(drive, context -> transfers.run(() -> put(context))))
                        .heeding("If-Match", "If-None-Match", "Content-Digest", "Repr-Digest")
                        .asking("modified", "executable", "sparse"),
                    new Route(
                            HandlerType.DELETE,
                            path,
                            Scope.WRITE,
                            "Move a file or folder to the trash, or delete it for good (recursive,"
                                + " forever; If-Match).",
                            VaultProblems.told(drive, this::delete))
                        .heeding("If-Match", "If-None-Match")
                        .asking("recursive", "forever")))
        .toList();
  }

  private void get(Context context) throws Problem, NotLoggedIn, IOException {
    Snapshot snapshot = drive.snapshot(context);
    VaultPath path = snapshot.named(RequestArguments.path(context));
    if (snapshot.find(path).orElse(null) instanceof Entry.File file) {
      try {
        if (context.method().equals(HandlerType.HEAD)) {
          sendFile(context, snapshot, file);
        } else {
          transfers.run(() -> sendFile(context, snapshot, file));
        }
      } catch (Untrusted e) {
        throw VaultProblems.untrusted(RequestArguments.place(context), path, e);
      }
    } else {
      sendEntries(context, snapshot, path);
    }
  }

  private static void sendFile(Context context, Snapshot snapshot, Entry.File file)
      throws Problem, IOException {
    if (!Set.of(OpenDrive.AT).containsAll(context.queryParamMap().keySet())) {
      throw RequestArguments.bad("This is a file; a query but 'at' is for folders.");
    }
    long size = file.content().length();
    EntryTag state = EntryTag.of(file);
    String tag = '"' + state.text() + '"';
    context.header("ETag", tag);
    context.header("Accept-Ranges", "bytes");
    String modified = HTTP_DATE.format(Times.nearest(file.modified()));
    context.header("Last-Modified", modified);
    String match = context.header("If-Match");
    if (match != null && !EntityTags.of(match).nameExactly(state)) {
      throw new Problem(Problem.Kind.PRECONDITION_FAILED, "The file is not what it was.");
    }
    String noneMatch = context.header("If-None-Match");
    // A file's time is its owner's to set, also backwards: only the same one says that nothing has
    // changed.
    boolean known =
        noneMatch == null
            ? modified.equals(context.header("If-Modified-Since"))
            : EntityTags.of(noneMatch).name(state);
    if (known) {
      context.status(NOT_MODIFIED);
      return;
    }
    String ifRange = context.header("If-Range");
    boolean whole = ifRange != null && !ifRange.strip().equals(tag);
    ByteRange range;
    try {
      Optional<ByteRange> asked =
          whole ? Optional.empty() : ByteRange.of(context.header("Range"), size);
      asked.ifPresent(
          part -> {
            context.status(PARTIAL);
            context.header(
                "Content-Range",
                "bytes " + part.from() + "-" + (part.from() + part.length() - 1) + "/" + size);
          });
      range = asked.orElse(new ByteRange(0, size));
    } catch (ByteRange.Unsatisfiable e) {
      context.header("Content-Range", "bytes */" + size);
      throw new Problem(
          Problem.Kind.NO_SUCH_RANGE, "The file has " + size + " bytes; the range is beyond them.");
    }
    context.contentType("application/octet-stream");
    context.header("Content-Disposition", disposition(file));
    context.header("Content-Length", Long.toString(range.length()));
    if (!context.method().equals(HandlerType.HEAD)) {
      snapshot.read(file, range.from(), range.length(), context.outputStream());
    }
  }

  /** Never shown inline: what a file holds must not run in a browser as a page of the agent's. */
  private static String disposition(Entry.File file) {
    return "attachment; filename*=UTF-8''"
        + URLEncoder.encode(file.name().text(), StandardCharsets.UTF_8).replace("+", "%20");
  }

  private static void sendEntries(Context context, Snapshot snapshot, VaultPath path)
      throws Problem, IOException {
    for (String term : READ_TERMS) {
      if (context.header(term) != null) {
        throw RequestArguments.bad(term + " is for files; a folder is always told anew.");
      }
    }
    int limit = RequestArguments.number(context, "limit", USUAL_LIMIT, MAX_LIMIT);
    VaultPath after =
        RequestArguments.path(Optional.ofNullable(context.queryParam("after")).orElse(""));
    Map<VaultPath, Untrusted> unread = new LinkedHashMap<>();
    Span span =
        new Span(
            RequestArguments.flag(context, "recursive"),
            after,
            RequestArguments.flag(context, "past"));
    Cursor<Step.Begin> entries = snapshot.walk(path, span, unread::put);
    context.contentType("application/json");
    try (JsonGenerator json = JSON.createGenerator(context.outputStream())) {
      json.writeStartObject();
      json.writeStringField("path", path.toString());
      json.writeStringField("type", "folder");
      json.writeArrayFieldStart("entries");
      Step.Begin entry = entries.next();
      VaultPath last = after;
      for (int i = 0; i < limit && entry != null; i++) {
        last = entry.path();
        json.writePOJO(EntryView.of(path.join(last), entry.entry()));
        entry = entries.next();
      }
      json.writeEndArray();
      if (entry != null) {
        json.writeStringField("next", last.toString());
      }
      json.writeArrayFieldStart("unreadable");
      for (Map.Entry<VaultPath, Untrusted> folder : unread.entrySet()) {
        json.writeStartObject();
        json.writeStringField("path", path.join(folder.getKey()).toString());
        json.writeStringField("code", VaultProblems.kind(folder.getValue()).code());
        json.writeStringField("detail", folder.getValue().getMessage());
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeEndObject();
    }
  }

  private void put(Context context) throws Problem, NotLoggedIn, IOException {
    Map<String, Object> answer;
    try (Batch batch = drive.of(context).batch();
        InputStream body = context.bodyInputStream()) {
      VaultPath path = RequestArguments.writable(batch.named(RequestArguments.path(context)));
      DigestedBody digested = DigestedBody.of(context, body);
      batch.write(
          path,
          digested.stream(),
          RequestArguments.attributes(context, clock),
          RequestArguments.precondition(context));
      try {
        digested.verify();
      } catch (Problem e) {
        // What is not what it should be is not gone on from.
        boolean _ = batch.takeBack(path);
        throw e;
      }
      answer = committed(path, batch);
      answer.put("resumed", batch.committed().resumedBytes());
    }
    context.json(answer);
  }

  private void delete(Context context) throws Problem, NotLoggedIn, IOException {
    VaultPath path;
    Batch.Committed committed;
    try (Batch batch = drive.of(context).batch()) {
      path = batch.named(RequestArguments.path(context));
      boolean recursive = RequestArguments.flag(context, "recursive");
      Precondition precondition = RequestArguments.precondition(context);
      if (RequestArguments.flag(context, "forever")) {
        batch.remove(path, recursive, precondition);
      } else {
        batch.discard(path, recursive, precondition);
      }
      committed = batch.commit();
    }
    context.json(changed(path, committed));
  }

  /** Commits what is to be at a path, and says what was done and where it is. */
  static Map<String, Object> committed(VaultPath path, Batch batch) throws IOException {
    int commit = batch.commits();
    Batch.Committed committed = batch.commit();
    return changed(batch.place(path, commit), committed);
  }

  /** What a change has done. */
  static Map<String, Object> changed(VaultPath path, Batch.Committed committed) {
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("path", path.toString());
    answer.put("sent", committed.sentBytes());
    answer.put("conflicts", committed.conflicts().stream().map(VaultPath::toString).toList());
    tellRemoval(answer, committed);
    return answer;
  }

  /** Which removal the trash has now, and for how many days. */
  static void tellRemoval(Map<String, Object> answer, Batch.Committed committed) {
    committed.removal().ifPresent(removal -> answer.put("removal", removal.text()));
    committed.days().ifPresent(days -> answer.put("removalDays", days));
  }
}
