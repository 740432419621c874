package org.anonymouscloud.client.cli.plugin;

import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.release.PluginFolder;

/** The plugins that a command is about: a server's or a client's. */
public interface PluginPlace {
  /**
   * Where they are.
   *
   * @throws Problem if the place is another user's
   */
  PluginFolder plugins() throws Problem;

  /** When a change takes effect. */
  String effect();

  /** What becomes of what a plugin has stored that is not loaded any more; may be empty. */
  String kept();
}
