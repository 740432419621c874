package org.anonymouscloud.vault.client.members;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.anonymouscloud.core.crypto.ChunkedEncryption;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.crypto.NotAuthentic;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.wire.Malformed;
import org.anonymouscloud.vault.client.format.DriveKeys;
import org.anonymouscloud.vault.client.format.Name;
import org.anonymouscloud.vault.protocol.DriveId;
import org.anonymouscloud.vault.protocol.Roster;
import org.anonymouscloud.vault.protocol.RosterHead;

/**
 * A whole roster: the list, what is sealed for members alone, and its maker's signature over both.
 * Immutable.
 */
final class SignedRoster {
  /** What the maker's signature is for. */
  static final String SIGNATURE_LABEL = "anonymouscloud/vault/v1/roster";

  private static final byte[] CONTEXT_LABEL = "anonymouscloud/vault/v1/roster\0".getBytes(US_ASCII);
  private static final byte VERSION = 1;

  /** Bytes in the longest name of a drive. */
  static final int LONGEST_NAME = 64;

  private static final int INSIDE = 1 + 1 + LONGEST_NAME + 4 + DriveKeys.SECRET;

  private final Roster list;
  private final byte[] sealed;
  private final byte[] signature;

  private SignedRoster(Roster list, byte[] sealed, byte[] signature) {
    this.list = list;
    this.sealed = sealed;
    this.signature = signature;
  }

  /**
   * What only members read.
   *
   * @param name of the drive
   * @param before generation of the earlier drive secret, which is the one before or an older one
   * @param earlier that drive secret; zeros where there is none, in generation 0. The owner closes
   *     it
   */
  record Inside(Name name, int before, Secret earlier) implements AutoCloseable {
    @Override
    public void close() {
      earlier.close();
    }

    @Override
    public String toString() {
      return "Inside";
    }
  }

  /**
   * What is sealed of a roster, without the list around it. Immutable.
   *
   * @param drive of which it is a roster
   * @param number of the roster
   * @param generation of the keys with which it is sealed
   */
  record Sealed(DriveId drive, long number, int generation, byte[] bytes) {
    /**
     * Opens it; the caller closes what it says.
     *
     * @param keys of its generation
     * @throws Malformed if the maker sealed what is none
     */
    Inside open(DriveKeys keys) throws NotAuthentic, Malformed {
      byte[] plain = ChunkedEncryption.open(keys.roster(), context(drive, number), bytes);
      try {
        int length = plain.length == INSIDE && plain[0] == VERSION ? plain[1] : 0;
        if (length < 1 || length > LONGEST_NAME) {
          throw new Malformed("This is not what members read of a list of members.");
        }
        for (int at = 2 + length; at < 2 + LONGEST_NAME; at++) {
          if (plain[at] != 0) {
            throw new Malformed("Something stands behind a drive's name.");
          }
        }
        int before = ByteBuffer.wrap(plain).getInt(2 + LONGEST_NAME);
        if (before < 0 || before >= Math.max(1, generation)) {
          throw new Malformed("A drive has no such earlier generation.");
        }
        return new Inside(
            Name.decode(Arrays.copyOfRange(plain, 2, 2 + length)),
            before,
            Secret.of(Arrays.copyOfRange(plain, INSIDE - DriveKeys.SECRET, INSIDE)));
      } finally {
        Arrays.fill(plain, (byte) 0);
      }
    }
  }

  /** Signs with a device's key. */
  @FunctionalInterface
  interface Signer {
    byte[] sign(String label, byte[] message);
  }

  /**
   * Seals and signs.
   *
   * @param keys of the list's generation
   */
  static SignedRoster seal(Roster list, Inside inside, DriveKeys keys, Signer signer) {
    byte[] name = inside.name().encode();
    ByteBuffer plain = ByteBuffer.allocate(INSIDE);
    plain.put(VERSION).put((byte) name.length).put(name);
    plain.position(2 + LONGEST_NAME).putInt(inside.before()).put(inside.earlier().bytes());
    byte[] sealed =
        ChunkedEncryption.seal(keys.roster(), context(list.drive(), list.number()), plain.array());
    Arrays.fill(plain.array(), (byte) 0);
    SignedRoster unsigned = new SignedRoster(list, sealed, new byte[Roster.SIGNATURE]);
    return new SignedRoster(list, sealed, signer.sign(SIGNATURE_LABEL, unsigned.signed()));
  }

  /** Reads what a server sent; neither signature nor what is sealed is checked yet. */
  static SignedRoster decode(byte[] whole) throws Malformed {
    Roster list = Roster.decode(whole);
    int end = whole.length - Roster.SIGNATURE;
    return new SignedRoster(
        list,
        Arrays.copyOfRange(whole, end - Roster.SEALED, end),
        Arrays.copyOfRange(whole, end, whole.length));
  }

  byte[] encode() {
    byte[] signed = signed();
    return ByteBuffer.allocate(signed.length + signature.length).put(signed).put(signature).array();
  }

  Roster list() {
    return list;
  }

  /** What is signed: all before the signature. */
  byte[] signed() {
    byte[] encoded = list.encode();
    return ByteBuffer.allocate(encoded.length + sealed.length).put(encoded).put(sealed).array();
  }

  byte[] signature() {
    return signature.clone();
  }

  /** By this the next roster, and roots, name this one. */
  RosterHead head() {
    return new RosterHead(list.number(), Digest.sha256(encode()));
  }

  /** What only members read. */
  Sealed sealed() {
    return new Sealed(list.drive(), list.number(), list.generation(), sealed);
  }

  private static byte[] context(DriveId drive, long number) {
    return ByteBuffer.allocate(CONTEXT_LABEL.length + DriveId.LENGTH + 8)
        .put(CONTEXT_LABEL)
        .put(drive.bytes())
        .putLong(number)
        .array();
  }
}
