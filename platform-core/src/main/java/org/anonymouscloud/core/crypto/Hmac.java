package org.anonymouscloud.core.crypto;

import java.security.GeneralSecurityException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** HMAC-SHA-256 of RFC 2104. Thread-safe. */
public final class Hmac {
  private static final String ALGORITHM = "HmacSHA256";

  private Hmac() {}

  /** The code over {@code length} bytes of {@code data} from {@code offset}. */
  public static Digest sha256(Secret key, byte[] data, int offset, int length) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM, BulkProvider.current());
      mac.init(new SecretKeySpec(key.bytes(), ALGORITHM));
      mac.update(data, offset, length);
      return Digest.of(mac.doFinal());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("This Java runtime has no HMAC-SHA-256.", e);
    }
  }
}
