package org.anonymouscloud.client.agent.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.javalin.http.Context;
import jakarta.servlet.http.HttpServletRequest;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.anonymouscloud.core.plugin.Route;
import org.anonymouscloud.core.wire.ForeignText;

/**
 * The headers of a request that change what it asks for, or what its body is. Whoever passes one
 * over does something else than was asked: it writes half a file over a whole one, or over one that
 * it was told to spare. So each of them is heeded by the route, or the request is refused before
 * the route hears of it.
 */
final class RequestTerms {
  /** A line more than one of these contradicts the first, or would be passed over. */
  private static final List<String> ONCE =
      List.of(
          "Content-Type",
          "Content-Encoding",
          "Transfer-Encoding",
          "Expect",
          LocalApi.WAIT,
          LocalApi.REQUEST_ID);

  /**
   * What a route heeds only if it says so: conditions, ranges and trailers (RFC 9110), all about
   * the content but its type, length and coding (RFC 9110, section 8; RFC 9530), parts of uploads,
   * what WebDAV (RFC 4918) and those who extend it ask for, checksums.
   */
  private static final List<String> BY_CHOICE =
      List.of(
          "if",
          "range",
          "trailer",
          "digest",
          "repr-digest",
          "overwrite",
          "destination",
          "depth",
          "lock-token");

  private static final List<String> BY_CHOICE_FROM =
      List.of(
          "if-",
          "content-",
          "upload-",
          "tus-",
          "x-update-",
          "x-http-method",
          "x-upload-",
          "x-content-",
          "oc-",
          "x-oc-");

  /**
   * Of a request that writes nothing else is passed over: there is no end of names by which clients
   * say that a body is a part, a copy or a repetition of something.
   */
  private static final Set<String> OF_EVERY_WRITE =
      Set.of(
          "accept",
          "accept-charset",
          "accept-encoding",
          "accept-language",
          "authorization",
          "baggage",
          "cache-control",
          "connection",
          "content-encoding",
          "content-length",
          "content-type",
          "date",
          "dnt",
          "expect",
          "host",
          "keep-alive",
          "origin",
          "pragma",
          "priority",
          "referer",
          "te",
          "traceparent",
          "tracestate",
          "transfer-encoding",
          "upgrade-insecure-requests",
          "user-agent",
          "via",
          "x-requested-with",
          LocalApi.WAIT.toLowerCase(Locale.ROOT),
          LocalApi.REQUEST_ID.toLowerCase(Locale.ROOT));

  private static final List<String> OF_EVERY_WRITE_FROM = List.of("sec-", "x-forwarded-");

  private static final Set<String> READING = Set.of("GET", "HEAD");

  private static final Set<String> OF_EVERY_BODY =
      Set.of("content-type", "content-length", "content-encoding");

  /** What makes another path of one, as it comes (first line) or when it is decoded (second). */
  private static final Pattern HIDING = Pattern.compile("^[^\\n]*(;|%2[fF]|%00)|//|/\\.\\.?(/|$)");

  private static final Set<String> BODILESS = Set.of("GET", "HEAD", "DELETE");

  private static final int LENGTH_REQUIRED = 411;
  private static final int UNSUPPORTED = 415;
  private static final int EXPECTATION_FAILED = 417;
  private static final int NOT_IMPLEMENTED = 501;

  private RequestTerms() {}

  /** Why a route cannot do what a request asks for, if it cannot. */
  static Optional<ProblemDocument> refusal(Route route, Context context) {
    HttpServletRequest request = context.req();
    for (String name : Collections.list(request.getHeaderNames())) {
      if (isByChoice(request.getMethod(), name.toLowerCase(Locale.ROOT))) {
        if (route.heeds().stream().noneMatch(name::equalsIgnoreCase)) {
          return bad(
              ForeignText.sentence(name)
                  + " is not heeded at this address; nothing was done. Leave it out.");
        }
        if (lines(request, name).size() > 1) {
          return twice(name);
        }
      }
    }
    Optional<String> path = text(request.getRequestURI());
    if (path.isEmpty() || HIDING.matcher(request.getRequestURI() + '\n' + path.get()).find()) {
      return bad(
          "The path is not UTF-8 with % and two digits for what needs it, or has a part that is"
              + " empty, '.' or '..', a ';', or hides a slash or a NUL.");
    }
    if (text(Objects.requireNonNullElse(request.getQueryString(), "")).isEmpty()) {
      return bad("The query is not UTF-8 with % and two digits for what needs it.");
    }
    Optional<ProblemDocument> query = query(route, context);
    if (query.isPresent()) {
      return query;
    }
    for (String name : ONCE) {
      if (lines(request, name).size() > 1) {
        return twice(name);
      }
    }
    if (!isOnly(request, "Content-Encoding", "identity")) {
      return refused(
          UNSUPPORTED, "unsupported", "A body is taken as it is: Content-Encoding is not undone.");
    }
    if (!isOnly(request, "Transfer-Encoding", "chunked")) {
      return refused(
          NOT_IMPLEMENTED, "unsupported", "Of transfer codings only chunked is understood.");
    }
    if (!isOnly(request, "Expect", "100-continue")) {
      return refused(
          EXPECTATION_FAILED, "unsupported", "Nothing but 100-continue can be expected.");
    }
    if (request.getMethod().equals("PUT")
        && request.getHeader("Content-Length") == null
        && request.getHeader("Transfer-Encoding") == null) {
      return refused(
          LENGTH_REQUIRED,
          "length-needed",
          "What is written needs a Content-Length, also if it is empty, or comes chunked.");
    }
    if (BODILESS.contains(request.getMethod())
        && (request.getContentLengthLong() > 0 || request.getHeader("Transfer-Encoding") != null)) {
      return bad(request.getMethod() + " takes no body here; nothing was done.");
    }
    return Optional.empty();
  }

  private static boolean isByChoice(String method, String name) {
    if (!READING.contains(method)) {
      return !OF_EVERY_WRITE.contains(name)
          && OF_EVERY_WRITE_FROM.stream().noneMatch(name::startsWith);
    }
    return BY_CHOICE.contains(name)
        || (BY_CHOICE_FROM.stream().anyMatch(name::startsWith) && !OF_EVERY_BODY.contains(name));
  }

  /**
   * A part of an address, decoded; none if it is no text. What is decoded leniently becomes another
   * name.
   */
  private static Optional<String> text(String encoded) {
    ByteBuffer bytes = ByteBuffer.allocate(encoded.length());
    for (int i = 0; i < encoded.length(); i++) {
      if (encoded.charAt(i) != '%') {
        bytes.put((byte) encoded.charAt(i));
      } else if (i + 2 < encoded.length()
          && HexFormat.isHexDigit(encoded.charAt(i + 1))
          && HexFormat.isHexDigit(encoded.charAt(i + 2))) {
        bytes.put((byte) HexFormat.fromHexDigits(encoded, i + 1, i + 3));
        i += 2;
      } else {
        return Optional.empty();
      }
    }
    try {
      return Optional.of(UTF_8.newDecoder().decode(bytes.flip()).toString());
    } catch (CharacterCodingException e) {
      return Optional.empty();
    }
  }

  private static Optional<ProblemDocument> query(Route route, Context context) {
    for (Map.Entry<String, List<String>> asked : context.queryParamMap().entrySet()) {
      String name = ForeignText.sentence(asked.getKey());
      if (!route.asks().contains(asked.getKey())) {
        return bad(
            "The query's '"
                + name
                + "' is not known at this address; nothing was done."
                + known(route));
      }
      if (asked.getValue().size() > 1) {
        return bad("The query's '" + name + "' is given more than once.");
      }
    }
    return Optional.empty();
  }

  private static String known(Route route) {
    return route.asks().isEmpty()
        ? " What a request is about stands in the address itself, and a query does not change it."
        : " There are: "
            + String.join(", ", new TreeSet<>(route.asks()))
            + ". What a request is about stands in the address itself.";
  }

  private static List<String> lines(HttpServletRequest request, String name) {
    return Collections.list(request.getHeaders(name));
  }

  private static boolean isOnly(HttpServletRequest request, String name, String value) {
    String given = request.getHeader(name);
    return given == null || given.strip().equalsIgnoreCase(value);
  }

  private static Optional<ProblemDocument> twice(String name) {
    return bad(name + " is given more than once; write it in one line.");
  }

  private static Optional<ProblemDocument> bad(String detail) {
    return refused(400, "bad-input", detail);
  }

  private static Optional<ProblemDocument> refused(int status, String code, String detail) {
    return Optional.of(new ProblemDocument(status, code, detail));
  }
}
