package org.anonymouscloud.vault.client.local;

import java.io.IOException;
import java.nio.file.Path;
import org.anonymouscloud.vault.client.disk.LocalTarget;

/**
 * The local folder that a process writes into. One that is ended by a signal leaves no part of a
 * file there. Not thread-safe.
 */
public final class OpenTarget implements AutoCloseable {
  private final LocalTarget target;
  private final Thread whenKilled;

  private OpenTarget(LocalTarget target) {
    this.target = target;
    this.whenKilled = new Thread(target::abandon, "remove-unfinished");
    Runtime.getRuntime().addShutdownHook(whenKilled);
  }

  /** A folder that is there. */
  public static OpenTarget of(Path folder) throws IOException {
    return new OpenTarget(
        LocalTarget.of(
            folder, part -> System.err.println("anoncloud: a part of a file was left as " + part)));
  }

  /** The folder; it closes with this. */
  public LocalTarget target() {
    return target;
  }

  @Override
  public void close() throws IOException {
    try {
      // First, so that whenever the user interrupts, one of the two removes the file.
      target.close();
    } finally {
      try {
        Runtime.getRuntime().removeShutdownHook(whenKilled);
      } catch (IllegalStateException e) {
        // The program ends already, and the hook runs.
      }
    }
  }
}
