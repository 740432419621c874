package org.anonymouscloud.vault.client.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Clock;
import java.util.concurrent.Callable;
import org.anonymouscloud.core.plugin.CommandContext;
import org.anonymouscloud.core.plugin.Problem;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code anoncloud tree}. */
@Command(
    name = "tree",
    mixinStandardHelpOptions = true,
    description = "Show a folder of the vault with all that is below it.")
final class TreeCommand implements Callable<Integer> {
  private static final String INDENT = "  ";

  private final CommandContext context;
  private final Outcome outcome;
  private long folders;
  private long files;
  private long links;

  @Mixin private final AtOption at;

  @Option(names = "--json", description = "One JSON document, as of 'ls -R'.")
  private boolean json;

  @Parameters(arity = "0..1", defaultValue = "/", paramLabel = "PATH", description = "Like /a/b.")
  private String path = "/";

  /**
   * @param clock tells how long ago something was
   */
  TreeCommand(CommandContext context, Clock clock) {
    this.context = context;
    this.at = new AtOption(clock);
    this.outcome = new Outcome(context.terminal());
  }

  @Override
  public Integer call() throws Problem, IOException {
    VaultUrl top = at.typed(path);
    JsonNode entry = context.agent().get(top.stat());
    if (json) {
      if (Listing.isFolder(entry)) {
        Listing.printJson(context, top, true, outcome);
      } else {
        context.terminal().printJson(top.told(entry));
      }
      return outcome.exitCode();
    }
    context.terminal().print(top.visible());
    if (Listing.isFolder(entry)) {
      int depth = top.path().names().size();
      Listing.each(context, top, true, outcome, below -> print(below, depth));
    } else {
      files++;
    }
    context
        .terminal()
        .print(
            TerminalText.counted(folders, "folder")
                + ", "
                + TerminalText.counted(files, "file")
                + (links > 0 ? ", " + TerminalText.counted(links, "link") : ""));
    return outcome.exitCode();
  }

  private void print(JsonNode entry, int depth) {
    if (Listing.isFolder(entry)) {
      folders++;
    } else if (Listing.isLink(entry)) {
      links++;
    } else {
      files++;
    }
    long slashes = entry.path("path").asText().chars().filter(c -> c == '/').count();
    context
        .terminal()
        .print(
            INDENT.repeat((int) slashes - depth)
                + TerminalText.vault(entry.path("name").asText())
                + Listing.suffix(entry));
  }
}
