package org.anonymouscloud.core.plugin;

import java.nio.file.Path;

/** What a command of a client feature is given. */
public interface CommandContext {
  /** The agent's local API; the agent is started if it is not running. */
  AgentApi agent();

  /** The person's terminal or the script's pipes. */
  Terminal terminal();

  /**
   * The folder with everything of the program on this machine, keys among them; absolute. It
   * belongs into no feature's storage. It may not be there yet.
   */
  Path stateFolder();
}
