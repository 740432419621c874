package org.anonymouscloud.vault.client.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.anonymouscloud.core.plugin.CommandContext;
import org.anonymouscloud.core.plugin.Problem;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code anoncloud mkdir}. */
@Command(
    name = "mkdir",
    mixinStandardHelpOptions = true,
    description = "Make folders in the vault.")
final class MkdirCommand implements Callable<Integer> {
  private final CommandContext context;

  @Option(
      names = {"-p", "--parents"},
      description = "Also the folders above; no error if it is there already.")
  private boolean parents;

  @Option(names = "--json", description = "One JSON document; 'folders' are those that were made.")
  private boolean json;

  @Parameters(arity = "1..*", paramLabel = "PATH", description = "Like /a/b.")
  private List<String> paths = List.of();

  MkdirCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() throws Problem, IOException {
    Outcome outcome = new Outcome(context.terminal());
    List<String> folders = new ArrayList<>();
    for (String typed : paths) {
      outcome.attempt(
          () -> {
            VaultUrl path = VaultUrl.typed(typed);
            if (make(path)) {
              folders.add(path.typedAgain(path.path().toString()));
            }
          });
    }
    if (json) {
      Map<String, Object> done = new LinkedHashMap<>();
      done.put("folders", folders);
      done.put("failed", outcome.failures());
      context.terminal().printJson(done);
    }
    return outcome.exitCode();
  }

  /** Whether it was not there. */
  private boolean make(VaultUrl path) throws Problem, IOException {
    if (!path.isTop()) {
      return context
          .agent()
          .post(path.folders() + "?parents=" + parents, Map.of())
          .path("made")
          .asBoolean();
    }
    if (!parents) {
      throw new Problem(Problem.Kind.CONFLICT, "The drive's top folder is always there.");
    }
    return false;
  }
}
