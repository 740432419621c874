package org.anonymouscloud.vault.client.cli.arrange;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.anonymouscloud.core.plugin.CommandContext;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.vault.client.cli.Outcome;
import org.anonymouscloud.vault.client.cli.TerminalText;
import org.anonymouscloud.vault.client.cli.VaultUrl;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code anoncloud rm}. */
@Command(
    name = "rm",
    mixinStandardHelpOptions = true,
    description = {
      "Remove files and folders from the vault.",
      "They go to the trash, from which 'anoncloud trash restore' brings them back for as long as"
          + " 'anoncloud drive retention' says, unless --forever."
    })
final class RmCommand implements Callable<Integer> {
  private final CommandContext context;
  private final Outcome outcome;
  private final List<String> removed = new ArrayList<>();
  private JsonNode discarded = MissingNode.getInstance();

  @Option(
      names = {"-r", "--recursive"},
      description = "Also folders that are not empty, with all that is in them.")
  private boolean recursive;

  @Option(
      names = "--forever",
      description =
          "Delete it past the trash. Earlier states keep it, and its space, as long as they stay:"
              + " see 'anoncloud drive retention'.")
  private boolean forever;

  @Option(
      names = "--json",
      description =
          "One JSON document. 'sent' is what went to the server, padding included: pages of"
              + " folders, and no content.")
  private boolean json;

  @Parameters(arity = "1..*", paramLabel = "PATH", description = "Like /a/b.")
  private List<String> paths = List.of();

  RmCommand(CommandContext context) {
    this.context = context;
    this.outcome = new Outcome(context.terminal());
  }

  /**
   * How to bring back what went to the trash, and for how long.
   *
   * @param done what the agent says of it
   */
  static String wayBack(@Nullable String drive, JsonNode done) {
    String way =
        "'anoncloud trash restore "
            + (drive == null ? "" : TerminalText.text(drive) + ":")
            + TerminalText.text(done.path("removal").asText())
            + "' brings it back";
    JsonNode days = done.path("removalDays");
    if (days.asInt(-1) == 0) {
      return "In the trash, but this drive keeps nothing there (its retention is 0 days): it is"
          + " deleted for good within a day; until then "
          + way
          + ".";
    }
    return "In the trash; " + way + (days.isInt() ? ", for " + days(days.asInt()) + "." : ".");
  }

  private static String days(int days) {
    return days + (days == 1 ? " day" : " days");
  }

  @Override
  public Integer call() throws Problem, IOException {
    List<VaultUrl> all = new ArrayList<>();
    for (String typed : paths) {
      outcome.attempt(() -> all.add(path(typed)));
    }
    VaultUrl.requireAlike(all, "rm");
    if (forever) {
      for (VaultUrl path : all) {
        outcome.attempt(() -> remove(path));
      }
    } else if (!all.isEmpty()) {
      outcome.attempt(() -> discard(all));
    }
    if (json) {
      printJson(all);
    } else if (discarded.has("removal")) {
      context.terminal().print(wayBack(all.getFirst().driveName(), discarded));
    }
    return outcome.exitCode();
  }

  private static VaultUrl path(String typed) throws Problem {
    VaultUrl path = VaultUrl.typed(typed);
    if (path.isTop()) {
      throw new Problem(
          Problem.Kind.CONFLICT, "The drive's top folder stays; remove what is in it, by name.");
    }
    return path;
  }

  private void remove(VaultUrl path) throws Problem, IOException {
    JsonNode done = context.agent().delete(path.files() + "?forever=true&recursive=" + recursive);
    removed.add(path.typedAgain(done.path("path").asText()));
  }

  private void discard(List<VaultUrl> all) throws Problem, IOException {
    List<String> inDrive = all.stream().map(one -> one.path().toString()).toList();
    JsonNode done =
        context
            .agent()
            .post(
                all.getFirst().drive() + "/trash",
                Map.of("paths", inDrive, "recursive", recursive));
    done.path("removed").forEach(path -> removed.add(all.getFirst().typedAgain(path.asText())));
    for (JsonNode refused : done.path("refused")) {
      outcome.fail(
          Problem.Kind.valueOf(refused.path("code").asText()), refused.path("detail").asText());
    }
    discarded = done;
  }

  private void printJson(List<VaultUrl> all) {
    Map<String, Object> done = new LinkedHashMap<>();
    done.put("removed", removed);
    done.put("forever", forever);
    if (discarded.has("removal")) {
      done.put("removal", all.getFirst().typedAgain(discarded.path("removal").asText()));
    }
    if (discarded.has("removalDays")) {
      done.put("removalDays", discarded.path("removalDays"));
    }
    done.put("failed", outcome.failures());
    context.terminal().printJson(done);
  }
}
