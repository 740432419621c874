package org.anonymouscloud.vault.client.cli.arrange;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.anonymouscloud.core.plugin.CommandContext;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.vault.client.cli.VaultUrl;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code anoncloud mv}. */
@Command(
    name = "mv",
    mixinStandardHelpOptions = true,
    description = {
      "Move or rename files and folders in the vault.",
      "Into TARGET if that is a folder, else to that name. No content is sent or sealed again,"
          + " however large it is. All of them move or none. What is there already stays there,"
          + " unless --force."
    })
final class MvCommand implements Callable<Integer> {
  private final CommandContext context;

  @Spec private CommandSpec spec;

  @Parameters(
      arity = "1..*",
      hideParamSyntax = true,
      paramLabel = "SOURCE... TARGET",
      description = "Paths in the vault like /a/b; the last is the target.")
  private List<String> paths = List.of();

  @Option(
      names = {"-f", "--force"},
      description = "A file that is there already goes to the trash. A folder never does.")
  private boolean force;

  @Option(
      names = "--json",
      description =
          "One JSON document. 'sent' is what went to the server, padding included: pages of"
              + " folders, and no content.")
  private boolean json;

  MvCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() throws Problem, IOException {
    if (paths.size() < 2) {
      throw new ParameterException(spec.commandLine(), "Missing required parameter: TARGET");
    }
    List<VaultUrl> all = VaultUrl.together(paths);
    requireFolder(context, paths.getLast());
    JsonNode done =
        context
            .agent()
            .post(
                all.getFirst().drive() + "/moves",
                Map.of(
                    "sources",
                    sources(all),
                    "target",
                    all.getLast().path().toString(),
                    "force",
                    force));
    tell(context, json, all.getFirst(), done);
    return 0;
  }

  /** Who ends a target with a slash means a folder, and not a new name. */
  static void requireFolder(CommandContext context, String target) throws Problem, IOException {
    VaultUrl folder = VaultUrl.typed(target);
    if (!target.endsWith("/") || folder.isTop()) {
      return;
    }
    if (!context.agent().get(folder.stat()).path("type").asText().equals("folder")) {
      throw new Problem(Problem.Kind.CONFLICT, folder + " is a file in the vault, not a folder.");
    }
  }

  /** All paths but the last, as the API takes them. */
  static List<String> sources(List<VaultUrl> all) {
    return all.subList(0, all.size() - 1).stream().map(one -> one.path().toString()).toList();
  }

  /** Shows what was done; that is nothing if all is where it should be. */
  static void tell(CommandContext context, boolean json, VaultUrl one, JsonNode done) {
    for (JsonNode conflict : done.path("conflicts")) {
      context
          .terminal()
          .warn(
              "Another device or command put something there meanwhile; it is "
                  + one.shown(conflict.asText())
                  + " now.");
    }
    if (json) {
      context.terminal().printJson(one.told(done));
    } else if (done.has("removal")) {
      context.terminal().print(RmCommand.wayBack(one.driveName(), done));
    }
  }
}
