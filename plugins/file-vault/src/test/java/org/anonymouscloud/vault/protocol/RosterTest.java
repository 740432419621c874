package org.anonymouscloud.vault.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.ChainFloor;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.wire.Malformed;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Which list of members may follow which. */
class RosterTest {
  private static final DriveId DRIVE = DriveId.of(new byte[DriveId.LENGTH]);
  private static final AccountId OWNER = account(1);
  private static final AccountId WRITER = account(2);
  private static final AccountId READER = account(3);
  private static final AccountId NEW = account(4);

  private final Roster before = list(OWNER, 4, 2, members());

  private static AccountId account(int number) {
    byte[] id = new byte[AccountId.LENGTH];
    id[0] = (byte) number;
    return AccountId.of(id);
  }

  private static Digest digest(int number) {
    byte[] hash = new byte[Digest.LENGTH];
    hash[0] = (byte) number;
    return Digest.of(hash);
  }

  private static Member member(AccountId account, Right right, int generation) {
    return new Member(account, right, generation, new ChainFloor(generation, digest(9)));
  }

  private static List<Member> members() {
    return List.of(
        member(OWNER, Right.OWN, 5), member(WRITER, Right.WRITE, 5), member(READER, Right.READ, 5));
  }

  private static Roster list(AccountId maker, long number, int generation, List<Member> members) {
    return new Roster(
        DRIVE,
        number,
        digest((int) number),
        maker,
        DeviceId.of(new byte[DeviceId.LENGTH]),
        1_700_000_000_000L,
        generation,
        digest(100 + generation),
        7,
        digest(7),
        OWNER,
        Long.MAX_VALUE,
        members);
  }

  private static List<Member> changed(AccountId account, UnaryOperator<Member> change) {
    return members().stream()
        .map(one -> one.account().equals(account) ? change.apply(one) : one)
        .toList();
  }

  private static List<Member> without(AccountId account) {
    return members().stream().filter(one -> !one.account().equals(account)).toList();
  }

  private static List<Member> renewed() {
    return changed(WRITER, one -> member(WRITER, Right.WRITE, 6));
  }

  private static List<Member> withNew() {
    return List.of(
        members().get(0), members().get(1), members().get(2), member(NEW, Right.WRITE, 0));
  }

  private boolean mayFollow(AccountId maker, int generation, List<Member> members) {
    return list(maker, 5, generation, members).mayFollow(before);
  }

  @Test
  void anOwnerTakesInAndTakesOut() {
    assertThat(mayFollow(OWNER, 2, withNew())).isTrue();
    assertThat(mayFollow(OWNER, 3, without(WRITER))).isTrue();
    assertThat(mayFollow(OWNER, 2, changed(READER, one -> one.with(Right.WRITE)))).isTrue();
  }

  @Test
  @Tag("A33")
  void whoIsTakenOutOrMayWriteNoMoreDoesNotHaveTheNextKeys() {
    assertThat(mayFollow(OWNER, 2, without(WRITER))).isFalse();
    assertThat(mayFollow(OWNER, 2, changed(WRITER, one -> one.with(Right.READ)))).isFalse();
    assertThat(mayFollow(OWNER, 3, changed(WRITER, one -> one.with(Right.READ)))).isTrue();
    assertThat(mayFollow(OWNER, 2, renewed())).isFalse();
  }

  @Test
  @Tag("A37")
  void whoDoesNotOwnTheDriveChangesNoMembers() {
    for (AccountId maker : List.of(WRITER, READER)) {
      assertThat(mayFollow(maker, 2, withNew())).isFalse();
      assertThat(mayFollow(maker, 3, withNew())).isFalse();
      assertThat(mayFollow(maker, 2, changed(maker, one -> one.with(Right.OWN)))).isFalse();
      assertThat(mayFollow(maker, 3, changed(maker, one -> one.with(Right.OWN)))).isFalse();
      assertThat(mayFollow(maker, 3, without(OWNER.equals(maker) ? WRITER : READER)))
          .isEqualTo(false);
    }
    assertThat(mayFollow(NEW, 2, withNew())).isFalse();
  }

  @Test
  void whoMayWriteMakesNewKeysForTheSameMembers() {
    assertThat(mayFollow(WRITER, 3, renewed())).isTrue();
    assertThat(mayFollow(WRITER, 3, members())).isTrue();
    assertThat(mayFollow(READER, 3, renewed())).isFalse();
    assertThat(mayFollow(WRITER, 4, renewed())).isFalse();
  }

  @Test
  void anybodyLeavesButWhoPays() {
    assertThat(mayFollow(READER, 2, without(READER))).isTrue();
    assertThat(mayFollow(WRITER, 2, without(WRITER))).isTrue();
    assertThat(mayFollow(READER, 3, without(READER))).isFalse();
    assertThatThrownBy(() -> list(OWNER, 5, 2, without(OWNER)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  @Tag("A23")
  void nothingGoesBack() {
    assertThat(mayFollow(OWNER, 1, members())).isFalse();
    assertThat(mayFollow(OWNER, 3, changed(READER, one -> member(READER, Right.READ, 4))))
        .isFalse();
    assertThat(list(OWNER, 6, 2, members()).mayFollow(before)).isFalse();
    Roster older = list(OWNER, 5, 2, members());
    assertThat(
            new Roster(
                    older.drive(),
                    5,
                    older.previous(),
                    OWNER,
                    older.device(),
                    0,
                    2,
                    older.commitment(),
                    6,
                    digest(6),
                    OWNER,
                    Long.MAX_VALUE,
                    members())
                .mayFollow(before))
        .isFalse();
  }

  @Test
  void aSameGenerationHasTheSameSecret() {
    Roster next = list(OWNER, 5, 2, withNew());
    assertThat(
            new Roster(
                    next.drive(),
                    5,
                    next.previous(),
                    OWNER,
                    next.device(),
                    0,
                    2,
                    digest(50),
                    7,
                    digest(7),
                    OWNER,
                    Long.MAX_VALUE,
                    withNew())
                .mayFollow(before))
        .isFalse();
  }

  @Test
  void readsBackWhatItWrites() throws Exception {
    byte[] whole = whole(before);

    assertThat(Roster.decode(whole)).isEqualTo(before);
    assertThat(whole).hasSize(Roster.encodedLength(3));
  }

  private static byte[] whole(Roster list) {
    byte[] encoded = list.encode();
    return Arrays.copyOf(encoded, encoded.length + Roster.SEALED + Roster.SIGNATURE);
  }

  @Test
  @Tag("A36")
  void whatIsNoListIsRefused() {
    byte[] whole = whole(before);
    for (int length : new int[] {0, 1, 198, 199, whole.length - 1}) {
      assertThatThrownBy(() -> Roster.decode(Arrays.copyOf(whole, length)))
          .isInstanceOf(Malformed.class);
    }
    assertThatThrownBy(() -> Roster.decode(Arrays.copyOf(whole, whole.length + 1)))
        .isInstanceOf(Malformed.class);
    // The version, a right that there is not, members out of their order, far too many.
    for (int[] wrong : new int[][] {{0, 2}, {215, 0}, {215, 4}, {199, 9}, {197, 255}, {133, 128}}) {
      byte[] changed = whole.clone();
      changed[wrong[0]] = (byte) wrong[1];
      assertThatThrownBy(() -> Roster.decode(changed)).isInstanceOf(Malformed.class);
    }
  }
}
