package org.anonymouscloud.client.cli.server;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * One thing that a server's owner decides. It has one name: {@code max-users} is the flag {@code
 * --max-users}, the variable {@code ANONCLOUD_MAX_USERS} and the line {@code max-users = 30}.
 */
public enum ServerSetting {
  DATA("a folder"),
  LISTEN("HOST:PORT, like 127.0.0.1:7420 or [::1]:7420"),
  PUBLIC_ADDRESS("HOST or HOST:PORT, like cloud.example.org:7420"),
  DATABASE("sqlite, postgres, or the name of another database that a plugin offers"),
  DATABASE_URL("postgresql://USER:PASSWORD@HOST:PORT/NAME"),
  MAX_USERS("a whole number from 1, like 30"),
  MAX_CONNECTIONS("a whole number from 1 to 60000, like 2000"),
  MAX_CONNECTIONS_PER_NETWORK("a whole number from 1 to 60000, like 200"),
  REGISTRATION("open, invite or closed"),
  QUOTA("a size like 500M or 20G"),
  METRICS("HOST:PORT, like 127.0.0.1:9420"),
  ISOLATION("thread or process"),
  SPARE_WORKERS("a whole number from 1 to 64, like 4");

  /** What every variable of the environment that is a setting begins with. */
  static final String VARIABLES = "ANONCLOUD_";

  private final String allowed;

  /**
   * @param allowed what its value may be, for people
   */
  ServerSetting(String allowed) {
    this.allowed = allowed;
  }

  /** The setting with a name, if there is one. */
  static Optional<ServerSetting> named(String key) {
    return Arrays.stream(values()).filter(setting -> setting.key().equals(key)).findFirst();
  }

  /** Its name. */
  String key() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  String flag() {
    return "--" + key();
  }

  String variable() {
    return VARIABLES + name();
  }

  String allowed() {
    return allowed;
  }
}
