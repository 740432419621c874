package org.anonymouscloud.core.host;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.anonymouscloud.core.database.Database;
import org.anonymouscloud.core.plugin.ClientFeature;
import org.anonymouscloud.core.plugin.ServerFeature;
import org.pf4j.ExtensionPoint;
import org.pf4j.PluginState;
import org.pf4j.PluginWrapper;

/**
 * The plugins of one process. A plugin that cannot be used is switched off as a whole and named;
 * the others go on. What the plugins offered is made once and lives as long as this host.
 * Thread-safe.
 */
public final class PluginHost implements AutoCloseable {
  private static final Pattern NAME = Pattern.compile("[a-z]{1,20}");

  /** What the program's own methods and routes begin with. */
  private static final Set<String> RESERVED = Set.of("account", "agent", "core", "requests");

  private final JarPlugins plugins;
  private final List<Offer> offers = new ArrayList<>();
  private final List<SwitchedOff> switchedOff = new ArrayList<>();

  private PluginHost(JarPlugins plugins) {
    this.plugins = plugins;
  }

  /** One extension of a plugin, under the capability it fills. */
  private record Offer(Capability capability, String name, ExtensionPoint extension) {
    boolean clashesWith(Offer other) {
      return capability == other.capability && name.equals(other.name);
    }
  }

  /**
   * Loads the plugins in a folder, in the order of their files' names. The folder is only read.
   *
   * @param wanted a plugin that offers none of these is left alone, which saves its loading
   * @throws IOException if the folder cannot be read
   */
  public static PluginHost load(Path folder, Set<Capability> wanted) throws IOException {
    PluginHost host = new PluginHost(new JarPlugins(folder));
    Set<String> ids = new HashSet<>();
    for (Path file : jars(folder)) {
      String name = file.getFileName().toString();
      try {
        PluginJar jar = PluginJar.read(file);
        name = jar.id() + " (" + name + ")";
        if (!ids.add(jar.id())) {
          throw new PluginRefused("another plugin has this id");
        }
        Set<Capability> capabilities = new HashSet<>(jar.capabilities());
        capabilities.retainAll(wanted);
        if (!capabilities.isEmpty()) {
          host.add(jar, capabilities);
        }
      } catch (PluginRefused e) {
        host.switchedOff.add(new SwitchedOff(name, String.valueOf(e.getMessage())));
      }
    }
    return host;
  }

  private static List<Path> jars(Path folder) throws IOException {
    List<Path> jars = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*.jar")) {
      files.forEach(jars::add);
    }
    jars.sort(null);
    return jars;
  }

  /** The server halves of the features. */
  public List<ServerFeature> serverFeatures() {
    return extensions(ServerFeature.class);
  }

  /** The client halves of the features. */
  public List<ClientFeature> clientFeatures() {
    return extensions(ClientFeature.class);
  }

  /** The kind of database with a name, if a plugin supplies it. */
  public Optional<Database> database(String name) {
    return offers.stream()
        .filter(offer -> offer.capability() == Capability.DATABASE && offer.name().equals(name))
        .map(offer -> (Database) offer.extension())
        .findFirst();
  }

  /** The plugins that are not used, and why. */
  public List<SwitchedOff> switchedOff() {
    return List.copyOf(switchedOff);
  }

  private <T> List<T> extensions(Class<T> type) {
    return offers.stream().map(Offer::extension).filter(type::isInstance).map(type::cast).toList();
  }

  private void add(PluginJar jar, Set<Capability> capabilities) throws PluginRefused {
    List<Offer> offered = new ArrayList<>();
    try {
      load(jar);
      for (String className : plugins.getExtensionClassNames(jar.id())) {
        Class<?> type = plugins.getPluginClassLoader(jar.id()).loadClass(className);
        for (Capability capability : capabilities) {
          if (capability.type().isAssignableFrom(type)) {
            offered.add(offer(capability, type));
          }
        }
      }
    } catch (RuntimeException | LinkageError | ClassNotFoundException e) {
      throw new PluginRefused("it fails to load (" + text(e) + ")", e);
    }
    for (Capability capability : capabilities) {
      if (offered.stream().noneMatch(offer -> offer.capability() == capability)) {
        throw new PluginRefused("it has no " + capability + ", though its manifest says so");
      }
    }
    for (Offer offer : offered) {
      if (offers.stream().anyMatch(offer::clashesWith)) {
        throw new PluginRefused("another plugin offers '" + offer.name() + "' already");
      }
      if (offered.stream().filter(offer::clashesWith).count() > 1) {
        throw new PluginRefused("it offers '" + offer.name() + "' twice");
      }
    }
    offers.addAll(offered);
  }

  private void load(PluginJar jar) throws PluginRefused {
    String id = plugins.loadPlugin(jar.file());
    if (plugins.startPlugin(id) != PluginState.STARTED) {
      PluginWrapper plugin = plugins.getPlugin(id);
      Throwable failure = plugin.getFailedException();
      throw new PluginRefused(
          "it does not start ("
              + (failure == null ? plugin.getPluginState() : text(failure))
              + ")");
    }
  }

  private static Offer offer(Capability capability, Class<?> type) throws PluginRefused {
    ExtensionPoint extension;
    try {
      extension = (ExtensionPoint) type.getDeclaredConstructor().newInstance();
    } catch (InvocationTargetException e) {
      throw new PluginRefused(
          type.getName() + " fails when it is made (" + text(e.getTargetException()) + ")", e);
    } catch (ReflectiveOperationException e) {
      throw new PluginRefused(type.getName() + " cannot be made (" + text(e) + ")", e);
    }
    String name =
        switch (extension) {
          case ServerFeature feature when capability == Capability.SERVER_FEATURE -> feature.name();
          case ClientFeature feature when capability == Capability.CLIENT_FEATURE -> feature.name();
          case Database database when capability == Capability.DATABASE -> database.name();
          default -> throw new IllegalArgumentException(type + " is no " + capability);
        };
    if (!NAME.matcher(name).matches() || RESERVED.contains(name)) {
      throw new PluginRefused(
          "the name '" + name + "' is not 1 to 20 lower-case letters, or the program's own");
    }
    return new Offer(capability, name, extension);
  }

  /** A failure in one line, whatever a stranger's exception says. */
  private static String text(Throwable failure) {
    String text = failure.toString().lines().findFirst().orElse("");
    return text.length() > 200 ? text.substring(0, 200) : text;
  }

  @Override
  public void close() {
    // One by one: PF4J 3.15.0 stumbles over its own list when it stops all that have started.
    for (PluginWrapper plugin : List.copyOf(plugins.getPlugins())) {
      plugins.unloadPlugin(plugin.getPluginId());
    }
  }
}
