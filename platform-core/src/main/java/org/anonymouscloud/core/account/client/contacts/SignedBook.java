package org.anonymouscloud.core.account.client.contacts;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.account.protocol.ContactsHeader;
import org.anonymouscloud.core.crypto.ChunkedEncryption;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.crypto.NotAuthentic;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.crypto.VerifyKey;
import org.anonymouscloud.core.wire.Malformed;

/**
 * The account's contacts as the server keeps them: sealed, then signed by the device that wrote
 * them (docs/formats/account.md). Who reads one checks the signature, then opens it. Immutable.
 */
final class SignedBook {
  private static final byte VERSION = 1;

  /** The server learns of the number of contacts what this leaves of it. */
  private static final int STEP = 4_096;

  private static final int CHANGES = DeviceId.LENGTH + Long.BYTES;

  private final ContactsHeader header;
  private final byte[] sealed;
  private final byte[] signature;

  /**
   * What is sealed.
   *
   * @param changes how many states each of the account's devices has written: whoever knows of more
   *     sees that something is missing
   */
  record Content(SortedMap<DeviceId, Long> changes, ContactBook book) {
    byte[] encode() {
      int length = 1 + Short.BYTES + changes.size() * CHANGES + book.length();
      ByteBuffer out = ByteBuffer.allocate(Math.ceilDiv(length, STEP) * STEP);
      out.put(VERSION);
      encodeChanges(changes, out);
      book.encode(out);
      return out.array();
    }

    static Content decode(byte[] plain) throws Malformed {
      ByteBuffer in = ByteBuffer.wrap(plain);
      if (plain.length == 0 || in.get() != VERSION) {
        throw new Malformed("These are no contacts of this version.");
      }
      return new Content(decodeChanges(in), ContactBook.decode(in));
    }

    /** Whether all states that it counts can have been written up to that of a number. */
    boolean isPossibleAt(long number) {
      long counted = 0;
      for (long count : changes.values()) {
        if (count < 0 || count > number + 1 - counted) {
          return false;
        }
        counted += count;
      }
      return true;
    }
  }

  /** Writes how many states each device has written. */
  static void encodeChanges(SortedMap<DeviceId, Long> changes, ByteBuffer out) {
    out.putShort((short) changes.size());
    changes.forEach((device, count) -> out.put(device.bytes()).putLong(count));
  }

  static int lengthOf(Map<DeviceId, Long> changes) {
    return Short.BYTES + changes.size() * CHANGES;
  }

  /**
   * Reads them back.
   *
   * @throws Malformed if they are none
   */
  static SortedMap<DeviceId, Long> decodeChanges(ByteBuffer in) throws Malformed {
    try {
      SortedMap<DeviceId, Long> changes = byDevice();
      for (int left = in.getShort() & 0xffff; left > 0; left--) {
        byte[] device = new byte[DeviceId.LENGTH];
        in.get(device);
        changes.put(DeviceId.of(device), in.getLong());
      }
      return changes;
    } catch (BufferUnderflowException e) {
      throw new Malformed("These are no changes of contacts.");
    }
  }

  /** An empty map in the order in which devices are written. */
  static SortedMap<DeviceId, Long> byDevice() {
    return new TreeMap<>((one, other) -> Arrays.compareUnsigned(one.bytes(), other.bytes()));
  }

  private SignedBook(ContactsHeader header, byte[] sealed, byte[] signature) {
    this.header = header;
    this.sealed = sealed;
    this.signature = signature;
  }

  /** Signs with this device's key. */
  @FunctionalInterface
  interface Signer {
    byte[] sign(String label, byte[] message);
  }

  /**
   * Seals and signs a state.
   *
   * @param key of contacts in the header's generation
   */
  static SignedBook seal(
      ContactsHeader header, AccountId account, Content content, Secret key, Signer signer) {
    byte[] sealed =
        ChunkedEncryption.seal(key, context(account, header.number()), content.encode());
    byte[] unsigned = concat(header.encode(), sealed);
    return new SignedBook(
        header,
        sealed,
        signer.sign(ContactsHeader.LABEL, ContactsHeader.signed(account, unsigned)));
  }

  /** Reads what a server sent; neither signature nor content is checked yet. */
  static SignedBook decode(byte[] encoded) throws Malformed {
    ContactsHeader header = ContactsHeader.decode(encoded);
    int end = encoded.length - ContactsHeader.SIGNATURE;
    return new SignedBook(
        header,
        Arrays.copyOfRange(encoded, ContactsHeader.LENGTH, end),
        Arrays.copyOfRange(encoded, end, encoded.length));
  }

  byte[] encode() {
    return concat(header.encode(), sealed, signature);
  }

  ContactsHeader header() {
    return header;
  }

  long number() {
    return header.number();
  }

  /** By this a link of the chain, and a device, names it. */
  Digest hash() {
    return Digest.sha256(encode());
  }

  boolean isSignedBy(VerifyKey key, AccountId account) {
    return ContactsHeader.isSignedBy(key, account, encode());
  }

  /**
   * Opens it; the signature must have been checked.
   *
   * @throws NotAuthentic if it was not sealed for this account and number
   * @throws Malformed if what was sealed are no contacts
   */
  Content open(AccountId account, Secret key) throws NotAuthentic, Malformed {
    return Content.decode(ChunkedEncryption.open(key, context(account, number()), sealed));
  }

  private static byte[] concat(byte[]... parts) {
    ByteBuffer all = ByteBuffer.allocate(Arrays.stream(parts).mapToInt(one -> one.length).sum());
    for (byte[] part : parts) {
      all.put(part);
    }
    return all.array();
  }

  private static byte[] context(AccountId account, long number) {
    byte[] label = (ContactsHeader.LABEL + '\0').getBytes(US_ASCII);
    return ByteBuffer.allocate(label.length + 1 + AccountId.LENGTH + Long.BYTES)
        .put(label)
        .put(VERSION)
        .put(account.bytes())
        .putLong(number)
        .array();
  }
}
