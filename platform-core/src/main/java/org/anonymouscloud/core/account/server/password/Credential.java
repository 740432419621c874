package org.anonymouscloud.core.account.server.password;

import java.util.Arrays;
import org.anonymouscloud.core.account.UserName;
import org.anonymouscloud.core.crypto.RandomBytes;

/**
 * What a password's OPRF key comes from, besides the server's seed (RFC 9807's credential
 * identifier). Whoever asks for an evaluation under the key of a password in force tries a
 * password, so nothing but a login may give one.
 *
 * <p>A name has one before it has an account, by which unknown names are answered too: so a login's
 * answer is the same before and after the registration (RFC 9807, section 10.9; A11). Each change
 * of the password draws another: the evaluation for the new one says nothing of that in force.
 */
public record Credential(byte[] bytes) {
  private static final byte OF_A_NAME = 1;
  private static final byte DRAWN = 2;
  private static final int RANDOM = 16;

  /** The one of a name's first password, and of a name that nobody has. */
  public static Credential of(UserName name) {
    return tagged(OF_A_NAME, name.bytes());
  }

  /** One that was never there before. */
  public static Credential random() {
    return tagged(DRAWN, RandomBytes.next(RANDOM));
  }

  private static Credential tagged(byte kind, byte[] rest) {
    byte[] bytes = Arrays.copyOf(new byte[] {kind}, 1 + rest.length);
    System.arraycopy(rest, 0, bytes, 1, rest.length);
    return new Credential(bytes);
  }
}
