package org.anonymouscloud.core.server;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.anonymouscloud.core.plugin.AccountHandler;
import org.anonymouscloud.core.plugin.RunningFeature;
import org.anonymouscloud.core.plugin.ServerContext;
import org.anonymouscloud.core.plugin.ServerFeature;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The features at work, and which method each of them answers. Filled at the start, then fixed. */
final class Features implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Features.class);
  private static final Pattern VERB = Pattern.compile("[a-z][a-z0-9-]{0,40}");

  private final List<RunningFeature> running = new ArrayList<>();
  private final Map<String, AccountHandler> methods = new HashMap<>();
  private final Set<String> openToProven = new HashSet<>();

  /**
   * Starts a feature.
   *
   * @throws IOException if it cannot run; nothing of it is kept
   */
  void start(ServerFeature feature, ServerContext context) throws IOException {
    RunningFeature started = feature.start(context);
    Map<String, AccountHandler> own;
    try {
      own = Map.copyOf(started.methods());
      for (String verb : own.keySet()) {
        if (!VERB.matcher(verb).matches()) {
          throw new IOException("its method '" + verb + "' has no proper name");
        }
      }
    } catch (IOException | RuntimeException | Error e) {
      close(started);
      throw e;
    }
    running.add(started);
    own.forEach((verb, handler) -> methods.put(feature.name() + "/" + verb, handler));
    started.openToProven().forEach(verb -> openToProven.add(feature.name() + "/" + verb));
  }

  /** How many are at work. */
  int count() {
    return running.size();
  }

  /** What keeps them from their work just now. */
  List<String> troubles() {
    return running.stream().flatMap(feature -> trouble(feature).stream()).distinct().toList();
  }

  private static Optional<String> trouble(RunningFeature feature) {
    try {
      return feature.trouble();
    } catch (RuntimeException | Error e) {
      LOG.warn("{} cannot say how it is: {}", feature.getClass().getName(), e.toString());
      return Optional.of("a feature fails");
    }
  }

  /** How many files are known to be lost just now. */
  int lostFiles() {
    return running.stream().mapToInt(Features::lostFiles).sum();
  }

  private static int lostFiles(RunningFeature feature) {
    try {
      return feature.lostFiles();
    } catch (RuntimeException | Error e) {
      LOG.warn("{} cannot say what it has lost: {}", feature.getClass().getName(), e.toString());
      return 0;
    }
  }

  /** The handler of each method, by {@code feature/verb}. */
  Optional<AccountHandler> handler(String method) {
    return Optional.ofNullable(methods.get(method));
  }

  /** Whether a method is answered to who has proven to own the account and has no device yet. */
  boolean isOpenToProven(String method) {
    return openToProven.contains(method);
  }

  /** Ends them, the last one first. */
  @Override
  public void close() {
    running.reversed().forEach(Features::close);
  }

  /** One that fails to end does not keep the others from ending. */
  private static void close(RunningFeature feature) {
    try {
      feature.close();
    } catch (RuntimeException | Error e) {
      LOG.warn("{} failed to end: {}", feature.getClass().getName(), e.toString());
    }
  }
}
