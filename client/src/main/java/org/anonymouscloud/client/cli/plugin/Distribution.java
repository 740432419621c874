package org.anonymouscloud.client.cli.plugin;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.anonymouscloud.core.host.Capability;
import org.anonymouscloud.core.host.PluginHost;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.plugin.Terminal;
import org.anonymouscloud.core.release.DistributionList;
import org.anonymouscloud.core.release.PluginFolder;
import org.anonymouscloud.core.release.Plugins;
import org.anonymouscloud.core.release.SwitchedOff;

/** The program as it lies on the disk: its plugins. */
public final class Distribution {
  /** In the program's jar, which the folder of plugins cannot replace. */
  private static final String LIST = "/org/anonymouscloud/client/plugins.list";

  private Distribution() {}

  /**
   * Loads the program's own plugins, those that are tried and those installed in a folder, as far
   * as they offer one of the capabilities, and names those that cannot be used. The caller closes
   * the host.
   *
   * @param tried they come before those that are installed, and not before the program's own
   */
  public static PluginHost plugins(
      Terminal terminal,
      PluginFolder installed,
      Plugins tried,
      Capability first,
      Capability... more)
      throws Problem, IOException {
    return plugins(terminal, installed, tried, List.of(), first, more);
  }

  /**
   * The same for a process that has loaded plugins for something else before.
   *
   * @param named that cannot be used, which the person knows already
   */
  public static PluginHost plugins(
      Terminal terminal,
      PluginFolder installed,
      Plugins tried,
      List<SwitchedOff> named,
      Capability first,
      Capability... more)
      throws Problem, IOException {
    PluginHost plugins =
        PluginHost.load(
            own(installed.disabled()).and(tried).and(installed.find()), EnumSet.of(first, more));
    plugins.switchedOff().stream()
        .filter(plugin -> !named.contains(plugin))
        .forEach(plugin -> terminal.warn(plugin.toString()));
    return plugins;
  }

  /**
   * The program's own plugins.
   *
   * @param disabled ids of those that are not wanted
   */
  static Plugins own(Set<String> disabled) throws Problem, IOException {
    String folder = System.getProperty("anoncloud.distribution");
    if (folder == null) {
      throw new Problem(
          Problem.Kind.INTERNAL, "The program's folder is not known; start it by its launcher.");
    }
    try (InputStream list = Distribution.class.getResourceAsStream(LIST)) {
      if (list == null) {
        throw new Problem(
            Problem.Kind.INTERNAL, "The program has no list of its plugins; build it anew.");
      }
      return DistributionList.read(list.readAllBytes(), Path.of(folder, "plugins"), disabled);
    }
  }

  /** The ids of the program's own plugins. */
  static Set<String> ownIds() throws Problem, IOException {
    return own(Set.of()).vouched().stream()
        .map(plugin -> plugin.release().id())
        .collect(Collectors.toSet());
  }
}
