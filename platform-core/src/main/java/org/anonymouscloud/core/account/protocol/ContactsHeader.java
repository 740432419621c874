package org.anonymouscloud.core.account.protocol;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.crypto.Signatures;
import org.anonymouscloud.core.crypto.VerifyKey;
import org.anonymouscloud.core.wire.Malformed;

/**
 * What stands in clear before an account's sealed contacts (docs/formats/account.md), and the
 * signature after them, which both ends check: so no device leaves the others a state that is none.
 *
 * @param number rises with each state
 * @param generation of the root secret under which it is sealed
 * @param device that wrote it
 */
public record ContactsHeader(long number, int generation, DeviceId device) {
  /** What the signature is for. */
  public static final String LABEL = "anonymouscloud/account/v1/contacts";

  /** Bytes in a header. */
  public static final int LENGTH = 1 + Long.BYTES + Integer.BYTES + DeviceId.LENGTH;

  /** Bytes in the signature. */
  public static final int SIGNATURE = 64;

  /** No account ever gets so far; what is beyond has room for the next ones. */
  private static final long HIGHEST = 1L << 62;

  private static final byte VERSION = 1;

  public byte[] encode() {
    return ByteBuffer.allocate(LENGTH)
        .put(VERSION)
        .putLong(number)
        .putInt(generation)
        .put(device.bytes())
        .array();
  }

  /**
   * Reads that of a state.
   *
   * @throws Malformed if there is none
   */
  public static ContactsHeader decode(byte[] state) throws Malformed {
    ByteBuffer in = ByteBuffer.wrap(state);
    if (state.length < LENGTH + SIGNATURE || in.get() != VERSION) {
      throw new Malformed("These are no contacts.");
    }
    long number = in.getLong();
    int generation = in.getInt();
    byte[] device = new byte[DeviceId.LENGTH];
    in.get(device);
    if (number < 0 || number > HIGHEST || generation < 0) {
      throw new Malformed("These are no contacts.");
    }
    return new ContactsHeader(number, generation, DeviceId.of(device));
  }

  /** What is signed: the account's id, the header and what is sealed. */
  public static byte[] signed(AccountId account, byte[] unsigned) {
    return ByteBuffer.allocate(AccountId.LENGTH + unsigned.length)
        .put(account.bytes())
        .put(unsigned)
        .array();
  }

  /**
   * Whether a key has signed a state.
   *
   * @param state that {@link #decode} has read
   */
  public static boolean isSignedBy(VerifyKey key, AccountId account, byte[] state) {
    int end = state.length - SIGNATURE;
    return Signatures.verify(
        key,
        LABEL,
        signed(account, Arrays.copyOf(state, end)),
        Arrays.copyOfRange(state, end, state.length));
  }
}
