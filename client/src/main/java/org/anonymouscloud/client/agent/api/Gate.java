package org.anonymouscloud.client.agent.api;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.anonymouscloud.core.http.OwnSite;
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

  /** By these a request becomes another one; the framework behind this heeds the first. */
  private static final List<String> METHOD_HEADERS =
      List.of("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override");

  /** What is thrown away at most of a body that nobody reads, after the answer. */
  private static final long UNREAD_BYTES = 64L << 20;

  private static final long STRANGERS_BYTES = 1L << 20;

  private static final Logger LOG = LoggerFactory.getLogger(Gate.class);

  private final OwnSite site;
  private final List<Door> doors;
  private final Duration idle;

  /**
   * @param port that the agent is bound to
   * @param idle how long a connection may be silent that is not working on an accepted request
   */
  Gate(int port, List<Door> doors, Duration idle) {
    this.site = OwnSite.loopback(port);
    this.doors = List.copyOf(doors);
    this.idle = idle;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    harden(response.getHeaders());
    RequestContent content = new RequestContent(request);
    ProblemDocument refusal = refusal(request, response.getHeaders());
    if (refusal != null) {
      // Its body has not been read, and a stranger keeps no connection.
      response.getHeaders().put(HttpHeader.CONNECTION, "close");
      refusal.send(response, after(callback, () -> content.discard(STRANGERS_BYTES, callback)));
      return true;
    }
    EndPoint connection = request.getConnectionMetaData().getConnection().getEndPoint();
    request.setAttribute(CUT, (Runnable) () -> cut(connection));
    // Work may stand still for long, for instance when the server does: whoever has the token may
    // wait. Only strangers and idle connections are timed.
    connection.setIdleTimeout(0);
    Request.addCompletionListener(request, failure -> connection.setIdleTimeout(idle.toMillis()));
    Runnable discard =
        () -> {
          // Whoever is to be answered no more is not waited for.
          connection.setIdleTimeout(idle.toMillis());
          content.discard(UNREAD_BYTES, callback);
        };
    return super.handle(content, response, after(callback, discard));
  }

  private static Callback after(Callback callback, Runnable answered) {
    return Callback.from(answered, callback::failed);
  }

  private @Nullable ProblemDocument refusal(Request request, HttpFields.Mutable answer) {
    HttpFields headers = request.getHeaders();
    List<String> hosts =
        headers.getFields(HttpHeader.HOST).stream().map(HttpField::getValue).toList();
    if (!site.isAsked(hosts, request.getHttpURI().getAuthority())) {
      return new ProblemDocument(421, "wrong-host", "This address does not serve that host.");
    }
    for (String name : METHOD_HEADERS) {
      if (headers.contains(name)) {
        return new ProblemDocument(
            400, "bad-input", "The method stands in the request line; leave out " + name + ".");
      }
    }
    // What the HTTP server cuts off would make another name of the one that was meant.
    if (request.getHttpURI().getFragment() != null || "".equals(request.getHttpURI().getQuery())) {
      return new ProblemDocument(
          400,
          "bad-input",
          "The address has a '#', or a '?' with nothing after it: as parts of a name they are"
              + " written %23 and %3F.");
    }
    String path = request.getHttpURI().getCanonicalPath();
    Optional<Door> door = doors.stream().filter(one -> one.leadsTo(path)).findFirst();
    if (site.isForeign(
        headers.getValuesList(HttpHeader.ORIGIN),
        headers.getValuesList("Sec-Fetch-Site"),
        door.isPresent() && door.get().mayBeTyped())) {
      return new ProblemDocument(403, "foreign-origin", "Requests of other web pages are refused.");
    }
    if (door.isEmpty()) {
      return new ProblemDocument(
          404,
          "not-found",
          "There is nothing at this address: the local API lies below " + LocalApi.PREFIX + ".");
    }
    door.get().headers().forEach(answer::put);
    return door.get().refusal(request).orElse(null);
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
