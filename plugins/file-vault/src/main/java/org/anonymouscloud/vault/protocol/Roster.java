package org.anonymouscloud.vault.protocol;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.ChainFloor;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.wire.Malformed;

/**
 * The list of a drive's members, as it stands in clear before what is sealed and signed of a roster
 * ({@code docs/formats/drive.md}). A server holds its members to it, and who reads it checks the
 * signature besides. Immutable.
 *
 * @param drive whose members they are
 * @param number counted from 0
 * @param previous SHA-256 of the roster before; {@link #NOTHING} for the first, and only then
 * @param maker the account that made it
 * @param device of the maker
 * @param millis when, since 1970, by the maker's clock; informs, decides nothing
 * @param generation of the drive's keys, counted from 0
 * @param commitment to the drive secret of that generation
 * @param root number of the newest root that counts; -1 if there is none
 * @param rootHash hash of that root; {@link #NOTHING} if there is none
 * @param payer the account whose space the drive takes
 * @param limit the most bytes that it may take; {@link Long#MAX_VALUE} for no limit of its own
 * @param members by account, in rising order
 */
public record Roster(
    DriveId drive,
    long number,
    Digest previous,
    AccountId maker,
    DeviceId device,
    long millis,
    int generation,
    Digest commitment,
    long root,
    Digest rootHash,
    AccountId payer,
    long limit,
    List<Member> members) {
  /** Stands for the hash of what there is not. */
  public static final Digest NOTHING = Digest.of(new byte[Digest.LENGTH]);

  public static final int MAX_MEMBERS = 256;

  /** Bytes behind the list: what is sealed, and the signature. */
  public static final int SEALED = 174;

  public static final int SIGNATURE = 64;

  private static final byte VERSION = 1;
  private static final int HEADER = 199;

  /** Bytes in the longest roster. */
  public static final int MAX_ENCODED = encodedLength(MAX_MEMBERS);

  public Roster {
    members = List.copyOf(members);
    if (number < 0
        || (number == 0) != previous.equals(NOTHING)
        || generation < 0
        || root < -1
        || (root == -1) != rootHash.equals(NOTHING)
        || limit < 0
        || members.isEmpty()
        || members.size() > MAX_MEMBERS
        || !rise(members)
        || members.stream()
            .noneMatch(one -> one.account().equals(payer) && one.right() == Right.OWN)) {
      throw new IllegalArgumentException("There is no such list of members.");
    }
  }

  private static boolean rise(List<Member> members) {
    for (int i = 1; i < members.size(); i++) {
      byte[] before = members.get(i - 1).account().bytes();
      if (Arrays.compareUnsigned(before, members.get(i).account().bytes()) >= 0) {
        return false;
      }
    }
    return true;
  }

  /** Bytes in a whole roster with so many members. */
  public static int encodedLength(int members) {
    return HEADER + members * Member.ENCODED + SEALED + SIGNATURE;
  }

  /**
   * Reads the list of a whole roster; nothing of it is proven.
   *
   * @throws Malformed if it is none
   */
  public static Roster decode(byte[] whole) throws Malformed {
    ByteBuffer in = ByteBuffer.wrap(whole);
    try {
      if (in.get() == VERSION) {
        DriveId drive = DriveId.of(take(in, DriveId.LENGTH));
        long number = in.getLong();
        Digest previous = digest(in);
        AccountId maker = AccountId.of(take(in, AccountId.LENGTH));
        DeviceId device = DeviceId.of(take(in, DeviceId.LENGTH));
        long millis = in.getLong();
        int generation = in.getInt();
        Digest commitment = digest(in);
        long root = in.getLong();
        Digest rootHash = digest(in);
        AccountId payer = AccountId.of(take(in, AccountId.LENGTH));
        long limit = in.getLong();
        int count = in.getShort() & 0xffff;
        if (count <= MAX_MEMBERS && whole.length == encodedLength(count)) {
          List<Member> members = new ArrayList<>(count);
          for (int i = 0; i < count; i++) {
            members.add(member(in));
          }
          return new Roster(
              drive,
              number,
              previous,
              maker,
              device,
              millis,
              generation,
              commitment,
              root,
              rootHash,
              payer,
              limit,
              members);
        }
      }
    } catch (BufferUnderflowException | IllegalArgumentException e) {
      // Said below, with all else that it may be.
    }
    throw new Malformed("This is not a list of a drive's members.");
  }

  private static Member member(ByteBuffer in) {
    AccountId account = AccountId.of(take(in, AccountId.LENGTH));
    Right right = Right.of(in.get());
    return new Member(account, right, in.getInt(), new ChainFloor(in.getLong(), digest(in)));
  }

  private static Digest digest(ByteBuffer in) {
    return Digest.of(take(in, Digest.LENGTH));
  }

  private static byte[] take(ByteBuffer in, int length) {
    byte[] field = new byte[length];
    in.get(field);
    return field;
  }

  /** The bytes of the list, before what is sealed and signed. */
  public byte[] encode() {
    ByteBuffer out = ByteBuffer.allocate(HEADER + members.size() * Member.ENCODED);
    out.put(VERSION).put(drive.bytes()).putLong(number).put(previous.bytes());
    out.put(maker.bytes()).put(device.bytes()).putLong(millis);
    out.putInt(generation).put(commitment.bytes());
    out.putLong(root).put(rootHash.bytes());
    out.put(payer.bytes()).putLong(limit).putShort((short) members.size());
    for (Member member : members) {
      out.put(member.account().bytes()).put((byte) member.right().code());
      out.putInt(member.generation());
      out.putLong(member.link().seq()).put(member.link().hash().bytes());
    }
    return out.array();
  }

  /** What an account is in the drive; none if it is no member. */
  public Optional<Member> member(AccountId account) {
    return members.stream().filter(one -> one.account().equals(account)).findFirst();
  }

  /** Whether a member may do something. */
  public boolean allows(AccountId account, Right needed) {
    return member(account).filter(one -> one.right().includes(needed)).isPresent();
  }

  /** Whether it is a drive's first: its maker alone owns it. */
  public boolean isFirst() {
    return number == 0
        && generation == 0
        && root == -1
        && members.size() == 1
        && payer.equals(maker);
  }

  /**
   * Whether this may come after another one, whose hash it names. Who signed it, and whether what
   * it says of keys and chains is so, is for others to check.
   */
  public boolean mayFollow(Roster before) {
    Optional<Member> by = before.member(maker);
    return by.isPresent()
        && drive.equals(before.drive)
        && number == before.number + 1
        && root >= before.root
        && (root > before.root || rootHash.equals(before.rootHash))
        && (generation == before.generation
            ? commitment.equals(before.commitment)
            : generation == before.generation + 1)
        && (generation > before.generation || !endsGeneration(before))
        && before.members.stream().allMatch(this::isNoStepBack)
        && (isLeaving(before)
            || (isRenewal(before)
                ? by.get().right().includes(Right.WRITE)
                : by.get().right() == Right.OWN && isOwners(before)));
  }

  /** Whether somebody knows the keys of before who must not write with them any more. */
  private boolean endsGeneration(Roster before) {
    return !isLeaving(before)
        && before.members.stream()
            .anyMatch(
                was -> {
                  Optional<Member> is = member(was.account());
                  return is.isEmpty()
                      || is.get().generation() > was.generation()
                      || (was.right().includes(Right.WRITE)
                          && !is.get().right().includes(Right.WRITE));
                });
  }

  private boolean isNoStepBack(Member was) {
    Optional<Member> is = member(was.account());
    return is.isEmpty()
        || (is.get().generation() >= was.generation() && is.get().link().seq() >= was.link().seq());
  }

  private boolean isLeaving(Roster before) {
    return generation == before.generation
        && payer.equals(before.payer)
        && limit == before.limit
        && members.equals(
            before.members.stream().filter(one -> !one.account().equals(maker)).toList());
  }

  private boolean isRenewal(Roster before) {
    return generation == before.generation + 1
        && payer.equals(before.payer)
        && limit == before.limit
        && members.size() == before.members.size()
        && before.members.stream().allMatch(this::hasAsBefore);
  }

  private boolean hasAsBefore(Member was) {
    return member(was.account()).filter(is -> is.right() == was.right()).isPresent();
  }

  private boolean isOwners(Roster before) {
    boolean pays = maker.equals(payer) || payer.equals(before.payer);
    boolean limits = limit == before.limit || maker.equals(before.payer) || maker.equals(payer);
    return pays && limits;
  }

  @Override
  public String toString() {
    return "Roster " + number + " of " + HexFormat.of().formatHex(drive.bytes());
  }
}
