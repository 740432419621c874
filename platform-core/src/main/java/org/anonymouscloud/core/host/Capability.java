package org.anonymouscloud.core.host;

import java.util.Arrays;
import java.util.Optional;
import org.anonymouscloud.core.database.Database;
import org.anonymouscloud.core.plugin.ClientFeature;
import org.anonymouscloud.core.plugin.ServerFeature;
import org.pf4j.ExtensionPoint;

/**
 * An extension point with its version, as a plugin's manifest names it. A plugin asks for
 * capabilities, never for a version of the program: so it runs on each later program that still has
 * them, and two versions of one extension point can be offered side by side.
 */
public enum Capability {
  SERVER_FEATURE("server-feature/1", ServerFeature.class),
  CLIENT_FEATURE("client-feature/1", ClientFeature.class),
  DATABASE("database/1", Database.class);

  private final String text;
  private final Class<? extends ExtensionPoint> type;

  Capability(String text, Class<? extends ExtensionPoint> type) {
    this.text = text;
    this.type = type;
  }

  static Optional<Capability> of(String text) {
    return Arrays.stream(values()).filter(known -> known.text.equals(text)).findFirst();
  }

  Class<? extends ExtensionPoint> type() {
    return type;
  }

  @Override
  public String toString() {
    return text;
  }
}
