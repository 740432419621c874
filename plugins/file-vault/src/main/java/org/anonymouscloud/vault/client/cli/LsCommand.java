package org.anonymouscloud.vault.client.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Clock;
import java.util.concurrent.Callable;
import org.anonymouscloud.core.plugin.CommandContext;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.plugin.ShownTime;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code anoncloud ls}. */
@Command(
    name = "ls",
    mixinStandardHelpOptions = true,
    description = {
      "List a folder of the vault, or one file.",
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

  @Parameters(arity = "0..1", defaultValue = "/", paramLabel = "PATH", description = "Like /a/b.")
  private String path = "/";

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
    VaultUrl folder = at.typed(path);
    JsonNode entry = context.agent().get(folder.stat());
    if (!Listing.isFolder(entry)) {
      if (json) {
        context.terminal().printJson(folder.told(entry));
      } else {
        print(entry, entry.path("name").asText());
      }
    } else if (json) {
      Listing.printJson(context, folder, recursive, outcome);
    } else {
      // Names of a recursive listing begin below the folder that was asked for.
      int start = folder.isTop() ? 1 : entry.path("path").asText().length() + 1;
      Listing.each(
          context,
          folder,
          recursive,
          outcome,
          each -> print(each, each.path("path").asText().substring(start)));
    }
    return outcome.exitCode();
  }

  private void print(JsonNode entry, String name) {
    String shown = TerminalText.vault(name) + Listing.suffix(entry);
    if (full) {
      String size = Listing.isFile(entry) ? entry.path("size").asText() : "-";
      String time = ShownTime.of(entry.path("modified").asText());
      char kind =
          Listing.isFolder(entry)
              ? 'd'
              : Listing.isLink(entry) ? 'l' : entry.path("executable").asBoolean() ? 'x' : '-';
      context.terminal().print("%c %14s  %s  %s".formatted(kind, size, time, shown));
    } else {
      context.terminal().print(shown);
    }
  }
}
