package org.anonymouscloud.vault.client.drive;

import static org.anonymouscloud.vault.client.fixture.DriveFiles.noise;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.tree;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.write;
import static org.anonymouscloud.vault.client.fixture.HostileMember.rubbish;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.anonymouscloud.core.account.UserName;
import org.anonymouscloud.vault.client.drives.Drives;
import org.anonymouscloud.vault.client.fixture.HostileMember;
import org.anonymouscloud.vault.client.fixture.TestAccount;
import org.anonymouscloud.vault.client.fixture.TestServer;
import org.anonymouscloud.vault.client.format.Name;
import org.anonymouscloud.vault.client.remote.Untrusted.ByGoneAccount;
import org.anonymouscloud.vault.client.remote.Untrusted.KeysNotGiven;
import org.anonymouscloud.vault.client.remote.Untrusted.RosterByRemovedDevice;
import org.anonymouscloud.vault.protocol.Member;
import org.anonymouscloud.vault.protocol.Right;
import org.anonymouscloud.vault.protocol.Roster;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A member whose account is gone, or of which the server says so. */
final class GoneMemberTest {
  private static final UserName BOB = new UserName("bob");
  private static final UserName CAROL = new UserName("carol");

  @TempDir private Path folder;
  private TestServer server;
  private TestAccount alice;
  private TestAccount bob;
  private TestAccount carol;
  private Drives alices;
  private Drive hers;

  @BeforeEach
  void aliceHasADrive() throws IOException {
    server = TestServer.start(folder);
    alice = server.account();
    bob = TestAccount.of(2, server.newLine(2));
    carol = TestAccount.of(3, server.newLine(3));
    alice.befriend("bob", bob);
    alice.befriend("carol", carol);
    bob.befriend("alice", alice);
    bob.befriend("carol", carol);
    carol.befriend("alice", alice);
    carol.shows(bob);
    alices = new Drives(alice, Clock.systemUTC());
    hers = alices.create(new Name("team"));
    write(hers, "/plan", noise(2_000, 1));
  }

  @AfterEach
  void stop() {
    alices.close();
    server.close();
  }

  private void share(Right bobs, Right carols) throws Exception {
    hers.share(alice.contact(CAROL), carols);
    hers.share(alice.contact(BOB), bobs);
  }

  /** As after a start of the agent, with what the device remembers. */
  private Drive again(TestAccount account) {
    return Drive.of(account, hers.id(), Clock.systemUTC());
  }

  /** A device that has seen nothing yet. */
  private Drive fresh(TestAccount account) {
    return again(account.forgetful());
  }

  private void bobIsGone() {
    alice.hides(bob);
    carol.hides(bob);
  }

  private static List<Right> rights(Drive drive) throws IOException {
    return drive.members().orElseThrow().members().stream().map(Member::right).toList();
  }

  @Test
  @Tag("A33")
  void whoHasLeftAndIsGoneKeepsNobodyOut() throws Exception {
    share(Right.WRITE, Right.WRITE);
    try (Drive bobs = fresh(bob)) {
      bobs.leave();
    }
    bobIsGone();

    try (Drive carols = fresh(carol);
        Drive other = fresh(alice);
        Drive later = fresh(carol)) {
      write(carols, "/hers", noise(10, 2));
      write(other, "/more", noise(10, 3));
      assertThat(tree(later)).containsOnlyKeys("/hers", "/more", "/plan");
      assertThat(rights(later)).containsExactly(Right.OWN, Right.WRITE);
    }
  }

  @Test
  @Tag("A33")
  void whatAGoneAccountMadeOfTheMembersCountsOnceAnOwnerWhoSawItGoesOn() throws Exception {
    share(Right.WRITE, Right.WRITE);
    new HostileMember(bob, hers.id()).renew(rubbish());
    assertThat(tree(hers)).containsOnlyKeys("/plan");
    bobIsGone();

    try (Drive carols = fresh(carol)) {
      assertThatThrownBy(carols::snapshot)
          .isInstanceOf(ByGoneAccount.class)
          .hasMessageContaining(bob.account().toString());
    }
    try (Drive same = again(alice)) {
      write(same, "/more", noise(10, 3));
    }
    try (Drive carols = fresh(carol)) {
      write(carols, "/hers", noise(10, 2));
      assertThat(tree(carols)).containsOnlyKeys("/hers", "/more", "/plan");
    }
    hers.unshare(bob.account());
    assertThat(rights(hers)).containsExactly(Right.OWN, Right.WRITE);
  }

  @Test
  @Tag("A33")
  void anOwnerWhoHasSeenNothingTakesAGoneAccountOut() throws Exception {
    share(Right.WRITE, Right.WRITE);
    new HostileMember(bob, hers.id()).renew(rubbish());
    try (Drive carols = fresh(carol)) {
      write(carols, "/hers", noise(10, 2));
    }
    bobIsGone();

    try (Drive other = fresh(alice)) {
      assertThatThrownBy(other::snapshot).isInstanceOf(ByGoneAccount.class);
      assertThatThrownBy(() -> other.rename(new Name("crew"))).isInstanceOf(ByGoneAccount.class);
      assertThat(other.people()).hasSize(3);

      other.unshare(bob.account());

      write(other, "/more", noise(10, 3));
      assertThat(tree(other)).containsOnlyKeys("/hers", "/more", "/plan");
    }
    for (TestAccount one : List.of(alice, carol)) {
      try (Drive anew = fresh(one)) {
        assertThat(tree(anew)).containsOnlyKeys("/hers", "/more", "/plan");
        assertThat(anew.name()).contains(new Name("team"));
      }
    }
  }

  /** Else a server could say so of an owner, and make up what that one did. */
  @Test
  @Tag("A33")
  void nobodyBecomesAnOwnerByWhatAGoneAccountHasMade() throws Exception {
    share(Right.OWN, Right.READ);
    try (Drive bobs = fresh(bob);
        Drive carols = fresh(carol)) {
      bobs.share(bob.contact(CAROL), Right.OWN);
      carols.rename(new Name("mine"));
    }
    bobIsGone();

    try (Drive other = fresh(alice)) {
      assertThatThrownBy(other::snapshot).isInstanceOf(ByGoneAccount.class);
      other.unshare(bob.account());

      assertThat(rights(other)).containsExactly(Right.OWN, Right.READ);
      assertThat(other.name()).contains(new Name("team"));
    }
    try (Drive carols = fresh(carol)) {
      assertThatThrownBy(() -> write(carols, "/hers", noise(1, 1))).isInstanceOf(NotAllowed.class);
    }
  }

  @Test
  @Tag("A33")
  void newKeysAreMadeWithoutWhoIsGoneAndAServerThatLiesKeepsItOutAndNoMore() throws Exception {
    share(Right.WRITE, Right.WRITE);
    write(hers, "/more", noise(10, 3));
    bobIsGone();

    hers.unshare(carol.account());
    write(hers, "/later", noise(10, 4));

    Roster now = hers.members().orElseThrow();
    assertThat(now.member(bob.account())).isPresent();
    assertThat(tree(hers)).containsOnlyKeys("/later", "/more", "/plan");
    try (Drive bobs = fresh(bob)) {
      assertThatThrownBy(bobs::snapshot).isInstanceOf(KeysNotGiven.class);
    }
    alice.shows(bob);
    hers.unshare(bob.account());
    hers.share(alice.contact(BOB), Right.WRITE);
    try (Drive bobs = fresh(bob)) {
      assertThat(tree(bobs)).containsOnlyKeys("/later", "/more", "/plan");
    }
  }

  @Test
  @Tag("A16")
  void whatAGoneAccountWroteCountsForWhoHasSeenIt() throws Exception {
    share(Right.WRITE, Right.WRITE);
    try (Drive bobs = fresh(bob)) {
      write(bobs, "/seen", noise(10, 2));
      assertThat(tree(hers)).containsOnlyKeys("/plan", "/seen");
    }
    bobIsGone();

    try (Drive same = again(alice);
        Drive carols = fresh(carol)) {
      assertThatThrownBy(carols::snapshot).isInstanceOf(ByGoneAccount.class);
      assertThat(tree(same)).containsOnlyKeys("/plan", "/seen");
      same.unshare(bob.account());
      assertThat(tree(carols)).containsOnlyKeys("/plan", "/seen");
    }
  }

  @Test
  @Tag("A16")
  void whatAGoneAccountWroteAndNobodySawIsLeftOutWhenAnOwnerTakesItOut() throws Exception {
    share(Right.WRITE, Right.WRITE);
    try (Drive bobs = fresh(bob)) {
      write(bobs, "/unseen", noise(10, 2));
    }
    bobIsGone();

    try (Drive same = again(alice);
        Drive carols = fresh(carol)) {
      assertThatThrownBy(same::snapshot).isInstanceOf(ByGoneAccount.class);
      same.unshare(bob.account());
      assertThat(tree(same)).containsOnlyKeys("/plan");
      write(carols, "/hers", noise(10, 3));
      assertThat(tree(carols)).containsOnlyKeys("/hers", "/plan");
    }
  }

  /** A server could make up that somebody has left, if it says that this one is gone. */
  @Test
  @Tag("A16")
  void whoIsGoneDoesNotHideByLeavingThatARemovedDeviceMadeTheListBefore() throws Exception {
    hers.share(alice.contact(CAROL), Right.READ);
    TestAccount stolen = alice.device(9, server.newLine());
    stolen.befriend("bob", bob);
    stolen.befriend("carol", carol);
    try (Drive thiefs = again(stolen)) {
      assertThat(tree(thiefs)).containsOnlyKeys("/plan");
      stolen.revoke(1);
      alice.rotate();
      thiefs.share(stolen.contact(BOB), Right.READ);
    }
    new HostileMember(carol, hers.id()).leave(rubbish());
    alice.hides(carol);

    try (Drive other = fresh(alice)) {
      assertThatThrownBy(other::snapshot).isInstanceOf(RosterByRemovedDevice.class);
    }
  }

  @Test
  @Tag("A6")
  void whoCameInByAGoneAccountIsVouchedForByAnotherOwnerItKnows() throws Exception {
    hers.share(alice.contact(BOB), Right.OWN);
    try (Drive bobs = fresh(bob)) {
      bobs.share(bob.contact(CAROL), Right.WRITE);
    }
    assertThat(tree(hers)).containsOnlyKeys("/plan");
    bobIsGone();

    try (Drive carols = fresh(carol)) {
      assertThatThrownBy(carols::snapshot).isInstanceOf(ByGoneAccount.class);
      hers.unshare(bob.account());
      assertThat(tree(carols)).containsOnlyKeys("/plan");
      assertThat(carols.members().flatMap(list -> list.member(carol.account())).map(Member::right))
          .isEqualTo(Optional.of(Right.WRITE));
    }
  }
}
