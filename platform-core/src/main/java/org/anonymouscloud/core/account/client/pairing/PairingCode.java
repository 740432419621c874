package org.anonymouscloud.core.account.client.pairing;

import java.util.Arrays;
import org.anonymouscloud.core.account.client.sheet.AccountKey;
import org.anonymouscloud.core.account.client.sheet.CodeText;
import org.anonymouscloud.core.account.client.sheet.Unreadable;
import org.anonymouscloud.core.crypto.Hkdf;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.session.Fingerprint;

/**
 * What a person carries from a device of the account to one that shall become one: where the two
 * meet, and 80 random bits that the server never sees. Written as six groups of four characters. It
 * works once, and for ten minutes (A10). Not thread-safe: wiped when closed.
 */
public final class PairingCode implements AutoCloseable {
  /** Bytes that name the server's letter box. */
  public static final int RELAY = 5;

  private static final int SECRET = 10;
  private static final int CHARACTERS = 24;
  private static final String LABEL = "anonymouscloud/account/v1/pairing-psk";

  private final Secret bytes;

  private PairingCode(Secret bytes) {
    this.bytes = bytes;
  }

  /**
   * A new code.
   *
   * @param relay that the server has opened
   */
  public static PairingCode of(byte[] relay) {
    if (relay.length != RELAY) {
      throw new IllegalArgumentException("A letter box has a name of 5 bytes.");
    }
    try (Secret secret = Secret.random(SECRET)) {
      byte[] both = Arrays.copyOf(relay, RELAY + SECRET);
      System.arraycopy(secret.bytes(), 0, both, RELAY, SECRET);
      return new PairingCode(Secret.of(both));
    }
  }

  /**
   * Reads a code as a person typed it, as {@link AccountKey#parse} does.
   *
   * @param typed ASCII text; wiped by the caller
   * @throws Unreadable if it is not one; the message quotes nothing
   */
  public static PairingCode parse(byte[] typed) throws Unreadable {
    return new PairingCode(CodeText.parse(typed, CHARACTERS, "pairing code"));
  }

  /** The code as people read it, in ASCII. */
  public Secret text() {
    return CodeText.write(bytes, CHARACTERS);
  }

  public byte[] relay() {
    return Arrays.copyOf(bytes.bytes(), RELAY);
  }

  /**
   * The key that only who has the code can know; the caller closes it.
   *
   * @param server that both devices pin, so that no other can stand in between
   */
  Secret preShared(Fingerprint server) {
    try (Secret secret = Secret.of(Arrays.copyOfRange(bytes.bytes(), RELAY, RELAY + SECRET))) {
      return Hkdf.SHA256.key(secret, LABEL + " " + server);
    }
  }

  @Override
  public void close() {
    bytes.close();
  }

  @Override
  public String toString() {
    return "PairingCode";
  }
}
