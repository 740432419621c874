package org.anonymouscloud.vault.client.cli;

import org.anonymouscloud.core.plugin.Terminal;

/**
 * What a command says that a signal ends, as Ctrl-C does, while it copies: what stays and how it
 * goes on. The exit code is then the signal's, 130 for Ctrl-C. Closing says that all is done.
 * Thread-safe.
 */
final class Interruption implements AutoCloseable {
  private final Thread hook;
  private volatile boolean done;

  /**
   * From now on it is said.
   *
   * @param line what stays, and what to do
   */
  Interruption(Terminal terminal, String line) {
    this.hook =
        new Thread(
            () -> {
              if (!done) {
                terminal.warn(line);
              }
            },
            "interruption");
    Runtime.getRuntime().addShutdownHook(hook);
  }

  @Override
  public void close() {
    done = true;
    try {
      boolean _ = Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // A signal ends the process already; the hook may have said so.
    }
  }
}
