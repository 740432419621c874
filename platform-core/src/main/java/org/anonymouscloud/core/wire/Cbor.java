package org.anonymouscloud.core.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.cbor.CBORFactory;
import java.io.IOException;

/**
 * Records as CBOR (RFC 8949) maps with text keys. Unknown fields are ignored, so a newer peer may
 * say more; depth, names, strings and numbers are capped before anything is allocated for them
 * (A36). Thread-safe.
 */
public final class Cbor {
  private static final int MAX_DEPTH = 16;
  private static final int MAX_NAME = 64;
  private static final int MAX_STRING = 1 << 20;

  private static final ObjectMapper MAPPER =
      new ObjectMapper(
              CBORFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(MAX_DEPTH)
                          .maxNameLength(MAX_NAME)
                          .maxStringLength(MAX_STRING)
                          .build())
                  .build())
          .setDefaultPropertyInclusion(JsonInclude.Include.NON_NULL)
          .setDefaultSetterInfo(JsonSetter.Value.forContentNulls(Nulls.FAIL))
          .configure(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, false)
          .configure(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES, true)
          .configure(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES, true)
          .configure(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES, true)
          .configure(DeserializationFeature.FAIL_ON_TRAILING_TOKENS, true);

  private Cbor() {}

  /** The bytes of a record. */
  public static byte[] encode(Object message) {
    try {
      return MAPPER.writeValueAsBytes(message);
    } catch (IOException e) {
      throw new IllegalArgumentException("Cannot encode " + message.getClass(), e);
    }
  }

  /**
   * Reads one record that fills {@code bytes} exactly; every component and every element of a list
   * must be there.
   *
   * @throws Malformed if the bytes are not such a record
   */
  public static <T> T decode(byte[] bytes, Class<T> type) throws Malformed {
    try {
      T message = MAPPER.readValue(bytes, type);
      if (message == null) {
        throw new Malformed("There is no " + type.getSimpleName() + " in the message.");
      }
      return message;
    } catch (IOException | IllegalArgumentException e) {
      // The parser's text may quote the input, so it is not passed on.
      throw new Malformed("This is not a " + type.getSimpleName() + ".");
    }
  }
}
