package org.anonymouscloud.vault.client.cli.space;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.anonymouscloud.core.plugin.CommandContext;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.plugin.ShownSize;
import org.anonymouscloud.core.plugin.Terminal;
import org.anonymouscloud.vault.client.cli.TerminalText;
import org.anonymouscloud.vault.client.cli.VaultUrl;
import org.anonymouscloud.vault.client.cli.typed.TypedDrive;
import org.anonymouscloud.vault.client.space.Sweep;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code anoncloud compact}. */
@Command(
    name = "compact",
    mixinStandardHelpOptions = true,
    description = {
      "Give space back that no state of a drive needs any more.",
      "Earlier states that are older than 'anoncloud drive retention' says are dropped, and what"
          + " was removed before that goes from the trash; what is left is packed closely. The"
          + " server deletes it a day later, for devices that still read it. The agent does the"
          + " same by itself when it is idle; it may be cut at any time."
    })
final class CompactCommand implements Callable<Integer> {
  private static final long UNKNOWN = -1;

  private final CommandContext context;

  @Parameters(arity = "0..1", paramLabel = TypedDrive.LABEL, description = TypedDrive.OR_HOME)
  private @Nullable String drive;

  @Option(names = "--dry-run", description = "Only say what would be given back.")
  private boolean dryRun;

  @Option(
      names = "--give-up-unreadable",
      description =
          "Drop earlier states that cannot be read, or need what the server says it has lost, after"
              + " asking. Without it those that cannot be read stop the work, as what they need"
              + " must not be deleted if the server only keeps it back.")
  private boolean giveUp;

  @Option(names = "--yes", description = "Do not ask.")
  private boolean yes;

  @Option(names = "--json", description = "One JSON document.")
  private boolean json;

  CompactCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() throws Problem, IOException {
    String url = giveUp && !dryRun && !yes ? agreed() : url(dryRun, giveUp);
    long packs = 0;
    long bytes = 0;
    long sent = 0;
    long dropped = 0;
    long removals = 0;
    List<Long> givenUp = new ArrayList<>();
    JsonNode done;
    try (Terminal.Progress progress = context.terminal().progress("Giving space back", UNKNOWN)) {
      do {
        done = context.agent().post(url, Map.of());
        packs += done.path("packs").asLong();
        bytes += done.path("bytes").asLong();
        sent += done.path("sent").asLong();
        dropped += done.path("dropped").asLong();
        removals += done.path("removals").asLong();
        done.path("givenUp").forEach(state -> givenUp.add(state.asLong()));
        progress.step(done.path("bytes").asLong());
      } while (!dryRun && done.path("more").asBoolean());
    }
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("packs", packs);
    all.put("bytes", bytes);
    all.put("sent", sent);
    all.put("states", done.path("states").asLong());
    all.put("dropped", dropped);
    all.put("givenUp", givenUp);
    all.put("removals", removals);
    all.put("dryRun", dryRun);
    if (json) {
      context.terminal().printJson(all);
      return 0;
    }
    String heading = TypedDrive.heading(drive);
    if (packs == 0 && dropped == 0 && removals == 0) {
      context
          .terminal()
          .print(
              heading
                  + "There is nothing to give back; what nothing needs stays until it is more than "
                  + ShownSize.of(Sweep.LEAST_GAIN)
                  + ".");
      return 0;
    }
    context
        .terminal()
        .print(
            "%s%s %s in %s%s; the server deletes them within about a day."
                .formatted(
                    heading,
                    dryRun ? "Would give back" : "Given back:",
                    ShownSize.of(bytes),
                    TerminalText.counted(packs, "pack"),
                    sent == 0
                        ? ""
                        : ", of which " + ShownSize.of(sent) + " were needed and packed anew"));
    context
        .terminal()
        .print(
            "%s%d earlier states %s, %d stay."
                .formatted(
                    heading,
                    dropped,
                    dryRun ? "would go" : "are gone",
                    done.path("states").asLong()));
    if (removals > 0) {
      context
          .terminal()
          .print(
              "%s%d removals %s deleted from the trash for good, older than states stay."
                  .formatted(heading, removals, dryRun ? "would be" : "are"));
    }
    if (!givenUp.isEmpty()) {
      context
          .terminal()
          .warn(
              "%sStates that cannot be read wholly, and %s given up: %s"
                  .formatted(heading, dryRun ? "would be" : "are", givenUp));
    }
    return 0;
  }

  private String url(boolean isTrial, boolean givesUp) throws Problem {
    return VaultUrl.drive(drive) + "/compact?dryRun=" + isTrial + "&giveUpUnreadable=" + givesUp;
  }

  /** To give up those states alone of which a person says so: the server may name more by then. */
  private String agreed() throws Problem, IOException {
    JsonNode would = context.agent().post(url(true, true), Map.of());
    List<String> states = new ArrayList<>();
    would.path("givenUp").forEach(state -> states.add(state.asText()));
    if (states.isEmpty()) {
      return url(false, false);
    }
    List<String> about =
        List.of(
            "Earlier states of "
                + TypedDrive.inWords(drive)
                + " that cannot be read wholly, because the server has lost"
                + " what they need or keeps it back, for all who use it:",
            "  " + String.join(", ", states),
            would.path("states").asLong()
                + " earlier states stay, and the drive as it is now. If the server may get back"
                + " what it has lost, from a backup, wait for that: there is no way back.");
    if (!context.terminal().confirm(about, "Give these states up?")) {
      throw new Problem(Problem.Kind.REFUSED, "Nothing was done.");
    }
    return url(false, true) + "&agreed=" + String.join(",", states);
  }
}
