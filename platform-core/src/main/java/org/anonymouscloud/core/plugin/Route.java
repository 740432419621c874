package org.anonymouscloud.core.plugin;

import io.javalin.http.Handler;
import io.javalin.http.HandlerType;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * One route of the local API.
 *
 * @param method HTTP method
 * @param path below {@code /api/v1}, in Javalin's form: plain names, {@code {name}} for one part
 *     and {@code <name>} for any number of them, like {@code /vault/files/<path>}
 * @param scope what a token must allow
 * @param summary one line for the API's document
 * @param handler answers; it may throw {@link Problem} or {@link NotLoggedIn}
 * @param heeds names of the headers that the handler looks at of those that change what a request
 *     asks for, like {@code If-Match}; a request with another one is refused before the handler
 *     hears of it
 * @param asks names that the handler looks for in the query of the address, each at most once; a
 *     request with another one is refused as well
 */
public record Route(
    HandlerType method,
    String path,
    Scope scope,
    String summary,
    Handler handler,
    Set<String> heeds,
    Set<String> asks) {
  private static final Pattern PATH =
      Pattern.compile("(/([A-Za-z0-9._-]+|\\{[a-z]+\\}|<[a-z]+>))+");

  /**
   * @throws IllegalArgumentException if the path is not made of such parts
   */
  public Route {
    if (!PATH.matcher(path).matches()) {
      throw new IllegalArgumentException("a route cannot have the path " + path);
    }
    heeds = Set.copyOf(heeds);
    asks = Set.copyOf(asks);
  }

  /** One that looks at no such header and at no query. */
  public Route(HandlerType method, String path, Scope scope, String summary, Handler handler) {
    this(method, path, scope, summary, handler, Set.of(), Set.of());
  }

  /** The same with another handler, which looks at the same. */
  public Route handledBy(Handler other) {
    return new Route(method, path, scope, summary, other, heeds, asks);
  }

  /** The same, with a handler that looks at these headers. */
  public Route heeding(String... headers) {
    return new Route(method, path, scope, summary, handler, Set.of(headers), asks);
  }

  /** The same, with a handler that looks for these names in the query. */
  public Route asking(String... names) {
    return new Route(method, path, scope, summary, handler, heeds, Set.of(names));
  }
}
