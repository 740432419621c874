package org.anonymouscloud.vault.client.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.Callable;
import org.anonymouscloud.core.plugin.CommandContext;
import org.anonymouscloud.core.plugin.Problem;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code anoncloud cat}. */
@Command(
    name = "cat",
    mixinStandardHelpOptions = true,
    description = "Write files of the vault to standard output, one after another.")
final class CatCommand implements Callable<Integer> {
  private final CommandContext context;

  @Mixin private final AtOption at;

  @Parameters(arity = "1..*", paramLabel = "PATH", description = "Like /a/b.txt.")
  private List<String> paths = List.of();

  /**
   * @param clock tells how long ago something was
   */
  CatCommand(CommandContext context, Clock clock) {
    this.context = context;
    this.at = new AtOption(clock);
  }

  @Override
  public Integer call() throws Problem, IOException {
    Outcome outcome = new Outcome(context.terminal());
    for (String path : paths) {
      outcome.attempt(() -> write(at.typed(path)));
    }
    return outcome.exitCode();
  }

  private void write(VaultUrl path) throws Problem, IOException {
    if (Listing.isFolder(context.agent().get(path.stat()))) {
      throw new Problem(
          Problem.Kind.CONFLICT, path.visible() + " is a folder in the vault, not a file.");
    }
    OutputStream out = context.terminal().output();
    try (InputStream in = context.agent().download(path.files())) {
      in.transferTo(out);
      out.flush();
    } catch (IOException e) {
      throw Outcome.unwrapped(e);
    }
  }
}
