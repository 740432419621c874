package org.anonymouscloud.client.agent;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.anonymouscloud.client.home.ApiToken;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.plugin.Scope;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands before all routing of the local API and turns away web pages and strangers: exact {@code
 * Host} (A61), no foreign {@code Origin} or {@code Sec-Fetch-Site}, no body type that a page can
 * send unasked, a bearer token on every request (A62). Thread-safe.
 */
final class Gate extends Handler.Wrapper {
  /** The attribute under which a route finds the scopes that the token allows. */
  static final String SCOPES = "org.anonymouscloud.scopes";

  /** The attribute under which a route finds a {@code Runnable} that cuts the connection. */
  static final String CUT = "org.anonymouscloud.cut";

  private static final Set<String> METHODS = Set.of("GET", "HEAD", "POST", "PUT", "DELETE");
  private static final Set<String> BODY_TYPES =
      Set.of("application/json", "application/octet-stream");
  private static final String BEARER = "Bearer ";

  private static final Logger LOG = LoggerFactory.getLogger(Gate.class);

  private final Set<String> hosts;
  private final Set<String> origins;
  private final Secret token;
  private final Duration idle;

  /**
   * @param port that the API is bound to
   * @param token the agent's own, as ASCII text; stays the caller's
   * @param idle how long a connection may be silent that is not working on an accepted request
   */
  Gate(int port, Secret token, Duration idle) {
    this.hosts = Set.of("127.0.0.1:" + port, "[::1]:" + port, "localhost:" + port);
    this.origins =
        Set.of("http://127.0.0.1:" + port, "http://[::1]:" + port, "http://localhost:" + port);
    this.token = token;
    this.idle = idle;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    harden(response.getHeaders());
    ProblemDocument refusal = refusal(request);
    if (refusal != null) {
      refusal.send(response, callback);
      return true;
    }
    EndPoint connection = request.getConnectionMetaData().getConnection().getEndPoint();
    request.setAttribute(CUT, (Runnable) () -> cut(connection));
    // Work may stand still for long, for instance when the server does: whoever has the token may
    // wait. Only strangers and idle connections are timed.
    connection.setIdleTimeout(0);
    Request.addCompletionListener(request, failure -> connection.setIdleTimeout(idle.toMillis()));
    return super.handle(request, response, callback);
  }

  private @org.jspecify.annotations.Nullable ProblemDocument refusal(Request request) {
    HttpFields headers = request.getHeaders();
    if (!hostIsOurs(request, headers)) {
      return new ProblemDocument(421, "wrong-host", "This address does not serve that host.");
    }
    if (!METHODS.contains(request.getMethod())) {
      // Also the answer to a browser's preflight: nobody else may ask.
      int status = request.getMethod().equals("OPTIONS") ? 403 : 405;
      return new ProblemDocument(status, "method-refused", "This method is not served.");
    }
    for (String origin : headers.getValuesList(HttpHeader.ORIGIN)) {
      if (!origins.contains(origin)) {
        return new ProblemDocument(
            403, "foreign-origin", "Requests of other web pages are refused.");
      }
    }
    for (String site : headers.getValuesList("Sec-Fetch-Site")) {
      if (!site.equals("same-origin")) {
        return new ProblemDocument(
            403, "foreign-origin", "Requests of other web pages are refused.");
      }
    }
    Set<Scope> scopes = allowed(headers);
    request.setAttribute(SCOPES, scopes);
    if (scopes.isEmpty()) {
      return new ProblemDocument(
          401,
          "token-needed",
          "Send the token that 'anoncloud agent token' prints as a bearer token.");
    }
    if (hasBody(headers) && !BODY_TYPES.contains(bodyType(headers))) {
      return new ProblemDocument(
          415, "body-type-refused", "Bodies are application/json or application/octet-stream.");
    }
    return null;
  }

  private boolean hostIsOurs(Request request, HttpFields headers) {
    List<String> values =
        headers.getFields(HttpHeader.HOST).stream().map(HttpField::getValue).toList();
    // An absolute-form target overrides the header, so it must be ours as well.
    String authority = request.getHttpURI().getAuthority();
    return values.size() == 1
        && hosts.contains(values.getFirst())
        && (authority == null || hosts.contains(authority));
  }

  /** What the token of a request allows; nothing if there is none of ours. */
  private Set<Scope> allowed(HttpFields headers) {
    List<String> values =
        headers.getFields(HttpHeader.AUTHORIZATION).stream().map(HttpField::getValue).toList();
    if (values.size() != 1
        || !values.getFirst().regionMatches(true, 0, BEARER, 0, BEARER.length())) {
      return Set.of();
    }
    try (Secret offered =
        Secret.of(values.getFirst().substring(BEARER.length()).getBytes(US_ASCII))) {
      return ApiToken.allowed(token, offered);
    }
  }

  /** Resets the connection: a plain close would look like the end of a body without a length. */
  private static void cut(EndPoint connection) {
    if (connection.getTransport() instanceof SocketChannel channel) {
      try {
        channel.setOption(StandardSocketOptions.SO_LINGER, 0);
      } catch (IOException e) {
        LOG.debug("The connection is gone already.", e);
      }
    }
    connection.close();
  }

  private static boolean hasBody(HttpFields headers) {
    return headers.contains(HttpHeader.TRANSFER_ENCODING)
        || headers.getLongField(HttpHeader.CONTENT_LENGTH) > 0;
  }

  private static String bodyType(HttpFields headers) {
    String type = headers.get(HttpHeader.CONTENT_TYPE);
    return type == null ? "" : type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
  }

  /** The headers that every answer has: nothing in it is for a browser to run, frame or keep. */
  static void harden(HttpFields.Mutable headers) {
    headers.put(
        "Content-Security-Policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src"
            + " 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none';"
            + " require-trusted-types-for 'script'");
    headers.put("X-Content-Type-Options", "nosniff");
    headers.put("Referrer-Policy", "no-referrer");
    headers.put("Cross-Origin-Opener-Policy", "same-origin");
    headers.put("Cross-Origin-Resource-Policy", "same-origin");
    headers.put(HttpHeader.CACHE_CONTROL, "no-store");
  }
}
