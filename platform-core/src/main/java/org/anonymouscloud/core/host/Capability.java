package org.anonymouscloud.core.host;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.IntSummaryStatistics;
import java.util.Set;
import org.anonymouscloud.core.database.Database;
import org.anonymouscloud.core.plugin.ClientFeature;
import org.anonymouscloud.core.plugin.ServerFeature;
import org.anonymouscloud.core.release.PluginRefused;
import org.anonymouscloud.core.release.Release;
import org.pf4j.ExtensionPoint;

/**
 * An extension point with its version, as a plugin's manifest names it. A plugin asks for
 * capabilities, never for a version of the program: so it runs on each later program that still has
 * them, and two versions of one extension point can be offered side by side.
 */
public enum Capability {
  SERVER_FEATURE(
      "server-feature/1",
      "answers requests of accounts on the server, with tables and a folder of its own",
      ServerFeature.class),
  CLIENT_FEATURE(
      "client-feature/1",
      "acts for the account that is logged in, with keys, commands and pages of its own",
      ClientFeature.class),
  DATABASE("database/1", "keeps all that the server stores in tables", Database.class);

  private final String text;
  private final String meaning;
  private final Class<? extends ExtensionPoint> type;

  Capability(String text, String meaning, Class<? extends ExtensionPoint> type) {
    this.text = text;
    this.meaning = meaning;
    this.type = type;
  }

  /**
   * What a release asks for.
   *
   * @throws PluginRefused if this program has not all of it
   */
  public static Set<Capability> of(Release release) throws PluginRefused {
    Set<Capability> capabilities = EnumSet.noneOf(Capability.class);
    for (String text : release.capabilities()) {
      capabilities.add(of(text));
    }
    return capabilities;
  }

  private static Capability of(String text) throws PluginRefused {
    return Arrays.stream(values())
        .filter(known -> known.text.equals(text))
        .findFirst()
        .orElseThrow(
            () ->
                new PluginRefused(
                    "it asks for the capability '"
                        + text
                        + "', which this version does not have"
                        + remedy(text)
                        + " (it has "
                        + String.join(", ", Arrays.stream(values()).map(c -> c.text).toList())
                        + ")"));
  }

  /** Who can help, if the extension point is there in another version. */
  private static String remedy(String text) {
    String name = name(text);
    int version = version(text);
    IntSummaryStatistics here =
        Arrays.stream(values())
            .filter(known -> name(known.text).equals(name))
            .mapToInt(known -> version(known.text))
            .summaryStatistics();
    if (here.getCount() > 0 && version > here.getMax()) {
      return ": the plugin needs a newer version of the program";
    }
    if (here.getCount() > 0 && version < here.getMin()) {
      return " any more: the program needs a newer version of the plugin";
    }
    return "";
  }

  private static String name(String text) {
    return text.substring(0, text.indexOf('/'));
  }

  private static int version(String text) {
    return Integer.parseInt(text.substring(text.indexOf('/') + 1));
  }

  /** What a plugin with it does, as the rest of a sentence that begins with "it". */
  public String meaning() {
    return meaning;
  }

  Class<? extends ExtensionPoint> type() {
    return type;
  }

  @Override
  public String toString() {
    return text;
  }
}
