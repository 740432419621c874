package org.anonymouscloud.core.plugin;

import java.io.IOException;
import java.util.Optional;
import org.pf4j.ExtensionPoint;

/** The server half of a feature. */
public interface ServerFeature extends ExtensionPoint {
  /**
   * The first part of its methods' names and its folder's name: lower-case letters, like {@code
   * vault}.
   */
  String name();

  /**
   * What it keeps, if it keeps anything: the server brings these tables up to date. The tables of a
   * feature that does not say so are in no backup, and a server that has them cannot move to
   * another database.
   */
  default Optional<FeatureData> data() {
    return Optional.empty();
  }

  /**
   * Starts serving; its tables are up to date.
   *
   * @throws IOException if the feature cannot run; the server goes on without it and names it
   */
  RunningFeature start(ServerContext context) throws IOException;
}
