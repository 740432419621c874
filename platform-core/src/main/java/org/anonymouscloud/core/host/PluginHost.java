package org.anonymouscloud.core.host;

import java.lang.reflect.InvocationTargetException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.anonymouscloud.core.database.Database;
import org.anonymouscloud.core.plugin.ClientFeature;
import org.anonymouscloud.core.plugin.ServerFeature;
import org.anonymouscloud.core.release.PluginRefused;
import org.anonymouscloud.core.release.Plugins;
import org.anonymouscloud.core.release.Release;
import org.anonymouscloud.core.release.SwitchedOff;
import org.anonymouscloud.core.release.TrustedPlugin;
import org.anonymouscloud.core.wire.ForeignText;
import org.pf4j.ExtensionPoint;
import org.pf4j.PluginState;
import org.pf4j.PluginWrapper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The plugins of one process. A plugin that cannot be used is switched off as a whole and named;
 * the others go on. What the plugins offered is made once and lives as long as this host.
 * Thread-safe.
 */
public final class PluginHost implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PluginHost.class);

  private final JarPlugins plugins;
  private final List<Offer> offers = new ArrayList<>();
  private final List<SwitchedOff> switchedOff = new ArrayList<>();

  private PluginHost(JarPlugins plugins) {
    this.plugins = plugins;
  }

  /** One extension of a plugin, under the capability it fills. */
  private record Offer(
      TrustedPlugin plugin, Capability capability, String name, ExtensionPoint extension) {
    boolean clashesWith(Offer other) {
      return capability == other.capability && name.equals(other.name);
    }
  }

  /**
   * Loads plugins. What is switched off or refused, and what offers nothing that is wanted, is not
   * touched; of the rest each jar is checked before it is opened.
   *
   * @param wanted a plugin that offers none of these is left alone, which saves its loading
   */
  public static PluginHost load(Plugins found, Set<Capability> wanted) {
    PluginHost host = new PluginHost(new JarPlugins());
    host.switchedOff.addAll(found.refused());
    Map<String, TrustedPlugin> ids = new HashMap<>();
    for (TrustedPlugin plugin : found.vouched()) {
      Release release = plugin.release();
      try {
        TrustedPlugin first = ids.putIfAbsent(release.id(), plugin);
        if (first != null) {
          throw new PluginRefused(
              first.own()
                  ? "the program has a plugin of its own with this id"
                  : "another plugin has this id");
        }
        if (plugin.enabled()) {
          host.add(plugin, Capability.of(release), wanted);
        }
      } catch (PluginRefused e) {
        host.switchedOff.add(
            new SwitchedOff(release.id() + " (" + plugin.jar().getFileName() + ")", e.reason()));
      }
    }
    return host;
  }

  /** The server halves of the features. */
  public List<ServerFeature> serverFeatures() {
    return offers.stream()
        .map(Offer::extension)
        .filter(ServerFeature.class::isInstance)
        .map(ServerFeature.class::cast)
        .toList();
  }

  /** The client halves of the features. */
  public List<OfferedFeature> clientFeatures() {
    List<OfferedFeature> features = new ArrayList<>();
    for (Offer offer : offers) {
      if (offer.extension() instanceof ClientFeature feature) {
        features.add(
            offer.plugin().own()
                ? OfferedFeature.own(feature)
                : OfferedFeature.of(feature, offer.plugin().signedBy()));
      }
    }
    return features;
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

  private void add(TrustedPlugin plugin, Set<Capability> asked, Set<Capability> wanted)
      throws PluginRefused {
    Set<Capability> capabilities = EnumSet.copyOf(asked);
    capabilities.retainAll(wanted);
    if (capabilities.isEmpty()) {
      return;
    }
    plugin.release().check(plugin.jar());
    boolean used = false;
    try {
      offers.addAll(offered(plugin, capabilities));
      used = true;
    } finally {
      if (!used) {
        unload(plugin.release().id());
      }
    }
  }

  /** What a plugin offers of these capabilities, made and found to go with the others'. */
  private List<Offer> offered(TrustedPlugin plugin, Set<Capability> capabilities)
      throws PluginRefused {
    List<Offer> offered = new ArrayList<>();
    try {
      load(plugin);
      String id = plugin.release().id();
      // One by one: PF4J 3.15.0 hands out none of all plugins' if one throws an Error.
      for (String className : plugins.getExtensionClassNames(id)) {
        ClassLoader own = plugins.getPluginClassLoader(id);
        Class<?> type = own.loadClass(className);
        if (!own.equals(type.getClassLoader())) {
          // PF4J 3.15.0 gives a plugin without an index that of the program, if there is one.
          continue;
        }
        for (Capability capability : capabilities) {
          if (capability.type().isAssignableFrom(type)) {
            offered.add(offer(plugin, capability, type));
          }
        }
      }
    } catch (RuntimeException | Error | ClassNotFoundException e) {
      // Whatever a plugin throws, its own Errors too: the program goes on without it.
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
    return offered;
  }

  private void load(TrustedPlugin vouched) throws PluginRefused {
    String id = plugins.loadPlugin(vouched.jar());
    if (plugins.startPlugin(id) != PluginState.STARTED) {
      PluginWrapper plugin = plugins.getPlugin(id);
      Throwable failure = plugin.getFailedException();
      throw new PluginRefused(
          "it does not start ("
              + (failure == null ? plugin.getPluginState() : text(failure))
              + ")");
    }
  }

  private static Offer offer(TrustedPlugin plugin, Capability capability, Class<?> type)
      throws PluginRefused {
    Fit.check(type, capability.type());
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
    ReservedNames.check(name, plugin.own());
    if (extension instanceof ServerFeature feature) {
      requireOwnTables(feature);
    }
    return new Offer(plugin, capability, name, extension);
  }

  /** What is stored is known by the feature's name also when the feature is gone. */
  private static void requireOwnTables(ServerFeature feature) throws PluginRefused {
    Optional<String> owner = feature.data().map(data -> data.tables().owner());
    if (owner.isPresent() && !owner.get().equals(feature.name())) {
      throw new PluginRefused(
          "its feature '"
              + feature.name()
              + "' has tables of '"
              + ForeignText.sentence(owner.get())
              + "'; they must be its own");
    }
  }

  /** A failure in one line, whatever a stranger's exception says. */
  private static String text(Throwable failure) {
    String text = ForeignText.sentence(failure.toString().lines().findFirst().orElse(""));
    return isMisfit(failure)
        ? text + ": it was built for another version of the program, or of Java"
        : text;
  }

  /** Whether the JVM says that two parts do not go together, and not that a part has failed. */
  private static boolean isMisfit(Throwable failure) {
    return failure instanceof LinkageError && !(failure instanceof ExceptionInInitializerError);
  }

  @Override
  public void close() {
    // One by one: PF4J 3.15.0 stumbles over its own list when it stops all that have started.
    for (PluginWrapper plugin : List.copyOf(plugins.getPlugins())) {
      unload(plugin.getPluginId());
    }
  }

  private void unload(String id) {
    PluginWrapper plugin = plugins.getPlugin(id);
    if (plugin != null) {
      try {
        plugins.unloadPlugin(id);
      } catch (RuntimeException | Error e) {
        // Its own code ran for the last time; the others must be ended too.
        LOG.warn("The plugin {} failed to end: {}", id, e.toString());
      }
    }
  }
}
