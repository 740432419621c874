package org.anonymouscloud.client.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;
import org.anonymouscloud.core.host.Capability;
import org.anonymouscloud.core.host.PluginHost;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.plugin.Terminal;

/** The program as it lies on the disk: its plugins. */
final class Distribution {
  private Distribution() {}

  /**
   * Loads the plugins that offer one of the capabilities, and names those that cannot be used. The
   * caller closes the host.
   */
  static PluginHost plugins(Terminal terminal, Capability first, Capability... more)
      throws Problem, IOException {
    String folder = System.getProperty("anoncloud.distribution");
    if (folder == null) {
      throw new Problem(
          Problem.Kind.INTERNAL, "The program's folder is not known; start it by its launcher.");
    }
    PluginHost plugins = PluginHost.load(Path.of(folder, "plugins"), EnumSet.of(first, more));
    plugins.switchedOff().forEach(plugin -> terminal.warn(plugin.toString()));
    return plugins;
  }
}
