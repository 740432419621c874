package org.anonymouscloud.client.agent.api;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Why a request that named itself failed, kept for who was cut off in the middle of a body and so
 * could not be told. The newest few only. Thread-safe.
 */
final class FailedRequests {
  private static final int KEPT = 256;

  private final Map<String, ProblemDocument> problems =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, ProblemDocument> eldest) {
          return size() > KEPT;
        }
      };

  synchronized void remember(String request, ProblemDocument problem) {
    problems.put(request, problem);
  }

  synchronized Optional<ProblemDocument> problem(String request) {
    return Optional.ofNullable(problems.get(request));
  }
}
