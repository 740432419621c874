package org.anonymouscloud.vault.server;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.ChainFloor;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.wire.Malformed;
import org.anonymouscloud.vault.protocol.DriveId;
import org.anonymouscloud.vault.protocol.Member;
import org.anonymouscloud.vault.protocol.Right;
import org.anonymouscloud.vault.protocol.Roster;
import org.anonymouscloud.vault.protocol.VaultMessages;

/** Rosters as a client makes them, with zeros where a seal and a signature would be. */
final class TestRosters {
  private static final Digest LINK = Digest.sha256(new byte[] {5});

  private TestRosters() {}

  static Roster first(DriveId drive, AccountId owner, DeviceId device) {
    return new Roster(
        drive,
        0,
        Roster.NOTHING,
        owner,
        device,
        1_700_000_000_000L,
        0,
        commitment(0),
        -1,
        Roster.NOTHING,
        owner,
        Long.MAX_VALUE,
        List.of(member(owner, Right.OWN)));
  }

  static Digest commitment(int generation) {
    return Digest.sha256(new byte[] {(byte) generation});
  }

  static Member member(AccountId account, Right right) {
    return new Member(account, right, 0, new ChainFloor(3, LINK));
  }

  /** What may differ from the roster before, besides what always does. */
  static final class Next {
    private final byte[] before;
    private final Roster roster;
    private DriveId drive;
    private AccountId maker;
    private int generation;
    private long root;
    private Digest rootHash;
    private AccountId payer;
    private long limit;
    private List<Member> members;

    private Next(byte[] before, Roster roster) {
      this.before = before;
      this.roster = roster;
      this.drive = roster.drive();
      this.maker = roster.maker();
      this.generation = roster.generation();
      this.root = roster.root();
      this.rootHash = roster.rootHash();
      this.payer = roster.payer();
      this.limit = roster.limit();
      this.members = roster.members();
    }

    /** The one that this comes after. */
    Roster before() {
      return roster;
    }

    /** For another drive. */
    Next of(DriveId other) {
      drive = other;
      return this;
    }

    Next by(AccountId account) {
      maker = account;
      return this;
    }

    Next renewed() {
      generation++;
      return this;
    }

    Next at(long number, byte[] signedRoot) {
      root = number;
      rootHash = Digest.sha256(signedRoot);
      return this;
    }

    Next paidBy(AccountId account) {
      payer = account;
      return this;
    }

    Next limit(long bytes) {
      limit = bytes;
      return this;
    }

    /** With this member, or with another right if it is one already. */
    Next with(AccountId account, Right right) {
      List<Member> others =
          members.stream().filter(member -> !member.account().equals(account)).toList();
      members =
          Stream.concat(others.stream(), Stream.of(member(account, right)))
              .sorted(Comparator.comparing(one -> one.account().bytes(), Arrays::compareUnsigned))
              .toList();
      return this;
    }

    /** With these numbers for a member. */
    Next saying(AccountId account, int number, ChainFloor link) {
      members =
          members.stream()
              .map(
                  member ->
                      member.account().equals(account)
                          ? new Member(account, member.right(), number, link)
                          : member)
              .toList();
      return this;
    }

    Next without(AccountId account) {
      members = members.stream().filter(member -> !member.account().equals(account)).toList();
      return this;
    }

    Roster roster(DeviceId device) {
      return new Roster(
          drive,
          roster.number() + 1,
          Digest.sha256(before),
          maker,
          device,
          roster.millis() + 1,
          generation,
          commitment(generation),
          root,
          rootHash,
          payer,
          limit,
          members);
    }
  }

  static Next after(byte[] before) {
    try {
      return new Next(before, Roster.decode(before));
    } catch (Malformed e) {
      throw new AssertionError(e);
    }
  }

  /** The whole of a roster, sealed and signed as far as a server can tell. */
  static byte[] whole(Roster roster) {
    return Arrays.copyOf(roster.encode(), Roster.encodedLength(roster.members().size()));
  }

  /** Grants for all whom the one before has not, or all if a generation begins. */
  static byte[] grants(Roster before, Roster next) {
    List<Member> needed =
        next.members().stream()
            .filter(
                member ->
                    next.generation() != before.generation()
                        || before.member(member.account()).isEmpty())
            .toList();
    ByteBuffer grants = ByteBuffer.allocate(needed.size() * Grants.ENCODED);
    needed.forEach(
        member ->
            grants.put(member.account().bytes()).put(grant(member.account(), next.generation())));
    return grants.array();
  }

  static byte[] grant(AccountId member, int generation) {
    byte[] grant = new byte[VaultMessages.GRANT];
    Arrays.fill(grant, (byte) (member.bytes()[0] + generation));
    return grant;
  }
}
