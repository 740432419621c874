package org.anonymouscloud.vault.client.api;

import static java.util.Objects.requireNonNull;

import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
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
import org.anonymouscloud.vault.client.drive.Snapshot;
import org.anonymouscloud.vault.client.format.Entry;
import org.anonymouscloud.vault.client.format.LinkTarget;
import org.anonymouscloud.vault.client.format.Name;
import org.anonymouscloud.vault.client.format.Times;
import org.anonymouscloud.vault.client.remote.Untrusted;
import org.anonymouscloud.vault.client.tree.PathRefused;
import org.anonymouscloud.vault.client.tree.VaultPath;
import org.jspecify.annotations.Nullable;

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
                            "A file or a folder with all that is in it, as a tar archive (at). What"
                                + " cannot be read is named in it by entries of type A: pax headers"
                                + " ANONYMOUSCLOUD.take-back, ANONYMOUSCLOUD.unreadable.",
                            VaultProblems.told(this::get))
                        .asking(OpenDrive.AT),
                    new Route(
                        HandlerType.PUT,
                        path,
                        Scope.WRITE,
                        "Make a folder what a tar archive holds, beside what is there already.",
                        VaultProblems.told(drive, this::put))))
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
        archive.unreadable(texts(folder.getKey()), String.valueOf(folder.getValue().getMessage()));
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
            entry = describe(at, beginning);
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
      archive.unreadable(names, String.valueOf(why.getMessage()));
      entry = null;
      begun = false;
    }
  }

  private static List<String> texts(VaultPath path) {
    return path.names().stream().map(Name::text).toList();
  }

  private static ArchiveEntry describe(VaultPath at, Entry entry) {
    List<String> names = texts(at);
    return switch (entry) {
      case Entry.Folder folder -> ArchiveEntry.folder(names, Times.nearest(folder.modified()));
      case Entry.File file ->
          ArchiveEntry.file(
              names.isEmpty() ? List.of(file.name().text()) : names,
              file.content().length(),
              Times.nearest(file.modified()),
              file.executable());
      case Entry.Link link ->
          ArchiveEntry.link(
              names.isEmpty() ? List.of(link.name().text()) : names,
              link.target().text(),
              Times.nearest(link.modified()));
    };
  }

  private void put(Context context) throws Problem, NotLoggedIn, IOException {
    try (Batch batch = drive.of(context).batch();
        InputStream body = context.bodyInputStream()) {
      VaultPath path = RequestArguments.writable(batch.named(RequestArguments.path(context)));
      ArchiveReader archive = new ArchiveReader(body);
      Arriving arriving = new Arriving(batch, path, archive);
      for (ArchiveEntry entry = archive.next(); entry != null; entry = archive.next()) {
        arriving.add(entry);
      }
      Batch.Committed committed = batch.commit();
      Map<String, Object> answer = FileRoutes.changed(path, committed);
      answer.put("resumed", committed.resumedBytes());
      arriving.tell(answer);
      context.json(answer);
    }
  }

  /** An archive on its way into a batch. What cannot be in the vault is named, the rest goes on. */
  private static final class Arriving {
    private final Batch batch;
    private final VaultPath top;
    private final ArchiveReader archive;
    private final Set<VaultPath> refusedFolders = new HashSet<>();

    /** How the archive spells what is more than ASCII, and so may be composed otherwise. */
    private final Map<VaultPath, String> spellings = new HashMap<>();

    private long files;
    private long folders;
    private long links;
    private long bytes;
    private long lastSize;

    Arriving(Batch batch, VaultPath top, ArchiveReader archive) {
      this.batch = batch;
      this.top = top;
      this.archive = archive;
    }

    void add(ArchiveEntry entry) throws IOException {
      String names = String.join("/", entry.names());
      VaultPath path;
      try {
        path = RequestArguments.writable(top.join(RequestArguments.newPath(names)));
      } catch (Problem e) {
        archive.refuse(names, String.valueOf(e.getMessage()));
        return;
      }
      if (!path.isTop() && refusedFolders.contains(path.parent())) {
        // Of a folder that is refused one line is enough.
        refusedFolders.add(path);
        return;
      }
      if (isAnothers(path, names)) {
        refusedFolders.add(path);
        archive.refuse(
            names,
            "another name in its folder looks the same and differs only in how its accents are"
                + " written (composed or not); rename one of them.");
        return;
      }
      try {
        add(path, entry);
      } catch (PathRefused e) {
        if (e.path().names().size() <= top.names().size()) {
          throw e;
        }
        refusedFolders.add(path);
        archive.refuse(String.valueOf(e.getMessage()));
      }
    }

    private boolean isAnothers(VaultPath path, String names) {
      return names.chars().anyMatch(character -> character > 0x7f)
          && !Objects.requireNonNullElse(spellings.putIfAbsent(path, names), names).equals(names);
    }

    private void add(VaultPath path, ArchiveEntry entry) throws IOException {
      switch (entry.kind()) {
        case FOLDER -> {
          batch.makeFoldersBelow(top, path, Optional.of(Times.nearest(entry.modified())));
          folders++;
        }
        case FILE -> {
          batch.makeFoldersBelow(top, path.parent(), Optional.empty());
          batch.write(
              path,
              archive.content(),
              new Attributes(Times.nearest(entry.modified()), entry.executable(), entry.sparse()),
              new Precondition.Anything());
          files++;
          lastSize = entry.size();
          bytes += lastSize;
        }
        case LINK -> {
          LinkTarget target;
          try {
            target = new LinkTarget(entry.target());
          } catch (IllegalArgumentException e) {
            archive.refuse(path.visible(), String.valueOf(e.getMessage()));
            return;
          }
          batch.makeFoldersBelow(top, path.parent(), Optional.empty());
          batch.link(path, target, Times.nearest(entry.modified()));
          links++;
        }
        case TAKE_BACK -> {
          if (batch.takeBack(path)) {
            files--;
            bytes -= lastSize;
          }
        }
      }
    }

    void tell(Map<String, Object> answer) {
      answer.put("files", files);
      answer.put("folders", folders);
      answer.put("links", links);
      answer.put("bytes", bytes);
      answer.put("skipped", archive.skipped());
      answer.put("refused", archive.refused());
    }
  }
}
