package org.anonymouscloud.vault.protocol;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.wire.Malformed;

/**
 * What a signed root says in clear: the server compares it, so that roots follow one another
 * whoever writes them, a device writes in its own name alone, and nothing is written with keys that
 * somebody has who was removed.
 *
 * @param generation of the keys of what is sealed in it
 * @param number of the root, counted from 0
 * @param account of the device that wrote it
 * @param device that wrote it
 * @param previous SHA-256 of the signed root before it; {@link #NOTHING} for the first, and only
 *     then
 */
public record RootHeader(
    int generation, long number, AccountId account, DeviceId device, Digest previous) {
  /** Stands before the first root. */
  public static final Digest NOTHING = Digest.of(new byte[Digest.LENGTH]);

  /** Bytes in an encoded header. */
  public static final int ENCODED = 1 + 4 + 8 + AccountId.LENGTH + DeviceId.LENGTH + Digest.LENGTH;

  /** Bytes in a root: this, a signature, and what is sealed. */
  public static final int ROOT = 534;

  private static final byte VERSION = 1;

  public RootHeader {
    if (generation < 0 || number < 0 || (number == 0) != previous.equals(NOTHING)) {
      throw new IllegalArgumentException("There is no root with this header.");
    }
  }

  /** Reads that of a whole root; nothing of it is proven. */
  public static RootHeader decode(byte[] root) throws Malformed {
    ByteBuffer in = ByteBuffer.wrap(root);
    try {
      if (root.length == ROOT && in.get() == VERSION) {
        int generation = in.getInt();
        long number = in.getLong();
        AccountId account = AccountId.of(take(in, AccountId.LENGTH));
        DeviceId device = DeviceId.of(take(in, DeviceId.LENGTH));
        return new RootHeader(
            generation, number, account, device, Digest.of(take(in, Digest.LENGTH)));
      }
    } catch (BufferUnderflowException | IllegalArgumentException e) {
      // Said below, with all else that it may be.
    }
    throw new Malformed("This is not a root.");
  }

  private static byte[] take(ByteBuffer in, int length) {
    byte[] field = new byte[length];
    in.get(field);
    return field;
  }

  public byte[] encode() {
    return ByteBuffer.allocate(ENCODED)
        .put(VERSION)
        .putInt(generation)
        .putLong(number)
        .put(account.bytes())
        .put(device.bytes())
        .put(previous.bytes())
        .array();
  }
}
