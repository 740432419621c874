package org.anonymouscloud.core.host;

import java.net.URLConnection;
import java.nio.file.Path;
import java.util.List;
import org.pf4j.AbstractPluginManager;
import org.pf4j.ClassLoadingStrategy;
import org.pf4j.DefaultExtensionFactory;
import org.pf4j.DefaultPluginFactory;
import org.pf4j.DefaultVersionManager;
import org.pf4j.ExtensionFactory;
import org.pf4j.ExtensionFinder;
import org.pf4j.IndexedExtensionFinder;
import org.pf4j.JarPluginLoader;
import org.pf4j.ManifestPluginDescriptorFinder;
import org.pf4j.PluginClassLoader;
import org.pf4j.PluginDescriptor;
import org.pf4j.PluginDescriptorFinder;
import org.pf4j.PluginFactory;
import org.pf4j.PluginLoader;
import org.pf4j.PluginRepository;
import org.pf4j.PluginStatusProvider;
import org.pf4j.VersionManager;

/**
 * PF4J, cut down to what is wanted: jars that are read where they lie. Nothing is unpacked (A66),
 * no status file is kept, no folder is searched, and a plugin cannot put a class in place of one of
 * the program's own.
 */
final class JarPlugins extends AbstractPluginManager {
  JarPlugins() {
    super(List.of());
    // Else the JDK keeps each jar of which a resource was read by its URL: open, also after its
    // plugin is unloaded, and with its old content when another jar has taken its place.
    URLConnection.setDefaultUseCaches("jar", false);
  }

  @Override
  protected PluginRepository createPluginRepository() {
    return new NoSearch();
  }

  @Override
  protected PluginLoader createPluginLoader() {
    return new JarPluginLoader(this) {
      @Override
      protected PluginClassLoader createPluginClassLoader(Path file, PluginDescriptor descriptor) {
        return new PluginClassLoader(
            pluginManager, descriptor, getClass().getClassLoader(), ClassLoadingStrategy.APD);
      }
    };
  }

  @Override
  protected PluginDescriptorFinder createPluginDescriptorFinder() {
    return new ManifestPluginDescriptorFinder();
  }

  @Override
  protected ExtensionFinder createExtensionFinder() {
    IndexedExtensionFinder finder = new IndexedExtensionFinder(this);
    // It keeps what it read; with each plugin that starts it must read again.
    addPluginStateListener(finder);
    return finder;
  }

  @Override
  protected ExtensionFactory createExtensionFactory() {
    return new DefaultExtensionFactory();
  }

  @Override
  protected PluginFactory createPluginFactory() {
    return new DefaultPluginFactory();
  }

  @Override
  protected VersionManager createVersionManager() {
    return new DefaultVersionManager();
  }

  @Override
  protected PluginStatusProvider createPluginStatusProvider() {
    return new AllOn();
  }

  /** The host names each jar; none is looked for. */
  private static final class NoSearch implements PluginRepository {
    @Override
    public List<Path> getPluginPaths() {
      return List.of();
    }

    @Override
    public boolean deletePluginPath(Path file) {
      return false;
    }
  }

  /** The host leaves out what is switched off. */
  private static final class AllOn implements PluginStatusProvider {
    @Override
    public boolean isPluginDisabled(String plugin) {
      return false;
    }

    @Override
    public void disablePlugin(String plugin) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void enablePlugin(String plugin) {
      throw new UnsupportedOperationException();
    }
  }
}
