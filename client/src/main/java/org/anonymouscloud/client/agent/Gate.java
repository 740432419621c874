package org.anonymouscloud.client.agent;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands before all routing of the agent and turns away web pages and strangers: exact {@code Host}
 * (A61), no foreign {@code Origin} or {@code Sec-Fetch-Site}. What else a request needs is up to
 * the {@link Door} that its path leads to; where there is none, nobody gets in. Thread-safe.
 */
final class Gate extends Handler.Wrapper {
  /** The attribute under which a route finds a {@code Runnable} that cuts the connection. */
  static final String CUT = "org.anonymouscloud.cut";

  private static final Logger LOG = LoggerFactory.getLogger(Gate.class);

  private final Set<String> hosts;
  private final Set<String> origins;
  private final List<Door> doors;
  private final Duration idle;

  /**
   * @param port that the agent is bound to
   * @param idle how long a connection may be silent that is not working on an accepted request
   */
  Gate(int port, List<Door> doors, Duration idle) {
    this.hosts = Set.of("127.0.0.1:" + port, "[::1]:" + port, "localhost:" + port);
    this.origins =
        Set.of("http://127.0.0.1:" + port, "http://[::1]:" + port, "http://localhost:" + port);
    this.doors = List.copyOf(doors);
    this.idle = idle;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    harden(response.getHeaders());
    ProblemDocument refusal = refusal(request, response.getHeaders());
    if (refusal != null) {
      // Its body has not been read, and a stranger keeps no connection.
      response.getHeaders().put(HttpHeader.CONNECTION, "close");
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

  private @Nullable ProblemDocument refusal(Request request, HttpFields.Mutable answer) {
    HttpFields headers = request.getHeaders();
    if (!hostIsOurs(request, headers)) {
      return new ProblemDocument(421, "wrong-host", "This address does not serve that host.");
    }
    String path = request.getHttpURI().getCanonicalPath();
    Optional<Door> door = doors.stream().filter(one -> one.leadsTo(path)).findFirst();
    for (String origin : headers.getValuesList(HttpHeader.ORIGIN)) {
      if (!origins.contains(origin)) {
        return foreign();
      }
    }
    for (String site : headers.getValuesList("Sec-Fetch-Site")) {
      // "none" is an address that a person has typed or kept.
      boolean typed = site.equals("none") && door.isPresent() && door.get().mayBeTyped();
      if (!site.equals("same-origin") && !typed) {
        return foreign();
      }
    }
    if (door.isEmpty()) {
      return new ProblemDocument(404, "not-found", "There is nothing at this address.");
    }
    door.get().headers().forEach(answer::put);
    return door.get().refusal(request).orElse(null);
  }

  private static ProblemDocument foreign() {
    return new ProblemDocument(403, "foreign-origin", "Requests of other web pages are refused.");
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

  /** The headers that every answer has: nothing in it is for a browser to run, frame or keep. */
  static void harden(HttpFields.Mutable headers) {
    headers.put("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
    headers.put("X-Content-Type-Options", "nosniff");
    headers.put("Referrer-Policy", "no-referrer");
    headers.put("Cross-Origin-Opener-Policy", "same-origin");
    headers.put("Cross-Origin-Resource-Policy", "same-origin");
    headers.put(HttpHeader.CACHE_CONTROL, "no-store");
  }
}
