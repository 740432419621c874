package org.anonymouscloud.vault.client.cli;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.anonymouscloud.core.plugin.CommandContext;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.plugin.Terminal;
import org.anonymouscloud.vault.client.archive.ArchiveEntry;
import org.anonymouscloud.vault.client.archive.ArchiveReader;
import org.anonymouscloud.vault.client.disk.IncomingFile;
import org.anonymouscloud.vault.client.disk.LocalFailure;
import org.anonymouscloud.vault.client.disk.LocalName;
import org.anonymouscloud.vault.client.disk.LocalTarget;
import org.anonymouscloud.vault.client.local.OpenTarget;
import org.anonymouscloud.vault.client.local.TreeDownload;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code anoncloud get}. */
@Command(
    name = "get",
    mixinStandardHelpOptions = true,
    description = {
      "Copy files and folders of the vault to the local disk.",
      "A file goes into TARGET if that is a folder, else becomes TARGET. With -r and one folder,"
          + " TARGET becomes the copy, beside what is in it already. A file appears under its name"
          + " only when all of it has been verified, in the place of one that was there. Its"
          + " permissions are those of a new file; whether the owner may run it is as it was."
    })
final class GetCommand implements Callable<Integer> {
  private static final long UNKNOWN = -1;

  private static final String INTERRUPTED =
      "Interrupted. Files that were written wholly stay, and no half one is left. The same command"
          + " begins anew: what is there already is fetched again.";

  private final CommandContext context;
  private final Outcome outcome;
  private long files;
  private long bytes;
  private long links;

  @Spec private CommandSpec spec;

  @Mixin private final AtOption at;

  @Option(
      names = {"-r", "--recursive"},
      description = "Folders too, with all that is in them, and symbolic links, as links.")
  private boolean recursive;

  @ArgGroup private LinksOut linksOut = new LinksOut();

  /** What becomes of links that lead out of what is written. */
  private static final class LinksOut {
    @Option(
        names = "--all-links",
        description = "Also symbolic links that lead out of the folder that is written.")
    private boolean all;

    @Option(
        names = "--skip-links",
        description =
            "Leave out symbolic links that lead out of the folder that is written: without this"
                + " each counts as something that failed.")
    private boolean skipped;
  }

  @Option(names = "--json", description = "One JSON document.")
  private boolean json;

  @Parameters(
      arity = "1..*",
      hideParamSyntax = true,
      paramLabel = "SOURCE... TARGET",
      description = "Paths in the vault like /photos, then a local path.")
  private List<String> paths = List.of();

  /**
   * @param clock tells how long ago something was
   */
  GetCommand(CommandContext context, Clock clock) {
    this.context = context;
    this.at = new AtOption(clock);
    this.outcome = new Outcome(context.terminal());
  }

  @Override
  public Integer call() throws Problem, IOException {
    if (paths.size() < 2) {
      throw new ParameterException(spec.commandLine(), "Missing required parameter: TARGET");
    }
    if (paths.getLast().equals("-")) {
      throw new Problem(
          Problem.Kind.BAD_INPUT,
          "'anoncloud cat' writes files to standard output; a file of the name - is './-'.");
    }
    if (paths.getLast().isEmpty()) {
      throw new Problem(
          Problem.Kind.BAD_INPUT, "The local path is empty; the current folder is '.'.");
    }
    Path destination = Path.of(paths.getLast());
    List<String> sources = paths.subList(0, paths.size() - 1);
    if (!Files.isDirectory(destination) && (sources.size() > 1 || paths.getLast().endsWith("/"))) {
      throw Files.exists(destination)
          ? notAFolder(destination)
          : new Problem(
              Problem.Kind.NOT_FOUND, "There is no folder " + TerminalText.path(destination) + ".");
    }
    try (Interruption _ = new Interruption(context.terminal(), INTERRUPTED)) {
      for (String source : sources) {
        outcome.attempt(() -> get(at.typed(source), destination, sources.size() > 1));
      }
    }
    if (json) {
      Map<String, Object> done = new LinkedHashMap<>();
      done.put("files", files);
      done.put("bytes", bytes);
      done.put("links", links);
      done.put("failed", outcome.failures());
      context.terminal().printJson(done);
    }
    return outcome.exitCode();
  }

  private void get(VaultUrl source, Path destination, boolean several) throws Problem, IOException {
    JsonNode entry = context.agent().get(source.stat());
    try {
      if (!recursive && !Listing.isFile(entry)) {
        throw new Problem(
            Problem.Kind.CONFLICT,
            source.visible()
                + (Listing.isFolder(entry)
                    ? " is a folder; use -r to copy it."
                    : " is a symbolic link; use -r to copy it as a link."));
      } else if (Listing.isLink(entry)) {
        getLink(source, entry, destination);
      } else if (Listing.isFile(entry)) {
        boolean intoFolder = Files.isDirectory(destination);
        getFile(
            source,
            entry.path("size").asLong(),
            intoFolder
                ? destination.resolve(LocalName.checked(source.path().name().text()))
                : destination);
      } else {
        getFolder(
            source,
            several && !source.isTop()
                ? destination.resolve(LocalName.checked(source.path().name().text()))
                : destination);
      }
    } catch (LocalName.NameRefused e) {
      throw new Problem(Problem.Kind.SECURITY, String.valueOf(e.getMessage()), e);
    }
  }

  private void getFile(VaultUrl source, long size, Path destination) throws Problem, IOException {
    Path whole = destination.toAbsolutePath();
    Path folder = whole.getParent();
    if (folder == null || Files.isDirectory(whole)) {
      throw new Problem(Problem.Kind.CONFLICT, TerminalText.path(destination) + " is a folder.");
    }
    String name = String.valueOf(whole.getFileName());
    try (Terminal.Progress progress = context.terminal().progress(name, size)) {
      TerminalReport report = new TerminalReport(outcome, progress);
      if (!askAgent(source, folder, Map.of("name", name), report)) {
        bytes += carryFile(source, folder, name, report);
        files++;
      }
    } catch (IOException e) {
      throw failure(destination, e);
    }
  }

  /** Has the agent write into a local folder; false if that cannot be. */
  private boolean askAgent(
      VaultUrl source, Path folder, Map<String, Object> more, TerminalReport report)
      throws Problem, IOException {
    return LocalCopy.ask(
        context.agent(),
        source.localDownloads(),
        "folder",
        folder.toAbsolutePath(),
        more,
        report,
        this::count);
  }

  private void count(JsonNode done) {
    files += done.path("files").asLong();
    bytes += done.path("bytes").asLong();
    links += done.path("links").asLong();
  }

  /** Has a file's bytes carried here, and says how many there were. */
  private long carryFile(VaultUrl source, Path folder, String name, TerminalReport report)
      throws Problem, IOException {
    try (OpenTarget open = open(folder);
        InputStream in = context.agent().download(source.trees())) {
      LocalTarget target = open.target();
      List<ArchiveReader.Unreadable> unreadable = new ArrayList<>();
      ArchiveReader archive = new ArchiveReader(in, unreadable::add);
      ArchiveEntry entry = archive.next();
      if (entry != null && entry.kind() == ArchiveEntry.Kind.FILE) {
        IncomingFile renamed =
            new IncomingFile(List.of(name), entry.size(), entry.modified(), entry.executable());
        target.write(renamed, archive.content(), report);
        readToTheEnd(archive);
      }
      if (!unreadable.isEmpty()) {
        ArchiveReader.Unreadable first = unreadable.getFirst();
        throw new Problem(
            first.forNow() ? Problem.Kind.UNAVAILABLE : Problem.Kind.SECURITY,
            "Cannot read " + source.visible() + ": " + first.why());
      }
      if (entry == null || entry.kind() != ArchiveEntry.Kind.FILE) {
        throw new Problem(Problem.Kind.CONFLICT, source.visible() + " is not a file any more.");
      }
      target.keep();
      return entry.size();
    }
  }

  private void getLink(VaultUrl source, JsonNode entry, Path destination)
      throws Problem, IOException {
    Path whole = destination.toAbsolutePath();
    Path link =
        Files.isDirectory(whole)
            ? whole.resolve(LocalName.checked(source.path().name().text()))
            : whole;
    try (OpenTarget open = open(requireNonNull(link.getParent()))) {
      open.target()
          .link(
              List.of(String.valueOf(link.getFileName())),
              entry.path("target").asText(),
              Instant.parse(entry.path("modified").asText()),
              linksOut.all);
      links++;
    } catch (LocalTarget.LinkRefused e) {
      if (linksOut.skipped) {
        return;
      }
      throw new Problem(
          Problem.Kind.CONFLICT,
          "The link "
              + TerminalText.path(link)
              + " was not written: "
              + e.getMessage()
              + ". With --all-links it is, and with --skip-links this is no failure.",
          e);
    } catch (IOException e) {
      throw failure(link, e);
    }
  }

  /** What comes after a file may say that it is not to be kept. */
  private static void readToTheEnd(ArchiveReader archive) throws IOException {
    ArchiveEntry next;
    do {
      next = archive.next();
    } while (next != null);
  }

  private void getFolder(VaultUrl source, Path destination) throws Problem, IOException {
    if (Files.exists(destination) && !Files.isDirectory(destination)) {
      throw notAFolder(destination);
    }
    try {
      if (!Files.isDirectory(destination)) {
        Files.createDirectory(destination);
      }
    } catch (java.nio.file.NoSuchFileException e) {
      throw new Problem(
          Problem.Kind.NOT_FOUND,
          "There is no folder " + TerminalText.path(requireNonNull(destination.getParent())) + ".",
          e);
    } catch (IOException e) {
      throw failure(destination, e);
    }
    try (Terminal.Progress progress = context.terminal().progress(source.visible(), UNKNOWN)) {
      TerminalReport report = new TerminalReport(outcome, progress);
      Map<String, Object> more = Map.of("links", outside().name().toLowerCase(Locale.ROOT));
      if (!askAgent(source, destination, more, report)) {
        carryFolder(source, destination, report);
      }
    } catch (IOException e) {
      throw failure(destination, e);
    }
  }

  /** Has a folder carried here as an archive. */
  private void carryFolder(VaultUrl source, Path destination, TerminalReport report)
      throws Problem, IOException {
    try (OpenTarget open = open(destination);
        InputStream in = context.agent().download(source.trees())) {
      TreeDownload download =
          new TreeDownload(source.visible(), destination, open.target(), outside(), report);
      try {
        download.write(
            new ArchiveReader(
                in, missing -> download.missing(missing.names(), missing.why(), missing.forNow())));
      } finally {
        files += download.files();
        bytes += download.bytes();
        links += download.links();
      }
    }
  }

  private TreeDownload.Outside outside() {
    return linksOut.all
        ? TreeDownload.Outside.WRITTEN
        : linksOut.skipped ? TreeDownload.Outside.SKIPPED : TreeDownload.Outside.REFUSED;
  }

  private static Problem notAFolder(Path destination) {
    return new Problem(
        Problem.Kind.CONFLICT, TerminalText.path(destination) + " is a file, not a folder.");
  }

  private static OpenTarget open(Path folder) throws Problem {
    try {
      return OpenTarget.of(folder);
    } catch (IOException e) {
      throw new Problem(
          Problem.Kind.NOT_FOUND,
          "Cannot write into " + TerminalText.path(folder) + ": " + LocalFailure.reason(e) + ".",
          e);
    }
  }

  private static Problem failure(Path destination, IOException e) throws Problem {
    IOException local = Outcome.unwrapped(e);
    return new Problem(
        local instanceof java.nio.file.FileSystemException
            ? Problem.Kind.FORBIDDEN
            : Problem.Kind.INTERNAL,
        "Cannot write " + TerminalText.path(destination) + ": " + LocalFailure.reason(local) + ".",
        e);
  }
}
