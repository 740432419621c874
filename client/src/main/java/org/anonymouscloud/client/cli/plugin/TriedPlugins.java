package org.anonymouscloud.client.cli.plugin;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.plugin.Terminal;
import org.anonymouscloud.core.release.PluginRefused;
import org.anonymouscloud.core.release.Plugins;
import org.anonymouscloud.core.release.Release;
import org.anonymouscloud.core.release.TrustedPlugin;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * Plugins that their author tries: loaded from where they lie, though nobody has signed them. Who
 * types the command vouches for them; so no settings, no variable of the environment and no file in
 * a folder can name one (A66).
 */
public final class TriedPlugins {
  @Option(
      names = "--plugin",
      paramLabel = "JAR",
      description =
          "Load a plugin from where it lies, unsigned and not installed. For its author; may be"
              + " given more than once.")
  private @Nullable List<Path> jars;

  /** Whether there are any. */
  public boolean isEmpty() {
    return jars == null;
  }

  /**
   * Reads what they are, and says loudly that they are used.
   *
   * @throws Problem if one is not there, or is no plugin
   */
  public Plugins find(Terminal terminal) throws Problem, IOException {
    List<TrustedPlugin> vouched = new ArrayList<>();
    for (Path jar : jars == null ? List.<Path>of() : jars) {
      TrustedPlugin plugin = plugin(jar);
      terminal.warn(
          "FOR DEVELOPMENT ONLY: the plugin "
              + plugin.release().id()
              + " "
              + plugin.release().version()
              + " is loaded from "
              + plugin.jar()
              + ", and nobody has signed it.");
      vouched.add(plugin);
    }
    return new Plugins(vouched, List.of());
  }

  private static TrustedPlugin plugin(Path jar) throws Problem, IOException {
    if (!Files.isRegularFile(jar)) {
      throw new Problem(Problem.Kind.BAD_INPUT, "There is no file " + jar + ".");
    }
    try {
      Path real = jar.toRealPath();
      return new TrustedPlugin(real, Release.of(real), "nobody", true, false, Optional.empty());
    } catch (PluginRefused e) {
      throw new Problem(
          Problem.Kind.BAD_INPUT, "The file " + jar + " is no plugin: " + e.reason() + ".", e);
    }
  }
}
