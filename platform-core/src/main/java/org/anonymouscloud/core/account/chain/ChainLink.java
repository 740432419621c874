package org.anonymouscloud.core.account.chain;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.crypto.VerifyKey;
import org.anonymouscloud.core.wire.Malformed;

/**
 * One link: who, which place in the chain, after which link, when, what; and two signatures over
 * exactly these bytes. Its fields have fixed sizes, so each link has one encoding. Immutable.
 */
public final class ChainLink {
  /** Bytes in an Ed25519 public key. */
  public static final int SIGNING_KEY = 32;

  /** Bytes in an X-Wing public key. */
  public static final int SLOT_KEY = 1216;

  /** Bytes in a commitment to a root secret. */
  public static final int COMMITMENT = 32;

  /** Bytes in a sealed device name. */
  public static final int SEALED_NAME = 136;

  /** What the identity key signs. */
  public static final String IDENTITY_LABEL = "anonymouscloud/account/v1/link";

  /** What the introduced device's key signs: nobody can bring in a key that is not theirs. */
  public static final String DEVICE_LABEL = "anonymouscloud/account/v1/link-device";

  private static final int VERSION = 1;
  private static final int SIGNATURE = 64;
  private static final int HEADER = 1 + 1 + AccountId.LENGTH + 8 + Digest.LENGTH + 8;
  private static final int DEVICE = DeviceId.LENGTH + SIGNING_KEY + SLOT_KEY + SEALED_NAME;
  private static final int CREATE = SIGNING_KEY + 2 * SLOT_KEY + COMMITMENT + DEVICE;

  /** Stands before the first link. */
  public static final Digest NOTHING = Digest.of(new byte[Digest.LENGTH]);

  private final Content content;
  private final byte[] signed;
  private final byte[] signatures;

  private ChainLink(Content content, byte[] signed, byte[] signatures) {
    this.content = content;
    this.signed = signed;
    this.signatures = signatures;
  }

  /**
   * What is signed.
   *
   * @param seq the link's number, counted from 0
   * @param previous hash of the link before, zeros for the first
   * @param time when it was made, by the maker's clock; informs, decides nothing
   */
  public record Content(AccountId account, long seq, Digest previous, Instant time, LinkBody body) {
    /** The bytes to sign. */
    public byte[] encode() {
      ByteBuffer out = ByteBuffer.allocate(length(body.type()));
      out.put((byte) VERSION).put((byte) body.type()).put(account.bytes());
      out.putLong(seq).put(previous.bytes()).putLong(time.toEpochMilli());
      if (body instanceof LinkBody.Create create) {
        out.put(create.identity().bytes()).put(create.passwordSlot()).put(create.recoverySlot());
        out.put(create.rootCommitment());
      }
      NewDevice device = body.device();
      out.put(device.id().bytes()).put(device.signingKey().bytes()).put(device.slotKey());
      return out.put(device.sealedName()).array();
    }
  }

  /** A link of its content and the two signatures over {@link Content#encode}. */
  public static ChainLink of(Content content, byte[] byIdentity, byte[] byDevice) {
    requireLength(byIdentity, SIGNATURE);
    requireLength(byDevice, SIGNATURE);
    byte[] signatures = Arrays.copyOf(byIdentity, 2 * SIGNATURE);
    System.arraycopy(byDevice, 0, signatures, SIGNATURE, SIGNATURE);
    return new ChainLink(content, content.encode(), signatures);
  }

  /** Reads a link; its signatures are still to be checked. */
  public static ChainLink decode(byte[] encoded) throws Malformed {
    if (encoded.length < 2 || encoded[0] != VERSION) {
      throw new Malformed("This is not a chain link of version " + VERSION + ".");
    }
    int length = length(encoded[1]);
    if (length < 0 || encoded.length != length + 2 * SIGNATURE) {
      throw new Malformed("A chain link has a type or a length that there is not.");
    }
    byte[] signed = Arrays.copyOf(encoded, length);
    return new ChainLink(
        decodeContent(signed), signed, Arrays.copyOfRange(encoded, length, encoded.length));
  }

  private static Content decodeContent(byte[] signed) throws Malformed {
    ByteBuffer in = ByteBuffer.wrap(signed).position(2);
    AccountId account = AccountId.of(take(in, AccountId.LENGTH));
    long seq = in.getLong();
    Digest previous = Digest.of(take(in, Digest.LENGTH));
    long time = in.getLong();
    if (seq < 0 || time < 0) {
      throw new Malformed("A chain link has a negative number or time.");
    }
    LinkBody body =
        signed[1] == LinkBody.Create.TYPE
            ? new LinkBody.Create(
                VerifyKey.of(take(in, SIGNING_KEY)),
                take(in, SLOT_KEY),
                take(in, SLOT_KEY),
                take(in, COMMITMENT),
                takeDevice(in))
            : new LinkBody.AddDevice(takeDevice(in));
    return new Content(account, seq, previous, Instant.ofEpochMilli(time), body);
  }

  private static NewDevice takeDevice(ByteBuffer in) throws Malformed {
    return new NewDevice(
        DeviceId.of(take(in, DeviceId.LENGTH)),
        VerifyKey.of(take(in, SIGNING_KEY)),
        take(in, SLOT_KEY),
        take(in, SEALED_NAME));
  }

  private static byte[] take(ByteBuffer in, int length) {
    byte[] field = new byte[length];
    in.get(field);
    return field;
  }

  /** Bytes of header and body, or -1 for a type that there is not. */
  private static int length(int type) {
    return switch (type) {
      case LinkBody.Create.TYPE -> HEADER + CREATE;
      case LinkBody.AddDevice.TYPE -> HEADER + DEVICE;
      default -> -1;
    };
  }

  static void requireLength(byte[] field, int length) {
    if (field.length != length) {
      throw new IllegalArgumentException(
          "A field of a chain link has " + length + " bytes, not " + field.length + ".");
    }
  }

  public byte[] encode() {
    byte[] encoded = Arrays.copyOf(signed, signed.length + signatures.length);
    System.arraycopy(signatures, 0, encoded, signed.length, signatures.length);
    return encoded;
  }

  public Content content() {
    return content;
  }

  /** What the next link names: SHA-256 over all bytes, signatures included. */
  public Digest hash() {
    return Digest.sha256(signed, signatures);
  }

  byte[] signed() {
    return signed;
  }

  byte[] signatureByIdentity() {
    return Arrays.copyOf(signatures, SIGNATURE);
  }

  byte[] signatureByDevice() {
    return Arrays.copyOfRange(signatures, SIGNATURE, 2 * SIGNATURE);
  }
}
