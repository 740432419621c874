package org.anonymouscloud.core.plugin;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.function.Consumer;

/** The local API seen from a command. Paths are below {@code /api/v1} and already URL-encoded. */
public interface AgentApi {
  JsonNode get(String path) throws Problem, IOException;

  JsonNode post(String path, Object body) throws Problem, IOException;

  JsonNode put(String path, Object body) throws Problem, IOException;

  JsonNode delete(String path) throws Problem, IOException;

  /** Sends what {@code body} writes as {@code application/octet-stream}, in constant memory. */
  JsonNode upload(String path, Body body) throws Problem, IOException;

  /**
   * The bytes at the path; the caller closes the stream. A cut connection is an error, not an end.
   */
  InputStream download(String path) throws Problem, IOException;

  /**
   * Posts what is answered little by little, with a JSON document a line. A cut answer is an error,
   * not an end.
   */
  void follow(String path, Object body, Consumer<JsonNode> lines) throws Problem, IOException;

  /** Writes a request's body. */
  @FunctionalInterface
  interface Body {
    void writeTo(OutputStream out) throws IOException;
  }
}
