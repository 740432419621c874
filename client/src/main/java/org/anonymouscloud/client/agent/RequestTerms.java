package org.anonymouscloud.client.agent;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.anonymouscloud.core.plugin.Route;

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

  /** What a route heeds only if it says so (RFC 9110, sections 6.5, 13.1, 14.2 and 14.5). */
  private static final List<String> BY_CHOICE =
      List.of(
          "If-Match",
          "If-None-Match",
          "If-Modified-Since",
          "If-Unmodified-Since",
          "If-Range",
          "Range",
          "Content-Range",
          "Trailer");

  private static final int LENGTH_REQUIRED = 411;
  private static final int UNSUPPORTED = 415;
  private static final int EXPECTATION_FAILED = 417;
  private static final int NOT_IMPLEMENTED = 501;

  private RequestTerms() {}

  /** Why a route cannot do what a request asks for, if it cannot. */
  static Optional<ProblemDocument> refusal(Route route, HttpServletRequest request) {
    for (String name : BY_CHOICE) {
      List<String> lines = lines(request, name);
      if (!lines.isEmpty() && !route.heeds().contains(name)) {
        return bad(name + " is not heeded at this address; nothing was done.");
      }
      if (lines.size() > 1) {
        return twice(name);
      }
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
    return Optional.empty();
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
