package org.anonymouscloud.vault.client.format;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.ByteBuffer;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.crypto.ChunkedEncryption;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.crypto.NotAuthentic;
import org.anonymouscloud.core.wire.Malformed;
import org.anonymouscloud.vault.protocol.DriveId;
import org.anonymouscloud.vault.protocol.RootHeader;

/**
 * A root as the server keeps it: sealed, then signed by the device that wrote it. Who reads one
 * checks the signature over {@link #signed} first, then opens it. Immutable.
 */
public final class SignedRoot {
  /** What the device's signature is for. */
  public static final String SIGNATURE_LABEL = "anonymouscloud/vault/v1/root";

  /** Bytes in a signature. */
  public static final int SIGNATURE = 64;

  private static final byte[] CONTEXT_LABEL = "anonymouscloud/vault/v1/root\0".getBytes(US_ASCII);
  private static final int SEALED = ChunkedEncryption.sealedLength(Root.ENCODED);

  /** Bytes in an encoded signed root. */
  public static final int ENCODED = RootHeader.ENCODED + SIGNATURE + SEALED;

  private final RootHeader header;
  private final byte[] signature;
  private final byte[] sealed;

  private SignedRoot(RootHeader header, byte[] signature, byte[] sealed) {
    this.header = header;
    this.signature = signature;
    this.sealed = sealed;
  }

  /**
   * Seals a root in the newest generation and has it signed.
   *
   * @param previous the signed root before it
   */
  public static SignedRoot seal(Root root, Digest previous, KeyRing keys, Signer signer) {
    int generation = keys.newest();
    try {
      byte[] sealed =
          ChunkedEncryption.seal(
              keys.of(generation).root(), context(root.drive(), root.number()), root.encode());
      return sign(root, generation, previous, sealed, signer);
    } catch (NotAuthentic e) {
      throw new IllegalStateException("The newest generation has no keys.", e);
    }
  }

  /** Has a root signed that is sealed already. */
  static SignedRoot sign(Root root, int generation, Digest previous, byte[] sealed, Signer signer) {
    RootHeader header =
        new RootHeader(generation, root.number(), root.account(), root.device(), previous);
    SignedRoot unsigned = new SignedRoot(header, new byte[SIGNATURE], sealed);
    return new SignedRoot(
        header, signer.sign(SIGNATURE_LABEL, unsigned.signed(root.drive())), sealed);
  }

  /** Reads what a server sent; neither signature nor content is checked yet. */
  public static SignedRoot decode(byte[] encoded) throws Malformed {
    RootHeader header = RootHeader.decode(encoded);
    Fields in = new Fields(encoded);
    in.bytes(RootHeader.ENCODED);
    return new SignedRoot(header, in.bytes(SIGNATURE), in.bytes(SEALED));
  }

  /** The bytes that the server keeps. */
  public byte[] encode() {
    return ByteBuffer.allocate(ENCODED).put(header.encode()).put(signature).put(sealed).array();
  }

  /** What is signed: the header, the drive and the sealed root. */
  public byte[] signed(DriveId drive) {
    return ByteBuffer.allocate(RootHeader.ENCODED + DriveId.LENGTH + sealed.length)
        .put(header.encode())
        .put(drive.bytes())
        .put(sealed)
        .array();
  }

  /** By this a later root names this one. */
  public Digest hash() {
    return Digest.sha256(encode());
  }

  /** The number that it claims; proven by {@link #open}. */
  public long number() {
    return header.number();
  }

  /** The generation of its keys, which the signature covers. */
  public int generation() {
    return header.generation();
  }

  /** The account of the device that should have signed it. */
  public AccountId account() {
    return header.account();
  }

  /** The device that should have signed it. */
  public DeviceId device() {
    return header.device();
  }

  /** The hash of the signed root before it; {@link RootHeader#NOTHING} for the first. */
  public Digest previous() {
    return header.previous();
  }

  public byte[] signature() {
    return signature.clone();
  }

  /**
   * Opens it; the signature must have been checked.
   *
   * @throws NotAuthentic if it was not sealed for this drive and number, or is not what it claims
   * @throws Malformed if what was sealed is not a root
   */
  public Root open(DriveId drive, KeyRing keys) throws NotAuthentic, Malformed {
    Root root =
        Root.decode(
            ChunkedEncryption.open(keys.of(generation()).root(), context(drive, number()), sealed));
    if (!root.drive().equals(drive)
        || root.number() != number()
        || !root.account().equals(account())
        || !root.device().equals(device())) {
      throw new NotAuthentic();
    }
    return root;
  }

  /** The context in which a root is sealed. */
  static byte[] context(DriveId drive, long number) {
    return ByteBuffer.allocate(CONTEXT_LABEL.length + DriveId.LENGTH + 8)
        .put(CONTEXT_LABEL)
        .put(drive.bytes())
        .putLong(number)
        .array();
  }

  /** Signs with a device's key. */
  @FunctionalInterface
  public interface Signer {
    byte[] sign(String label, byte[] message);
  }
}
