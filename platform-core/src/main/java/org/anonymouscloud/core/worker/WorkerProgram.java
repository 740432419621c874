package org.anonymouscloud.core.worker;

import java.util.List;
import java.util.Map;

/**
 * How a worker is started.
 *
 * @param command a program that talks on its standard input and output as {@link WorkerEnd} does
 * @param settings what it is told first, over its standard input, where no other user sees it
 * @param spare workers that wait for a client, at least 1, so that none waits for a start
 */
public record WorkerProgram(List<String> command, Map<String, String> settings, int spare) {
  public WorkerProgram {
    command = List.copyOf(command);
    settings = Map.copyOf(settings);
  }

  /** Without the settings: one of them may be a password. */
  @Override
  public String toString() {
    return "WorkerProgram" + command;
  }
}
