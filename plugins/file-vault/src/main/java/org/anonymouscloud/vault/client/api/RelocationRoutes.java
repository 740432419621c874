package org.anonymouscloud.vault.client.api;

import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.anonymouscloud.core.plugin.NotLoggedIn;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.plugin.Route;
import org.anonymouscloud.core.plugin.Scope;
import org.anonymouscloud.vault.client.drive.Batch;
import org.anonymouscloud.vault.client.drive.Drive;
import org.anonymouscloud.vault.client.drive.Snapshot;
import org.anonymouscloud.vault.client.remote.Untrusted;
import org.anonymouscloud.vault.client.tree.Unread;
import org.anonymouscloud.vault.client.tree.VaultPath;

/** Files and folders that get another place, without their content. Thread-safe. */
final class RelocationRoutes {
  private final OpenDrive drive;

  RelocationRoutes(OpenDrive drive) {
    this.drive = drive;
  }

  List<Route> routes() {
    return List.of(
        new Route(
            HandlerType.POST,
            "/vault/moves",
            Scope.WRITE,
            "Move files and folders ({sources, target, force}): into the target if it is a folder,"
                + " else a single one to that name. All or none; with force a file that is there"
                + " goes to the trash.",
            VaultProblems.told(drive, this::move)),
        new Route(
            HandlerType.POST,
            "/vault/copies",
            Scope.WRITE,
            "Copy files, and folders if recursive, within the vault ({sources, target, recursive,"
                + " force, at}); no content is read or sent. With force a file that is there goes"
                + " to the trash; with at, what was there at a time, or in the state of a number."
                + " All or none, but for what cannot be read.",
            VaultProblems.told(drive, this::copy)));
  }

  private void move(Context context) throws Problem, NotLoggedIn, IOException {
    Relocation asked = Relocation.of(context);
    if (asked.recursive() != null) {
      throw RequestArguments.bad("A folder always moves with all that is in it.");
    }
    if (asked.at() != null) {
      throw RequestArguments.bad("What was cannot be moved; copy it.");
    }
    try (Batch batch = drive.of(context).batch()) {
      List<Relocation.Way> ways = asked.ways(batch, RequestArguments.place(context));
      Map<Relocation.Way, Integer> commits = new LinkedHashMap<>();
      for (Relocation.Way way : ways) {
        batch.move(way.from(), way.to(), Boolean.TRUE.equals(asked.force()));
        commits.put(way, batch.commits());
      }
      context.json(done("moved", commits, batch));
    }
  }

  private void copy(Context context) throws Problem, NotLoggedIn, IOException {
    Relocation asked = Relocation.of(context);
    boolean force = Boolean.TRUE.equals(asked.force());
    boolean recursive = Boolean.TRUE.equals(asked.recursive());
    Map<VaultPath, Untrusted> unread = new LinkedHashMap<>();
    Drive open = drive.of(context);
    Optional<Snapshot> earlier =
        asked.at() == null
            ? Optional.empty()
            : Optional.of(open.snapshot(RequestArguments.asOf(asked.at())));
    try (Batch batch = open.batch()) {
      List<Relocation.Way> ways =
          earlier.isPresent()
              ? asked.ways(batch, RequestArguments.place(context), earlier.get()::named)
              : asked.ways(batch, RequestArguments.place(context));
      Map<Relocation.Way, Integer> commits = new LinkedHashMap<>();
      for (Relocation.Way way : ways) {
        Unread hears = (below, why) -> unread.put(way.from().join(below), why);
        if (earlier.isPresent()) {
          batch.copyFrom(earlier.get(), way.from(), way.to(), recursive, force, hears);
        } else {
          batch.copy(way.from(), way.to(), recursive, force, hears);
        }
        commits.put(way, batch.commits());
      }
      Map<String, Object> answer = done("copied", commits, batch);
      answer.put("unreadable", unreadable(unread));
      context.json(answer);
    }
  }

  static List<Map<String, String>> unreadable(Map<VaultPath, Untrusted> unread) {
    List<Map<String, String>> parts = new ArrayList<>();
    unread.forEach(
        (path, why) ->
            parts.add(
                Map.of(
                    "path", path.toString(),
                    "code", VaultProblems.kind(why).code(),
                    "detail", String.valueOf(why.getMessage()))));
    return parts;
  }

  /**
   * Commits, and says what was done.
   *
   * @param commits of each way that of the batch, for {@link Batch#place}
   */
  private static Map<String, Object> done(
      String what, Map<Relocation.Way, Integer> commits, Batch batch) throws IOException {
    Batch.Committed committed = batch.commit();
    List<Map<String, String>> done = new ArrayList<>();
    commits.forEach(
        (way, commit) ->
            done.add(
                Map.of(
                    "from",
                    way.from().toString(),
                    "to",
                    batch.place(way.to(), commit).toString())));
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put(what, done);
    answer.put("sent", committed.sentBytes());
    answer.put("conflicts", committed.conflicts().stream().map(VaultPath::toString).toList());
    FileRoutes.tellRemoval(answer, committed);
    return answer;
  }
}
