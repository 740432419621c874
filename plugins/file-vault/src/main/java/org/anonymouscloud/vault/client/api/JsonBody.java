package org.anonymouscloud.vault.client.api;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.javalin.http.Context;
import java.io.IOException;
import org.anonymouscloud.core.plugin.Problem;

/** What a request says in its body. */
final class JsonBody {
  /** Strict: a member that is misspelt would be taken for one that is left out. */
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .build();

  private static final int MAX_BODY = 4 << 20;

  private static final String OTHER =
      "The body is not the JSON document that this route takes; nothing was done.";

  private JsonBody() {}

  /**
   * Reads the whole body.
   *
   * @throws Problem if it is longer than 4 MiB, or not the document that the type describes
   */
  static <T> T read(Context context, Class<T> type) throws Problem, IOException {
    byte[] json = context.req().getInputStream().readNBytes(MAX_BODY + 1);
    if (json.length > MAX_BODY) {
      throw RequestArguments.bad("The body is longer than 4 MiB; ask in several requests.");
    }
    try {
      T document = JSON.readValue(json, type);
      if (document != null) {
        return document;
      }
    } catch (JacksonException e) {
      throw new Problem(Problem.Kind.BAD_INPUT, OTHER, e);
    }
    throw RequestArguments.bad(OTHER);
  }
}
