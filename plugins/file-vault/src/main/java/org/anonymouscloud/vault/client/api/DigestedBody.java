package org.anonymouscloud.vault.client.api;

import io.javalin.http.Context;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.anonymouscloud.core.crypto.ConstantTime;
import org.anonymouscloud.core.crypto.HashedInput;
import org.anonymouscloud.core.plugin.Problem;

/**
 * A body and what the request says its digests are (RFC 9530). As a body is taken whole and without
 * codings, the digest of the content and that of the representation are one. Not thread-safe.
 */
final class DigestedBody {
  private static final List<String> HEADERS = List.of("Content-Digest", "Repr-Digest");

  /** A member of such a header, a byte sequence of RFC 9651 (section 3.3.5). */
  private static final Pattern MEMBER =
      Pattern.compile("[ \\t]*([a-z*][a-z0-9_.*-]*)=:([A-Za-z0-9+/=]*):[ \\t]*");

  private final List<Expected> expected = new ArrayList<>();
  private InputStream stream;

  private record Expected(String header, byte[] hash, HashedInput hashed) {}

  private DigestedBody(InputStream body) {
    this.stream = body;
  }

  /**
   * @throws Problem if a digest is of no kind that can be verified here
   */
  static DigestedBody of(Context context, InputStream body) throws Problem {
    DigestedBody digested = new DigestedBody(body);
    for (String header : HEADERS) {
      String value = context.header(header);
      if (value != null) {
        digested.expect(header, value);
      }
    }
    return digested;
  }

  private void expect(String header, String value) throws Problem {
    int before = expected.size();
    for (String member : value.split(",", -1)) {
      Matcher parts = MEMBER.matcher(member);
      if (!parts.matches()) {
        throw unclear(header);
      }
      byte[] hash;
      try {
        hash = Base64.getDecoder().decode(parts.group(2));
      } catch (IllegalArgumentException e) {
        throw unclear(header);
      }
      switch (parts.group(1)) {
        case "sha-256" -> expect(header, hash, HashedInput.sha256(stream));
        case "sha-512" -> expect(header, hash, HashedInput.sha512(stream));
        default -> {
          // One of another kind may stand beside one that is verified.
        }
      }
    }
    if (expected.size() == before) {
      throw unclear(header);
    }
  }

  private void expect(String header, byte[] hash, HashedInput hashed) {
    expected.add(new Expected(header, hash, hashed));
    stream = hashed;
  }

  private static Problem unclear(String header) {
    return RequestArguments.bad(
        header + " is not understood; give it as sha-256=:...: or sha-512=:...: in base64.");
  }

  /** The body, to be read from here. */
  InputStream stream() {
    return stream;
  }

  /**
   * To be called when all of the body has been read, before anything of it counts.
   *
   * @throws Problem if it is not the body that was meant
   */
  void verify() throws Problem {
    for (Expected one : expected) {
      if (!ConstantTime.equal(one.hashed.hash(), one.hash)) {
        throw RequestArguments.bad(
            "The body is not the one of which "
                + one.header
                + " is the digest; nothing was kept. Send it again.");
      }
    }
  }
}
