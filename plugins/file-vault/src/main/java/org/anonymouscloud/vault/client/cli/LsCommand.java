package org.anonymouscloud.vault.client.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.anonymouscloud.core.plugin.CommandContext;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.plugin.ShownTime;
import org.anonymouscloud.core.plugin.Terminal;
import org.anonymouscloud.vault.client.cli.Listing.Listed;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code anoncloud ls}. */
@Command(
    name = "ls",
    mixinStandardHelpOptions = true,
    description = {
      "List folders and files of the vault.",
      "A character that would show as nothing, or as something else, is printed by its number, like"
          + " \\u{200b}. Every command takes such a name as it is printed; put it in quotes."
    })
final class LsCommand implements Callable<Integer> {
  private final CommandContext context;
  private final Outcome outcome;

  @Mixin private final AtOption at;

  @Option(names = "-l", description = "Also sizes and times.")
  private boolean full;

  @Option(
      names = {"-R", "--recursive"},
      description = "Also what is in the folders below.")
  private boolean recursive;

  @Option(names = "--json", description = "One JSON document.")
  private boolean json;

  @Parameters(
      arity = "0..*",
      defaultValue = "/",
      paramLabel = "PATH",
      description = "Like /a/b. Of several, files come first, then each folder below its path.")
  private List<String> paths = List.of();

  /**
   * @param clock tells how long ago something was
   */
  LsCommand(CommandContext context, Clock clock) {
    this.context = context;
    this.at = new AtOption(clock);
    this.outcome = new Outcome(context.terminal());
  }

  @Override
  public Integer call() throws Problem, IOException {
    List<Listed> all = new ArrayList<>();
    for (String path : paths) {
      outcome.attempt(
          () -> {
            VaultUrl url = at.typed(path);
            all.add(new Listed(url, context.agent().get(url.stat())));
          });
    }
    all.sort(Comparator.comparing(Listed::isFolder));
    if (!json) {
      printAll(all);
    } else if (paths.size() == 1 && all.isEmpty()) {
      context.terminal().printJson(Map.of("failed", outcome.failures()));
    } else if (paths.size() > 1) {
      Listing.printJson(context, all, recursive, outcome);
    } else if (all.getFirst().isFolder()) {
      Listing.printJson(context, all.getFirst().url(), recursive, outcome);
    } else {
      context.terminal().printJson(all.getFirst().url().told(all.getFirst().entry()));
    }
    return outcome.exitCode();
  }

  private void printAll(List<Listed> all) throws Problem, IOException {
    boolean alone = paths.size() == 1;
    boolean first = true;
    try (Lines lines = new Lines(context.terminal())) {
      for (Listed one : all) {
        if (!one.isFolder()) {
          JsonNode name = one.entry().path("name");
          lines.print(
              line(one.entry(), alone ? TerminalText.vault(name.asText()) : one.url().visible()));
        } else {
          if (!alone) {
            lines.print((first ? "" : "\n") + one.url().visible() + ":");
          }
          printFolder(one, lines);
        }
        first = false;
      }
    }
  }

  private void printFolder(Listed folder, Lines lines) throws Problem, IOException {
    // Names of a recursive listing begin below the folder that was asked for.
    int start = folder.url().isTop() ? 1 : folder.entry().path("path").asText().length() + 1;
    Listing.each(
        context,
        folder.url(),
        recursive,
        outcome,
        each ->
            lines.print(
                line(each, TerminalText.vault(each.path("path").asText().substring(start)))));
  }

  private String line(JsonNode entry, String name) {
    String shown = name + Listing.suffix(entry);
    if (full) {
      String size = Listing.isFile(entry) ? entry.path("size").asText() : "-";
      String time = ShownTime.of(entry.path("modified").asText());
      char kind =
          Listing.isFolder(entry)
              ? 'd'
              : Listing.isLink(entry) ? 'l' : entry.path("executable").asBoolean() ? 'x' : '-';
      return "%c %14s  %s  %s".formatted(kind, size, time, shown);
    }
    return shown;
  }

  /** Lines for the terminal, some thousand characters at a time: each print calls the system. */
  private static final class Lines implements AutoCloseable {
    private static final int AT_ONCE = 8 * 1024;

    private final Terminal terminal;
    private final StringBuilder waiting = new StringBuilder();

    Lines(Terminal terminal) {
      this.terminal = terminal;
    }

    /** Takes a line; the terminal has it when this is closed, if not before. */
    void print(String line) {
      waiting.append(line).append('\n');
      if (waiting.length() >= AT_ONCE) {
        close();
      }
    }

    @Override
    public void close() {
      if (!waiting.isEmpty()) {
        terminal.print(waiting.substring(0, waiting.length() - 1));
        waiting.setLength(0);
      }
    }
  }
}
