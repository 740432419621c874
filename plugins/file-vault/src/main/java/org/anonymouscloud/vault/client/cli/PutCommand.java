package org.anonymouscloud.vault.client.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.anonymouscloud.core.plugin.CommandContext;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.plugin.ShownSize;
import org.anonymouscloud.core.plugin.Terminal;
import org.anonymouscloud.vault.client.archive.ArchiveEntry;
import org.anonymouscloud.vault.client.disk.LeftOut;
import org.anonymouscloud.vault.client.disk.LocalContent;
import org.anonymouscloud.vault.client.disk.LocalFailure;
import org.anonymouscloud.vault.client.disk.LocalFile;
import org.anonymouscloud.vault.client.disk.LocalSize;
import org.anonymouscloud.vault.client.disk.LocalTree;
import org.anonymouscloud.vault.client.format.Name;
import org.anonymouscloud.vault.client.local.NotKept;
import org.anonymouscloud.vault.client.local.TreeUpload;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code anoncloud put}. */
@Command(
    name = "put",
    mixinStandardHelpOptions = true,
    description = {
      "Copy local files and folders into the vault.",
      "A file goes into TARGET if that is a folder, else becomes TARGET. With -r and one folder,"
          + " TARGET becomes the copy, beside what is in it already; so the same command can be"
          + " repeated, and sends only what has changed. With a slash at its end TARGET is a folder"
          + " that is there, as a drive's top always is, and the copy goes into it: 'put -r"
          + " Pictures /' makes /Pictures, and 'put -r Pictures team:' team:/Pictures.",
      "Of permissions only whether the owner may run a file is kept.",
      "A file of more than 16 MiB that was cut in the last 20 hours, by Ctrl-C too, goes on where"
          + " it stopped when the same command is given again."
    })
final class PutCommand implements Callable<Integer> {
  /** How often a file is read that changes meanwhile. */
  private static final int ATTEMPTS = 3;

  /** Shorter files are not gone on with, see docs/formats/vault.md. */
  private static final long LONG = 16L << 20;

  private static final long UNKNOWN = -1;

  private static final String REST =
      "What has become part of the vault stays. The same command sends the rest; a file of more"
          + " than 16 MiB goes on where it stopped, for 20 hours.";

  private static final Path STANDARD_INPUT = Path.of("-");

  private final CommandContext context;
  private final Outcome outcome;
  private final NotKept notKept = new NotKept();
  private long files;
  private long bytes;
  private long links;
  private long sent;
  private long resumed;
  private final List<String> conflicts = new ArrayList<>();

  @Spec private CommandSpec spec;

  @Option(
      names = {"-r", "--recursive"},
      description = {
        "Folders too, with all that is in them; symbolic links go as links, also one that is"
            + " SOURCE itself: with a slash at its end it is the folder that it leads to."
      })
  private boolean recursive;

  @Option(
      names = "--exclude",
      paramLabel = "PATTERN",
      description = {
        "Leave out what has such a name in the folders that are copied, like '*.o' or"
            + " node_modules; one with a slash is of a path below SOURCE, like 'build/*.log'. Can"
            + " be given more than once. What is in the vault already stays there."
      })
  private List<String> exclude = List.of();

  @Option(
      names = "--json",
      description =
          "One JSON document. 'sent' is what went to the server, padding included; 'resumed' what"
              + " an earlier try had sent.")
  private boolean json;

  @Parameters(
      arity = "1..*",
      hideParamSyntax = true,
      paramLabel = "SOURCE... TARGET",
      description = "Local paths, then a path in the vault like /photos.")
  private List<String> paths = List.of();

  PutCommand(CommandContext context) {
    this.context = context;
    this.outcome = new Outcome(context.terminal());
  }

  @Override
  public Integer call() throws Problem, IOException {
    if (paths.size() < 2) {
      throw new ParameterException(spec.commandLine(), "Missing required parameter: TARGET");
    }
    if (paths.subList(0, paths.size() - 1).contains("")) {
      throw new Problem(
          Problem.Kind.BAD_INPUT, "A local path is empty; the current folder is '.'.");
    }
    List<LeftOut.Pattern> patterns = patterns();
    String typed = paths.getLast();
    VaultUrl destination = VaultUrl.typed(typed);
    List<Path> sources = paths.subList(0, paths.size() - 1).stream().map(Path::of).toList();
    if (sources.contains(STANDARD_INPUT)) {
      throw new Problem(
          Problem.Kind.BAD_INPUT,
          "'put' does not take standard input: write it to a file first. A file that is called '-'"
              + " is ./-");
    }
    Optional<JsonNode> there = stat(destination);
    boolean intoFolder = there.isPresent() && Listing.isFolder(there.get());
    if (!intoFolder && (sources.size() > 1 || typed.endsWith("/"))) {
      throw there.isPresent()
          ? new Problem(
              Problem.Kind.CONFLICT, destination + " is a file in the vault, not a folder.")
          : new Problem(
              Problem.Kind.NOT_FOUND, "There is no folder " + destination + " in the vault.");
    }
    boolean below = sources.size() > 1 || typed.endsWith("/") || destination.isTop();
    try (Interruption _ = new Interruption(context.terminal(), "Interrupted. " + REST)) {
      for (String named : paths.subList(0, paths.size() - 1)) {
        Path source = Path.of(named);
        outcome.attempt(
            () -> {
              try {
                // The slash at its end, which a path does not keep, is what leads through a link.
                if (recursive && !named.endsWith("/") && Files.isSymbolicLink(source)) {
                  putLink(source, intoFolder ? destination.child(name(source)) : destination);
                } else {
                  put(source, patterns, destination, intoFolder, below);
                }
              } catch (Problem e) {
                throw e.kind() == Problem.Kind.UNAVAILABLE
                    ? new Problem(e.kind(), e.getMessage() + " " + REST, e)
                    : e;
              }
            });
      }
    }
    notKept.lines().forEach(outcome::skip);
    if (json) {
      printJson();
    } else if (resumed > 0) {
      context
          .terminal()
          .warn("Went on from an earlier try: " + (resumed >> 20) + " MiB were there already.");
    }
    return outcome.exitCode();
  }

  /** What is at a path; none if nothing is. */
  private Optional<JsonNode> stat(VaultUrl path) throws Problem, IOException {
    try {
      return Optional.of(context.agent().get(path.stat()));
    } catch (Problem problem) {
      if (problem.kind() == Problem.Kind.NOT_FOUND) {
        return Optional.empty();
      }
      throw problem;
    }
  }

  private List<LeftOut.Pattern> patterns() throws Problem {
    List<LeftOut.Pattern> patterns = new ArrayList<>();
    for (String text : exclude) {
      try {
        patterns.add(LeftOut.Pattern.of(text));
      } catch (IllegalArgumentException e) {
        throw new Problem(
            Problem.Kind.BAD_INPUT,
            "--exclude is '"
                + TerminalText.text(text)
                + "', which is no pattern: "
                + e.getMessage(),
            e);
      }
    }
    return patterns;
  }

  /**
   * @param intoFolder whether the destination is a folder
   * @param below whether a folder goes into it, and does not become it
   */
  private void put(
      Path source,
      List<LeftOut.Pattern> patterns,
      VaultUrl destination,
      boolean intoFolder,
      boolean below)
      throws Problem, IOException {
    LocalFile file;
    try {
      file = LocalFile.named(source);
    } catch (IOException e) {
      throw cannotRead(source, e);
    }
    requireNotOwn(source);
    switch (file.kind()) {
      case FILE -> {
        try (Terminal.Progress progress = progress(source, file.size())) {
          VaultUrl target = intoFolder ? destination.child(name(source)) : destination;
          TerminalReport report = new TerminalReport(outcome, progress);
          putFile(file, one -> sendFile(one, target, report));
        }
      }
      case FOLDER -> {
        if (!recursive) {
          throw new Problem(
              Problem.Kind.CONFLICT,
              TerminalText.path(source) + " is a folder; use -r to copy it.");
        }
        LeftOut leftOut = leftOut(source, patterns);
        putFolder(file, leftOut, below ? destination.child(name(source)) : destination);
      }
      case LINK, OTHER ->
          throw new Problem(
              Problem.Kind.BAD_INPUT,
              TerminalText.path(source) + " is neither a file nor a folder; it cannot be kept.");
    }
  }

  /** Keeps a link itself. */
  private void putLink(Path source, VaultUrl target) throws Problem, IOException {
    ArchiveEntry link;
    try {
      LocalFile file = LocalFile.link(source);
      link =
          ArchiveEntry.link(
              List.of(target.path().name().text()), file.target().toString(), file.modified());
    } catch (IOException e) {
      throw cannotRead(source, e);
    }
    VaultUrl folder = target.parent();
    // An archive makes the folder that it goes to: only one that is there is meant.
    var _ = context.agent().get(folder.stat());
    carry(folder, archive -> archive.add(link));
  }

  private void requireNotOwn(Path source) throws Problem {
    try {
      if (LeftOut.isOwn(source, context.stateFolder())) {
        throw new Problem(
            Problem.Kind.BAD_INPUT,
            TerminalText.path(source)
                + " is of the folder of this program, with your keys in it; it does not belong into"
                + " the vault. The emergency sheet brings your account back.");
      }
    } catch (IOException e) {
      throw cannotRead(source, e);
    }
  }

  private LeftOut leftOut(Path source, List<LeftOut.Pattern> patterns) throws Problem {
    try {
      return LeftOut.of(source, context.stateFolder(), patterns);
    } catch (IOException e) {
      throw cannotRead(source, e);
    }
  }

  private static Name name(Path source) throws Problem {
    Path last = source.toAbsolutePath().normalize().getFileName();
    if (last == null) {
      throw new Problem(
          Problem.Kind.BAD_INPUT,
          TerminalText.path(source)
              + " has no name that its copy could have; give it one as TARGET, without a slash at"
              + " its end.");
    }
    try {
      return Name.of(last.toString());
    } catch (IllegalArgumentException e) {
      throw new Problem(
          Problem.Kind.BAD_INPUT,
          "Cannot keep " + TerminalText.path(source) + " in the vault: " + e.getMessage(),
          e);
    }
  }

  /** How a file is sent. */
  private interface Sending {
    void send(LocalFile file) throws Problem, IOException;
  }

  /**
   * Sends a file, again if it changes while it is read, or if what an earlier try had sent of it is
   * gone, but not for ever.
   */
  private void putFile(LocalFile named, Sending sending) throws Problem, IOException {
    LocalFile file = named;
    for (int attempt = 1; ; attempt++) {
      try {
        sending.send(file);
        return;
      } catch (LocalContent.Unreadable e) {
        if (!e.changed() || attempt == ATTEMPTS) {
          throw cannotRead(file.path(), e);
        }
        file = again(file);
      } catch (Problem e) {
        if (e.kind() == Problem.Kind.NO_SPACE) {
          throw new Problem(
              e.kind(), e.getMessage() + " The file has " + ShownSize.of(file.size()) + ".", e);
        }
        // Whatever else a conflict is about is said before much of the file is read.
        if (e.kind() != Problem.Kind.CONFLICT || file.size() < LONG || attempt == ATTEMPTS) {
          throw e;
        }
      }
    }
  }

  private void sendFile(LocalFile file, VaultUrl path, TerminalReport report)
      throws Problem, IOException {
    if (!askAgent(file, path, report)) {
      carryFile(file, path, report);
    }
  }

  /** Has the agent read what is sent; false if that cannot be. */
  private boolean askAgent(LocalFile file, VaultUrl path, TerminalReport report)
      throws Problem, IOException {
    return LocalCopy.ask(
        context.agent(),
        path.localUploads(),
        "source",
        file.path().toAbsolutePath(),
        Map.of("own", context.stateFolder().toAbsolutePath().toString(), "exclude", exclude),
        report,
        done -> {
          countAll(path, done);
          addNotKept(done);
        });
  }

  /** Carries a file's bytes to the agent. */
  private void carryFile(LocalFile file, VaultUrl path, TerminalReport report)
      throws Problem, IOException {
    String url =
        path.files()
            + "?modified="
            + VaultUrl.encoded(file.modified().toString())
            + "&executable="
            + file.executable()
            + "&sparse="
            + file.isSparse();
    LocalContent content;
    try {
      content = LocalContent.open(file, new byte[LocalContent.SMALL], report);
    } catch (LocalContent.Unreadable e) {
      throw e;
    } catch (IOException e) {
      throw cannotRead(file.path(), e);
    }
    try (content) {
      count(path, context.agent().upload(url, content::transferTo));
      bytes += content.size();
      files++;
    } catch (LocalContent.Unreadable e) {
      throw e;
    } catch (IOException e) {
      throw Outcome.unwrapped(e);
    }
  }

  private static Problem cannotRead(Path path, IOException e) {
    return new Problem(
        Problem.Kind.FORBIDDEN,
        "Cannot read "
            + TerminalText.path(path)
            + ": "
            + LocalFailure.reason(e)
            + ". Nothing of it was kept.",
        e);
  }

  private void putFolder(LocalFile folder, LeftOut leftOut, VaultUrl path)
      throws Problem, IOException {
    long size = context.terminal().isWatched() ? LocalSize.below(folder.path(), leftOut) : UNKNOWN;
    try (Terminal.Progress progress = progress(folder.path(), size)) {
      TerminalReport report = new TerminalReport(outcome, progress);
      if (!askAgent(folder, path, report)) {
        try (LocalTree tree = new LocalTree(folder)) {
          carryFolder(tree, leftOut, path, report);
        }
      }
    }
  }

  /** Takes over what the agent has met. */
  private void addNotKept(JsonNode done) {
    for (NotKept.Kind kind : NotKept.Kind.values()) {
      JsonNode things = done.path("notKept").path(kind.name());
      if (!things.isMissingNode()) {
        notKept.add(
            kind, new NotKept.Things(things.path("first").asText(), things.path("count").asLong()));
      }
    }
    done.path("leftOut").forEach(one -> notKept.addLeftOut(one.asText()));
  }

  /** Carries a folder to the agent as an archive. */
  private void carryFolder(LocalTree folder, LeftOut leftOut, VaultUrl path, TerminalReport report)
      throws Problem, IOException {
    TreeUpload upload = new TreeUpload(folder, leftOut, path.path(), notKept, report);
    carry(path, upload::send);
    for (TreeUpload.Changed changed : upload.changed()) {
      outcome.attempt(() -> putAgain(changed, path, report));
    }
  }

  /** What stands in an archive. */
  @FunctionalInterface
  private interface Content {
    void into(ArchiveSink archive) throws IOException;
  }

  /** Has the agent make a folder what an archive holds. */
  private void carry(VaultUrl folder, Content content) throws Problem, IOException {
    JsonNode answer;
    try {
      answer =
          context
              .agent()
              .upload(
                  folder.trees(),
                  out -> {
                    ArchiveSink archive = new ArchiveSink(out);
                    content.into(archive);
                    archive.finish();
                  });
    } catch (IOException e) {
      throw Outcome.unwrapped(e);
    }
    countAll(folder, answer);
    for (JsonNode refused : answer.path("refused")) {
      outcome.fail(Problem.Kind.BAD_INPUT, TerminalText.text(refused.asText()));
    }
  }

  private void countAll(VaultUrl path, JsonNode answer) {
    count(path, answer);
    files += answer.path("files").asLong();
    bytes += answer.path("bytes").asLong();
    links += answer.path("links").asLong();
  }

  private void putAgain(TreeUpload.Changed changed, VaultUrl folder, TerminalReport report)
      throws Problem, IOException {
    VaultUrl path = folder;
    for (String name : changed.names()) {
      path = path.child(Name.of(name));
    }
    VaultUrl target = path;
    // Not by the agent, who would go by the whole path.
    putFile(again(changed.file()), file -> carryFile(file, target, report));
  }

  private static LocalFile again(LocalFile file) throws Problem {
    try {
      return file.again();
    } catch (IOException e) {
      throw cannotRead(file.path(), e);
    }
  }

  private Terminal.Progress progress(Path source, long size) {
    Path name = source.getFileName();
    return context.terminal().progress(TerminalText.path(name == null ? source : name), size);
  }

  private void count(VaultUrl path, JsonNode answer) {
    sent += answer.path("sent").asLong();
    resumed += answer.path("resumed").asLong();
    for (JsonNode conflict : answer.path("conflicts")) {
      conflicts.add(path.typedAgain(conflict.asText()));
      outcome.skip(
          "Another device or command put something else there meanwhile; this version is kept as "
              + path.shown(conflict.asText())
              + ".");
    }
  }

  private void printJson() {
    Map<String, Object> done = new LinkedHashMap<>();
    done.put("files", files);
    done.put("bytes", bytes);
    done.put("links", links);
    done.put("sent", sent);
    done.put("resumed", resumed);
    done.put("conflicts", conflicts);
    done.put("leftOut", notKept.leftOut());
    done.put("failed", outcome.failures());
    context.terminal().printJson(done);
  }
}
