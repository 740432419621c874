package org.anonymouscloud.client.cli.plugin;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.anonymouscloud.client.cli.context.Context;
import org.anonymouscloud.core.host.Capability;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.release.PluginRefused;
import org.anonymouscloud.core.release.PublisherKey;
import org.anonymouscloud.core.release.Release;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code anoncloud plugin sign}. */
@Command(
    name = "sign",
    mixinStandardHelpOptions = true,
    description = "For authors of plugins: sign a jar, by a file NAME.jar.sig beside it.")
final class SignCommand implements Callable<Integer> {
  private final Context context;

  @Parameters(paramLabel = "JAR", description = "The plugin.")
  private Path jar = Path.of("");

  @Option(
      names = "--key",
      required = true,
      paramLabel = "FILE",
      description = "Your key, as 'plugin new-key' has made it.")
  private Path key = Path.of("");

  SignCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() throws Problem, IOException {
    try {
      Release release = PublisherKey.sign(jar, key);
      var _ = Capability.of(release);
      context
          .terminal()
          .print(
              "Signed "
                  + release.id()
                  + " "
                  + release.version()
                  + ", which asks for "
                  + String.join(", ", release.capabilities())
                  + ": "
                  + PublisherKey.signatureOf(jar));
      return 0;
    } catch (PluginRefused e) {
      throw PluginProblem.of("The jar " + jar.getFileName() + " was not signed", e);
    }
  }
}
