package org.anonymouscloud.core.host;

import java.util.Set;
import java.util.regex.Pattern;
import org.anonymouscloud.core.release.PluginRefused;
import org.anonymouscloud.core.wire.ForeignText;

/**
 * The names that features and kinds of databases may have. A feature's name begins its methods, its
 * routes, its tables, its folder and the labels of its signatures, and its keys hang on it: so it
 * must be nobody else's.
 */
public final class ReservedNames {
  private static final Pattern FORM = Pattern.compile("[a-z]{1,20}");

  /** Taken by the program itself: no plugin has them, not even one of its own. */
  private static final Set<String> PROGRAM =
      Set.of(
          // Methods, labels, routes, and what stands in their place in addresses of files.
          "account",
          "agent",
          "contacts",
          "core",
          "events",
          "panels",
          "plugins",
          "requests",
          "ui",
          // Commands, after which people would look for a feature of that name.
          "admin",
          "contact",
          "device",
          "drive",
          "help",
          "login",
          "logout",
          "password",
          "ping",
          "plugin",
          "recover",
          "register",
          "rehearse",
          "server",
          "up",
          "worker",
          // First words of tables, and what lies beside a feature's folder in a backup.
          "accounts",
          "count",
          "data",
          "database",
          "invites",
          "lost",
          "migrations",
          "order",
          "rows");

  /** Those of the program's own plugins, also of ones that are still to come. */
  private static final Set<String> OWN_PLUGINS =
      Set.of("calls", "chat", "dav", "postgres", "share", "sqlite", "vault");

  private ReservedNames() {}

  /** Whether the program itself has the name, so that no plugin can. */
  public static boolean isOfProgram(String name) {
    return PROGRAM.contains(name);
  }

  /**
   * Checks what a plugin calls its feature or its kind of database.
   *
   * @param own whether the plugin is one of the program's own
   * @throws PluginRefused if it cannot have this name
   */
  static void check(String name, boolean own) throws PluginRefused {
    if (!FORM.matcher(name).matches()) {
      throw new PluginRefused(
          "the name '" + ForeignText.sentence(name) + "' is not 1 to 20 lower-case letters");
    }
    if (PROGRAM.contains(name) || (!own && OWN_PLUGINS.contains(name))) {
      throw new PluginRefused(
          "the name '" + name + "' is the program's own; its author must choose another");
    }
  }
}
