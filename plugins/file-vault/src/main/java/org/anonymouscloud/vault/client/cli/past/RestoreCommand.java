package org.anonymouscloud.vault.client.cli.past;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.anonymouscloud.core.plugin.CommandContext;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.plugin.ShownTime;
import org.anonymouscloud.core.plugin.TypedText;
import org.anonymouscloud.vault.client.cli.AtOption;
import org.anonymouscloud.vault.client.cli.Outcome;
import org.anonymouscloud.vault.client.cli.VaultUrl;
import org.anonymouscloud.vault.client.cli.typed.TypedState;
import org.anonymouscloud.vault.client.tree.VaultPath;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code anoncloud restore}. Has no {@code --version} that says the program's. */
@Command(
    name = "restore",
    description = {
      "Bring a file or a folder back as it was.",
      "No content is sent, however large it is. A file that is there now goes to the trash; folders"
          + " that are missing above it are made. What is gone comes back as it was last, if"
          + " nothing else is said. What 'rm' removed, 'anoncloud trash restore' brings back as"
          + " well."
    })
final class RestoreCommand implements Callable<Integer> {
  /** So many are looked through for the one that is wanted. */
  private static final int MOST_VERSIONS = 1_000;

  private final CommandContext context;
  private final Clock clock;

  /** Picocli's own, as its mixin would bring a --version of another meaning. */
  @SuppressWarnings("UnusedVariable")
  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help message and exit.")
  private boolean help;

  @Parameters(paramLabel = "PATH", description = "Like /a/b; also one that is gone.")
  private String path = "/";

  @ArgGroup private @Nullable Then then;

  /** As it was when. */
  private static final class Then {
    @Option(
        names = "--at",
        paramLabel = "TIME",
        description = "As it was at that time: like " + AtOption.FORMS + ". " + AtOption.END)
    private @Nullable String at;

    @Option(
        names = "--version",
        paramLabel = "NUMBER",
        description =
            "A file as it was in the state of this number, as 'anoncloud versions' shows it, also"
                + " where it had another path then. A folder has none: --at '#NUMBER' brings it"
                + " back as it was in a state.")
    private @Nullable String version;
  }

  @Option(
      names = "--to",
      paramLabel = "PATH",
      description = "Put it at this path instead of where it was.")
  private @Nullable String to;

  @Option(
      names = "--json",
      description =
          "One JSON document. 'sent' is what went to the server, padding included: pages of"
              + " folders, and no content.")
  private boolean json;

  /**
   * @param clock tells how long ago something was
   */
  RestoreCommand(CommandContext context, Clock clock) {
    this.context = context;
    this.clock = clock;
  }

  @Override
  public Integer call() throws Problem, IOException {
    VaultUrl from = VaultUrl.typed(path);
    Map<String, Object> asked = new LinkedHashMap<>();
    asked.put("path", from.path().toString());
    String at = at();
    if (at != null) {
      asked.put("at", at);
    }
    if (to != null) {
      VaultUrl target = VaultUrl.typed(to);
      VaultUrl.requireTogether(List.of(from, target));
      asked.put("to", target.path().toString());
    }
    if (then != null && then.version != null) {
      VaultPath was = placeThen(from, asked.get("at"));
      if (!was.equals(from.path())) {
        // It goes where it is now, and not to where it was then.
        asked.putIfAbsent("to", from.path().toString());
        asked.put("path", was.toString());
      }
    }
    JsonNode done = context.agent().post(from.drive() + "/restores", asked);
    Outcome outcome = new Outcome(context.terminal());
    for (JsonNode part : done.path("unreadable")) {
      outcome.failUnread(
          part,
          "Cannot bring back "
              + from.shown(part.path("path").asText())
              + ", or not wholly: "
              + part.path("detail").asText());
    }
    for (JsonNode conflict : done.path("conflicts")) {
      context
          .terminal()
          .warn(
              "Another device or command put something there meanwhile; what came back is "
                  + from.shown(conflict.asText())
                  + ".");
    }
    if (json) {
      context.terminal().printJson(from.told(done));
    } else {
      tell(from, done);
    }
    return outcome.exitCode();
  }

  /**
   * Where the file of a path was in a state that 'versions' shows for it: it may have been moved.
   */
  private VaultPath placeThen(VaultUrl file, @Nullable Object state) throws Problem, IOException {
    if (!file.isTop()) {
      for (JsonNode version :
          new FollowedVersions(context.agent(), file).list(MOST_VERSIONS).path("versions")) {
        if (version.path("state").asText().equals(state)) {
          return VaultPath.exact(version.path("path").asText());
        }
      }
    }
    return file.path();
  }

  private @Nullable String at() throws Problem {
    if (then == null) {
      return null;
    }
    if (then.version != null) {
      return Long.toString(TypedState.number(new TypedText("--version", then.version)));
    }
    return then.at == null ? null : AtOption.asked(then.at, clock);
  }

  private void tell(VaultUrl from, JsonNode done) {
    String shown = from.shown(done.path("path").asText());
    if (!done.path("restored").asBoolean()) {
      context.terminal().print(shown + " is as it was then; nothing was changed.");
      return;
    }
    context
        .terminal()
        .print(
            shown
                + (then == null ? " is as it was last, in state " : " is as it was in state ")
                + done.path("state").asText()
                + " of "
                + ShownTime.of(done.path("since").asText())
                + ".");
    if (done.has("removal")) {
      context
          .terminal()
          .print(
              "What was there went to the trash as "
                  + from.shown(done.path("removal").asText())
                  + (done.path("removalDays").asInt(-1) == 0
                      ? "; this drive keeps nothing there (its retention is 0 days), so it is"
                          + " deleted for good within a day."
                      : "."));
    }
  }
}
