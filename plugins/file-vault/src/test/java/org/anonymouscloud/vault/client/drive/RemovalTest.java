package org.anonymouscloud.vault.client.drive;

import static org.anonymouscloud.vault.client.fixture.DriveFiles.noise;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.tree;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.anonymouscloud.core.account.Head;
import org.anonymouscloud.core.plugin.AccountSession;
import org.anonymouscloud.core.session.Call;
import org.anonymouscloud.core.wire.Cbor;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.Refused;
import org.anonymouscloud.vault.client.fixture.Impatience;
import org.anonymouscloud.vault.client.fixture.Interposer;
import org.anonymouscloud.vault.client.fixture.TestAccount;
import org.anonymouscloud.vault.client.fixture.TestServer;
import org.anonymouscloud.vault.client.store.Untrusted.ChainForked;
import org.anonymouscloud.vault.client.store.Untrusted.RootForked;
import org.anonymouscloud.vault.client.store.Untrusted.RootRolledBack;
import org.anonymouscloud.vault.protocol.Messages;
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
    return new Drive(account, Clock.systemUTC(), Impatience.usual(), Pace.USUAL);
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
      Head head = drive.head();
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
      copy(line, 1, past);
      copy((Interposer) lost.link(), 1, past);
      put(lost.through(past.newLine()), "/planted");
      TestAccount newcomer = owner.device(5, past.newLine());

      try (Drive drive = drive(newcomer)) {
        Head head = drive.head();
        assertThat(head.number()).isEqualTo(1);
        assertThat(drive.beginGeneration()).singleElement().asString().contains("once");
        assertThat(tree(drive)).hasSize(2).doesNotContainKey("/planted");
      }
      // And whoever has seen the true ones sees the fork.
      try (Drive drive = drive(owner.through(past.newLine()))) {
        assertThatThrownBy(drive::snapshot).isInstanceOf(RootForked.class);
      }
    }
  }

  /** Puts the first packs and the first roots that came over a line on a server. */
  private static void copy(Interposer from, int count, TestServer to) throws Exception {
    for (Map.Entry<String, byte[]> pack : from.packs().entrySet()) {
      byte[] put = Cbor.encode(new Messages.PackPut(pack.getKey(), pack.getValue().length, false));
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
              Cbor.encode(new Messages.RootMove(number, root, new byte[0], new byte[0], false)));
    }
  }

  @Test
  @Tag("S4.1")
  void whatDevicesThatStayWroteWhileTheRemovalWasMadeIsKept() throws Exception {
    TestAccount other = owner.device(5, server.newLine());
    try (Drive drive = drive(owner)) {
      Head head = drive.head();
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
      assertThat(drive.head().number()).isEqualTo(5);
    }
  }

  @Test
  @Tag("S4.1")
  void aDriveThatWasEmptyAtTheRemovalStaysSo() throws Exception {
    try (TestServer fresh = TestServer.start(folder.resolve("fresh"))) {
      TestAccount first = fresh.account();
      TestAccount gone = first.device(4, fresh.newLine());
      try (Drive drive = drive(first)) {
        first.link(drive.head());
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
    put(lost, "/planted");
    assertThat(paths(owner)).contains("/first").doesNotContain("/planted");

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
      owner.link(drive.head());
    }
    Interposer lying = server.newLine();
    assertThat(paths(owner.device(7, lying))).contains("/newest");

    for (int shown = 0; shown < 2; shown++) {
      int number = shown;
      lying.showRoots(
          (asked, honest) ->
              asked == Messages.NEWEST
                  ? Optional.of(new Messages.RootGot(number, roots.get(number)))
                  : honest);
      try (Drive drive = drive(owner.device(8 + shown, lying))) {
        assertThatThrownBy(drive::snapshot).isInstanceOf(RootRolledBack.class);
        assertThat(drive.head().number()).as("a false drive keeps no device in").isEqualTo(2);
      }
    }
    lying.showRoots((asked, honest) -> Optional.empty());
    try (Drive drive = drive(owner.device(12, lying))) {
      assertThatThrownBy(drive::snapshot).isInstanceOf(RootRolledBack.class);
    }
  }

  private byte[] root(long number) throws Exception {
    return Cbor.decode(
            line.ask(VaultMethod.ROOT_GET.toString(), Cbor.encode(new Messages.RootGet(number))),
            Messages.RootGot.class)
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
        owner.link(drive.head());
      }

      for (TestAccount either : List.of(owner, owner.device(8, line))) {
        try (Drive drive = drive(either)) {
          assertThatThrownBy(drive::snapshot).isInstanceOf(RootForked.class);
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
        assertThatThrownBy(drive::snapshot).isInstanceOf(ChainForked.class);
        assertThatThrownBy(() -> write(drive, "/more", noise(10, 1)))
            .isInstanceOf(ChainForked.class);
      }
    }
  }
}
