package org.anonymouscloud.client.cli.plugin;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.anonymouscloud.client.cli.context.Context;
import org.anonymouscloud.client.cli.terminal.StandardTerminal;
import org.anonymouscloud.core.host.Capability;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.release.Incoming;
import org.anonymouscloud.core.release.PluginFolder;
import org.anonymouscloud.core.release.PluginRefused;
import org.anonymouscloud.core.release.Plugins;
import org.anonymouscloud.core.release.Publisher;
import org.anonymouscloud.core.release.Release;
import org.anonymouscloud.core.release.SwitchedOff;
import org.anonymouscloud.core.release.TrustedPlugin;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code anoncloud admin plugins ...} and {@code anoncloud plugin ...}. Runs no plugin. */
@Command(mixinStandardHelpOptions = true)
public final class PluginsCommand {
  private final Context context;
  @Mixin private final PluginPlace place;

  private PluginsCommand(Context context, PluginPlace place) {
    this.context = context;
    this.place = place;
  }

  /**
   * The command for the plugins of one place.
   *
   * @param name of the command
   * @param description of the command, for its help
   */
  public static CommandLine line(
      Context context, PluginPlace place, String name, String description) {
    CommandLine line = new CommandLine(new PluginsCommand(context, place));
    line.getCommandSpec().name(name).usageMessage().description(description);
    return line;
  }

  /** The plugins of this home's agent and commands, and what authors of plugins need. */
  public static CommandLine ofHome(Context context) {
    return line(
            context,
            new HomePlace(context.home().plugins()),
            "plugin",
            "The plugins of this installation's agent and commands; signing your own."
                + " Those of a server: 'anoncloud admin plugins'.")
        .addSubcommand(new NewKeyCommand(context))
        .addSubcommand(new SignCommand(context));
  }

  /** A client's home. */
  @Command
  private record HomePlace(Path folder) implements PluginPlace {
    @Override
    public PluginFolder plugins() {
      return new PluginFolder(folder);
    }

    @Override
    public String effect() {
      return "An agent that runs does not know it yet: 'anoncloud agent stop'; it starts again by"
          + " itself.";
    }

    @Override
    public String kept() {
      return "";
    }
  }

  /** One line of the list. */
  private record Line(Optional<TrustedPlugin> plugin, String name, String state, String reason) {
    static Line of(TrustedPlugin plugin) {
      Release release = plugin.release();
      try {
        var _ = Capability.of(release);
        release.check(plugin.jar());
        String state = plugin.enabled() ? "on" : "off";
        return new Line(Optional.of(plugin), release.id(), state, "");
      } catch (PluginRefused e) {
        return new Line(Optional.of(plugin), release.id(), "refused", e.reason());
      }
    }

    static Line of(SwitchedOff plugin) {
      return new Line(Optional.empty(), plugin.plugin(), "refused", plugin.reason());
    }

    Map<String, Object> json() {
      Map<String, Object> fields = new LinkedHashMap<>();
      fields.put("id", name);
      fields.put("state", state);
      plugin.ifPresent(
          known -> {
            fields.put("version", known.release().version().toString());
            fields.put("publisher", known.publisher());
            fields.put("capabilities", known.release().capabilities());
          });
      if (!reason.isEmpty()) {
        fields.put("reason", reason);
      }
      return fields;
    }

    String text() {
      String known =
          plugin
              .map(
                  one ->
                      String.format(
                          Locale.ROOT,
                          "%-8s %s  (%s)",
                          one.release().version(),
                          String.join(", ", one.release().capabilities()),
                          one.publisher()))
              .orElse("");
      String line = String.format(Locale.ROOT, "%-20s %-8s %s", name, state, known).strip();
      return reason.isEmpty() ? line : line + ": " + reason;
    }
  }

  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      description =
          "List the plugins with state, version, publisher and what they ask for. No code of a"
              + " plugin is run.")
  int list(@Option(names = "--json", description = "One JSON document.") boolean json)
      throws Problem, IOException {
    PluginFolder folder = place.plugins();
    Plugins plugins = Distribution.own(folder.disabled()).and(folder.find());
    List<Line> lines = new ArrayList<>();
    plugins.vouched().forEach(plugin -> lines.add(Line.of(plugin)));
    plugins.refused().forEach(plugin -> lines.add(Line.of(plugin)));
    if (json) {
      context
          .terminal()
          .printJson(
              Map.of(
                  "plugins",
                  lines.stream().map(Line::json).toList(),
                  "publishers",
                  folder.publishers().stream()
                      .map(known -> Map.of("key", known.key().toString(), "name", known.name()))
                      .toList()));
    } else {
      lines.forEach(line -> context.terminal().print(line.text()));
      folder
          .publishers()
          .forEach(
              known ->
                  context
                      .terminal()
                      .print("trusted publisher " + known.key() + " " + known.name()));
    }
    return 0;
  }

  @Command(
      name = "enable",
      mixinStandardHelpOptions = true,
      description = "Switch a plugin on that was switched off.")
  int enable(@Parameters(paramLabel = "ID", description = "The plugin's id.") String id)
      throws Problem, IOException {
    return enable(id, true);
  }

  @Command(
      name = "disable",
      mixinStandardHelpOptions = true,
      description = "Switch a plugin off. What it has stored stays.")
  int disable(@Parameters(paramLabel = "ID", description = "The plugin's id.") String id)
      throws Problem, IOException {
    return enable(id, false);
  }

  private int enable(String id, boolean on) throws Problem, IOException {
    if (!place.plugins().enable(id, on, Distribution.ownIds())) {
      throw missing(id);
    }
    return done(
        "The plugin "
            + id
            + " is switched "
            + (on ? "on" : "off")
            + ". "
            + (on ? "" : place.kept()));
  }

  @Command(
      name = "install",
      mixinStandardHelpOptions = true,
      description =
          "Install a plugin, or a newer version of it. Its signature, NAME.jar.sig, must lie beside"
              + " it and be that of a trusted publisher.")
  int install(
      @Parameters(paramLabel = "JAR", description = "The plugin.") Path jar,
      @Option(names = "--yes", description = "Do not ask.") boolean yes)
      throws Problem, IOException {
    PluginFolder folder = place.plugins();
    try (Incoming plugin = folder.receive(jar, Distribution.ownIds())) {
      Release release = plugin.release();
      Set<Capability> asked = Capability.of(release);
      context
          .terminal()
          .print(
              "The plugin "
                  + release.id()
                  + " "
                  + release.version()
                  + ", signed by "
                  + plugin.publisher()
                  + ", asks for:");
      asked.forEach(one -> context.terminal().print("  " + one + ": it " + one.meaning() + "."));
      context.terminal().print("It runs as a part of the program, with all its rights.");
      if (!yes && !confirmed()) {
        throw new Problem(Problem.Kind.REFUSED, "Nothing was installed.");
      }
      folder.install(plugin);
      return done("It is installed. ");
    } catch (PluginRefused e) {
      throw PluginProblem.of("The plugin " + jar.getFileName() + " was not installed", e);
    }
  }

  private static boolean confirmed() throws Problem {
    return Set.of("y", "yes")
        .contains(StandardTerminal.ask("Install it? [y/N]").toLowerCase(Locale.ROOT));
  }

  @Command(
      name = "remove",
      mixinStandardHelpOptions = true,
      description = "Remove an installed plugin. What it has stored stays.")
  int remove(
      @Parameters(paramLabel = "ID", description = "The plugin's id.") String id,
      @Option(
              names = "--forget",
              description =
                  "Forget its publisher and version too: otherwise no other publisher may supply"
                      + " it, and no older version be installed.")
          boolean forget)
      throws Problem, IOException {
    if (!place.plugins().remove(id, forget)) {
      throw missing(id);
    }
    return done("The plugin " + id + " is removed. " + place.kept());
  }

  @Command(
      name = "trust",
      mixinStandardHelpOptions = true,
      description = "Let plugins of a publisher be installed.")
  int trust(
      @Parameters(
              index = "0",
              paramLabel = "KEY",
              description = "The publisher's key, from the publisher itself: 64 digits.")
          String key,
      @Parameters(index = "1", paramLabel = "NAME", description = "What you call the publisher.")
          String name)
      throws Problem, IOException {
    try {
      Publisher publisher = Publisher.of(key, name);
      place.plugins().trust(publisher);
      context.terminal().print("Plugins of " + publisher.name() + " can be installed now.");
      return 0;
    } catch (IllegalArgumentException e) {
      throw new Problem(Problem.Kind.BAD_INPUT, String.valueOf(e.getMessage()), e);
    }
  }

  @Command(
      name = "distrust",
      mixinStandardHelpOptions = true,
      description = "Take the trust in a publisher back: its plugins are not loaded any more.")
  int distrust(@Parameters(paramLabel = "KEY", description = "The publisher's key.") String key)
      throws Problem, IOException {
    try {
      if (!place.plugins().distrust(Publisher.key(key))) {
        throw new Problem(Problem.Kind.NOT_FOUND, "Nobody trusts this publisher here.");
      }
      return done("The publisher is not trusted any more. " + place.kept());
    } catch (IllegalArgumentException e) {
      throw new Problem(Problem.Kind.BAD_INPUT, String.valueOf(e.getMessage()), e);
    }
  }

  private int done(String what) {
    context.terminal().print(what + place.effect());
    return 0;
  }

  private static Problem missing(String id) {
    return new Problem(Problem.Kind.NOT_FOUND, "There is no plugin '" + id + "' here.");
  }
}
