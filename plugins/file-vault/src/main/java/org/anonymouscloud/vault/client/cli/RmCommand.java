package org.anonymouscloud.vault.client.cli;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import org.anonymouscloud.core.plugin.CommandContext;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.vault.client.tree.VaultPath;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code anoncloud rm}. */
@Command(
    name = "rm",
    mixinStandardHelpOptions = true,
    description = "Remove files and folders from the vault.")
final class RmCommand implements Callable<Integer> {
  private final CommandContext context;

  @Option(
      names = {"-r", "--recursive"},
      description = "Also folders that are not empty, with all that is in them.")
  private boolean recursive;

  @Parameters(arity = "1..*", paramLabel = "PATH", description = "Like /a/b.")
  private List<String> paths = List.of();

  RmCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() throws Problem, IOException {
    Outcome outcome = new Outcome(context.terminal());
    for (String path : paths) {
      outcome.attempt(() -> remove(VaultUrl.path(path)));
    }
    return outcome.exitCode();
  }

  private void remove(VaultPath path) throws Problem, IOException {
    if (path.isTop()) {
      throw new Problem(
          Problem.Kind.BAD_INPUT, "The drive's top folder stays; remove what is in it, by name.");
    }
    var _ = context.agent().delete(VaultUrl.files(path) + "?recursive=" + recursive);
  }
}
