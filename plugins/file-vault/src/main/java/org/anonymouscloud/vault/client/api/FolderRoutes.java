package org.anonymouscloud.vault.client.api;

import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.anonymouscloud.core.plugin.NotLoggedIn;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.plugin.Route;
import org.anonymouscloud.core.plugin.Scope;
import org.anonymouscloud.vault.client.drive.Batch;
import org.anonymouscloud.vault.client.drive.Snapshot;
import org.anonymouscloud.vault.client.tree.VaultPath;
import org.anonymouscloud.vault.protocol.VaultMessages;
import org.jspecify.annotations.Nullable;

/** Folders, what is known of one thing, and the space that is used. Thread-safe. */
final class FolderRoutes {
  private final OpenDrive drive;
  private final Clock clock;

  FolderRoutes(OpenDrive drive, Clock clock) {
    this.drive = drive;
    this.clock = clock;
  }

  List<Route> routes() {
    return List.of(
        new Route(
                HandlerType.POST,
                "/vault/folders/<path>",
                Scope.WRITE,
                "Make a folder (parents: also those above it, and no error if it is there).",
                VaultProblems.told(drive, this::make))
            .asking("parents"),
        new Route(
                HandlerType.GET,
                "/vault/stat",
                Scope.READ,
                "What is known of the topmost folder (at).",
                VaultProblems.told(this::stat))
            .asking(OpenDrive.AT),
        new Route(
                HandlerType.GET,
                "/vault/stat/<path>",
                Scope.READ,
                "What is known of a file or folder, without its content (at).",
                VaultProblems.told(this::stat))
            .asking(OpenDrive.AT),
        new Route(
            HandlerType.GET,
            "/vault/usage",
            Scope.READ,
            "Bytes that the account uses on the server, and how many it may.",
            VaultProblems.told(this::usage)));
  }

  private void make(Context context) throws Problem, NotLoggedIn, IOException {
    boolean parents = RequestArguments.flag(context, "parents");
    try (Batch batch = drive.of(context).batch()) {
      VaultPath path = RequestArguments.writable(batch.named(RequestArguments.path(context)));
      boolean made = true;
      if (parents) {
        made = batch.makeFolders(path, clock.instant());
      } else {
        batch.makeNewFolder(path, clock.instant());
      }
      Map<String, Object> answer = FileRoutes.committed(path, batch);
      answer.put("made", made);
      context.json(answer);
    }
  }

  private void stat(Context context) throws Problem, NotLoggedIn, IOException {
    Snapshot snapshot = drive.snapshot(context);
    VaultPath path = snapshot.named(RequestArguments.path(context));
    context.json(path.isTop() ? EntryView.top() : EntryView.of(path, snapshot.entry(path)));
  }

  private void usage(Context context) throws Problem, NotLoggedIn, IOException {
    VaultMessages.Usage usage = drive.of(context).usage();
    context.json(
        new Space(
            usage.used(), usage.quota() == Long.MAX_VALUE ? null : usage.quota(), usage.packs()));
  }

  /**
   * @param quota bytes; none for no limit
   */
  private record Space(long used, @Nullable Long quota, long packs) {}
}
