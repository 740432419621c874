package org.anonymouscloud.vault.client.drive;

import static org.anonymouscloud.vault.client.fixture.DriveFiles.hash;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.makeFolder;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.noise;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.read;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.remove;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.vault.client.fixture.MovedClock;
import org.anonymouscloud.vault.client.fixture.RawDrive;
import org.anonymouscloud.vault.client.fixture.StolenDevice;
import org.anonymouscloud.vault.client.fixture.TestServer;
import org.anonymouscloud.vault.client.format.Content;
import org.anonymouscloud.vault.client.format.Entry;
import org.anonymouscloud.vault.client.format.Hole;
import org.anonymouscloud.vault.client.format.ItemId;
import org.anonymouscloud.vault.client.format.Name;
import org.anonymouscloud.vault.client.format.Pages;
import org.anonymouscloud.vault.client.format.Ref;
import org.anonymouscloud.vault.client.format.Root;
import org.anonymouscloud.vault.client.format.Trees;
import org.anonymouscloud.vault.client.past.Versions;
import org.anonymouscloud.vault.client.remote.ServerRefused;
import org.anonymouscloud.vault.client.space.SpaceStuck;
import org.anonymouscloud.vault.client.space.Sweep;
import org.anonymouscloud.vault.client.space.Verification;
import org.anonymouscloud.vault.client.store.KnownRoot;
import org.anonymouscloud.vault.client.store.Roots;
import org.anonymouscloud.vault.client.tree.VaultPath;
import org.anonymouscloud.vault.protocol.PackName;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A device that may write, and is a thief's, makes trees of its own so that an honest device gives
 * back what is needed, gives back nothing, or takes damage for sound.
 */
final class ThiefOfSpaceTest {
  private static final int MIB = 1 << 20;

  private final MovedClock clock = new MovedClock();
  private final List<Drive> drives = new ArrayList<>();

  @TempDir private Path folder;
  private TestServer server;
  private Drive first;

  @BeforeEach
  void start() throws IOException {
    server = TestServer.start(folder);
    first = add(Drive.home(server.account(), clock));
  }

  @AfterEach
  void stop() {
    drives.forEach(Drive::close);
    server.close();
  }

  private Drive add(Drive drive) {
    drives.add(drive);
    return drive;
  }

  private Drive fresh() {
    return add(Drive.home(server.account().device(9, server.newLine()), clock));
  }

  private void pass(Duration time) {
    clock.move(time);
    server.half().pass(time);
    server.half().sweep();
  }

  private void sweepAll(boolean giveUp) throws IOException {
    Sweep.Wish wish = new Sweep.Wish(true, giveUp, false);
    for (int steps = 0; first.sweep(wish, () -> {}).more(); steps++) {
      assertThat(steps).as("it comes to an end").isLessThan(20);
    }
  }

  private Verification.Found verify(boolean full) throws IOException {
    Drive drive = fresh();
    return drive.verify(VaultPath.TOP, false, drive.verification(full, () -> {}));
  }

  private Roots roots() throws IOException {
    RawDrive raw = raw();
    return new Roots(raw.device(), raw.id(), raw.members(), raw.remote(), clock);
  }

  private RawDrive raw() throws IOException {
    return RawDrive.of(server.account().device(6, server.newLine()));
  }

  /** The thief puts these beside each other at the top, in the place of what is there. */
  private void plant(Entry... entries) throws IOException {
    Trees before = roots().newest().orElseThrow().trees();
    try (StolenDevice thief = thief()) {
      thief.plant(new Trees(thief.folder(thief.top(), entries), before.aside()));
    }
  }

  private StolenDevice thief() throws IOException {
    return new StolenDevice(server.account().device(5, server.newLine()), clock);
  }

  private void drop(PackName... packs) throws IOException {
    Roots roots = roots();
    Optional<KnownRoot> now = roots.newest();
    assertThat(roots.move(now, now.orElseThrow().trees(), List.of(), List.of(packs), true))
        .isTrue();
  }

  private Entry entry(String path) throws IOException {
    return first.snapshot().find(VaultPath.of(path)).orElseThrow();
  }

  private static Entry.File file(String name, long length, Ref... refs) {
    Content content = new Content(length, 0, List.of(refs));
    return new Entry.File(Name.of(name), ItemId.random(), Instant.EPOCH, false, 1, content);
  }

  /** The page of a folder stands as content of a file that comes before it. */
  @Test
  @Tag("A19")
  void aPageThatIsNamedAsContentIsMarkedWithAllBelowItAllTheSame() throws Exception {
    first.retain(0, 0);
    makeFolder(first, "/d");
    write(first, "/d/big", noise(3 * MIB, 1));
    Entry.Folder d = (Entry.Folder) entry("/d");
    Ref page = d.pages().top();
    plant(file("!x", page.length(), page), d);
    write(first, "/h", noise(5_000, 9));

    sweepAll(false);
    pass(Duration.ofHours(26));

    assertThat(read(fresh(), "/d/big")).isEqualTo(noise(3 * MIB, 1));
    assertThat(verify(true).damaged())
        .extracting(damaged -> damaged.path().toString())
        .containsExactly("/!x");
    drop(((Ref) ((Entry.File) entry("/d/big")).content().extents().getFirst()).pack());
    assertThat(verify(false).damaged())
        .extracting(damaged -> damaged.path().toString())
        .contains("/d/big");
  }

  @Test
  void aListWhosePackIsDroppedIsDamage() throws Exception {
    write(first, "/large", noise(16 * Ref.MAX_LENGTH, 1));
    write(first, "/z", noise(5_000, 2));
    drop(((Ref) ((Entry.File) entry("/large")).content().extents().getFirst()).pack());

    for (boolean full : List.of(false, true)) {
      assertThat(verify(full).damaged())
          .extracting(damaged -> damaged.path().toString())
          .containsExactly("/large");
    }
  }

  @Test
  @Tag("A36")
  void statesThatNeedAPackThatNeverWasAreGivenUpIfThatIsWished() throws Exception {
    first.retain(30, 52);
    write(first, "/f", noise(3 * MIB, 1));
    Entry before = entry("/f");
    plant(
        file("!x", 100, new Ref(PackName.random(), 0, 100, 0, 1, Digest.sha256(new byte[1]))),
        before);
    assertThatThrownBy(() -> sweepAll(true))
        .isInstanceOf(SpaceStuck.class)
        .hasMessageContaining("/!x");
    pass(Duration.ofDays(1));
    remove(first, "/!x");

    assertThatThrownBy(() -> sweepAll(false))
        .isInstanceOf(SpaceStuck.class)
        .hasMessageContaining("--give-up-unreadable");
    sweepAll(true);
    remove(first, "/f");
    pass(Duration.ofDays(400));
    write(first, "/g", noise(1_000, 2));
    sweepAll(false);
    assertThat(first.usage().used()).isLessThan(MIB);
  }

  @Test
  @Tag("A37")
  void whatAThiefDroppedComesBackAlthoughItFilledTheQuota() throws Exception {
    write(first, "/f", noise(20 * MIB, 1));
    server.half().setQuota(first.usage().used() + 8L * MIB);
    List<PackName> packs = new ArrayList<>();
    RawDrive raw = raw();
    raw.remote().list((name, length, lost) -> packs.add(name));
    drop(packs.toArray(PackName[]::new));
    List<PackName> junk = junk(raw);
    Roots roots = roots();
    Optional<KnownRoot> now = roots.newest();
    assertThat(roots.move(now, now.orElseThrow().trees(), junk, List.of(), true)).isTrue();

    sweepAll(false);
    pass(Duration.ofHours(26));

    assertThat(read(fresh(), "/f")).isEqualTo(noise(20 * MIB, 1));
  }

  /** As much as the quota lets in. */
  private static List<PackName> junk(RawDrive raw) throws IOException {
    List<PackName> junk = new ArrayList<>();
    for (int size = 16 * MIB; size >= 4_096; size /= 2) {
      byte[] bytes = noise(size, size);
      while (true) {
        PackName name = PackName.random();
        try {
          raw.remote().put(name, size, false, out -> out.write(bytes));
        } catch (ServerRefused e) {
          break;
        }
        junk.add(name);
      }
    }
    return junk;
  }

  @Test
  @Tag("A36")
  void aTreeDeeperThanAnyPathIsGoneThroughAndKept() throws Exception {
    first.retain(0, 0);
    write(first, "/g", noise(6_000, 3));
    write(first, "/waste", noise(3 * MIB, 4));
    Entry g = entry("/g");
    ItemId id = ItemId.random();
    Pages pages = Pages.NONE;
    try (StolenDevice thief = thief()) {
      for (int depth = 0; depth < 5_000; depth++) {
        ItemId above = ItemId.random();
        pages = thief.folder(above, new Entry.Folder(Name.of("a"), id, Instant.EPOCH, pages));
        id = above;
      }
      Trees before = roots().newest().orElseThrow().trees();
      Entry deep = new Entry.Folder(Name.of("a"), id, Instant.EPOCH, pages);
      thief.plant(new Trees(thief.folder(thief.top(), deep, g), before.aside()));
    }

    assertThat(verify(true).folders()).isGreaterThan(5_000);
    sweepAll(false);
    pass(Duration.ofHours(26));
    assertThat(verify(true).damaged()).isEmpty();
    assertThat(first.usage().used()).as("what is garbage goes").isLessThan(5_000 * 8_192L);
    assertThat(read(fresh(), "/g")).isEqualTo(noise(6_000, 3));
  }

  @Test
  @Tag("A36")
  void sumsOfWhatHolesClaimStayNumbers() throws Exception {
    Content longest =
        new Content(
            Content.MAX_LENGTH,
            Content.heightFor(Content.segments(Content.MAX_LENGTH)),
            List.of(Hole.ZEROS));
    write(first, "/g", noise(10, 3));
    List<Entry> folders = new ArrayList<>();
    try (StolenDevice thief = thief()) {
      for (int i = 0; i < 85; i++) {
        ItemId id = ItemId.random();
        List<Entry> files = new ArrayList<>();
        for (int j = 0; j < 100; j++) {
          Name name = Name.of("h%03d".formatted(j));
          files.add(new Entry.File(name, ItemId.random(), Instant.EPOCH, false, 1, longest));
        }
        Pages pages = thief.folder(id, files.toArray(Entry[]::new));
        folders.add(new Entry.Folder(Name.of("a%02d".formatted(i)), id, Instant.EPOCH, pages));
      }
      Trees before = roots().newest().orElseThrow().trees();
      thief.plant(
          new Trees(thief.folder(thief.top(), folders.toArray(Entry[]::new)), before.aside()));
    }

    assertThat(verify(true).bytes()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  @Tag("A19")
  void otherContentUnderTheSameVersionIsAChangeAndAVersion() throws Exception {
    for (int size : List.of(6_000, 6 * MIB)) {
      String path = "/file" + size;
      write(first, path, noise(size, 1));
      Root before = first.newestChange().orElseThrow();
      Entry.File then = (Entry.File) entry(path);
      write(first, path, noise(size, 2));
      Content other = ((Entry.File) entry(path)).content();
      List<Entry> rest = new ArrayList<>();
      if (size > 6_000) {
        rest.add(entry("/file6000"));
      }
      rest.add(
          new Entry.File(
              then.name(), then.id(), then.modified(), then.executable(), then.version(), other));
      Collections.sort(rest, (one, two) -> one.name().compareTo(two.name()));
      plant(rest.toArray(Entry[]::new));

      first.snapshot();
      Root now = first.newestChange().orElseThrow();
      assertThat(first.difference(Optional.of(before), now).next()).isNotNull();
      assertThat(hash(read(fresh(), path))).isEqualTo(hash(noise(size, 2)));
      assertThat(versions(path)).hasSize(3);
    }
  }

  /** Versions are counted on from where the drive went back to. */
  @Test
  void aVersionWhoseNumberIsUsedAgainAfterGoingBackIsStillShown() throws Exception {
    write(first, "/file", noise(6 * MIB, 1));
    long state = first.counts().number();
    write(first, "/file", noise(6 * MIB, 2));
    first.goBack(state, false, false);
    write(first, "/file", noise(6 * MIB, 3));

    // The first one twice, as it was there again.
    assertThat(versions("/file")).hasSize(4);
  }

  private List<?> versions(String path) throws IOException {
    return new Versions(fresh(), VaultPath.of(path), Optional.empty(), 1_000)
        .find(Long.MAX_VALUE, 100)
        .versions();
  }
}
