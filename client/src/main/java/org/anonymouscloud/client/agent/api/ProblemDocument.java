package org.anonymouscloud.client.agent.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.javalin.http.Context;
import java.nio.ByteBuffer;
import org.anonymouscloud.core.plugin.Problem;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * A failure as the local API tells it (RFC 9457).
 *
 * @param status of HTTP
 * @param code stable, for programs: lower case and hyphens
 * @param detail one or two sentences for a person
 */
record ProblemDocument(int status, String code, String detail) {
  private static final String MEDIA_TYPE = "application/problem+json";
  private static final ObjectMapper JSON = new ObjectMapper();

  static ProblemDocument of(Problem problem) {
    return new ProblemDocument(
        problem.kind().status(), problem.kind().code(), String.valueOf(problem.getMessage()));
  }

  void send(Context context) {
    context.status(status).contentType(MEDIA_TYPE).result(json());
  }

  void send(Response response, Callback callback) {
    response.setStatus(status);
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, MEDIA_TYPE);
    response.write(true, ByteBuffer.wrap(json()), callback);
  }

  byte[] json() {
    try {
      return JSON.writeValueAsBytes(this);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("A problem could not be written.", e);
    }
  }
}
