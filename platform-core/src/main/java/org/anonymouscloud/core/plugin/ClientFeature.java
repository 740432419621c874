package org.anonymouscloud.core.plugin;

import java.util.List;
import java.util.Optional;
import org.pf4j.ExtensionPoint;

/**
 * The client half of a feature: routes and a panel for the agent, commands for the command line.
 */
public interface ClientFeature extends ExtensionPoint {
  /** The feature's name, the same as its server half's. */
  String name();

  /** Its part of the local API. Called once, when the agent starts; nobody may be logged in yet. */
  List<Route> routes(ClientContext context);

  /**
   * Its commands: objects annotated with picocli's {@code @Command} that implement {@code
   * Callable<Integer>}. Called once a start of the command line; the agent may be another process.
   */
  List<Object> commands(CommandContext context);

  /** Its part of the user interface, if it has one. Called once, when the agent starts. */
  default Optional<Panel> panel() {
    return Optional.empty();
  }
}
