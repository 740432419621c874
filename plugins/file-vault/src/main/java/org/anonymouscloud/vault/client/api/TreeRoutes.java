package org.anonymouscloud.vault.client.api;

import static java.util.Objects.requireNonNull;

import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
import org.anonymouscloud.vault.client.drive.Batch;
import org.anonymouscloud.vault.client.drive.Snapshot;
import org.anonymouscloud.vault.client.format.Entry;
import org.anonymouscloud.vault.client.remote.Untrusted;
import org.anonymouscloud.vault.client.tree.VaultPath;
import org.jspecify.annotations.Nullable;

/** Whole trees as one tar archive, so that ten thousand files are one request. Thread-safe. */
final class TreeRoutes {
  private final OpenDrive drive;
  private final Transfers transfers;

  TreeRoutes(OpenDrive drive, Transfers transfers) {
    this.drive = drive;
    this.transfers = transfers;
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
                            "A file or a folder with all that is in it, as a tar archive (at). What"
                                + " cannot be read is named in it by entries of type A: pax headers"
                                + " ANONYMOUSCLOUD.take-back, ANONYMOUSCLOUD.unreadable.",
                            VaultProblems.told(context -> transfers.run(() -> get(context))))
                        .asking(OpenDrive.AT),
                    new Route(
                        HandlerType.PUT,
                        path,
                        Scope.WRITE,
                        "Make a folder what a tar archive holds, beside what is there already.",
                        VaultProblems.told(drive, context -> transfers.run(() -> put(context))))))
        .toList();
  }

  private void get(Context context) throws Problem, NotLoggedIn, IOException {
    Snapshot snapshot = drive.snapshot(context);
    VaultPath path = snapshot.named(RequestArguments.path(context));
    Map<VaultPath, Untrusted> unread = new LinkedHashMap<>();
    try (ReadAhead tree = snapshot.tree(path, unread::put)) {
      // Before the headers: a tree that is not there still gets its status.
      ReadAhead.Arrived first = tree.next();
      context.contentType("application/octet-stream");
      context.header("Content-Disposition", "attachment; filename=\"tree.tar\"");
      if (context.method().equals(HandlerType.HEAD)) {
        return;
      }
      ArchiveWriter archive = new ArchiveWriter(context.outputStream());
      new Leaving(archive).send(tree, first);
      for (Map.Entry<VaultPath, Untrusted> folder : unread.entrySet()) {
        archive.unreadable(
            LeavingTree.texts(folder.getKey()),
            String.valueOf(folder.getValue().getMessage()),
            folder.getValue().isForNow());
      }
      archive.finish();
    }
  }

  /** A tree on its way into an archive. A file that cannot be read is named, the rest goes on. */
  private static final class Leaving {
    private final ArchiveWriter archive;

    /** What began last; it stands in the archive only when there is something of it. */
    private @Nullable ArchiveEntry entry;

    private boolean begun;

    Leaving(ArchiveWriter archive) {
      this.archive = archive;
    }

    void send(ReadAhead tree, ReadAhead.Arrived first) throws IOException {
      ReadAhead.Arrived next = first;
      while (next.step() != null) {
        switch (next.step()) {
          case Step.Begin(VaultPath at, Entry beginning) -> {
            end();
            entry = LeavingTree.describe(at, beginning);
          }
          case Step.Segment segment -> {
            begin();
            archive.write(next.plain(), segment.from(), segment.to() - segment.from());
          }
        }
        next = next(tree);
      }
      end();
    }

    private ReadAhead.Arrived next(ReadAhead tree) throws IOException {
      while (true) {
        try {
          return tree.next();
        } catch (Untrusted e) {
          giveUp(e);
        }
      }
    }

    private void begin() throws IOException {
      if (!begun && entry != null) {
        archive.begin(entry);
        begun = true;
      }
    }

    private void end() throws IOException {
      begin();
      if (begun) {
        archive.end();
      }
      entry = null;
      begun = false;
    }

    private void giveUp(Untrusted why) throws IOException {
      List<String> names = requireNonNull(entry).names();
      if (begun) {
        archive.giveUp(names);
      }
      archive.unreadable(names, String.valueOf(why.getMessage()), why.isForNow());
      entry = null;
      begun = false;
    }
  }

  private void put(Context context) throws Problem, NotLoggedIn, IOException {
    try (Batch batch = drive.of(context).batch();
        InputStream body = context.bodyInputStream()) {
      VaultPath path = RequestArguments.writable(batch.named(RequestArguments.path(context)));
      ArchiveReader archive = new ArchiveReader(body);
      Arriving arriving =
          new Arriving(batch, path, RequestArguments.place(context), archive::refuse);
      for (ArchiveEntry entry = archive.next(); entry != null; entry = archive.next()) {
        arriving.add(entry, archive.content());
      }
      Batch.Committed committed = batch.commit();
      Map<String, Object> answer = FileRoutes.changed(path, committed);
      answer.put("resumed", committed.resumedBytes());
      answer.put("files", arriving.files());
      answer.put("folders", arriving.folders());
      answer.put("links", arriving.links());
      answer.put("bytes", arriving.bytes());
      answer.put("skipped", archive.skipped());
      answer.put("refused", archive.refused());
      context.json(answer);
    }
  }
}
