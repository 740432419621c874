package org.anonymouscloud.core.release;

import java.util.Optional;
import org.anonymouscloud.core.crypto.VerifyKey;

/**
 * What a machine remembers of one plugin, as a line of the file {@code plugins/known}.
 *
 * @param installed what was installed from outside, or was until it was removed; nothing for a
 *     plugin of the program itself
 */
record InstalledPlugin(String id, State state, Optional<Installed> installed) {
  /** What the owner of the machine decided. */
  enum State {
    ON,
    OFF,
    REMOVED
  }

  /**
   * The floor below which the plugin may not go (A66).
   *
   * @param version the highest that was ever installed
   * @param publisher whose it was; another cannot supply this plugin
   */
  record Installed(Version version, VerifyKey publisher) {}

  InstalledPlugin in(State other) {
    return new InstalledPlugin(id, other, installed);
  }

  /** Whether its jar should be there. */
  boolean isPresent() {
    return installed.isPresent() && state != State.REMOVED;
  }

  String line() {
    String rest = installed.map(known -> known.version() + " " + known.publisher()).orElse("- -");
    return id + " " + state.name().toLowerCase(java.util.Locale.ROOT) + " " + rest;
  }

  /**
   * @throws IllegalArgumentException if this is no such line
   */
  static InstalledPlugin parse(String line) {
    String[] words = line.split(" ", -1);
    if (words.length != 4) {
      throw new IllegalArgumentException("four words are expected");
    }
    try {
      Optional<Installed> installed =
          words[2].equals("-")
              ? Optional.empty()
              : Optional.of(new Installed(Version.parse(words[2]), Publisher.key(words[3])));
      return new InstalledPlugin(
          JarManifest.id(words[0]),
          State.valueOf(words[1].toUpperCase(java.util.Locale.ROOT)),
          installed);
    } catch (PluginRefused e) {
      throw new IllegalArgumentException(e.reason(), e);
    }
  }
}
