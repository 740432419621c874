package org.anonymouscloud.client.agent.api;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.javalin.http.Context;
import java.io.IOException;
import java.util.Arrays;
import org.anonymouscloud.core.account.UserName;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.session.ConnectionString;
import org.anonymouscloud.core.wire.ForeignText;
import org.jspecify.annotations.Nullable;

/**
 * What a request about the account says. Secrets are base64 in JSON bodies, so that they go from
 * array to array and never become a String here.
 */
public final class RequestBody {
  /** Strict: a member that is misspelt would be taken for one that is left out. */
  public static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .build();

  private static final int MAX_BODY = 16 * 1024;

  private RequestBody() {}

  /**
   * A user name.
   *
   * @throws Problem if it is none, or missing
   */
  public static UserName user(@Nullable String text) throws Problem {
    try {
      return new UserName(required(text, "user"));
    } catch (IllegalArgumentException e) {
      throw badInput(String.valueOf(e.getMessage()), e);
    }
  }

  /**
   * Where a server is.
   *
   * @throws Problem if it is no connection string, or missing
   */
  public static ConnectionString server(@Nullable String text) throws Problem {
    try {
      return ConnectionString.parse(required(text, "server"));
    } catch (IllegalArgumentException e) {
      throw badInput(String.valueOf(e.getMessage()), e);
    }
  }

  /**
   * Reads the whole body.
   *
   * @throws Problem if it is longer than 16 KiB, or not the JSON document that the type describes
   */
  public static <T> T read(Context context, Class<T> type) throws Problem, IOException {
    byte[] json = context.req().getInputStream().readNBytes(MAX_BODY + 1);
    try {
      if (json.length > MAX_BODY) {
        throw badInput("The body is too long.", null);
      }
      return JSON.readValue(json, type);
    } catch (UnrecognizedPropertyException e) {
      throw badInput(
          "The body's '"
              + ForeignText.sentence(e.getPropertyName())
              + "' is not known at this address; nothing was done.",
          null);
    } catch (JacksonException e) {
      // Its text may quote the body.
      throw badInput("The body is not the JSON document that this route takes.", null);
    } finally {
      Arrays.fill(json, (byte) 0);
    }
  }

  /**
   * A member that must be there.
   *
   * @param name in the body
   * @throws Problem if it is missing
   */
  public static <T> T required(@Nullable T value, String name) throws Problem {
    if (value == null) {
      throw badInput("The body has no '" + name + "'.", null);
    }
    return value;
  }

  /** What a body says is not what it should be. */
  public static Problem badInput(String message, @Nullable Exception cause) {
    return new Problem(Problem.Kind.BAD_INPUT, message, cause);
  }
}
