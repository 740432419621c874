package org.anonymouscloud.client.agent.api;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.anonymouscloud.core.crypto.Secret;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;

/**
 * A way into the agent, behind the {@link Gate}.
 *
 * @param prefix of the paths that lie behind it, without a slash at its end
 * @param methods that are served
 * @param bodyTypes media types of bodies; a page can send some others unasked
 * @param mayBeTyped whether a browser gets in whose user has typed the address
 * @param headers of each answer, besides the gate's
 * @param authentication refuses who must not get in
 */
record Door(
    String prefix,
    Set<String> methods,
    Set<String> bodyTypes,
    boolean mayBeTyped,
    Map<String, String> headers,
    Function<Request, Optional<ProblemDocument>> authentication) {
  /** The local API: with a bearer token on every request (A62). */
  static Door api(String prefix, Secret token) {
    return new Door(
        prefix,
        Set.of("GET", "HEAD", "POST", "PUT", "DELETE"),
        Set.of("application/json", "application/octet-stream"),
        false,
        Map.of(),
        new BearerToken(token)::refusal);
  }

  /**
   * Files that are the same for everybody and hold no data: a browser cannot send a token for a
   * script. They run under a policy that allows nothing but files from here and the local API.
   */
  static Door files(String prefix) {
    return new Door(
        prefix,
        Set.of("GET", "HEAD"),
        Set.of(),
        true,
        Map.of(
            "Content-Security-Policy",
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:;"
                + " font-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none';"
                + " form-action 'none'; require-trusted-types-for 'script'"),
        request -> Optional.empty());
  }

  /** Whether a path lies behind it. */
  boolean leadsTo(String path) {
    return path.equals(prefix) || path.startsWith(prefix + "/");
  }

  /** Why a request does not get in, if it does not. */
  Optional<ProblemDocument> refusal(Request request) {
    if (!methods.contains(request.getMethod())) {
      // Also the answer to a browser's preflight: nobody else may ask.
      int status = request.getMethod().equals("OPTIONS") ? 403 : 405;
      return Optional.of(
          new ProblemDocument(status, "method-refused", "This method is not served."));
    }
    Optional<ProblemDocument> stranger = authentication.apply(request);
    HttpFields fields = request.getHeaders();
    if (stranger.isEmpty() && hasBody(fields) && !bodyTypes.contains(bodyType(request))) {
      return Optional.of(
          new ProblemDocument(
              415,
              "body-type-refused",
              bodyTypes.isEmpty()
                  ? "Nothing is sent here."
                  : "Bodies are application/json or application/octet-stream, and say so: a file is"
                      + " sent with -H 'Content-Type: application/octet-stream' by curl, for"
                      + " one."));
    }
    return stranger;
  }

  private static boolean hasBody(HttpFields headers) {
    return headers.contains(HttpHeader.TRANSFER_ENCODING)
        || headers.getLongField(HttpHeader.CONTENT_LENGTH) > 0;
  }

  /** A page cannot send a PUT unasked whatever its type, so there it may be left out. */
  private static String bodyType(Request request) {
    String type = request.getHeaders().get(HttpHeader.CONTENT_TYPE);
    if (type == null) {
      return request.getMethod().equals("PUT") ? "application/octet-stream" : "";
    }
    return type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
  }
}
