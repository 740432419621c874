package org.anonymouscloud.vault.client.format;

import java.nio.ByteBuffer;
import java.time.Instant;
import org.anonymouscloud.core.account.ChainFloor;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.wire.Malformed;

/**
 * The top of a drive's tree at one moment. Its encoding has one size, so that its length does not
 * tell an empty drive from a full one. Immutable.
 */
public final class Root {
  private static final int VERSION = 1;
  private static final int TREE = 1 + Ref.ENCODED;
  private static final int CHAIN = 8 + Digest.LENGTH;

  /** Bytes in an encoded root. */
  static final int ENCODED = 1 + DriveId.LENGTH + 8 + DeviceId.LENGTH + 12 + 2 * TREE + CHAIN;

  private final DriveId drive;
  private final long number;
  private final DeviceId device;
  private final Instant time;
  private final Trees trees;
  private final ChainFloor chain;

  /**
   * @param number counted from 0
   * @param chain the head of the account's chain as its writer knows it
   */
  public Root(
      DriveId drive, long number, DeviceId device, Instant time, Trees trees, ChainFloor chain) {
    this.drive = drive;
    this.number = number;
    this.device = device;
    this.time = time;
    this.trees = trees;
    this.chain = chain;
  }

  public DriveId drive() {
    return drive;
  }

  /** Counted from 0. */
  public long number() {
    return number;
  }

  /** The device that wrote it. */
  public DeviceId device() {
    return device;
  }

  /**
   * When it was written, by the writer's clock, or the nearest time that is kept; informs, decides
   * nothing.
   */
  public Instant time() {
    return Times.nearest(time);
  }

  /** The pages of the topmost folder. */
  public Pages top() {
    return trees.top();
  }

  /** The topmost folder and the hidden one. */
  public Trees trees() {
    return trees;
  }

  /** The newest link of the account's chain that the writer knew. */
  public ChainFloor chain() {
    return chain;
  }

  /** The bytes to seal. */
  public byte[] encode() {
    ByteBuffer out = ByteBuffer.allocate(ENCODED);
    out.put((byte) VERSION).put(drive.bytes()).putLong(number);
    out.put(device.bytes()).putLong(time.getEpochSecond()).putInt(time.getNano());
    trees.top().encode(out);
    out.position(ENCODED - CHAIN - TREE);
    trees.aside().encode(out);
    out.position(ENCODED - CHAIN);
    out.putLong(chain.seq()).put(chain.hash().bytes());
    return out.array();
  }

  /** Reads the bytes of an opened root. */
  public static Root decode(byte[] encoded) throws Malformed {
    if (encoded.length != ENCODED) {
      throw new Malformed("A root has a length that there is not.");
    }
    Fields in = new Fields(encoded);
    in.version(VERSION);
    DriveId drive = DriveId.of(in.bytes(DriveId.LENGTH));
    long number = in.u63();
    DeviceId device = DeviceId.of(in.bytes(DeviceId.LENGTH));
    Instant time = in.time();
    Trees trees = new Trees(tree(in), tree(in));
    ChainFloor chain = new ChainFloor(in.u63(), Digest.of(in.bytes(Digest.LENGTH)));
    in.end();
    return new Root(drive, number, device, time, trees, chain);
  }

  private static Pages tree(Fields in) throws Malformed {
    Pages pages = Pages.decode(in);
    in.zeros(pages.isEmpty() ? Ref.ENCODED : 0);
    return pages;
  }
}
