package org.anonymouscloud.vault.client.cli.past;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.anonymouscloud.core.plugin.CommandContext;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.plugin.TypedText;
import org.anonymouscloud.vault.client.cli.TerminalText;
import org.anonymouscloud.vault.client.cli.VaultUrl;
import org.anonymouscloud.vault.client.cli.typed.TypedDrive;
import org.anonymouscloud.vault.client.cli.typed.TypedState;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code anoncloud go-back}. */
@Command(
    name = "go-back",
    mixinStandardHelpOptions = true,
    description = {
      "Make the drive what it was in an earlier state, with its trash.",
      "For when something was removed or changed by mistake or by a thief. Nothing is lost by it:"
          + " what came after that state stays in the history and can be gone back to as well, for"
          + " as long as the drive keeps states."
    })
final class GoBackCommand implements Callable<Integer> {
  private final CommandContext context;

  @Parameters(
      index = "0",
      paramLabel = "NUMBER",
      description = "Of the state, as 'anoncloud history' shows it.")
  private String number = "";

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = TypedDrive.LABEL,
      description = TypedDrive.OR_HOME)
  private @Nullable String drive;

  @Option(
      names = "--left-out",
      description = "Also to a state that was left out when devices were removed.")
  private boolean leftOut;

  @Option(
      names = "--given-back",
      description =
          "Also to a state whose space was given back, as far as the server still has it: for when"
              + " a thief has said so. How long states stay becomes what it was then, too.")
  private boolean givenBack;

  /** As it was given before; scripts have it. */
  @Option(names = "--drive", hidden = true)
  private @Nullable String before;

  @Option(names = "--yes", description = "Do not ask.")
  private boolean yes;

  @Option(names = "--json", description = "One JSON document.")
  private boolean json;

  GoBackCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() throws Problem, IOException {
    String name = TypedDrive.either(drive, before);
    long state = TypedState.number(new TypedText("NUMBER", number));
    String url =
        VaultUrl.drive(name)
            + "/history/"
            + state
            + "/go-back?leftOut="
            + leftOut
            + "&givenBack="
            + givenBack;
    if (!yes) {
      requireWanted(name, state);
    }
    JsonNode done = context.agent().post(url, Map.of());
    if (json) {
      context.terminal().printJson(done);
    } else {
      context
          .terminal()
          .print(
              TypedDrive.heading(name)
                  + "The drive is as it was in state "
                  + state
                  + ". 'anoncloud go-back "
                  + done.path("before").asText()
                  + (name == null ? "" : " " + TerminalText.text(name))
                  + "' undoes this"
                  + (keepsNothing(done)
                      ? ", but only until that state is given back, within a day: this drive keeps"
                          + " no earlier states."
                      : ".")
                  + (givenBack
                      ? " How long earlier states stay is as it was then, too: 'anoncloud drive"
                          + " retention' shows and sets it."
                      : ""));
    }
    return 0;
  }

  private static boolean keepsNothing(JsonNode done) {
    return done.path("keptDays").asInt(-1) == 0 && done.path("keptWeeks").asInt(-1) == 0;
  }

  private void requireWanted(@Nullable String name, long state) throws Problem {
    List<String> about =
        List.of(
            "All of "
                + TypedDrive.inWords(name)
                + " becomes what it was in state "
                + state
                + ", for all who use it, and its trash what that was then. What came after stays in"
                + " the history only.",
            "'anoncloud restore' brings back a single file or folder.");
    if (!context.terminal().confirm(about, "Go back?")) {
      throw new Problem(Problem.Kind.REFUSED, "Nothing was done.");
    }
  }
}
