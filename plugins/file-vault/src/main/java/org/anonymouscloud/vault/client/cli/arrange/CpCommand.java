package org.anonymouscloud.vault.client.cli.arrange;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.anonymouscloud.core.plugin.CommandContext;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.vault.client.cli.AtOption;
import org.anonymouscloud.vault.client.cli.Outcome;
import org.anonymouscloud.vault.client.cli.VaultUrl;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code anoncloud cp}. */
@Command(
    name = "cp",
    mixinStandardHelpOptions = true,
    description = {
      "Copy files and folders within the vault.",
      "Into TARGET if that is a folder, else to that name. No content is read or sent, and a copy"
          + " takes no space until one of the two is changed. 'put' and 'get' copy from and to this"
          + " machine. What is there already stays there, unless --force. With --at the sources are"
          + " as they were then, and the copies are there now."
    })
final class CpCommand implements Callable<Integer> {
  private final CommandContext context;

  @Spec private CommandSpec spec;

  @Mixin private final AtOption at;

  @Option(
      names = {"-r", "--recursive"},
      description = "Also folders, with all that is in them.")
  private boolean recursive;

  @Option(
      names = {"-f", "--force"},
      description = "A file that is there already goes to the trash. A folder never does.")
  private boolean force;

  @Parameters(
      arity = "1..*",
      hideParamSyntax = true,
      paramLabel = "SOURCE... TARGET",
      description = "Paths in the vault like /a/b; the last is the target.")
  private List<String> paths = List.of();

  @Option(
      names = "--json",
      description =
          "One JSON document. 'sent' is what went to the server, padding included: pages of"
              + " folders, and no content.")
  private boolean json;

  /**
   * @param clock tells how long ago something was
   */
  CpCommand(CommandContext context, Clock clock) {
    this.context = context;
    this.at = new AtOption(clock);
  }

  @Override
  public Integer call() throws Problem, IOException {
    if (paths.size() < 2) {
      throw new ParameterException(spec.commandLine(), "Missing required parameter: TARGET");
    }
    List<VaultUrl> all = VaultUrl.together(paths);
    MvCommand.requireFolder(context, paths.getLast());
    Map<String, Object> asked = new LinkedHashMap<>();
    asked.put("sources", MvCommand.sources(all));
    asked.put("target", all.getLast().path().toString());
    asked.put("recursive", recursive);
    asked.put("force", force);
    String then = at.asked();
    if (then != null) {
      asked.put("at", then);
    }
    JsonNode done = context.agent().post(all.getFirst().drive() + "/copies", asked);
    Outcome outcome = new Outcome(context.terminal());
    for (JsonNode part : done.path("unreadable")) {
      outcome.failUnread(
          part,
          "Cannot copy "
              + all.getFirst().shown(part.path("path").asText())
              + ", or not wholly: "
              + part.path("detail").asText());
    }
    MvCommand.tell(context, json, all.getFirst(), done);
    return outcome.exitCode();
  }
}
