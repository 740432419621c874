package org.anonymouscloud.core.plugin;

import io.javalin.http.Handler;
import io.javalin.http.HandlerType;

/**
 * One route of the local API.
 *
 * @param method HTTP method
 * @param path below {@code /api/v1}, in Javalin's form, like {@code /vault/files/<path>}
 * @param scope what a token must allow
 * @param summary one line for the API's document
 * @param handler answers; it may throw {@link Problem} or {@link NotLoggedIn}
 */
public record Route(
    HandlerType method, String path, Scope scope, String summary, Handler handler) {}
