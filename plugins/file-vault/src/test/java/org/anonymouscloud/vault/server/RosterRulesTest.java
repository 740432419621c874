package org.anonymouscloud.vault.server;

import static org.anonymouscloud.vault.server.VaultClient.DEVICE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.wire.Malformed;
import org.anonymouscloud.vault.protocol.DriveId;
import org.anonymouscloud.vault.protocol.Right;
import org.anonymouscloud.vault.protocol.Roster;
import org.anonymouscloud.vault.server.TestRosters.Next;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Which roster may come after which, as docs/formats/drive.md says under "What follows what". */
final class RosterRulesTest {
  private static final byte[] ROOT = {1};

  private final AccountId payer = AccountId.random();
  private final AccountId owner = AccountId.random();
  private final AccountId writer = AccountId.random();
  private final AccountId reader = AccountId.random();
  private final AccountId stranger = AccountId.random();
  private final byte[] first =
      TestRosters.whole(TestRosters.first(DriveId.random(), payer, DEVICE));
  private final Roster before =
      TestRosters.after(first)
          .with(owner, Right.OWN)
          .with(writer, Right.WRITE)
          .with(reader, Right.READ)
          .at(4, ROOT)
          .roster(DEVICE);

  private Next by(AccountId maker) {
    return TestRosters.after(TestRosters.whole(before)).by(maker);
  }

  private void assertMay(Next next) {
    assertThat(next.roster(DEVICE).mayFollow(before)).isTrue();
  }

  private void assertMayNot(Next next) {
    assertThat(next.roster(DEVICE).mayFollow(before)).isFalse();
  }

  @Test
  void anyoneLeavesButWhoPays() {
    for (AccountId member : new AccountId[] {owner, writer, reader}) {
      assertMay(by(member).without(member));
    }
    assertThatThrownBy(() -> by(payer).without(payer).roster(DEVICE))
        .as("who pays owns")
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void whoLeavesTakesNobodyAlong() {
    assertMayNot(by(reader).without(reader).without(writer));
    assertMayNot(by(reader).without(reader).with(writer, Right.OWN));
    assertMayNot(by(reader).without(reader).limit(7));
    assertMayNot(by(reader).without(reader).renewed());
  }

  @Test
  void whoWritesRenewsAndChangesNothingElse() {
    assertMay(by(writer).renewed());
    assertMay(by(writer).renewed().at(9, ROOT));
    assertMayNot(by(reader).renewed());
    assertMayNot(by(writer));
    assertMayNot(by(writer).renewed().limit(7));
    assertMayNot(by(writer).renewed().with(writer, Right.OWN));
    assertMayNot(by(writer).renewed().with(stranger, Right.READ));
    assertMayNot(by(writer).renewed().without(reader));
  }

  @Test
  @Tag("A33")
  void aRemovalBeginsAGeneration() {
    assertMay(by(owner).without(reader).renewed());
    assertMayNot(by(owner).without(reader));
    assertMay(by(owner).with(stranger, Right.READ));
    assertMay(by(owner).with(reader, Right.WRITE));
  }

  @Test
  void anOwnerTakesThePayingOverAndNobodyIsMadeToPay() {
    assertMay(by(owner).paidBy(owner));
    assertMayNot(by(payer).paidBy(owner));
    assertMayNot(by(owner).with(writer, Right.OWN).paidBy(writer));
  }

  @Test
  void whoPaysSetsTheLimit() {
    assertMay(by(payer).limit(7));
    assertMay(by(owner).paidBy(owner).limit(7));
    assertMayNot(by(owner).limit(7));
  }

  @Test
  void nothingGoesBack() {
    assertMayNot(by(owner).at(3, ROOT));
    assertMayNot(by(owner).at(4, new byte[] {2}));
    assertMayNot(by(owner).renewed().renewed());
    assertMayNot(by(owner).of(DriveId.random()));
    assertMayNot(by(stranger).with(stranger, Right.OWN));
  }

  @Test
  @Tag("A36")
  void aRosterComesBackFromItsBytesAndNothingElseIsOne() throws Malformed {
    byte[] whole = TestRosters.whole(before);

    assertThat(Roster.decode(whole)).isEqualTo(before);
    for (int length = 0; length < whole.length; length += 13) {
      byte[] cut = Arrays.copyOf(whole, length);
      assertThatThrownBy(() -> Roster.decode(cut)).isInstanceOf(Malformed.class);
    }
    byte[] manyMembers = whole.clone();
    Arrays.fill(manyMembers, 197, 199, (byte) 0xff);
    assertThatThrownBy(() -> Roster.decode(manyMembers)).isInstanceOf(Malformed.class);
    byte[] noRight = whole.clone();
    noRight[199 + 16] = 4;
    assertThatThrownBy(() -> Roster.decode(noRight)).isInstanceOf(Malformed.class);
    byte[] twice = whole.clone();
    System.arraycopy(whole, 199, twice, 199 + 61, 61);
    assertThatThrownBy(() -> Roster.decode(twice)).isInstanceOf(Malformed.class);
  }
}
