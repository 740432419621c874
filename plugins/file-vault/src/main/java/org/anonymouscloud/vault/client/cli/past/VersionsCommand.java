package org.anonymouscloud.vault.client.cli.past;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.anonymouscloud.core.plugin.CommandContext;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.plugin.ShownTime;
import org.anonymouscloud.core.plugin.TypedText;
import org.anonymouscloud.vault.client.cli.Outcome;
import org.anonymouscloud.vault.client.cli.VaultUrl;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code anoncloud versions}. */
@Command(
    name = "versions",
    mixinStandardHelpOptions = true,
    description = {
      "List the versions of the file that is or was at a path, the newest first.",
      "Each with the state of the drive in which it came there, when that was, its size in bytes,"
          + " and who wrote it; a star stands at what is there now. A version that was there again"
          + " after another one, as after 'go-back', is listed each time. A file that was moved or"
          + " renamed is followed to where it was before; 'as' says what it was called then."
          + " 'anoncloud restore --version NUMBER' brings one back, 'anoncloud cat --at"
          + " \"#NUMBER\"' shows it; both by the path of then."
    })
final class VersionsCommand implements Callable<Integer> {
  private static final int MOST = 1_000;

  private final CommandContext context;

  @Parameters(paramLabel = "PATH", description = "Like /a/b.txt; also one that is gone.")
  private String path = "/";

  @Option(
      names = "--limit",
      paramLabel = "COUNT",
      defaultValue = "20",
      description = "How many to show, 1 to 1000; ${DEFAULT-VALUE} if not given.")
  private String limit = "20";

  @Option(
      names = "--json",
      description =
          "One JSON document. 'state' is the number that 'restore --version' takes; 'version' only"
              + " counts how often the content has changed.")
  private boolean json;

  VersionsCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() throws Problem, IOException {
    Outcome outcome = new Outcome(context.terminal());
    int wanted = new TypedText("--limit", limit).number(1, MOST, 20);
    VaultUrl url = VaultUrl.typed(path);
    if (url.isTop()) {
      throw new Problem(
          Problem.Kind.CONFLICT,
          "A drive has states, not versions: 'anoncloud history' shows them.");
    }
    JsonNode answer = new FollowedVersions(context.agent(), url).list(wanted);
    if (answer.path("unreadable").asLong() > 0) {
      outcome.fail(
          Problem.Kind.SECURITY,
          "In "
              + answer.path("unreadable").asText()
              + " of the states that were looked at, what was there cannot be read.");
    }
    if (json) {
      context.terminal().printJson(url.told(answer));
      return outcome.exitCode();
    }
    Authors authors = new Authors(context, answer.path("versions"));
    for (JsonNode version : answer.path("versions")) {
      context
          .terminal()
          .print(
              "%s %9d  %s  %14d  %s%s"
                  .formatted(
                      version.path("current").asBoolean() ? "*" : " ",
                      version.path("state").asLong(),
                      ShownTime.of(version.path("since").asText()),
                      version.path("size").asLong(),
                      version.has("device") ? authors.of(version) : "(or earlier)",
                      place(version, url)));
    }
    if (answer.path("versions").isEmpty()) {
      context.terminal().print("No file was there in any state that is whole.");
    } else if (answer.has("next")) {
      context.terminal().print("There may be more; --limit shows more of them.");
    }
    return outcome.exitCode();
  }

  private static String place(JsonNode version, VaultUrl asked) {
    JsonNode path = version.path("path");
    String there =
        path.asText().equals(asked.path().toString()) ? "" : "  as " + asked.shown(path.asText());
    return version.has("moved")
        ? there + "  moved from " + asked.shown(version.path("moved").path("path").asText())
        : there;
  }
}
