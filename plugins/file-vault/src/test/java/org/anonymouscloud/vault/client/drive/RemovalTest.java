package org.anonymouscloud.vault.client.drive;

import static org.anonymouscloud.vault.client.fixture.DriveFiles.noise;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.tree;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.anonymouscloud.core.account.ChainFloor;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.account.Head;
import org.anonymouscloud.core.account.ObjectId;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.plugin.AccountSession;
import org.anonymouscloud.core.plugin.Divergence;
import org.anonymouscloud.core.plugin.PastState;
import org.anonymouscloud.core.session.Call;
import org.anonymouscloud.core.wire.Cbor;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.Refused;
import org.anonymouscloud.vault.client.fixture.Impatience;
import org.anonymouscloud.vault.client.fixture.Interposer;
import org.anonymouscloud.vault.client.fixture.RawDrive;
import org.anonymouscloud.vault.client.fixture.TestAccount;
import org.anonymouscloud.vault.client.fixture.TestServer;
import org.anonymouscloud.vault.client.format.Pages;
import org.anonymouscloud.vault.client.format.Ref;
import org.anonymouscloud.vault.client.format.Root;
import org.anonymouscloud.vault.client.format.SignedRoot;
import org.anonymouscloud.vault.client.format.Trees;
import org.anonymouscloud.vault.client.remote.Untrusted;
import org.anonymouscloud.vault.client.remote.Untrusted.ChainForked;
import org.anonymouscloud.vault.client.remote.Untrusted.DataNotAuthentic;
import org.anonymouscloud.vault.client.remote.Untrusted.KeysNotGiven;
import org.anonymouscloud.vault.client.remote.Untrusted.NewestNotSound;
import org.anonymouscloud.vault.client.remote.Untrusted.NewestUnusable;
import org.anonymouscloud.vault.client.remote.Untrusted.NotAsNamed;
import org.anonymouscloud.vault.client.remote.Untrusted.NotAsOnceNamed;
import org.anonymouscloud.vault.client.remote.Untrusted.NothingNamed;
import org.anonymouscloud.vault.client.remote.Untrusted.RootNotSigned;
import org.anonymouscloud.vault.client.remote.Untrusted.RosterRolledBack;
import org.anonymouscloud.vault.client.space.Sweep;
import org.anonymouscloud.vault.client.store.AsOf;
import org.anonymouscloud.vault.client.store.History;
import org.anonymouscloud.vault.protocol.DriveId;
import org.anonymouscloud.vault.protocol.PackName;
import org.anonymouscloud.vault.protocol.RootHeader;
import org.anonymouscloud.vault.protocol.VaultMessages;
import org.anonymouscloud.vault.protocol.VaultMethod;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What heads in the account's chain do for a drive: a removed device and the server's owner
 * together write nothing, and who has no memory takes nothing older than the chain says.
 */
final class RemovalTest {
  @TempDir private Path folder;
  private TestServer server;
  private Interposer line;
  private TestAccount owner;
  private TestAccount lost;

  @BeforeEach
  void start() throws IOException {
    server = TestServer.start(folder.resolve("one"));
    line = server.line();
    owner = server.account();
    lost = owner.device(4, server.newLine());
    put(owner, "/first");
    put(lost, "/by the lost device, while it was one of us");
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private static Drive drive(AccountSession account) {
    return Drive.home(account, Clock.systemUTC(), Impatience.usual(), Pace.USUAL);
  }

  private static void put(AccountSession account, String path) throws IOException {
    try (Drive drive = drive(account)) {
      write(drive, path, noise(10, 1));
    }
  }

  private static Iterable<String> paths(AccountSession account) throws IOException {
    try (Drive drive = drive(account)) {
      return tree(drive).keySet();
    }
  }

  /** The link that removes the lost device, by the owner's first device. */
  private void removalLink() throws IOException {
    try (Drive drive = drive(owner)) {
      Head head = drive.head(Set.of(lost.device())).orElseThrow();
      lost.revoke(owner.generation() + 1);
      owner.rotate();
      owner.link(head);
    }
  }

  private List<String> begin(TestAccount account) throws IOException {
    try (Drive drive = drive(account)) {
      return drive.beginGeneration();
    }
  }

  @Test
  @Tag("A16")
  @Tag("S4.1")
  void whatARemovedDeviceAndTheServerPlantTogetherIsNeverShown() throws Exception {
    removalLink();
    // The server's owner takes what the removed device writes upon the state that it knows.
    put(lost, "/planted");
    put(lost, "/planted too");
    TestAccount newcomer = owner.device(5, server.newLine());

    List<String> notes = begin(owner);

    assertThat(paths(owner)).containsExactlyElementsOf(paths(newcomer)).doesNotContain("/planted");
    assertThat(paths(newcomer))
        .containsExactlyInAnyOrder("/by the lost device, while it was one of us", "/first");
    assertThat(notes).singleElement().asString().contains("2 times").contains("number 1");
    put(owner, "/after");
    assertThat(paths(newcomer)).contains("/after").doesNotContain("/planted");
  }

  @Test
  @Tag("A16")
  @Tag("S4.1")
  void aNewcomerIsShownThePlantedRootAloneAndDoesNotTakeIt() throws Exception {
    removalLink();
    begin(owner);
    put(owner, "/after");
    // The server hides what was written since the removal and shows what was planted in its place.
    try (TestServer past = TestServer.start(folder.resolve("two"))) {
      makeDrive(line, past);
      copy(line, 1, past);
      copy((Interposer) lost.link(), 1, past);
      put(lost.through(past.newLine()), "/planted");
      TestAccount newcomer = owner.device(5, past.newLine());

      try (Drive drive = drive(newcomer)) {
        Head head = drive.head(Set.of()).orElseThrow();
        assertThat(head.number()).isEqualTo(1);
        assertThat(drive.beginGeneration()).singleElement().asString().contains("once");
        assertThat(tree(drive)).hasSize(2).doesNotContainKey("/planted");
      }
      // And whoever has seen the true ones sees the fork.
      try (Drive drive = drive(owner.through(past.newLine()))) {
        assertThatThrownBy(drive::snapshot).isInstanceOf(RosterRolledBack.class);
      }
    }
  }

  /** Makes the drive on another server, as it was when it had no root. */
  private static void makeDrive(Interposer from, TestServer to) throws Exception {
    byte[] drive = RawDrive.home(to.account()).bytes();
    VaultMessages.RosterGot rosters =
        Cbor.decode(
            from.ask(
                VaultMethod.ROSTER_GET.toString(),
                Cbor.encode(new VaultMessages.RosterGet(drive, 0))),
            VaultMessages.RosterGot.class);
    VaultMessages.GrantGot grant =
        Cbor.decode(
            from.ask(
                VaultMethod.GRANT_GET.toString(),
                Cbor.encode(new VaultMessages.GrantGet(drive, 0))),
            VaultMessages.GrantGot.class);
    to.line()
        .ask(
            VaultMethod.DRIVE_CREATE.toString(),
            Cbor.encode(
                new VaultMessages.DriveCreate(rosters.rosters().getFirst(), grant.grant())));
  }

  /** Puts the first packs and the first roots that came over a line on another server. */
  private static void copy(Interposer from, int count, TestServer to) throws Exception {
    byte[] drive = RawDrive.home(to.account()).bytes();
    for (Map.Entry<String, byte[]> pack : from.packs().entrySet()) {
      byte[] put =
          Cbor.encode(
              new VaultMessages.PackPut(drive, pack.getKey(), pack.getValue().length, false));
      try (Call call = to.line().open(VaultMethod.PACK_PUT.toString(), put)) {
        try (OutputStream out = call.upload()) {
          out.write(pack.getValue());
        }
        call.answer();
      }
    }
    for (byte[] root : from.roots().subList(0, count)) {
      int number = to.line().roots().size();
      to.line()
          .ask(
              VaultMethod.ROOT_MOVE.toString(),
              Cbor.encode(
                  new VaultMessages.RootMove(
                      drive, number, root, new byte[0], new byte[0], false)));
    }
  }

  @Test
  @Tag("S4.1")
  void whatDevicesThatStayWroteWhileTheRemovalWasMadeIsKept() throws Exception {
    TestAccount other = owner.device(5, server.newLine());
    try (Drive drive = drive(owner)) {
      Head head = drive.head(Set.of()).orElseThrow();
      put(other, "/in between");
      put(lost, "/by the lost one");
      put(other, "/upon the lost one's");
      lost.revoke(1);
      owner.rotate();
      other.rotate();
      owner.link(head);
    }

    // The removal was cut here: the next device that stays finishes it.
    assertThat(paths(other))
        .contains("/first", "/in between")
        .doesNotContain("/by the lost one", "/upon the lost one's");
    assertThat(paths(owner)).containsExactlyElementsOf(paths(other));
    try (Drive drive = drive(owner)) {
      assertThat(drive.head(Set.of()).orElseThrow().number()).isEqualTo(5);
    }
  }

  @Test
  @Tag("S4.1")
  void aDriveThatWasEmptyAtTheRemovalStaysSo() throws Exception {
    try (TestServer fresh = TestServer.start(folder.resolve("fresh"))) {
      TestAccount first = fresh.account();
      TestAccount gone = first.device(4, fresh.newLine());
      try (Drive drive = drive(first)) {
        first.link(drive.head(Set.of()).orElseThrow());
      }
      gone.revoke(1);
      first.rotate();
      put(gone, "/planted");

      assertThat(paths(first)).isEmpty();
      assertThat(paths(first.device(5, fresh.newLine()))).isEmpty();
    }
  }

  @Test
  @Tag("S4.1")
  void aServerThatRefusesTheFirstRootOfAGenerationHidesNothing() throws Exception {
    removalLink();
    line.setLine(
        method -> {
          if (method == VaultMethod.ROOT_MOVE) {
            throw new Refused(ErrorCode.QUOTA_EXCEEDED, "There is no space.");
          }
        });
    assertThat(paths(owner)).contains("/first");
    assertThatThrownBy(() -> put(lost, "/planted")).isInstanceOf(KeysNotGiven.class);

    line.beHonest();
    put(owner, "/after");
    assertThat(paths(owner)).contains("/first", "/after").doesNotContain("/planted");
  }

  @Test
  @Tag("A24")
  @Tag("A23")
  @Tag("S4.2")
  void whoHasNoMemoryTakesNothingOlderThanTheChainSays() throws Exception {
    put(owner, "/newest");
    List<byte[]> roots = new ArrayList<>();
    for (int number = 0; number < 3; number++) {
      roots.add(root(number));
    }
    try (Drive drive = drive(owner)) {
      owner.link(drive.head(Set.of()).orElseThrow());
    }
    Interposer lying = server.newLine();
    assertThat(paths(owner.device(7, lying))).contains("/newest");

    for (int shown = 0; shown < 2; shown++) {
      int number = shown;
      lying.showRoots(
          (asked, honest) ->
              asked == VaultMessages.NEWEST
                  ? Optional.of(new VaultMessages.RootGot(number, roots.get(number), 0))
                  : honest);
      try (Drive drive = drive(owner.device(8 + shown, lying))) {
        assertThatThrownBy(drive::snapshot).isInstanceOf(NotAsNamed.class);
        assertThat(drive.head(Set.of())).as("a false drive keeps no device in").isEmpty();
      }
    }
    lying.showRoots((asked, honest) -> Optional.empty());
    try (Drive drive = drive(owner.device(12, lying))) {
      assertThatThrownBy(drive::snapshot).isInstanceOf(NotAsNamed.class);
    }
  }

  private byte[] root(long number) throws Exception {
    return Cbor.decode(
            line.ask(
                VaultMethod.ROOT_GET.toString(),
                Cbor.encode(
                    new VaultMessages.RootGet(RawDrive.home(server.account()).bytes(), number))),
            VaultMessages.RootGot.class)
        .root();
  }

  @Test
  @Tag("A23")
  @Tag("S4.2")
  void aForkShowsToBothSidesAsSoonAsOneLinkCrosses() throws Exception {
    try (TestServer elsewhere = TestServer.start(folder.resolve("two"))) {
      TestAccount apart = owner.device(7, elsewhere.newLine());
      put(apart, "/seen by one alone");
      put(apart, "/and by nobody else");
      put(apart, "/so far");
      put(owner, "/seen by the others");
      assertThat(paths(owner)).contains("/first");
      assertThat(paths(apart)).contains("/so far");

      try (Drive drive = drive(apart)) {
        owner.link(drive.head(Set.of()).orElseThrow());
      }

      for (TestAccount either : List.of(owner, owner.device(8, line))) {
        try (Drive drive = drive(either)) {
          assertThatThrownBy(drive::snapshot).isInstanceOf(NotAsNamed.class);
        }
      }
      assertThat(paths(apart)).contains("/so far");
    }
  }

  @Test
  @Tag("A13")
  @Tag("S4.2")
  void aRootThatNamesALinkWhichIsNotInTheChainIsRefused() throws Exception {
    assertThat(paths(owner)).contains("/first");
    try (TestServer fresh = TestServer.start(folder.resolve("fresh"))) {
      TestAccount first = fresh.account();
      put(first.inAnotherChain(fresh.newLine()), "/written with another chain");

      try (Drive drive = drive(first)) {
        assertThatThrownBy(drive::snapshot).hasCauseInstanceOf(ChainForked.class);
        assertThatThrownBy(() -> write(drive, "/more", noise(10, 1)))
            .hasCauseInstanceOf(ChainForked.class);
      }
    }
  }

  @Test
  @Tag("S4.1")
  void aThiefsWordOnHowFarTheDriveHasComeGoesWithIt() throws Exception {
    put(owner, "/before");
    ObjectId object = RawDrive.home(owner).object();
    for (Head lie :
        List.of(
            new Head(object, 1L << 60, Digest.sha256(new byte[] {1})),
            new Head(object, 2, Digest.sha256(new byte[] {2})))) {
      lost.link(lie);
      try (Drive drive = drive(owner)) {
        assertThatThrownBy(drive::snapshot)
            .isInstanceOf(NotAsNamed.class)
            .hasMessageContaining("device revoke " + lost.device());
      }
      try (Drive drive = drive(owner.device(9, server.newLine()))) {
        assertThat(drive.head(Set.of())).as("nobody repeats it").isEmpty();
      }
    }

    try (Drive drive = drive(owner)) {
      Head head = drive.head(Set.of(lost.device())).orElseThrow();
      assertThat(head.number()).isEqualTo(2);
      lost.revoke(1);
      owner.rotate();
      owner.link(head);
      assertThat(drive.beginGeneration()).singleElement().asString().contains("Its word counts");
    }
    put(owner, "/after");
    assertThat(paths(owner.device(10, server.newLine()))).contains("/before", "/after");
  }

  @Test
  @Tag("S4.1")
  @Tag("S4.2")
  void whoHasSeenNothingDoesNotDecideThatTheOthersLied() throws Exception {
    put(owner, "/newest");
    try (Drive drive = drive(owner)) {
      owner.link(drive.head(Set.of()).orElseThrow());
    }
    try (TestServer past = TestServer.start(folder.resolve("two"))) {
      makeDrive(line, past);
      copy(line, 1, past);
      copy((Interposer) lost.link(), 1, past);
      // It comes in by the recovery words, and all others go.
      TestAccount words = owner.device(11, past.newLine());
      try (Drive drive = drive(words)) {
        assertThat(drive.head(Set.of(owner.device(), lost.device()))).isEmpty();
      }
      owner.revoke(1);
      lost.revoke(1);
      words.rotate();

      try (Drive drive = drive(words)) {
        assertThatThrownBy(drive::snapshot).isInstanceOf(NotAsOnceNamed.class);
        Divergence shown = drive.divergence().orElseThrow();
        assertThat(shown.lost())
            .singleElement()
            .satisfies(lost -> assertThat(lost.head().number()).isEqualTo(2))
            .satisfies(lost -> assertThat(lost.time()).isEmpty());
        assertThat(shown.instead().flatMap(PastState::device)).contains(lost.device());
        drive.acceptRestored(shown);
      }
      assertThat(paths(words)).hasSize(2).doesNotContain("/newest");
      put(words, "/after");
      assertThat(paths(words)).hasSize(3);
    }
  }

  @Test
  @Tag("S4.1")
  @Tag("S4.2")
  void rubbishWhileTheAccountIsTakenOverHidesNothing() throws Exception {
    for (boolean named : new boolean[] {false, true}) {
      if (named) {
        try (Drive drive = drive(owner)) {
          owner.link(drive.head(Set.of()).orElseThrow());
        }
      }
      Interposer lying = server.newLine();
      TestAccount words = owner.device(named ? 11 : 12, lying);
      lying.showRoots(
          (asked, honest) ->
              honest.map(
                  got -> {
                    byte[] root = got.root().clone();
                    root[13] ^= 1;
                    return new VaultMessages.RootGot(got.number(), root, 0);
                  }));
      try (Drive drive = drive(words)) {
        Set<DeviceId> all = Set.copyOf(words.devices());
        if (named) {
          assertThat(drive.head(all)).isEmpty();
          // It has seen nothing, but was told: an older state is refused from now on.
          lying.showRoots(
              (asked, honest) -> asked == VaultMessages.NEWEST ? Optional.of(first()) : honest);
          assertThatThrownBy(drive::snapshot).isInstanceOf(NotAsOnceNamed.class);
        } else {
          assertThatThrownBy(() -> drive.head(all)).isInstanceOf(Untrusted.class);
        }
      }
    }
  }

  private VaultMessages.RootGot first() throws IOException {
    try {
      return new VaultMessages.RootGot(0, root(0), 0);
    } catch (Exception e) {
      throw new IOException(e);
    }
  }

  @Test
  @Tag("S4.1")
  void whatAThiefLeavesUnreadableIsLeftOutWhenItIsRemoved() throws Exception {
    put(owner, "/before");
    TestAccount newcomer = owner.device(12, server.newLine());
    assertThatThrownBy(() -> plant(3))
        .as("a server takes none of a generation that the drive does not have")
        .isInstanceOf(Refused.class);
    for (int kind = 0; kind < 3; kind++) {
      plant(kind);
      for (TestAccount one : List.of(owner, newcomer)) {
        try (Drive drive = drive(one)) {
          if (kind == 0) {
            assertThatThrownBy(drive::snapshot).isInstanceOf(RootNotSigned.class);
          } else {
            assertThatThrownBy(drive::snapshot)
                .isInstanceOf(NewestNotSound.class)
                .hasCauseInstanceOf(kind == 2 ? ChainForked.class : DataNotAuthentic.class)
                .hasMessageContaining("device revoke " + lost.device());
          }
        }
      }
    }

    removalLink();
    begin(owner);

    assertThat(paths(owner)).hasSize(3).contains("/before");
    newcomer.rotate();
    put(newcomer, "/after");
    assertThat(paths(owner.device(13, server.newLine()))).hasSize(4).contains("/after");
  }

  @Test
  @Tag("S4.1")
  void aThiefThatNamesItsOwnUnreadableRootBlocksNoTakeover() throws Exception {
    plant(1);
    ObjectId object = RawDrive.home(owner).object();
    lost.link(new Head(object, 2, Digest.sha256(root(2))));
    // It comes in by the recovery words, and all others go.
    TestAccount words = owner.device(11, server.newLine());

    try (Drive drive = drive(words)) {
      Head head = drive.head(Set.of(owner.device(), lost.device())).orElseThrow();
      assertThat(head.number()).isEqualTo(1);
      owner.revoke(1);
      lost.revoke(1);
      words.rotate();
      words.link(head);
    }

    assertThat(paths(words)).hasSize(2);
    put(words, "/after");
    assertThat(paths(words.device(12, server.newLine()))).hasSize(3);
  }

  @Test
  @Tag("A16")
  @Tag("S4.1")
  void ifNobodySaysHowFarTheDriveHadComeOnlyAPersonTakesWhatARemovedDeviceWrote() throws Exception {
    TestAccount memory = owner.device(5, server.newLine());
    assertThat(paths(memory)).hasSize(2);
    // Whoever removed the device could not say it.
    lost.revoke(1);
    owner.rotate();
    memory.rotate();
    put(lost, "/planted");

    for (int newcomer : new int[] {6, 7}) {
      try (Drive drive = drive(owner.device(newcomer, server.newLine()))) {
        assertThatThrownBy(drive::snapshot).isInstanceOf(NothingNamed.class);
        assertThat(drive.head(Set.of())).as("nobody vouches for it in a link").isEmpty();
      }
    }
    TestAccount trusting = owner.device(8, server.newLine());
    try (Drive drive = drive(trusting)) {
      Divergence shown = drive.divergence().orElseThrow();
      assertThat(shown.lost()).isEmpty();
      assertThat(shown.instead().orElseThrow().device()).contains(lost.device());
      assertThat(shown.instead().orElseThrow().head().number()).isEqualTo(2);
      assertThatThrownBy(drive::snapshot).as("shown is not yet accepted").isNotNull();
    }

    // Who has used the drive knows how far it had come, and leaves out what came later.
    assertThat(paths(memory)).hasSize(2).doesNotContain("/planted");
    assertThat(paths(owner.device(9, server.newLine()))).hasSize(2);
    try (Drive drive = drive(trusting)) {
      assertThat(drive.divergence()).as("now there is one of the newest generation").isEmpty();
    }
  }

  @Test
  @Tag("S4.1")
  void whatAPersonAcceptsWithoutAnyWordIsTheStateThatWasShown() throws Exception {
    lost.revoke(1);
    owner.rotate();
    TestAccount trusting = owner.device(8, server.newLine());
    try (Drive drive = drive(trusting)) {
      Divergence shown = drive.divergence().orElseThrow();
      put(lost, "/planted meanwhile");
      assertThatThrownBy(() -> drive.acceptRestored(shown)).hasMessageContaining("by now");
      assertThatThrownBy(drive::snapshot).isInstanceOf(NothingNamed.class);

      drive.acceptRestored(drive.divergence().orElseThrow());
      assertThat(tree(drive)).hasSize(3);
    }
  }

  @Test
  @Tag("S4.1")
  void aSoundRootOverPagesThatNobodyCanOpenIsGoneBackFrom() throws Exception {
    put(owner, "/before");
    TestAccount newcomer = owner.device(5, server.newLine());
    for (boolean removed : new boolean[] {false, true}) {
      plantUnreadableTree();
      if (removed) {
        removalLink();
        newcomer.rotate();
      }
      for (TestAccount one : List.of(owner, newcomer)) {
        try (Drive drive = drive(one)) {
          assertThatThrownBy(drive::snapshot)
              .isInstanceOf(NewestUnusable.class)
              .hasMessageContaining("device revoke " + lost.device())
              .hasMessageContaining("go-back");
          assertThatThrownBy(drive::batch).isInstanceOf(NewestUnusable.class);
        }
      }

      try (Drive drive = drive(owner)) {
        List<History.State> states = drive.history(Long.MAX_VALUE, 20);
        long good = -1;
        for (History.State state : states.reversed()) {
          good = drive.opens(state) ? state.signed().number() : good;
        }
        assertThat(good).isGreaterThanOrEqualTo(2);
        assertThatThrownBy(() -> drive.goBack(states.getFirst().signed().number(), true, false))
            .isInstanceOfSatisfying(
                StateRefused.class,
                e -> assertThat(e.reason()).isEqualTo(StateRefused.Reason.DOES_NOT_OPEN));
        assertThat(drive.goBack(good, false, false).made().number()).isGreaterThan(good);
        assertThat(tree(drive)).hasSize(3);
      }
      assertThat(paths(newcomer)).hasSize(3).contains("/before");
    }
    put(newcomer, "/after");
    assertThat(paths(owner.device(13, server.newLine()))).hasSize(4);
  }

  @Test
  @Tag("A16")
  @Tag("S4.1")
  void whatWasPlantedAfterTheRemovalIsMarkedForEverAndNotGoneBackToByItself() throws Exception {
    removalLink();
    put(lost, "/planted");
    // The server refuses the first root of the generation once, so that something else comes next.
    AtomicInteger refusals = new AtomicInteger();
    line.setLine(
        method -> {
          if (method == VaultMethod.ROOT_MOVE && refusals.getAndIncrement() == 0) {
            throw new Refused(ErrorCode.QUOTA_EXCEEDED, "There is no space.");
          }
        });
    try (Drive drive = drive(owner)) {
      Drive.WentBack done = drive.goBack(0, false, false);
      assertThat(done.before()).as("what counted, not what was planted").isNotEqualTo(2);
      assertThat(tree(drive)).hasSize(1);
      assertThat(drive.goBack(done.before(), false, false).made()).isNotNull();
      assertThat(tree(drive)).hasSize(2).doesNotContainKey("/planted");
    }
    put(owner, "/after");

    for (TestAccount one : List.of(owner, owner.device(14, server.newLine()))) {
      try (Drive drive = drive(one)) {
        assertThat(drive.history(Long.MAX_VALUE, 20))
            .filteredOn(state -> !state.counts())
            .extracting(state -> state.signed().number())
            .containsExactly(2L);
        assertThatThrownBy(() -> drive.goBack(2, false, false))
            .isInstanceOfSatisfying(
                StateRefused.class,
                e -> assertThat(e.reason()).isEqualTo(StateRefused.Reason.LEFT_OUT));
        assertThat(tree(drive)).doesNotContainKey("/planted");
      }
    }
  }

  @Test
  @Tag("S4.1")
  void whoHasSeenWhatIsLeftOutIsToldHowItComesBack() throws Exception {
    TestAccount other = owner.device(5, server.newLine());
    try (Drive drive = drive(owner)) {
      Head head = drive.head(Set.of()).orElseThrow();
      put(lost, "/by the lost one");
      put(other, "/upon the lost one's");
      lost.revoke(1);
      owner.rotate();
      owner.link(head);
      drive.beginGeneration();
    }
    other.rotate();

    try (Drive drive = drive(other)) {
      assertThat(drive.beginGeneration())
          .singleElement()
          .asString()
          .contains("anoncloud go-back --left-out 3");
      assertThat(tree(drive)).hasSize(2);
      drive.goBack(3, true, false);
      assertThat(tree(drive)).hasSize(4);
    }
  }

  @Test
  @Tag("S4.1")
  void whatIsLeftOutAndGivenBackIsAskedForByBothWordsAtOnce() throws Exception {
    try (Drive drive = drive(owner)) {
      Head head = drive.head(Set.of()).orElseThrow();
      put(lost, "/by the lost one");
      lost.revoke(1);
      owner.rotate();
      owner.link(head);
      drive.beginGeneration();
      put(owner, "/more");
      drive.retain(0, 0);
      var _ = drive.sweep(Sweep.Wish.BY_ITSELF, () -> {});

      for (boolean given : List.of(true, false)) {
        assertThatThrownBy(() -> drive.goBack(2, !given, given))
            .isInstanceOf(StateRefused.class)
            .hasMessageContaining("'anoncloud go-back --given-back --left-out 2'");
      }
      assertThatThrownBy(() -> drive.goBack(2, false, false))
          .hasMessageContaining("--given-back --left-out");
      assertThatThrownBy(() -> drive.snapshot(new AsOf.Number(2)))
          .hasMessageContaining("--given-back --left-out");
      assertThat(drive.goBack(2, true, true).made()).isNotNull();
      assertThat(tree(drive)).containsKey("/by the lost one");
    }
  }

  /** The lost device signs a root as it should, over a page that is not stored. */
  private void plantUnreadableTree() throws Exception {
    VaultMessages.RootGot got = newestRoot();
    RawDrive raw = RawDrive.of(lost);
    Ref nowhere =
        new Ref(PackName.random(), 0, 100, 0, got.number() + 1, Digest.sha256(new byte[] {4}));
    Root root = raw.root(got.number() + 1, new Pages(1, List.of(nowhere)));
    move(SignedRoot.seal(root, Digest.sha256(got.root()), raw.keys(), lost::sign).encode());
  }

  /** The lost device moves the root to one that nobody can use. */
  private void plant(int kind) throws Exception {
    VaultMessages.RootGot got = newestRoot();
    long number = got.number() + 1;
    Digest previous = Digest.sha256(got.root());
    int generation = kind == 3 ? 1 : 0;
    RootHeader header = new RootHeader(generation, number, lost.account(), lost.device(), previous);
    RawDrive raw = RawDrive.of(lost);
    DriveId id = raw.id();
    byte[] sealed = new byte[RootHeader.ROOT - RootHeader.ENCODED - SignedRoot.SIGNATURE];
    byte[] root;
    if (kind == 2) {
      Root stranger =
          new Root(
              id,
              number,
              lost.account(),
              lost.device(),
              Instant.EPOCH,
              Trees.NONE,
              raw.members().head(),
              new ChainFloor(1, Digest.sha256(new byte[] {3})),
              RootHeader.NOTHING);
      root = SignedRoot.seal(stranger, previous, raw.keys(), lost::sign).encode();
    } else {
      byte[] signature =
          kind == 0
              ? new byte[SignedRoot.SIGNATURE]
              : lost.sign(
                  SignedRoot.SIGNATURE_LABEL,
                  ByteBuffer.allocate(RootHeader.ENCODED + 16 + sealed.length)
                      .put(header.encode())
                      .put(id.bytes())
                      .put(sealed)
                      .array());
      root =
          ByteBuffer.allocate(RootHeader.ROOT)
              .put(header.encode())
              .put(signature)
              .put(sealed)
              .array();
    }
    move(root);
  }

  private VaultMessages.RootGot newestRoot() throws Exception {
    byte[] question =
        Cbor.encode(new VaultMessages.RootGet(RawDrive.home(lost).bytes(), VaultMessages.NEWEST));
    return Cbor.decode(
        lost.link().ask(VaultMethod.ROOT_GET.toString(), question), VaultMessages.RootGot.class);
  }

  private void move(byte[] root) throws Exception {
    long number = SignedRoot.decode(root).number();
    lost.link()
        .ask(
            VaultMethod.ROOT_MOVE.toString(),
            Cbor.encode(
                new VaultMessages.RootMove(
                    RawDrive.home(lost).bytes(), number, root, new byte[0], new byte[0], false)));
  }
}
