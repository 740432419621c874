package org.anonymouscloud.core.server;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.anonymouscloud.core.plugin.AccountHandler;
import org.anonymouscloud.core.plugin.RunningFeature;
import org.anonymouscloud.core.plugin.ServerContext;
import org.anonymouscloud.core.plugin.ServerFeature;

/** The features at work, and which method each of them answers. Filled at the start, then fixed. */
final class Features implements AutoCloseable {
  private static final Pattern VERB = Pattern.compile("[a-z][a-z0-9-]{0,40}");

  private final List<RunningFeature> running = new ArrayList<>();
  private final Map<String, AccountHandler> methods = new HashMap<>();

  /**
   * Starts a feature.
   *
   * @throws IOException if it cannot run; nothing of it is kept
   */
  void start(ServerFeature feature, ServerContext context) throws IOException {
    RunningFeature started = feature.start(context);
    Map<String, AccountHandler> own = started.methods();
    for (String verb : own.keySet()) {
      if (!VERB.matcher(verb).matches()) {
        started.close();
        throw new IOException("its method '" + verb + "' has no proper name");
      }
    }
    running.add(started);
    own.forEach((verb, handler) -> methods.put(feature.name() + "/" + verb, handler));
  }

  /** Who answers a method, by {@code feature/verb}. */
  Optional<AccountHandler> handler(String method) {
    return Optional.ofNullable(methods.get(method));
  }

  /** Ends them, the last one first. */
  @Override
  public void close() {
    running.reversed().forEach(RunningFeature::close);
  }
}
