package org.anonymouscloud.vault.client.api;

import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.anonymouscloud.core.plugin.NotLoggedIn;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.plugin.Route;
import org.anonymouscloud.core.plugin.Scope;
import org.anonymouscloud.vault.client.archive.ArchiveEntry;
import org.anonymouscloud.vault.client.archive.ArchiveReader;
import org.anonymouscloud.vault.client.archive.ArchiveWriter;
import org.anonymouscloud.vault.client.content.ReadAhead;
import org.anonymouscloud.vault.client.content.Step;
import org.anonymouscloud.vault.client.drive.Attributes;
import org.anonymouscloud.vault.client.drive.Batch;
import org.anonymouscloud.vault.client.drive.Precondition;
import org.anonymouscloud.vault.client.format.Entry;
import org.anonymouscloud.vault.client.format.Name;
import org.anonymouscloud.vault.client.store.Untrusted;
import org.anonymouscloud.vault.client.tree.VaultPath;

/** Whole trees as one tar archive, so that ten thousand files are one request. Thread-safe. */
final class TreeRoutes {
  private final OpenDrive drive;

  TreeRoutes(OpenDrive drive) {
    this.drive = drive;
  }

  List<Route> routes() {
    return Stream.of("/vault/trees", "/vault/trees/<path>")
        .flatMap(
            path ->
                Stream.of(
                    new Route(
                        HandlerType.GET,
                        path,
                        Scope.READ,
                        "A file or a folder with all that is in it, as a tar archive.",
                        VaultProblems.told(this::get)),
                    new Route(
                        HandlerType.PUT,
                        path,
                        Scope.WRITE,
                        "Make a folder what a tar archive holds, beside what is there already.",
                        VaultProblems.told(this::put))))
        .toList();
  }

  private void get(Context context) throws Problem, NotLoggedIn, IOException {
    VaultPath path = Asked.path(context);
    try (ReadAhead tree = drive.get().snapshot().tree(path)) {
      // Before the headers: a tree that is not there still gets its status.
      ReadAhead.Arrived first = tree.next();
      context.contentType("application/octet-stream");
      context.header("Content-Disposition", "attachment; filename=\"tree.tar\"");
      send(path, tree, first, new ArchiveWriter(context.outputStream()));
    }
  }

  private static void send(
      VaultPath path, ReadAhead tree, ReadAhead.Arrived first, ArchiveWriter archive)
      throws Problem, IOException {
    VaultPath current = path;
    boolean begun = false;
    try {
      for (ReadAhead.Arrived next = first; next.step() != null; next = tree.next()) {
        switch (next.step()) {
          case Step.Begin(VaultPath at, Entry entry) -> {
            if (begun) {
              archive.end();
            }
            current = path.join(at);
            archive.begin(describe(at, entry));
            begun = true;
          }
          case Step.Segment segment ->
              archive.write(next.plain(), segment.from(), segment.to() - segment.from());
        }
      }
    } catch (Untrusted e) {
      throw VaultProblems.untrusted(current, e);
    }
    if (begun) {
      archive.end();
    }
    archive.finish();
  }

  private static ArchiveEntry describe(VaultPath at, Entry entry) {
    List<String> names = at.names().stream().map(Name::text).toList();
    return switch (entry) {
      case Entry.Folder folder -> ArchiveEntry.folder(names, folder.modified());
      case Entry.File file ->
          ArchiveEntry.file(
              names.isEmpty() ? List.of(file.name().text()) : names,
              file.content().length(),
              file.modified(),
              file.executable());
    };
  }

  private void put(Context context) throws Problem, NotLoggedIn, IOException {
    VaultPath path = Asked.newPath(context);
    Counts counts = new Counts();
    try (Batch batch = drive.get().batch();
        InputStream body = context.bodyInputStream()) {
      ArchiveReader archive = new ArchiveReader(body);
      for (ArchiveEntry entry = archive.next(); entry != null; entry = archive.next()) {
        add(batch, path, entry, archive, counts);
      }
      Batch.Committed committed = batch.commit();
      Map<String, Object> answer = FileRoutes.changed(path, committed);
      answer.putAll(counts.told());
      answer.put("skipped", archive.skipped());
      context.json(answer);
    }
  }

  private static void add(
      Batch batch, VaultPath top, ArchiveEntry entry, ArchiveReader archive, Counts counts)
      throws Problem, IOException {
    VaultPath path = Asked.writable(top.join(Asked.path(String.join("/", entry.names()))));
    if (entry.folder()) {
      batch.makeFoldersBelow(top, path, Optional.of(entry.modified()));
      counts.folders++;
    } else {
      batch.makeFoldersBelow(top, path.parent(), Optional.empty());
      batch.write(
          path,
          archive.content(),
          new Attributes(entry.modified(), entry.executable()),
          new Precondition.Anything());
      counts.files++;
      counts.bytes += entry.size();
    }
  }

  /** What came in. */
  private static final class Counts {
    private long files;
    private long folders;
    private long bytes;

    Map<String, Object> told() {
      Map<String, Object> told = new LinkedHashMap<>();
      told.put("files", files);
      told.put("folders", folders);
      told.put("bytes", bytes);
      return told;
    }
  }
}
