package org.anonymouscloud.core.plugin;

/** What a command of a client feature is given. */
public interface CommandContext {
  /** The agent's local API; the agent is started if it is not running. */
  AgentApi agent();

  /** The person's terminal or the script's pipes. */
  Terminal terminal();
}
