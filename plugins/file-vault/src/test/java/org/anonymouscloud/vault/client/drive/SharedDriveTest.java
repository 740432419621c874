package org.anonymouscloud.vault.client.drive;

import static org.anonymouscloud.vault.client.fixture.DriveFiles.noise;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.read;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.tree;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.anonymouscloud.core.account.ChainFloor;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.account.Head;
import org.anonymouscloud.core.account.UserName;
import org.anonymouscloud.core.account.client.contacts.MemberNotProven;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.testing.TestClock;
import org.anonymouscloud.vault.client.drives.Drives;
import org.anonymouscloud.vault.client.fixture.Interposer;
import org.anonymouscloud.vault.client.fixture.RawDrive;
import org.anonymouscloud.vault.client.fixture.TestAccount;
import org.anonymouscloud.vault.client.fixture.TestServer;
import org.anonymouscloud.vault.client.format.Name;
import org.anonymouscloud.vault.client.format.Pages;
import org.anonymouscloud.vault.client.format.SignedRoot;
import org.anonymouscloud.vault.client.members.HostileRenewal;
import org.anonymouscloud.vault.client.remote.DriveGone;
import org.anonymouscloud.vault.client.remote.ServerRefused;
import org.anonymouscloud.vault.client.remote.Untrusted.KeysNotGiven;
import org.anonymouscloud.vault.client.remote.Untrusted.RosterByRemovedDevice;
import org.anonymouscloud.vault.client.remote.Untrusted.RosterNotSound;
import org.anonymouscloud.vault.client.remote.Untrusted.RosterRolledBack;
import org.anonymouscloud.vault.client.remote.Untrusted.SharedByStranger;
import org.anonymouscloud.vault.client.space.Sweep;
import org.anonymouscloud.vault.protocol.DriveId;
import org.anonymouscloud.vault.protocol.Member;
import org.anonymouscloud.vault.protocol.Right;
import org.anonymouscloud.vault.protocol.Roster;
import org.anonymouscloud.vault.protocol.VaultMessages;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A drive that several accounts use. */
class SharedDriveTest {
  private static final UserName BOB = new UserName("bob");
  private static final UserName CAROL = new UserName("carol");

  @TempDir Path folder;

  private final TestClock clock = new TestClock(Instant.parse("2026-11-01T12:00:00Z"));
  private TestServer server;
  private TestAccount alice;
  private TestAccount bob;
  private TestAccount carol;
  private Interposer bobsLine;
  private Drives alices;
  private Drives bobs;
  private Drive hers;

  @BeforeEach
  void aliceHasADrive() throws IOException {
    server = TestServer.start(folder);
    alice = server.account();
    bobsLine = server.newLine(2);
    bob = TestAccount.of(2, bobsLine);
    carol = TestAccount.of(3, server.newLine(3));
    alice.befriend("bob", bob);
    alice.befriend("carol", carol);
    bob.befriend("alice", alice);
    alices = new Drives(alice, clock);
    bobs = new Drives(bob, clock);
    hers = alices.create(new Name("team"));
    write(hers, "/plan", noise(2_000, 1));
  }

  @AfterEach
  void stop() {
    alices.close();
    bobs.close();
    server.close();
  }

  private Drive bobsView() throws IOException {
    return bobs.find("team");
  }

  private static Set<String> paths(Drive drive) throws IOException {
    return tree(drive).keySet();
  }

  private void share(Right right) throws Exception {
    hers.share(alice.contact(BOB), right);
  }

  @Test
  void whatOneWritesTheOtherReads() throws Exception {
    share(Right.WRITE);

    assertThat(read(bobsView(), "/plan")).isEqualTo(noise(2_000, 1));
    write(bobsView(), "/answer", noise(3_000, 2));
    write(hers, "/more", noise(10, 3));

    assertThat(tree(hers))
        .containsOnlyKeys("/plan", "/answer", "/more")
        .isEqualTo(tree(bobsView()));
    assertThat(hers.history(10, 10).stream().map(state -> state.signed().account()))
        .contains(alice.account(), bob.account());
  }

  @Test
  @Tag("A37")
  void whoMayReadAloneChangesNothing() throws Exception {
    share(Right.READ);
    Drive his = bobsView();

    assertThat(paths(his)).containsExactly("/plan");
    assertThatThrownBy(() -> write(his, "/mine", noise(1, 1))).isInstanceOf(NotAllowed.class);
    assertThatThrownBy(() -> his.sweep(Sweep.Wish.BY_ITSELF, () -> {}))
        .isInstanceOf(NotAllowed.class);
    assertThatThrownBy(() -> his.retain(0, 0)).isInstanceOf(NotAllowed.class);
    assertThatThrownBy(() -> his.rename(new Name("mine")))
        .isInstanceOf(NotAllowed.class)
        .hasMessageContaining("what it is called");
    assertThatThrownBy(() -> his.share(bob.contact(new UserName("alice")), Right.READ))
        .isInstanceOf(NotAllowed.class);
    assertThat(paths(hers)).containsExactly("/plan");
  }

  @Test
  @Tag("A33")
  void whoIsTakenOutReadsNothingThatIsWrittenFromThenOnEvenWithTheServersHelp() throws Exception {
    share(Right.WRITE);
    write(bobsView(), "/before", noise(1_000, 4));
    hers.unshare(bob.account());
    write(hers, "/secret", noise(1_000, 5));

    assertThatThrownBy(() -> paths(bobsView())).isInstanceOf(IOException.class);
    // A server that gives Bob all that it gives Alice.
    bobsLine.answerFrom(server.newLine());
    try (Drive helped = Drive.of(bob.forgetful(), hers.id(), clock)) {
      assertThatThrownBy(() -> paths(helped)).isInstanceOf(RosterNotSound.class);
    }
    assertThat(hers.members().orElseThrow().generation()).isEqualTo(1);
    assertThat(paths(hers)).containsExactly("/before", "/plan", "/secret");
  }

  @Test
  @Tag("A33")
  void whatATakenOutMemberWritesWithTheServersHelpDoesNotCount() throws Exception {
    share(Right.WRITE);
    hers.share(alice.contact(CAROL), Right.READ);
    carol.befriend("alice", alice);
    carol.shows(bob);
    bob.shows(carol);
    write(bobsView(), "/before", noise(1_000, 4));
    RawDrive his = RawDrive.of(bob, hers.id());
    hers.unshare(bob.account());
    write(hers, "/after", noise(10, 5));
    byte[] newest = server.line().roots().getLast();
    long number = SignedRoot.decode(newest).number() + 1;
    byte[] planted =
        SignedRoot.seal(his.root(number, Pages.NONE), Digest.sha256(newest), his.keys(), bob::sign)
            .encode();

    Interposer line = server.newLine(3);
    line.showRoots(
        (asked, honest) ->
            asked == VaultMessages.NEWEST || asked == number
                ? Optional.of(
                    new VaultMessages.RootGot(number, planted, honest.orElseThrow().roster()))
                : honest);
    try (Drive carols = Drive.of(carol.through(line), hers.id(), clock)) {
      assertThat(paths(carols)).containsExactly("/after", "/before", "/plan");
    }
  }

  @Test
  @Tag("A16")
  void aDeviceThatAMemberRemovesIsOutOfTheDriveToo() throws Exception {
    share(Right.WRITE);
    TestAccount stolen = bob.device(9, server.newLine(2));
    stolen.befriend("alice", alice);
    try (Drive thiefs = Drive.of(stolen, hers.id(), clock)) {
      write(thiefs, "/before", noise(10, 7));
      assertThat(paths(bobsView())).contains("/before");

      stolen.revoke(1);
      bob.rotate();
      var _ = bobsView().snapshot();

      assertThat(hers.members().orElseThrow().generation()).isEqualTo(1);
      assertThatThrownBy(() -> write(thiefs, "/after", noise(10, 8)))
          .isInstanceOf(IOException.class);
      assertThat(paths(hers)).containsExactly("/before", "/plan");
    }
  }

  @Test
  @Tag("A16")
  void anotherMemberMakesNewKeysWhenSomebodysDeviceWasRemoved() throws Exception {
    share(Right.READ);
    bob.rotate();
    clock.pass(Duration.ofMinutes(11));

    write(hers, "/after", noise(10, 8));

    Roster now = hers.members().orElseThrow();
    assertThat(now.generation()).isEqualTo(1);
    assertThat(now.member(bob.account()).map(Member::generation)).contains(1);
    assertThat(read(bobsView(), "/after")).isEqualTo(noise(10, 8));
  }

  @Test
  void whoLeavesIsOutAndTheOthersMakeNewKeys() throws Exception {
    share(Right.WRITE);
    bobsView().leave();
    write(hers, "/after", noise(10, 8));

    Roster now = hers.members().orElseThrow();
    assertThat(now.members()).hasSize(1);
    assertThat(now.generation()).isEqualTo(1);
    assertThat(read(hers, "/plan")).isEqualTo(noise(2_000, 1));
  }

  @Test
  @Tag("A6")
  void aDriveOfAStrangerIsNamedAndNotOpened() throws Exception {
    hers.share(alice.contact(CAROL), Right.READ);
    carol.shows(alice);
    try (Drives carols = new Drives(carol, clock)) {
      Drive offered = carols.find(hers.id().toString());

      assertThatThrownBy(offered::snapshot)
          .isInstanceOf(SharedByStranger.class)
          .hasMessageContaining("contact add");

      carol.befriend("alice", alice);
      assertThat(paths(offered)).containsExactly("/plan");
    }
  }

  @Test
  void anOwnerVouchesForMembersWhomTheOthersDoNotKnow() throws Exception {
    share(Right.OWN);
    hers.share(alice.contact(CAROL), Right.WRITE);
    carol.befriend("alice", alice);
    carol.shows(bob);
    bob.shows(carol);
    try (Drives carols = new Drives(carol, clock)) {
      write(carols.find("team"), "/hers", noise(10, 9));

      assertThat(paths(bobsView())).containsExactly("/hers", "/plan");
      assertThat(bobsView().people().stream().filter(one -> one.name().isEmpty() && !one.isOwn()))
          .hasSize(1);
    }
  }

  @Test
  @Tag("A23")
  void anOlderListOfMembersIsRefused() throws Exception {
    share(Right.READ);
    hers.unshare(bob.account());
    write(hers, "/after", noise(10, 8));

    server.line().showRosters(1);
    try (Drive fresh = Drive.of(alice, hers.id(), clock)) {
      assertThatThrownBy(fresh::snapshot).isInstanceOf(RosterRolledBack.class);
    }
    server.line().showRosters(0);
    try (Drive fresh = Drive.of(alice, hers.id(), clock)) {
      assertThatThrownBy(fresh::snapshot).isInstanceOf(DriveGone.class);
    }
    server.line().beHonest();
    assertThat(paths(hers)).containsExactly("/after", "/plan");
  }

  @Test
  @Tag("A23")
  void aServerThatHidesADriveIsFoundOut() throws Exception {
    server.line().showRosters(0);
    try (Drives again = new Drives(alice, clock)) {
      assertThat(again.list()).extracting(Drive::id).contains(hers.id());
      assertThatThrownBy(() -> again.find(hers.id().toString()).snapshot())
          .isInstanceOf(DriveGone.class);
    }
  }

  @Test
  @Tag("A16")
  void aListThatARemovedDeviceMakesReachesNobody() throws Exception {
    TestAccount stolen = alice.device(9, server.newLine());
    try (Drive thiefs = Drive.of(stolen, hers.id(), clock)) {
      assertThat(paths(thiefs)).containsExactly("/plan");
      stolen.revoke(1);
      alice.rotate();
      // The server helps the thief, who does not know of the removal, to let Bob in.
      stolen.befriend("bob", bob);
      thiefs.share(stolen.contact(BOB), Right.READ);
    }

    try (Drive fresh = Drive.of(alice.forgetful(), hers.id(), clock)) {
      assertThatThrownBy(fresh::snapshot).isInstanceOf(RosterByRemovedDevice.class);
    }
  }

  @Test
  @Tag("A30")
  void keysThatDoNotFitTheListAreRefused() throws Exception {
    share(Right.WRITE);
    bobsLine.spoilGrants();

    assertThatThrownBy(() -> paths(Drive.of(bob, hers.id(), clock)))
        .isInstanceOf(KeysNotGiven.class);
  }

  @Test
  @Tag("A30")
  void anOwnerTakesOutWhoMakesKeysThatOpenForNobody() throws Exception {
    share(Right.WRITE);
    bobsLine.spoilNewGrants();
    bob.rotate();
    var _ = bobsView().snapshot();

    try (Drive mine = Drive.of(alice, hers.id(), clock)) {
      assertThatThrownBy(mine::snapshot).isInstanceOf(KeysNotGiven.class);
      mine.unshare(bob.account());
      assertThat(paths(mine)).containsExactly("/plan");
      write(mine, "/after", noise(10, 3));
    }
    assertThat(paths(hers)).containsExactly("/after", "/plan");
  }

  private void renewFalsely(TestAccount by, TestAccount of, int generation, ChainFloor link)
      throws IOException {
    new HostileRenewal(
            by,
            hers.id(),
            member ->
                member.account().equals(of.account())
                    ? new Member(member.account(), member.right(), generation, link)
                    : member)
        .send();
  }

  /** Nobody could ever say anything else: what a list says of a member's keys never goes back. */
  @Test
  @Tag("A33")
  void nobodySaysOfAnAccountWhatItsChainDoesNotHave() throws Exception {
    server.half().knows(alice.account(), alice::has);
    share(Right.WRITE);
    var _ = bobsView().snapshot();
    ChainFloor now = alice.chainHead();

    for (ChainFloor link :
        List.of(
            new ChainFloor(1L << 40, now.hash()),
            new ChainFloor(now.seq(), Digest.sha256(new byte[] {1})))) {
      assertThatThrownBy(() -> renewFalsely(bob, alice, 0, link)).isInstanceOf(ServerRefused.class);
    }
    assertThatThrownBy(() -> renewFalsely(bob, alice, 1_000_000, now))
        .isInstanceOf(ServerRefused.class);
    renewFalsely(bob, alice, 0, now);

    write(hers, "/after", noise(10, 3));
    hers.unshare(bob.account());
    assertThat(paths(hers)).containsExactly("/after", "/plan");
  }

  /** By a server that lies together with a member. */
  @Test
  @Tag("A6")
  void aMemberWhoseKeysAreNotProvenCostsNothingButTheDrive() throws Exception {
    bob.shows(carol);
    carol.befriend("alice", alice);
    carol.shows(bob);
    share(Right.READ);
    hers.share(alice.contact(CAROL), Right.WRITE);
    Drive home = bobs.home();
    write(home, "/own", noise(10, 1));
    assertThat(bobs.usable()).hasSize(2);
    assertThat(paths(bobsView())).containsExactly("/plan");
    Drive his = bobsView();
    Head seen = his.head(Set.of()).orElseThrow();
    TestAccount lost = bob.device(9, server.newLine(2));

    renewFalsely(carol, carol, 0, new ChainFloor(7, Digest.sha256(new byte[] {1})));

    assertThatThrownBy(() -> Drive.of(bob, hers.id(), clock).snapshot())
        .isInstanceOf(MemberNotProven.class);
    try (Drives again = new Drives(bob, clock)) {
      for (Set<DeviceId> leaving : List.of(Set.<DeviceId>of(), Set.of(lost.device()))) {
        assertThat(again.home().head(leaving)).isPresent();
        assertThat(again.find(hers.id().toString()).head(leaving)).isEmpty();
      }
    }
    assertThat(his.head(Set.of())).contains(seen);
  }

  @Test
  void everyoneSeesHowFarTheDriveHasCome() throws Exception {
    share(Right.READ);
    write(hers, "/more", noise(10, 3));

    assertThat(bobsView().counts()).isEqualTo(hers.counts());
  }

  @Test
  void theHomeIsADriveLikeAnother() throws Exception {
    write(alices.home(), "/mine", noise(10, 3));
    alices.home().share(alice.contact(BOB), Right.WRITE);

    DriveId home = alices.home().id();
    assertThat(paths(bobs.find(home.toString()))).containsExactly("/mine");
    assertThat(bobs.home().id()).isNotEqualTo(home);
    assertThat(paths(bobs.home())).isEmpty();
  }

  @Test
  void anotherOwnerCanPay() throws Exception {
    share(Right.OWN);
    Drive his = bobsView();
    his.takeOver();

    assertThat(hers.members().map(Roster::payer)).isEqualTo(Optional.of(bob.account()));
    hers.leave();
    assertThat(his.members().map(Roster::members).map(List::size)).contains(1);
    assertThat(paths(his)).containsExactly("/plan");
  }

  @Test
  void aNameCanBeChangedForAll() throws Exception {
    share(Right.READ);
    hers.rename(new Name("crew"));

    assertThat(bobs.find("crew").id()).isEqualTo(hers.id());
  }

  @Test
  void theClockOfNobodyDecides() throws Exception {
    share(Right.WRITE);
    try (Drives late = new Drives(bob, Clock.offset(clock, Duration.ofDays(-4_000)))) {
      write(late.find("team"), "/late", noise(10, 3));
    }
    assertThat(paths(hers)).containsExactly("/late", "/plan");
  }
}
