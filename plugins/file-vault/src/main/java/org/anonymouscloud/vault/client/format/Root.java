package org.anonymouscloud.vault.client.format;

import java.nio.ByteBuffer;
import java.time.Instant;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.ChainFloor;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.wire.Malformed;
import org.anonymouscloud.vault.protocol.DriveId;
import org.anonymouscloud.vault.protocol.RosterHead;

/**
 * The top of a drive's tree at one moment. Its encoding has one size, so that its length does not
 * tell an empty drive from a full one. Immutable.
 */
public final class Root {
  private static final int VERSION = 1;
  private static final int TOP = 1 + Ref.ENCODED;
  private static final int HEAD = 8 + Digest.LENGTH;

  private static final int AT_TOP =
      1 + DriveId.LENGTH + 8 + AccountId.LENGTH + DeviceId.LENGTH + 12;

  /** Bytes in an encoded root. */
  static final int ENCODED = AT_TOP + 2 * TOP + HEAD + HEAD + Digest.LENGTH;

  private final DriveId drive;
  private final long number;
  private final AccountId account;
  private final DeviceId device;
  private final Instant time;
  private final Trees trees;
  private final RosterHead roster;
  private final ChainFloor chain;
  private final Digest skip;

  /**
   * @param number counted from 0
   * @param account of the writer
   * @param roster the newest list of members that the writer knows
   * @param chain the head of the account's chain as its writer knows it
   * @param skip the hash of an earlier root, see {@link #skipped}
   */
  public Root(
      DriveId drive,
      long number,
      AccountId account,
      DeviceId device,
      Instant time,
      Trees trees,
      RosterHead roster,
      ChainFloor chain,
      Digest skip) {
    this.drive = drive;
    this.number = number;
    this.account = account;
    this.device = device;
    this.time = time;
    this.trees = trees;
    this.roster = roster;
    this.chain = chain;
    this.skip = skip;
  }

  public DriveId drive() {
    return drive;
  }

  /** Counted from 0. */
  public long number() {
    return number;
  }

  /** Whose device wrote it. */
  public AccountId account() {
    return account;
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

  /** The newest list of the drive's members that the writer knew. */
  public RosterHead roster() {
    return roster;
  }

  /** The newest link of the account's chain that the writer knew. */
  public ChainFloor chain() {
    return chain;
  }

  /**
   * The hash of the root numbered {@link #skipped}, by which a reader comes to any earlier one in a
   * few steps; zeros if the writer did not know it.
   */
  public Digest skip() {
    return skip;
  }

  /** The number of the root that one with this number, from 1, names besides the one before. */
  public static long skipped(long number) {
    return number & (number - 1);
  }

  /** The bytes to seal. */
  public byte[] encode() {
    ByteBuffer out = ByteBuffer.allocate(ENCODED);
    out.put((byte) VERSION).put(drive.bytes()).putLong(number);
    out.put(account.bytes()).put(device.bytes());
    out.putLong(time.getEpochSecond()).putInt(time.getNano());
    trees.top().encode(out);
    out.position(AT_TOP + TOP);
    trees.aside().encode(out);
    out.position(ENCODED - HEAD - HEAD - Digest.LENGTH);
    out.putLong(roster.number()).put(roster.hash().bytes());
    out.putLong(chain.seq()).put(chain.hash().bytes());
    out.put(skip.bytes());
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
    AccountId account = AccountId.of(in.bytes(AccountId.LENGTH));
    DeviceId device = DeviceId.of(in.bytes(DeviceId.LENGTH));
    Instant time = in.time();
    Trees trees = new Trees(tree(in), tree(in));
    RosterHead roster = new RosterHead(in.u63(), Digest.of(in.bytes(Digest.LENGTH)));
    ChainFloor chain = new ChainFloor(in.u63(), Digest.of(in.bytes(Digest.LENGTH)));
    Digest skip = Digest.of(in.bytes(Digest.LENGTH));
    in.end();
    return new Root(drive, number, account, device, time, trees, roster, chain, skip);
  }

  private static Pages tree(Fields in) throws Malformed {
    Pages pages = Pages.decode(in);
    in.zeros(pages.isEmpty() ? Ref.ENCODED : 0);
    return pages;
  }
}
