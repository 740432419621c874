package org.anonymouscloud.vault.client.format;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.ByteBuffer;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.crypto.ChunkedEncryption;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.crypto.NotAuthentic;
import org.anonymouscloud.core.wire.Malformed;

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
  private static final int VERSION = 1;
  private static final int HEADER = 1 + 4 + 8 + DeviceId.LENGTH;
  private static final int SEALED = ChunkedEncryption.sealedLength(Root.ENCODED);

  /** Bytes in an encoded signed root. */
  public static final int ENCODED = HEADER + SIGNATURE + SEALED;

  private final int generation;
  private final long number;
  private final DeviceId device;
  private final byte[] signature;
  private final byte[] sealed;

  private SignedRoot(
      int generation, long number, DeviceId device, byte[] signature, byte[] sealed) {
    this.generation = generation;
    this.number = number;
    this.device = device;
    this.signature = signature;
    this.sealed = sealed;
  }

  /** Seals a root in the newest generation and has it signed. */
  public static SignedRoot seal(Root root, KeyRing keys, Signer signer) {
    int generation = keys.newest();
    try {
      byte[] sealed =
          ChunkedEncryption.seal(
              keys.of(generation).root(), context(root.drive(), root.number()), root.encode());
      return sign(root, generation, sealed, signer);
    } catch (NotAuthentic e) {
      throw new IllegalStateException("The newest generation has no keys.", e);
    }
  }

  /** Has a root signed that is sealed already. */
  static SignedRoot sign(Root root, int generation, byte[] sealed, Signer signer) {
    SignedRoot unsigned =
        new SignedRoot(generation, root.number(), root.device(), new byte[SIGNATURE], sealed);
    return new SignedRoot(
        generation,
        root.number(),
        root.device(),
        signer.sign(SIGNATURE_LABEL, unsigned.signed(root.drive())),
        sealed);
  }

  /** Reads what a server sent; neither signature nor content is checked yet. */
  public static SignedRoot decode(byte[] encoded) throws Malformed {
    if (encoded.length != ENCODED) {
      throw new Malformed("A signed root has a length that there is not.");
    }
    Fields in = new Fields(encoded);
    in.version(VERSION);
    return new SignedRoot(
        in.u31(),
        in.u63(),
        DeviceId.of(in.bytes(DeviceId.LENGTH)),
        in.bytes(SIGNATURE),
        in.bytes(SEALED));
  }

  /** The bytes that the server keeps. */
  public byte[] encode() {
    return ByteBuffer.allocate(ENCODED).put(header()).put(signature).put(sealed).array();
  }

  /** What is signed: the header, the drive and the sealed root. */
  public byte[] signed(DriveId drive) {
    return ByteBuffer.allocate(HEADER + DriveId.LENGTH + sealed.length)
        .put(header())
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
    return number;
  }

  /** The generation of its keys, which the signature covers. */
  public int generation() {
    return generation;
  }

  /** The device that should have signed it. */
  public DeviceId device() {
    return device;
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
            ChunkedEncryption.open(keys.of(generation).root(), context(drive, number), sealed));
    if (!root.drive().equals(drive) || root.number() != number || !root.device().equals(device)) {
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

  private byte[] header() {
    return ByteBuffer.allocate(HEADER)
        .put((byte) VERSION)
        .putInt(generation)
        .putLong(number)
        .put(device.bytes())
        .array();
  }

  /** Signs with a device's key. */
  @FunctionalInterface
  public interface Signer {
    byte[] sign(String label, byte[] message);
  }
}
