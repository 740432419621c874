package org.anonymouscloud.client.cli.plugin;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.anonymouscloud.client.cli.context.Context;
import org.anonymouscloud.core.release.PublisherKey;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code anoncloud plugin new-key}. */
@Command(
    name = "new-key",
    mixinStandardHelpOptions = true,
    description =
        "For authors of plugins: make the key that signs them. Prints its public half, for those"
            + " who are to trust you.")
final class NewKeyCommand implements Callable<Integer> {
  private final Context context;

  @Parameters(paramLabel = "FILE", description = "The private key; keep it, and keep it secret.")
  private Path file = Path.of("");

  NewKeyCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() throws IOException {
    context.terminal().print(PublisherKey.create(file).toString());
    return 0;
  }
}
