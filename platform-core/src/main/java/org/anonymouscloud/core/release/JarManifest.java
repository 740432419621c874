package org.anonymouscloud.core.release;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Enumeration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.regex.Pattern;
import org.anonymouscloud.core.wire.ForeignText;
import org.jspecify.annotations.Nullable;

/**
 * What a plugin's jar says of itself. Only a jar that someone vouches for is opened, and it is read
 * where it lies.
 *
 * @param capabilities at least one
 */
record JarManifest(String id, Version version, List<String> capabilities) {
  private static final String ID = "Plugin-Id";
  private static final String VERSION = "Plugin-Version";
  private static final String CAPABILITIES = "Plugin-Capabilities";

  /**
   * What PF4J, which reads the same manifest, would do more: run a class beside the extensions, and
   * have one plugin that lacks another stop all.
   */
  private static final List<String> REFUSED =
      List.of("Plugin-Class", "Plugin-Dependencies", "Plugin-Requires");

  private static final Pattern ID_FORM = Pattern.compile("[a-z][a-z0-9-]{0,39}");
  private static final Pattern CAPABILITY_FORM = Pattern.compile("[a-z][a-z0-9-]{0,30}/[0-9]{1,4}");

  /** Names of entries that could mean a place outside the jar to whoever unpacks it. */
  private static final Pattern LEADS_OUTSIDE =
      Pattern.compile("/.*|[A-Za-z]:.*|(.*/)?\\.\\.(/.*)?|.*[\\\\\\x00].*", Pattern.DOTALL);

  /** Far above what the largest plugin holds; stops a small file that swells without end. */
  private static final long MAX_CONTENT = 1L << 30;

  private static final int MAX_CAPABILITIES = 16;

  JarManifest {
    capabilities = List.copyOf(capabilities);
  }

  static JarManifest read(Path file) throws PluginRefused {
    Attributes attributes = manifest(file).getMainAttributes();
    for (String attribute : REFUSED) {
      if (attributes.getValue(attribute) != null) {
        throw new PluginRefused(
            "its manifest has a "
                + attribute
                + ", and a plugin here is made of extensions alone and stands by itself");
      }
    }
    String capabilities = required(attributes.getValue(CAPABILITIES), CAPABILITIES);
    return of(
        required(attributes.getValue(ID), ID),
        Version.parse(required(attributes.getValue(VERSION), VERSION)),
        Arrays.stream(capabilities.split(",", -1)).map(String::strip).toList());
  }

  /** Checks what anybody, a jar or a signed statement, says of a plugin. */
  static JarManifest of(String id, Version version, List<String> capabilities)
      throws PluginRefused {
    id(id);
    if (capabilities.isEmpty() || capabilities.size() > MAX_CAPABILITIES) {
      throw new PluginRefused("it asks for no capability, or for too many");
    }
    for (String capability : capabilities) {
      if (!CAPABILITY_FORM.matcher(capability).matches()) {
        throw new PluginRefused("it asks for a capability that is no name with a version");
      }
    }
    return new JarManifest(id, version, capabilities);
  }

  /** Checks an id, which becomes a part of files' names. */
  static String id(String id) throws PluginRefused {
    if (!ID_FORM.matcher(id).matches()) {
      throw new PluginRefused(
          "its id is not 1 to 40 lower-case letters, digits and hyphens, a letter first");
    }
    return id;
  }

  private static Manifest manifest(Path file) throws PluginRefused {
    try (JarFile jar = new JarFile(file.toFile())) {
      checkEntries(jar);
      Manifest manifest = jar.getManifest();
      if (manifest == null) {
        throw new PluginRefused("it has no manifest");
      }
      return manifest;
    } catch (IOException e) {
      throw new PluginRefused(
          "it cannot be read as a jar ("
              + ForeignText.sentence(String.valueOf(e.getMessage()))
              + ")",
          e);
    }
  }

  /** Nothing is ever unpacked here; but such a jar is made to hurt someone. */
  private static void checkEntries(JarFile jar) throws PluginRefused {
    Set<String> names = new HashSet<>();
    long content = 0;
    for (Enumeration<JarEntry> all = jar.entries(); all.hasMoreElements(); ) {
      JarEntry entry = all.nextElement();
      if (LEADS_OUTSIDE.matcher(entry.getName()).matches()) {
        throw new PluginRefused("an entry of the jar has a name that leads outside of it");
      }
      if (!names.add(entry.getName())) {
        throw new PluginRefused("the jar holds an entry twice");
      }
      content += Math.clamp(entry.getSize(), 0, MAX_CONTENT + 1);
      if (content > MAX_CONTENT) {
        throw new PluginRefused("the jar would be larger than 1 GiB if it were unpacked");
      }
    }
  }

  private static String required(@Nullable String value, String attribute) throws PluginRefused {
    if (value == null || value.isBlank()) {
      throw new PluginRefused("its manifest has no " + attribute);
    }
    return value.strip();
  }
}
