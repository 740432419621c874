package org.anonymouscloud.core.plugin;

import java.io.IOException;
import java.util.List;
import org.pf4j.ExtensionPoint;

/** The client half of a feature: a part of the agent, and commands for the command line. */
public interface ClientFeature extends ExtensionPoint {
  /** The feature's name, the same as its server half's. */
  String name();

  /**
   * Its commands: objects annotated with picocli's {@code @Command} that implement {@code
   * Callable<Integer>}. Called once a start of the command line; the agent may be another process.
   */
  List<Object> commands(CommandContext context);

  /**
   * Begins its work in an agent. Called once; nobody may be logged in yet, nor is the server asked.
   *
   * @throws IOException if the feature cannot run; the agent goes on without it and names it
   */
  RunningClient start(ClientContext context) throws IOException;
}
