package org.anonymouscloud.client.agent.api;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.anonymouscloud.client.home.ApiToken;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.plugin.Scope;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;

/**
 * Lets requests in that carry the agent's token, or a limited one made from it. Thread-safe.
 *
 * @param token the agent's own, as ASCII text; stays the caller's
 */
record BearerToken(Secret token) {
  /** The attribute under which a route finds the scopes that the token allows. */
  static final String SCOPES = "org.anonymouscloud.scopes";

  private static final String SCHEME = "Bearer ";

  /** Why a request does not get in, if it does not; else it has {@link #SCOPES}. */
  Optional<ProblemDocument> refusal(Request request) {
    Set<Scope> scopes = allowed(request);
    if (scopes.isEmpty()) {
      return Optional.of(
          new ProblemDocument(
              401,
              "token-needed",
              "Send the token that 'anoncloud agent token' prints as a bearer token."));
    }
    request.setAttribute(SCOPES, scopes);
    return Optional.empty();
  }

  /** What the token of a request allows; nothing if there is none of ours. */
  private Set<Scope> allowed(Request request) {
    List<String> values =
        request.getHeaders().getFields(HttpHeader.AUTHORIZATION).stream()
            .map(HttpField::getValue)
            .toList();
    if (values.size() != 1
        || !values.getFirst().regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      return Set.of();
    }
    try (Secret offered =
        Secret.of(values.getFirst().substring(SCHEME.length()).getBytes(US_ASCII))) {
      return ApiToken.allowed(token, offered);
    }
  }
}
