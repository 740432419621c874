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
 * @param heeds names of the conditional and range headers that the handler looks at, like {@code
 *     If-Match}; a request with another one is refused before the handler hears of it
 */
public record Route(
    HandlerType method,
    String path,
    Scope scope,
    String summary,
    Handler handler,
    Set<String> heeds) {
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
  }

  /** One that heeds no condition. */
  public Route(HandlerType method, String path, Scope scope, String summary, Handler handler) {
    this(method, path, scope, summary, handler, Set.of());
  }
}
