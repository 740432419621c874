package org.anonymouscloud.core.host;

import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import org.jspecify.annotations.Nullable;

/**
 * What a plugin's manifest says, read before any of its code is loaded.
 *
 * @param capabilities at least one
 */
record PluginJar(Path file, String id, Set<Capability> capabilities) {
  private static final String ID = "Plugin-Id";
  private static final String VERSION = "Plugin-Version";
  private static final String CAPABILITIES = "Plugin-Capabilities";

  static PluginJar read(Path file) throws PluginRefused {
    Attributes attributes = manifest(file).getMainAttributes();
    String id = required(attributes.getValue(ID), ID);
    required(attributes.getValue(VERSION), VERSION);
    Set<Capability> capabilities = EnumSet.noneOf(Capability.class);
    for (String text : required(attributes.getValue(CAPABILITIES), CAPABILITIES).split(",", -1)) {
      String name = text.strip();
      capabilities.add(
          Capability.of(name)
              .orElseThrow(
                  () ->
                      new PluginRefused(
                          "it asks for the capability '"
                              + name
                              + "', which this version does not have")));
    }
    return new PluginJar(file, id, capabilities);
  }

  private static Manifest manifest(Path file) throws PluginRefused {
    try (JarFile jar = new JarFile(file.toFile())) {
      Manifest manifest = jar.getManifest();
      if (manifest == null) {
        throw new PluginRefused("it has no manifest");
      }
      return manifest;
    } catch (IOException e) {
      throw new PluginRefused("it cannot be read as a jar (" + e.getMessage() + ")", e);
    }
  }

  private static String required(@Nullable String value, String attribute) throws PluginRefused {
    if (value == null || value.isBlank()) {
      throw new PluginRefused("its manifest has no " + attribute);
    }
    return value.strip();
  }
}
