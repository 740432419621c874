package org.anonymouscloud.core.account.chain;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.ChainFloor;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.crypto.ChunkedEncryption;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.crypto.Signatures;
import org.anonymouscloud.core.crypto.SigningKey;
import org.anonymouscloud.core.wire.Malformed;

/**
 * One link: whose, which place in the chain, after which link, when, who says so, and what; and the
 * signatures over exactly these bytes, first the signer's, then one of each key that the link
 * brings in. Immutable.
 */
public final class ChainLink {
  /** Bytes in a commitment to a root secret. */
  public static final int COMMITMENT = 32;

  /** Bytes in a sealed device name. */
  public static final int SEALED_NAME = 136;

  /** Bytes in a root secret that is sealed under the next one. */
  public static final int SEALED_ROOT = 104;

  /** Bytes by which the list of heads grows before it is sealed. */
  public static final int HEADS_STEP = 512;

  /** The most steps of a list of heads. */
  public static final int MAX_HEADS_STEPS = 16;

  /** What a first link has for heads: nothing was there before the account. */
  public static final byte[] NO_HEADS = {};

  /** What the signer signs. */
  public static final String SIGNER_LABEL = "anonymouscloud/account/v1/link";

  /** What a key signs that the link brings in. */
  public static final String NEW_KEY_LABEL = "anonymouscloud/account/v1/link-new-key";

  /** Stands before the first link. */
  public static final Digest NOTHING = Digest.of(new byte[Digest.LENGTH]);

  /** The chain's floor before there is a link. */
  public static final ChainFloor BEFORE_ALL = new ChainFloor(-1, NOTHING);

  private static final int VERSION = 1;
  private static final int SIGNATURE = 64;

  /** Where the signer's slot stands in an encoded link. */
  public static final int SIGNER_AT =
      1 + 1 + AccountId.LENGTH + Long.BYTES + Digest.LENGTH + Long.BYTES;

  private static final int HEADER = SIGNER_AT + SlotId.LENGTH;

  private final Content content;
  private final byte[] signed;
  private final List<byte[]> signatures;

  private ChainLink(Content content, byte[] signed, List<byte[]> signatures) {
    this.content = content;
    this.signed = signed;
    this.signatures = List.copyOf(signatures);
  }

  /**
   * What is signed.
   *
   * @param seq the link's number, counted from 0
   * @param previous hash of the link before, zeros for the first
   * @param time when it was made, by the maker's clock; informs, decides nothing
   * @param signer who says so: a slot whose key is valid in the chain so far
   * @param heads how far all had come that the account's features keep, sealed under a key of the
   *     newest root secret after the link; {@link #NO_HEADS} in the first link and in no other
   */
  public record Content(
      AccountId account,
      long seq,
      Digest previous,
      Instant time,
      SlotId signer,
      LinkBody body,
      byte[] heads) {
    public Content {
      if (body.type() == LinkBody.Create.TYPE ? heads.length > 0 : steps(heads) == 0) {
        throw new IllegalArgumentException("A chain link but the first has heads.");
      }
    }

    /** The content of the link after {@code head}. */
    public static Content after(
        ChainFloor head,
        AccountId account,
        Instant time,
        SlotId signer,
        LinkBody body,
        byte[] heads) {
      return new Content(account, head.seq() + 1, head.hash(), time, signer, body, heads);
    }

    /** The device that made the link: the signer, or the one that password or words bring in. */
    public DeviceId maker() {
      if (signer instanceof SlotId.Device(DeviceId id)) {
        return id;
      }
      return switch (body) {
        case LinkBody.AddDevice add -> add.device().id();
        case LinkBody.Recover recover -> recover.device().id();
        default -> throw new IllegalStateException("Only a device signs a link of this type.");
      };
    }

    /** Reads what was encoded, and nothing more. */
    public static Content decode(byte[] encoded) throws Malformed {
      if (encoded.length < HEADER || encoded[0] != VERSION) {
        throw new Malformed("This is not the content of a chain link.");
      }
      return decodeContent(encoded);
    }

    /** The bytes to sign. */
    public byte[] encode() {
      byte[] encodedBody = BodyFormat.encode(body);
      int steps = steps(heads);
      ByteBuffer out =
          ByteBuffer.allocate(HEADER + encodedBody.length + (steps == 0 ? 0 : 1 + heads.length));
      out.put((byte) VERSION).put((byte) body.type()).put(account.bytes());
      out.putLong(seq).put(previous.bytes()).putLong(time.toEpochMilli());
      out.put(signer.encode()).put(encodedBody);
      return steps == 0 ? out.array() : out.put((byte) steps).put(heads).array();
    }
  }

  /** Bytes in a sealed list of heads of so many steps. */
  public static int sealedHeads(int steps) {
    return ChunkedEncryption.sealedLength(steps * HEADS_STEP);
  }

  /** How many steps a sealed list of heads has; 0 if it is none. */
  private static int steps(byte[] heads) {
    for (int steps = 1; steps <= MAX_HEADS_STEPS; steps++) {
      if (heads.length == sealedHeads(steps)) {
        return steps;
      }
    }
    return 0;
  }

  /**
   * Signs a link.
   *
   * @param signer the key of {@link Content#signer}
   * @param newKeys those of {@link LinkBody#introduces}, in its order
   */
  public static ChainLink sign(Content content, SigningKey signer, List<SigningKey> newKeys) {
    byte[] bytes = content.encode();
    List<byte[]> signatures = new ArrayList<>();
    signatures.add(Signatures.sign(signer, SIGNER_LABEL, bytes));
    newKeys.forEach(key -> signatures.add(Signatures.sign(key, NEW_KEY_LABEL, bytes)));
    return of(content, signatures);
  }

  /**
   * A link of its content and the signatures over {@link Content#encode}.
   *
   * @throws IllegalArgumentException if they are not as many as the link needs
   */
  public static ChainLink of(Content content, List<byte[]> signatures) {
    if (signatures.size() != 1 + content.body().introduces().size()) {
      throw new IllegalArgumentException("A chain link has a signature of each of its keys.");
    }
    signatures.forEach(signature -> requireLength(signature, SIGNATURE));
    return new ChainLink(content, content.encode(), signatures);
  }

  /** Reads a link; its signatures are still to be checked. */
  public static ChainLink decode(byte[] encoded) throws Malformed {
    if (encoded.length < HEADER || encoded[0] != VERSION) {
      throw new Malformed("This is not a chain link of version " + VERSION + ".");
    }
    int count = BodyFormat.signatures(encoded[1]);
    int heads = encoded[1] == LinkBody.Create.TYPE ? 0 : 1 + sealedHeads(MAX_HEADS_STEPS);
    if (encoded.length > HEADER + BodyFormat.longest(encoded[1]) + heads + count * SIGNATURE) {
      throw new Malformed("A chain link is longer than any of its type.");
    }
    int length = encoded.length - count * SIGNATURE;
    if (length < HEADER) {
      throw new Malformed("A chain link is cut.");
    }
    List<byte[]> signatures = new ArrayList<>();
    for (int at = length; at < encoded.length; at += SIGNATURE) {
      signatures.add(Arrays.copyOfRange(encoded, at, at + SIGNATURE));
    }
    byte[] signed = Arrays.copyOf(encoded, length);
    return new ChainLink(decodeContent(signed), signed, signatures);
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
    SlotId signer = SlotId.decode(take(in, SlotId.LENGTH));
    LinkBody body = BodyFormat.decode(signed[1], in);
    byte[] heads = body.type() == LinkBody.Create.TYPE ? NO_HEADS : takeHeads(in);
    if (in.hasRemaining()) {
      throw new Malformed("A chain link is too long.");
    }
    return new Content(account, seq, previous, Instant.ofEpochMilli(time), signer, body, heads);
  }

  private static byte[] takeHeads(ByteBuffer in) throws Malformed {
    int steps = in.hasRemaining() ? in.get() : 0;
    if (steps < 1 || steps > MAX_HEADS_STEPS || in.remaining() < sealedHeads(steps)) {
      throw new Malformed("A chain link is cut.");
    }
    return take(in, sealedHeads(steps));
  }

  private static byte[] take(ByteBuffer in, int length) {
    byte[] field = new byte[length];
    in.get(field);
    return field;
  }

  static void requireLength(byte[] field, int length) {
    if (field.length != length) {
      throw new IllegalArgumentException(
          "A field of a chain link has " + length + " bytes, not " + field.length + ".");
    }
  }

  public byte[] encode() {
    byte[] encoded = Arrays.copyOf(signed, signed.length + signatures.size() * SIGNATURE);
    for (int i = 0; i < signatures.size(); i++) {
      System.arraycopy(signatures.get(i), 0, encoded, signed.length + i * SIGNATURE, SIGNATURE);
    }
    return encoded;
  }

  public Content content() {
    return content;
  }

  /** What the next link names: SHA-256 over all bytes, signatures included. */
  public Digest hash() {
    return Digest.sha256(encode());
  }

  /** Number and hash. */
  public ChainFloor floor() {
    return new ChainFloor(content.seq(), hash());
  }

  byte[] signed() {
    return signed;
  }

  /** The signer's, then those of {@link LinkBody#introduces}. */
  List<byte[]> signatures() {
    return signatures;
  }
}
