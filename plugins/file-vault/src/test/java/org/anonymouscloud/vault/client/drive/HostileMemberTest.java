package org.anonymouscloud.vault.client.drive;

import static org.anonymouscloud.vault.client.fixture.DriveFiles.noise;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.read;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.remove;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.tree;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.write;
import static org.anonymouscloud.vault.client.fixture.HostileMember.falseSecret;
import static org.anonymouscloud.vault.client.fixture.HostileMember.rubbish;
import static org.anonymouscloud.vault.client.fixture.HostileMember.saying;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.anonymouscloud.core.account.UserName;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.Refused;
import org.anonymouscloud.vault.client.drives.Drives;
import org.anonymouscloud.vault.client.fixture.HostileMember;
import org.anonymouscloud.vault.client.fixture.Interposer;
import org.anonymouscloud.vault.client.fixture.MovedClock;
import org.anonymouscloud.vault.client.fixture.TestAccount;
import org.anonymouscloud.vault.client.fixture.TestServer;
import org.anonymouscloud.vault.client.format.Name;
import org.anonymouscloud.vault.client.remote.Untrusted;
import org.anonymouscloud.vault.client.remote.Untrusted.KeysNotGiven;
import org.anonymouscloud.vault.client.remote.Untrusted.NewestUnusable;
import org.anonymouscloud.vault.client.remote.Untrusted.RootNotSigned;
import org.anonymouscloud.vault.client.remote.Untrusted.RosterByRemovedDevice;
import org.anonymouscloud.vault.client.space.Sweep;
import org.anonymouscloud.vault.client.store.AsOf;
import org.anonymouscloud.vault.protocol.Right;
import org.anonymouscloud.vault.protocol.VaultMessages;
import org.anonymouscloud.vault.protocol.VaultMethod;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A member who seals false things in a list of members that is as it should be otherwise: it takes
 * from nobody what was sealed to them, nor names the drive.
 */
final class HostileMemberTest {
  private static final UserName BOB = new UserName("bob");
  private static final UserName CAROL = new UserName("carol");

  @TempDir private Path folder;
  private TestServer server;
  private TestAccount alice;
  private TestAccount bob;
  private TestAccount carol;
  private Drives alices;
  private Drive hers;

  /** What stands where a member is to say how the drive is called and what the keys before are. */
  enum Lie {
    RUBBISH,
    FALSE_SECRET,
    NO_SUCH_GENERATION,
    NO_NAME,
    OTHER_NAME;

    private HostileMember.Sealed told(int before) {
      return switch (this) {
        case RUBBISH -> rubbish();
        case FALSE_SECRET -> saying("team", before, falseSecret());
        case NO_SUCH_GENERATION -> saying("team", Integer.MAX_VALUE, falseSecret());
        case NO_NAME -> saying("", before, falseSecret());
        case OTHER_NAME -> saying("payroll", before, falseSecret());
      };
    }
  }

  @BeforeEach
  void aliceHasADrive() throws IOException {
    server = TestServer.start(folder);
    alice = server.account();
    bob = TestAccount.of(2, server.newLine(2));
    carol = TestAccount.of(3, server.newLine(3));
    alice.befriend("bob", bob);
    alice.befriend("carol", carol);
    bob.befriend("alice", alice);
    carol.befriend("alice", alice);
    bob.shows(carol);
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

  private Drive fresh(TestAccount account) {
    return Drive.of(account.forgetful(), hers.id(), Clock.systemUTC());
  }

  /** Whoever saw it before, and who sees it for the first time. */
  private void assertAllIsAsItWas(String... paths) throws IOException {
    try (Drive fresh = fresh(alice)) {
      for (Drive one : new Drive[] {hers, fresh}) {
        assertThat(tree(one)).containsOnlyKeys(paths);
        assertThat(read(one, "/plan")).isEqualTo(noise(2_000, 1));
        assertThat(one.name()).contains(new Name("team"));
        assertThat(one.snapshot(new AsOf.Number(0))).isNotNull();
      }
    }
  }

  private void assertUsable(Drive drive, String file) throws Exception {
    write(drive, file, noise(10, 7));
    var _ = drive.sweep(Sweep.Wish.BY_ITSELF, () -> {});
    drive.share(alice.contact(CAROL), Right.WRITE);
    try (Drive carols = fresh(carol)) {
      assertThat(carols.name()).isEmpty();
      assertThat(read(carols, "/plan")).isEqualTo(noise(2_000, 1));
      assertThat(carols.name()).contains(new Name("team"));
      write(carols, "/hers", noise(10, 8));
    }
    drive.unshare(carol.account());
    drive.rename(new Name("crew"));
    assertThat(drive.name()).contains(new Name("crew"));
    drive.rename(new Name("team"));
  }

  @ParameterizedTest
  @EnumSource
  @Tag("A30")
  void whatALeaverSealsIsWorthNothing(Lie lie) throws Exception {
    hers.share(alice.contact(BOB), Right.READ);
    new HostileMember(bob, hers.id()).leave(lie.told(0));

    try (Drive fresh = fresh(alice)) {
      assertThat(read(fresh, "/plan")).isEqualTo(noise(2_000, 1));
    }
    assertUsable(hers, "/more");
    assertAllIsAsItWas("/plan", "/more", "/hers");
  }

  @ParameterizedTest
  @EnumSource
  @Tag("A30")
  void aLeaverDoesNotTakeTheOlderKeysAlong(Lie lie) throws Exception {
    hers.share(alice.contact(CAROL), Right.READ);
    hers.unshare(carol.account());
    write(hers, "/later", noise(10, 2));
    hers.share(alice.contact(BOB), Right.READ);
    new HostileMember(bob, hers.id()).leave(lie.told(0));

    assertAllIsAsItWas("/plan", "/later");
    assertUsable(hers, "/more");
    assertAllIsAsItWas("/plan", "/later", "/more", "/hers");
  }

  @ParameterizedTest
  @EnumSource
  @Tag("A30")
  void whoMakesNewKeysDoesNotTakeTheOlderOnes(Lie lie) throws Exception {
    hers.share(alice.contact(BOB), Right.WRITE);
    HostileMember hostile = new HostileMember(bob, hers.id());
    hostile.renew(lie.told(0));
    // The writer's own program goes on in the generation that it has made.
    try (Drive bobs = fresh(bob)) {
      write(bobs, "/his", noise(10, 4));
    }

    assertAllIsAsItWas("/plan", "/his");
    hers.unshare(bob.account());
    assertUsable(hers, "/more");
    assertAllIsAsItWas("/plan", "/his", "/more", "/hers");
  }

  /** However often: whom the owner takes in later reads all that there is, too. */
  @ParameterizedTest
  @EnumSource
  @Tag("A30")
  void keysThatWereCutOffManyTimesReachWhoComesInLater(Lie lie) throws Exception {
    hers.share(alice.contact(BOB), Right.WRITE);
    HostileMember hostile = new HostileMember(bob, hers.id());
    for (int times = 0; times < 3; times++) {
      hostile.renew(lie.told(times));
      write(hers, "/file " + times, noise(10, times));
    }
    try (Drive again = fresh(alice)) {
      again.unshare(bob.account());
      again.share(alice.contact(CAROL), Right.READ);
    }

    try (Drive carols = fresh(carol)) {
      assertThat(read(carols, "/plan")).isEqualTo(noise(2_000, 1));
      for (int times = 0; times < 3; times++) {
        assertThat(read(carols, "/file " + times)).isEqualTo(noise(10, times));
      }
      assertThat(carols.name()).contains(new Name("team"));
    }
  }

  @Test
  @Tag("A36")
  void soManyKeysThatWereCutOffAreJoinedAgainLittleByLittle() throws Exception {
    hers.share(alice.contact(BOB), Right.WRITE);
    HostileMember hostile = new HostileMember(bob, hers.id());
    for (int times = 0; times < 70; times++) {
      hostile.renew(rubbish());
    }
    try (Drive again = fresh(alice);
        Drive carols = fresh(carol)) {
      again.unshare(bob.account());
      long before = again.members().orElseThrow().number();

      again.share(alice.contact(CAROL), Right.READ);

      assertThat(again.members().orElseThrow().number()).isEqualTo(before + 65);
      assertThat(again.keysApart()).isPositive();
      assertThatThrownBy(() -> read(carols, "/plan")).isInstanceOf(NewestUnusable.class);
      again.share(alice.contact(CAROL), Right.READ);
      assertThat(again.keysApart()).isZero();
      assertThat(read(carols, "/plan")).isEqualTo(noise(2_000, 1));
    }
  }

  @Test
  @Tag("A30")
  void whoWasGivenNoKeysAtAllGoesOnWhenOthersHaveMadeNewOnes() throws Exception {
    hers.share(alice.contact(BOB), Right.OWN);
    Interposer line = server.newLine(2);
    line.spoilNewGrants();
    TestAccount spoiling = bob.through(line);
    spoiling.befriend("carol", carol);
    carol.befriend("bob", bob);
    try (Drive bobs = fresh(spoiling)) {
      bobs.share(spoiling.contact(CAROL), Right.OWN);
    }
    TestAccount other = alice.device(9, server.newLine());
    other.befriend("bob", bob);
    other.befriend("carol", carol);
    alice.revoke(1);
    other.rotate();

    // The device is gone that began the generation, so that nobody is left to be blamed.
    try (Drive carols = fresh(carol)) {
      assertThatThrownBy(() -> write(carols, "/hers", noise(10, 1)))
          .isInstanceOf(KeysNotGiven.class);
      assertThatThrownBy(() -> carols.unshare(bob.account())).isInstanceOf(KeysNotGiven.class);
      try (Drive others = Drive.of(other, hers.id(), Clock.systemUTC())) {
        other.link(others.head(Set.of(alice.device())).orElseThrow());
        write(others, "/more", noise(10, 3));
      }
      write(carols, "/hers", noise(10, 1));
      assertThat(tree(carols)).containsOnlyKeys("/plan", "/more", "/hers");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  @Tag("A30")
  void anOwnerTakesOutWhoHasLeftANewestStateThatIsNone(boolean signed) throws Exception {
    hers.share(alice.contact(BOB), Right.WRITE);
    new HostileMember(bob, hers.id()).plantRoot(signed);
    assertThatThrownBy(hers::snapshot).isInstanceOf(Untrusted.class);

    hers.unshare(bob.account());

    assertThat(hers.members().orElseThrow().members()).hasSize(1);
    assertUsable(hers, "/more");
    assertAllIsAsItWas("/plan", "/more", "/hers");
  }

  @Test
  @Tag("A30")
  void anOwnerTakesOutWhoHasLeftAStateThatNobodyCanOpenAndGoesBack() throws Exception {
    hers.share(alice.contact(BOB), Right.WRITE);
    new HostileMember(bob, hers.id()).plantUnreadable();
    assertThatThrownBy(hers::snapshot).isInstanceOf(NewestUnusable.class);

    hers.unshare(bob.account());

    assertThat(hers.members().orElseThrow().members()).hasSize(1);
    hers.goBack(0, false, false);
    assertThat(read(hers, "/plan")).isEqualTo(noise(2_000, 1));
  }

  /** Alice and bob have both written, and her account's chain names a state from before that. */
  private void bothWrite() throws IOException {
    alice.link(hers.counts());
    try (Drive bobs = fresh(bob)) {
      write(bobs, "/his", noise(10, 4));
    }
    write(hers, "/after", noise(10, 5));
  }

  @Test
  @Tag("A30")
  void whoLeavesTakesNothingBackWhateverTheListSays() throws Exception {
    hers.share(alice.contact(BOB), Right.WRITE);
    bothWrite();

    // Its list names the root that the one before it named.
    new HostileMember(bob, hers.id()).leave(saying("team", 0, falseSecret()));

    assertAllIsAsItWas("/plan", "/his", "/after");
    assertUsable(hers, "/more");
    assertAllIsAsItWas("/plan", "/his", "/after", "/more", "/hers");
  }

  @Test
  @Tag("A30")
  void whoBeginsAGenerationWithAnOldHeadAndLeavesTakesNothingBack() throws Exception {
    hers.share(alice.contact(BOB), Right.WRITE);
    bothWrite();
    HostileMember hostile = new HostileMember(bob, hers.id());
    hostile.renew(saying("team", 0, falseSecret()));
    write(hers, "/weeks later", noise(10, 6));
    hostile.leave(saying("team", 0, falseSecret()));

    assertAllIsAsItWas("/plan", "/his", "/after", "/weeks later");
    assertUsable(hers, "/more");
  }

  @Test
  @Tag("A30")
  void whoLeavesAndThenRemovesTheDeviceThatWroteTakesNothingBack() throws Exception {
    hers.share(alice.contact(BOB), Right.WRITE);
    TestAccount writing = bob.device(9, server.newLine(2));
    writing.befriend("alice", alice);
    alice.link(hers.counts());
    try (Drive bobs = Drive.of(writing, hers.id(), Clock.systemUTC())) {
      write(bobs, "/his", noise(10, 4));
    }
    write(hers, "/after", noise(10, 5));
    new HostileMember(bob, hers.id()).leave(saying("team", 0, falseSecret()));
    writing.revoke(1);
    bob.rotate();

    assertAllIsAsItWas("/plan", "/his", "/after");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  @Tag("A30")
  void anOwnerWhoTakesSomebodyOutLosesNothingButTheStateThatIsNone(boolean signed)
      throws Exception {
    hers.share(alice.contact(BOB), Right.WRITE);
    bothWrite();
    new HostileMember(bob, hers.id()).plantRoot(signed);

    hers.unshare(bob.account());

    assertAllIsAsItWas("/plan", "/his", "/after");
    assertUsable(hers, "/more");
  }

  @Test
  @Tag("A30")
  void anOwnerMakesNewKeysWhenThoseOfALeaverOpenForNobody() throws Exception {
    hers.share(alice.contact(BOB), Right.WRITE);
    hers.share(alice.contact(CAROL), Right.WRITE);
    bothWrite();
    Interposer line = server.newLine(2);
    line.spoilNewGrants();
    TestAccount spoiling = bob.through(line);
    spoiling.befriend("alice", alice);
    spoiling.befriend("carol", carol);
    carol.befriend("bob", bob);
    bob.rotate();
    spoiling.rotate();
    try (Drive bobs = fresh(spoiling)) {
      write(bobs, "/his", noise(10, 6));
      bobs.leave();
    }
    try (Drive again = fresh(alice);
        Drive carols = fresh(carol)) {
      for (Drive one : new Drive[] {hers, again}) {
        assertThatThrownBy(() -> tree(one)).isInstanceOf(KeysNotGiven.class);
      }
      assertThatThrownBy(() -> tree(carols)).isInstanceOf(KeysNotGiven.class);
      assertThatThrownBy(carols::renew).isInstanceOf(NotAllowed.class);

      again.renew();

      assertAllIsAsItWas("/plan", "/his", "/after");
      assertThat(tree(carols)).containsOnlyKeys("/plan", "/his", "/after");
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"WRITE", "OWN"})
  @Tag("A16")
  void anOwnerGoesOnAfterAListOfAnothersRemovedDevice(Right right) throws Exception {
    hers.share(alice.contact(BOB), right);
    hers.share(alice.contact(CAROL), Right.READ);
    bothWrite();
    TestAccount stolen = bob.device(9, server.newLine(2));
    stolen.befriend("alice", alice);
    stolen.befriend("carol", carol);
    stolen.shows(carol);
    try (Drive thiefs = Drive.of(stolen, hers.id(), Clock.systemUTC())) {
      assertThat(tree(thiefs)).containsOnlyKeys("/plan", "/his", "/after");
      stolen.revoke(1);
      bob.rotate();
      if (right == Right.OWN) {
        thiefs.unshare(carol.account());
      } else {
        new HostileMember(stolen, hers.id()).renew(saying("team", 0, falseSecret()));
      }
    }
    try (Drive again = fresh(alice);
        Drive carols = fresh(carol)) {
      assertThatThrownBy(() -> tree(again)).isInstanceOf(RosterByRemovedDevice.class);

      again.renew();

      assertThat(again.members().orElseThrow().members()).hasSize(3);
      assertAllIsAsItWas("/plan", "/his", "/after");
      assertThat(tree(carols)).containsOnlyKeys("/plan", "/his", "/after");
    }
  }

  /** It had written just before, as its list says, which the owner's must repeat. */
  @Test
  @Tag("A16")
  void whatARemovedDeviceSaysOfTheDriveIsNotTheWordOfTheOwnerWhoRepeatsIt() throws Exception {
    hers.share(alice.contact(BOB), Right.WRITE);
    hers.share(alice.contact(CAROL), Right.READ);
    bothWrite();
    hers.rename(new Name("team"));
    TestAccount stolen = bob.device(9, server.newLine(2));
    stolen.befriend("alice", alice);
    stolen.shows(carol);
    try (Drive thiefs = Drive.of(stolen, hers.id(), Clock.systemUTC())) {
      assertThat(tree(thiefs)).containsOnlyKeys("/plan", "/his", "/after");
      stolen.revoke(1);
      bob.rotate();
      write(thiefs, "/planted", noise(10, 6));
    }
    assertThat(hers.members().orElseThrow().number()).isEqualTo(3);
    try (Drive again = fresh(alice);
        Drive carols = fresh(carol)) {
      again.renew();

      assertAllIsAsItWas("/plan", "/his", "/after");
      assertThat(tree(carols)).containsOnlyKeys("/plan", "/his", "/after");
    }
  }

  /** The server refuses the root that would end it, so that one list after another repeats it. */
  @Test
  @Tag("A16")
  void noMatterHowOftenARemovedDevicesWordIsRepeatedItIsNobodysWord() throws Exception {
    hers.share(alice.contact(BOB), Right.OWN);
    hers.share(alice.contact(CAROL), Right.WRITE);
    bothWrite();
    TestAccount stolen = bob.device(9, server.newLine(2));
    stolen.befriend("alice", alice);
    stolen.shows(carol);
    try (Drive thiefs = Drive.of(stolen, hers.id(), Clock.systemUTC())) {
      assertThat(tree(thiefs)).containsOnlyKeys("/plan", "/his", "/after");
      stolen.revoke(1);
      bob.rotate();
      write(thiefs, "/planted", noise(10, 6));
      remove(thiefs, "/after");
      thiefs.rename(new Name("thiefs"));
      assertThat(thiefs.members().orElseThrow().root()).isEqualTo(thiefs.counts().number());
    }
    Interposer line = server.newLine();
    TestAccount refused = alice.forgetful().through(line);
    try (Drive again = Drive.of(refused, hers.id(), Clock.systemUTC())) {
      assertThatThrownBy(() -> tree(again)).isInstanceOf(RosterByRemovedDevice.class);
      line.setLine(
          method -> {
            if (method == VaultMethod.ROOT_MOVE) {
              throw new Refused(ErrorCode.QUOTA_EXCEEDED, "No space.");
            }
          });
      again.renew();
      again.rename(new Name("team"));
    }
    try (Drive carols = fresh(carol)) {
      assertThat(tree(carols)).containsOnlyKeys("/plan", "/his", "/after");
      write(carols, "/hers", noise(10, 7));
    }
    assertAllIsAsItWas("/plan", "/his", "/after", "/hers");
  }

  @Test
  @Tag("A30")
  void anOwnerTakesSomebodyOutAlsoWhereNobodyHasNamedARoot() throws Exception {
    try (Drive box = alices.create(new Name("box"))) {
      box.share(alice.contact(BOB), Right.WRITE);
      box.share(alice.contact(CAROL), Right.WRITE);
      TestAccount lost = bob.device(9, server.newLine(2));
      lost.befriend("alice", alice);
      lost.shows(carol);
      try (Drive carols = Drive.of(carol.forgetful(), box.id(), Clock.systemUTC());
          Drive other = Drive.of(lost, box.id(), Clock.systemUTC())) {
        write(carols, "/hers", noise(10, 4));
        write(other, "/its", noise(10, 5));
        new HostileMember(lost, box.id()).renew(saying("box", 0, falseSecret()));
        new HostileMember(bob, box.id()).plantRoot(true);
        lost.revoke(1);
        bob.rotate();
      }
      try (Drive again = Drive.of(alice.forgetful(), box.id(), Clock.systemUTC())) {
        assertThatThrownBy(() -> again.unshare(bob.account())).isInstanceOf(Untrusted.class);
        assertThat(again.members().orElseThrow().member(bob.account())).isEmpty();
      }
    }
  }

  @Test
  @Tag("A16")
  void whoLeavesMakesNewKeysBeforeIfADeviceWasRemoved() throws Exception {
    hers.share(alice.contact(BOB), Right.WRITE);
    bothWrite();
    TestAccount stolen = bob.device(9, server.newLine(2));
    stolen.befriend("alice", alice);
    Interposer line = server.newLine(2);
    TestAccount refused = bob.through(line);
    refused.befriend("alice", alice);
    try (Drive thiefs = Drive.of(stolen, hers.id(), Clock.systemUTC());
        Drive bobs = Drive.of(refused, hers.id(), Clock.systemUTC())) {
      assertThat(tree(bobs)).containsOnlyKeys("/plan", "/his", "/after");
      stolen.revoke(1);
      bob.rotate();
      refused.rotate();
      write(thiefs, "/planted", noise(10, 6));
      AtomicInteger lists = new AtomicInteger();
      line.setLine(
          method -> {
            if (method == VaultMethod.ROSTER_PUT && lists.getAndIncrement() == 0) {
              throw new Refused(ErrorCode.QUOTA_EXCEEDED, "No space.");
            }
          });
      assertThatThrownBy(bobs::leave).hasMessageContaining("needs new keys");
    }
    // One that has just asked for bob's account does so again after a while.
    try (Drive fresh = fresh(alice)) {
      assertThat(tree(fresh)).containsOnlyKeys("/plan", "/his", "/after");
    }
  }

  @Test
  @Tag("A16")
  void whatOthersWroteUponARemovedDevicesWorkCanBeHadBackForTheDays() throws Exception {
    MovedClock clock = new MovedClock();
    hers.share(alice.contact(BOB), Right.WRITE);
    alice.link(hers.counts());
    TestAccount lost = bob.device(9, server.newLine(2));
    lost.befriend("alice", alice);
    try (Drive other = Drive.of(lost, hers.id(), Clock.systemUTC())) {
      write(other, "/its", noise(10, 4));
    }
    write(hers, "/after", noise(300_000, 5));
    long number = hers.counts().number();
    lost.revoke(1);
    bob.rotate();

    // Nobody of bob's says how far the drive had come.
    try (Drive again = Drive.of(alice.forgetful(), hers.id(), clock)) {
      assertThat(tree(again)).containsOnlyKeys("/plan");
      var _ = again.sweep(Sweep.Wish.BY_ITSELF, () -> {});
      server.half().pass(Duration.ofHours(26));
      server.half().sweep();
      clock.move(Duration.ofDays(2));
      var _ = again.sweep(Sweep.Wish.BY_ITSELF, () -> {});

      again.goBack(number, true, true);

      assertThat(tree(again)).containsOnlyKeys("/plan", "/its", "/after");
      assertThat(read(again, "/after")).isEqualTo(noise(300_000, 5));
    }
  }

  @Test
  @Tag("A16")
  void noOwnerGoesOnFromAListOfARemovedDeviceBecauseTheNewestStateIsNone() throws Exception {
    TestAccount stolen = alice.device(9, server.newLine());
    stolen.befriend("bob", bob);
    try (Drive thiefs = Drive.of(stolen, hers.id(), Clock.systemUTC())) {
      assertThat(tree(thiefs)).containsOnlyKeys("/plan");
      stolen.revoke(1);
      alice.rotate();
      thiefs.share(stolen.contact(BOB), Right.READ);
    }
    Interposer line = server.newLine();
    line.showRoots(
        (number, honest) ->
            honest.map(got -> new VaultMessages.RootGot(got.number(), new byte[9], got.roster())));

    try (Drive fresh = Drive.of(alice.forgetful().through(line), hers.id(), Clock.systemUTC())) {
      assertThatThrownBy(() -> fresh.share(alice.contact(CAROL), Right.READ))
          .isInstanceOf(RootNotSigned.class);
    }
  }
}
