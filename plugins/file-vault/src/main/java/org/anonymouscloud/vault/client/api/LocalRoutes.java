package org.anonymouscloud.vault.client.api;

import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.anonymouscloud.core.plugin.NotLoggedIn;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.plugin.Route;
import org.anonymouscloud.core.plugin.Scope;
import org.anonymouscloud.core.wire.ForeignText;
import org.anonymouscloud.vault.client.archive.ArchiveEntry;
import org.anonymouscloud.vault.client.content.ReadAhead;
import org.anonymouscloud.vault.client.disk.IncomingFile;
import org.anonymouscloud.vault.client.disk.LeftOut;
import org.anonymouscloud.vault.client.disk.LocalContent;
import org.anonymouscloud.vault.client.disk.LocalFailure;
import org.anonymouscloud.vault.client.disk.LocalFile;
import org.anonymouscloud.vault.client.disk.LocalName;
import org.anonymouscloud.vault.client.disk.LocalTarget;
import org.anonymouscloud.vault.client.disk.LocalTree;
import org.anonymouscloud.vault.client.drive.Attributes;
import org.anonymouscloud.vault.client.drive.Batch;
import org.anonymouscloud.vault.client.drive.Drive;
import org.anonymouscloud.vault.client.drive.Precondition;
import org.anonymouscloud.vault.client.drive.Snapshot;
import org.anonymouscloud.vault.client.format.Name;
import org.anonymouscloud.vault.client.local.LocalView;
import org.anonymouscloud.vault.client.local.NotKept;
import org.anonymouscloud.vault.client.local.OpenTarget;
import org.anonymouscloud.vault.client.local.TreeDownload;
import org.anonymouscloud.vault.client.local.TreeUpload;
import org.anonymouscloud.vault.client.remote.Untrusted;
import org.anonymouscloud.vault.client.tree.VaultPath;
import org.jspecify.annotations.Nullable;

/**
 * Copies between a drive and the local disk that the agent does by itself, so that no content goes
 * through HTTP. They need a token that may do anything, and a caller to whom the disk looks as it
 * does to the agent: paths and permissions would mean something else to another one. Thread-safe.
 */
final class LocalRoutes {
  /** How often a file is read that changes meanwhile. */
  private static final int ATTEMPTS = 3;

  private static final String LINES =
      " Answers with a document a line: how far it is, what failed, at last what was done, also"
          + " if something ends it too early: then the answer is cut after that. A caller who goes"
          + " ends it.";

  private final OpenDrive drive;
  private final CopyThreads threads = new CopyThreads();

  LocalRoutes(OpenDrive drive) {
    this.drive = drive;
  }

  List<Route> routes() {
    return Stream.concat(
            Stream.of("/vault/local-uploads", "/vault/local-uploads/<path>")
                .map(
                    path ->
                        new Route(
                            HandlerType.POST,
                            path,
                            Scope.ADMIN,
                            "Make a file or a folder what one of the agent's disk is (source,"
                                + " exclude, own, view)."
                                + LINES,
                            VaultProblems.told(drive, this::upload))),
            Stream.of("/vault/local-downloads", "/vault/local-downloads/<path>")
                .map(
                    path ->
                        new Route(
                                HandlerType.POST,
                                path,
                                Scope.ADMIN,
                                "Write a file under a name, or what is in a folder, into a folder"
                                    + " of the agent's disk (folder, name, links, view; at)."
                                    + LINES,
                                VaultProblems.told(this::download))
                            .asking(OpenDrive.AT)))
        .toList();
  }

  /**
   * What is to be uploaded.
   *
   * @param source a whole path on the disk
   * @param exclude patterns of what is left out of a folder
   * @param own the whole path of the program's own folder, which is left out too
   * @param view the caller's {@link LocalView}
   */
  private record Upload(
      @Nullable String source,
      @Nullable List<String> exclude,
      @Nullable String own,
      @Nullable String view) {}

  /**
   * Where something is to be written.
   *
   * @param folder the whole path of a folder that is there
   * @param name under which a file is to stand there; null for a folder, whose content goes there
   * @param links what becomes of links that lead out of the folder: refused (usual), skipped or
   *     written
   * @param view the caller's {@link LocalView}
   */
  private record Download(
      @Nullable String folder,
      @Nullable String name,
      @Nullable String links,
      @Nullable String view) {}

  private static void requireSameView(@Nullable String view) throws Problem {
    boolean same = LocalView.ofThisProcess().filter(own -> own.text().equals(view)).isPresent();
    if (!same) {
      throw new Problem(
          Problem.Kind.PRECONDITION_FAILED,
          "The disk does not look to the agent as it does to you: send the content itself, to"
              + " /vault/files or /vault/trees, or get it from there.");
    }
  }

  /**
   * @param member of the body that has it
   */
  private static Path path(@Nullable String text, String member) throws Problem {
    try {
      if (text != null && Path.of(text).isAbsolute()) {
        return Path.of(text);
      }
    } catch (InvalidPathException e) {
      // The same answer.
    }
    throw RequestArguments.bad("The body has '" + member + "', a whole path of the disk.");
  }

  private void upload(Context context) throws Problem, NotLoggedIn, IOException {
    Upload asked = JsonBody.read(context, Upload.class);
    requireSameView(asked.view());
    Path source = path(asked.source(), "source");
    Path own = path(asked.own(), "own");
    List<LeftOut.Pattern> exclude = patterns(asked);
    Drive open = drive.of(context);
    VaultPath path = RequestArguments.path(context);
    String place = RequestArguments.place(context);
    try (Lines lines = new Lines(context)) {
      Uploading uploading = new Uploading(open, place, lines);
      threads.run(lines::isUnheard, () -> upload(uploading, path, source, own, exclude));
    }
  }

  private static void upload(
      Uploading uploading, VaultPath path, Path source, Path own, List<LeftOut.Pattern> exclude)
      throws Problem, IOException {
    LocalFile file = local(source);
    try {
      switch (file.kind()) {
        case FILE -> uploading.file(file, path);
        case FOLDER -> {
          try (LocalTree tree = new LocalTree(file)) {
            uploading.folder(tree, leftOut(source, own, exclude), path);
          }
        }
        case LINK, OTHER ->
            throw RequestArguments.bad(
                ForeignText.visible(source.toString()) + " is neither a file nor a folder.");
      }
    } catch (Problem | IOException e) {
      uploading.lines.endEarly(uploading.answer(), e);
      throw e;
    }
    uploading.lines.end(uploading.answer());
  }

  private static LocalFile local(Path path) throws Problem {
    try {
      return LocalFile.named(path);
    } catch (IOException e) {
      throw cannotRead(path, e);
    }
  }

  private static List<LeftOut.Pattern> patterns(Upload asked) throws Problem {
    List<LeftOut.Pattern> patterns = new ArrayList<>();
    for (String text : Optional.ofNullable(asked.exclude()).orElse(List.of())) {
      try {
        patterns.add(LeftOut.Pattern.of(String.valueOf(text)));
      } catch (IllegalArgumentException e) {
        throw RequestArguments.bad("exclude has what is no pattern: " + e.getMessage());
      }
    }
    return patterns;
  }

  private static LeftOut leftOut(Path source, Path own, List<LeftOut.Pattern> exclude)
      throws Problem {
    try {
      return LeftOut.of(source, own, exclude);
    } catch (IOException e) {
      throw cannotRead(source, e);
    }
  }

  private static Problem cannotRead(Path path, IOException e) {
    return new Problem(
        Problem.Kind.FORBIDDEN,
        "Cannot read "
            + ForeignText.visible(path.toString())
            + ": "
            + LocalFailure.reason(e)
            + ". Nothing of it was kept.",
        e);
  }

  /** What is on its way from the disk into a drive. Not thread-safe. */
  private static final class Uploading {
    private final Drive drive;
    private final String place;
    private final Lines lines;
    private final NotKept notKept = new NotKept();
    private final List<String> conflicts = new ArrayList<>();
    private long files;
    private long bytes;
    private long links;
    private long sent;
    private long resumed;

    Uploading(Drive drive, String place, Lines lines) {
      this.drive = drive;
      this.place = place;
      this.lines = lines;
    }

    /** Sends a file, again if it changes while it is read, but not for ever. */
    void file(LocalFile named, VaultPath given) throws Problem, IOException {
      LocalFile file = named;
      for (int attempt = 1; ; attempt++) {
        try (LocalContent content = open(file);
            Batch batch = drive.batch()) {
          VaultPath path = RequestArguments.writable(batch.named(given));
          Attributes attributes =
              new Attributes(file.modified(), file.executable(), file.isSparse());
          lines.copy(() -> batch.write(path, content, attributes, new Precondition.Anything()));
          count(batch.commit());
          files++;
          bytes += content.size();
          return;
        } catch (LocalContent.Unreadable e) {
          if (!e.changed() || attempt == ATTEMPTS) {
            throw cannotRead(file.path(), e);
          }
          file = again(file);
        }
      }
    }

    private static LocalFile again(LocalFile file) throws Problem {
      try {
        return file.again();
      } catch (IOException e) {
        throw cannotRead(file.path(), e);
      }
    }

    private LocalContent open(LocalFile file) throws Problem, LocalContent.Unreadable {
      try {
        return LocalContent.open(file, new byte[LocalContent.SMALL], lines);
      } catch (LocalContent.Unreadable e) {
        throw e;
      } catch (IOException e) {
        throw cannotRead(file.path(), e);
      }
    }

    void folder(LocalTree folder, LeftOut leftOut, VaultPath given) throws Problem, IOException {
      List<TreeUpload.Changed> changed;
      VaultPath top;
      try (Batch batch = drive.batch()) {
        top = RequestArguments.writable(batch.named(given));
        Arriving arriving = new Arriving(batch, top, place, lines::refuse);
        TreeUpload upload = new TreeUpload(folder, leftOut, top, notKept, lines);
        try {
          lines.copy(() -> upload.send(arriving));
          batch.commit();
        } finally {
          count(batch.committed());
          Arriving.Counted kept = arriving.kept();
          files += kept.files();
          bytes += kept.bytes();
          links += kept.links();
        }
        changed = upload.changed();
      }
      for (TreeUpload.Changed file : changed) {
        try {
          file(
              again(file.file()),
              top.join(RequestArguments.newPath(String.join("/", file.names()))));
        } catch (Problem e) {
          lines.fail(e.kind(), String.valueOf(e.getMessage()));
        }
      }
    }

    private void count(Batch.Committed committed) {
      sent += committed.sentBytes();
      resumed += committed.resumedBytes();
      committed.conflicts().forEach(conflict -> conflicts.add(conflict.toString()));
    }

    Map<String, Object> answer() {
      Map<String, Object> answer = new LinkedHashMap<>();
      answer.put("files", files);
      answer.put("bytes", bytes);
      answer.put("links", links);
      answer.put("sent", sent);
      answer.put("resumed", resumed);
      answer.put("conflicts", conflicts);
      answer.put("leftOut", notKept.leftOut());
      answer.put("notKept", notKept.met());
      return answer;
    }
  }

  private void download(Context context) throws Problem, NotLoggedIn, IOException {
    Download asked = JsonBody.read(context, Download.class);
    requireSameView(asked.view());
    Path folder = path(asked.folder(), "folder");
    TreeDownload.Outside outside = outside(asked.links());
    Snapshot snapshot = drive.snapshot(context);
    VaultPath path = snapshot.named(RequestArguments.path(context));
    String place = RequestArguments.place(context);
    try (Lines lines = new Lines(context)) {
      threads.run(
          lines::isUnheard,
          () -> {
            try {
              download(snapshot, place, path, folder, asked.name(), outside, lines);
            } catch (IOException e) {
              if (e instanceof FileSystemException || LocalFailure.isDiskFull(e)) {
                throw cannotWrite(asked.name() == null ? folder : folder.resolve(asked.name()), e);
              }
              throw e;
            }
          });
    }
  }

  private static void download(
      Snapshot snapshot,
      String place,
      VaultPath path,
      Path folder,
      @Nullable String name,
      TreeDownload.Outside outside,
      Lines lines)
      throws Problem, IOException {
    Map<VaultPath, Untrusted> unread = new LinkedHashMap<>();
    try (OpenTarget open = open(folder);
        ReadAhead tree = snapshot.tree(path, unread::put)) {
      LeavingTree leaving = new LeavingTree(tree);
      if (name != null) {
        lines.end(file(leaving, place, path, open.target(), name, lines));
        return;
      }
      TreeDownload download =
          new TreeDownload(place + path.visible(), folder, open.target(), outside, lines);
      try {
        lines.copy(() -> download.write(leaving));
      } catch (Problem | IOException e) {
        lines.endEarly(written(download), e);
        throw e;
      }
      for (Map.Entry<VaultPath, Untrusted> one : unread.entrySet()) {
        download.missing(
            one.getKey().names().stream().map(Name::text).toList(),
            String.valueOf(one.getValue().getMessage()),
            one.getValue().isForNow());
      }
      lines.end(written(download));
    }
  }

  private static Map<String, Object> written(TreeDownload download) {
    return Map.of("files", download.files(), "bytes", download.bytes(), "links", download.links());
  }

  private static TreeDownload.Outside outside(@Nullable String links) throws Problem {
    return switch (links) {
      case null -> TreeDownload.Outside.REFUSED;
      case "refused" -> TreeDownload.Outside.REFUSED;
      case "skipped" -> TreeDownload.Outside.SKIPPED;
      case "written" -> TreeDownload.Outside.WRITTEN;
      default -> throw RequestArguments.bad("links is refused, skipped or written.");
    };
  }

  private static Map<String, Object> file(
      LeavingTree tree, String place, VaultPath path, LocalTarget target, String name, Lines lines)
      throws Problem, IOException {
    ArchiveEntry entry = tree.next();
    if (entry == null || entry.kind() != ArchiveEntry.Kind.FILE) {
      throw new Problem(Problem.Kind.CONFLICT, place + path.visible() + " is not a file any more.");
    }
    try {
      IncomingFile file =
          new IncomingFile(List.of(name), entry.size(), entry.modified(), entry.executable());
      lines.copy(() -> target.write(file, tree.content(), lines));
    } catch (LocalName.NameRefused e) {
      throw new Problem(Problem.Kind.SECURITY, String.valueOf(e.getMessage()), e);
    } catch (LeavingTree.Unread e) {
      throw VaultProblems.untrusted(place, path, e.why());
    }
    target.keep();
    return Map.of("files", 1, "bytes", entry.size(), "links", 0);
  }

  private static OpenTarget open(Path folder) throws Problem {
    try {
      return OpenTarget.of(folder);
    } catch (IOException e) {
      throw new Problem(
          Problem.Kind.NOT_FOUND,
          "Cannot write into "
              + ForeignText.visible(folder.toString())
              + ": "
              + LocalFailure.reason(e)
              + ".",
          e);
    }
  }

  private static Problem cannotWrite(Path path, IOException e) {
    return new Problem(
        LocalFailure.isDiskFull(e) ? Problem.Kind.NO_SPACE : Problem.Kind.FORBIDDEN,
        "Cannot write "
            + ForeignText.visible(path.toString())
            + ": "
            + LocalFailure.reason(e)
            + ".",
        e);
  }
}
