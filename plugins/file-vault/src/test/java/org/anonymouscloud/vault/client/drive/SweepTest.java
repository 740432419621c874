package org.anonymouscloud.vault.client.drive;

import static org.anonymouscloud.vault.client.fixture.DriveFiles.ANYWAY;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.discard;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.hash;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.makeFolder;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.noise;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.put;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.remove;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.restoreAll;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.trash;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.tree;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.vault.client.fixture.Impatience;
import org.anonymouscloud.vault.client.fixture.Interposer;
import org.anonymouscloud.vault.client.fixture.MovedClock;
import org.anonymouscloud.vault.client.fixture.RawDrive;
import org.anonymouscloud.vault.client.fixture.StolenDevice;
import org.anonymouscloud.vault.client.fixture.TestAccount;
import org.anonymouscloud.vault.client.fixture.TestServer;
import org.anonymouscloud.vault.client.format.Entry;
import org.anonymouscloud.vault.client.format.ItemId;
import org.anonymouscloud.vault.client.format.LinkTarget;
import org.anonymouscloud.vault.client.format.Name;
import org.anonymouscloud.vault.client.format.Page;
import org.anonymouscloud.vault.client.format.Pages;
import org.anonymouscloud.vault.client.format.Ref;
import org.anonymouscloud.vault.client.remote.ServerRefused;
import org.anonymouscloud.vault.client.remote.Untrusted;
import org.anonymouscloud.vault.client.remote.Untrusted.DataMissing;
import org.anonymouscloud.vault.client.space.GivenBackMeanwhile;
import org.anonymouscloud.vault.client.space.SpaceStuck;
import org.anonymouscloud.vault.client.space.Sweep;
import org.anonymouscloud.vault.client.store.AsOf;
import org.anonymouscloud.vault.client.store.Roots;
import org.anonymouscloud.vault.client.tree.VaultPath;
import org.anonymouscloud.vault.protocol.PackName;
import org.anonymouscloud.vault.protocol.VaultMessages;
import org.anonymouscloud.vault.protocol.VaultMethod;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What no state needs that is to stay is given back, and nothing else, whoever races or lies. */
final class SweepTest {
  private static final int MIB = 1 << 20;
  private static final byte[] OLD = noise(3 * MIB, 1);
  private static final byte[] NEW = noise(2 * MIB, 2);
  private static final Sweep.Wish TIGHT = new Sweep.Wish(true, false, false);

  private final MovedClock clock = new MovedClock();
  private final List<Drive> drives = new ArrayList<>();

  @TempDir private Path folder;
  private TestServer server;
  private Drive first;
  private Interposer otherLine;
  private Drive second;

  @BeforeEach
  void start() throws IOException {
    server = TestServer.start(folder);
    first = add(Drive.home(server.account(), clock));
    otherLine = server.newLine();
    second = add(Drive.home(server.account().device(2, otherLine), clock));
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

  /** As the drive is for a device that has read nothing before. */
  private SortedMap<String, String> everything() throws IOException {
    return tree(add(Drive.home(server.account().device(9, server.newLine()), clock)));
  }

  private void pass(Duration time) {
    clock.move(time);
    server.half().pass(time);
    server.half().sweep();
  }

  private static Sweep.Done sweep(Drive drive) throws IOException {
    return drive.sweep(TIGHT, () -> {});
  }

  private static void sweepAll(Drive drive) throws IOException {
    for (int steps = 0; sweep(drive).more(); steps++) {
      assertThat(steps).as("it comes to an end").isLessThan(20);
    }
  }

  private Snapshot at(Drive drive, Instant time) throws IOException {
    return drive.snapshot(new AsOf.Time(time));
  }

  @Test
  void whatGoesToTheTrashForAMoveThatRacesASweepIsThere() throws Exception {
    first.retain(0, 0);
    try (Batch batch = first.batch()) {
      put(batch, "/file", noise(1_000, 3));
      put(batch, "/garbage", OLD);
      put(batch, "/new", noise(1_000, 4));
      batch.commit();
    }
    remove(first, "/garbage");
    try (Batch late = first.batch()) {
      late.move(VaultPath.of("/new"), VaultPath.of("/file"), true);
      assertThat(sweep(second).sent()).as("the file moves to another pack").isPositive();
      late.commit();
    }
    pass(Duration.ofHours(25));

    restoreAll(second);

    assertThat(everything().values())
        .containsExactlyInAnyOrder(hash(noise(1_000, 3)), hash(noise(1_000, 4)));
  }

  @Test
  void whatWasRemovedIsGivenBackWhenItsDaysAreOver() throws Exception {
    write(first, "/stays", NEW);
    long before = first.usage().used();
    write(first, "/goes", OLD);
    Instant then = clock.instant();
    pass(Duration.ofDays(1));
    discard(first, "/goes");
    first.retain(30, 0);

    pass(Duration.ofDays(28));
    sweepAll(first);
    assertThat(first.usage().used()).as("all states stay").isGreaterThan(before + OLD.length);
    assertThat(at(first, then).find(VaultPath.of("/goes"))).isPresent();

    pass(Duration.ofDays(40));
    sweepAll(first);
    assertThat(first.usage().used()).isLessThan(before + 128 * 1024);
    assertThat(trash(first)).isEmpty();
    assertThat(everything()).containsOnlyKeys("/stays");
    assertThatThrownBy(() -> at(first, then)).isInstanceOf(StateRefused.class);

    assertThat(first.usage().held()).isPositive();
    pass(Duration.ofHours(26));
    assertThat(first.usage().held()).isZero();
    assertThat(everything()).containsEntry("/stays", hash(NEW));
  }

  @Test
  void theLastStateOfEachWeekStaysAndIsWhole() throws Exception {
    first.retain(0, 0);
    write(first, "/f", noise(100, 0));
    first.retain(7, 4);
    List<Instant> times = new ArrayList<>();
    for (int day = 0; day < 60; day++) {
      write(first, "/f", noise(5_000, day));
      times.add(clock.instant());
      pass(Duration.ofDays(1));
      if (day % 9 == 8) {
        sweepAll(first);
      }
    }
    sweepAll(first);
    pass(Duration.ofHours(26));

    Drive fresh = add(Drive.home(server.account().device(8, server.newLine()), clock));
    Instant now = clock.instant();
    int whole = 0;
    for (int day = 0; day < 60; day++) {
      Snapshot then;
      try {
        then = at(fresh, times.get(day));
      } catch (StateRefused e) {
        assertThat(times.get(day)).isBefore(now.minus(Duration.ofDays(27)));
        continue;
      }
      whole++;
      var out = new ByteArrayOutputStream();
      Entry.File file = then.file(VaultPath.of("/f"));
      then.read(file, 0, file.content().length(), out);
      if (times.get(day).isAfter(now.minus(Duration.ofDays(7)))) {
        assertThat(hash(out.toByteArray())).isEqualTo(hash(noise(5_000, day)));
      }
    }
    assertThat(whole).isBetween(7, 36);
    assertThat(fresh.kept().earlier()).hasSizeBetween(9, 15);
  }

  @Test
  void holesAndLinksStayWhatTheyAreWhenTheirPacksGo() throws Exception {
    first.retain(0, 0);
    byte[] sparse = new byte[12 * Ref.MAX_LENGTH + 7];
    Arrays.fill(sparse, 6 * Ref.MAX_LENGTH, 6 * Ref.MAX_LENGTH + 100, (byte) 1);
    try (Batch one = first.batch()) {
      one.write(
          VaultPath.of("/sparse"),
          new ByteArrayInputStream(sparse),
          new Attributes(clock.instant(), false, true),
          new Precondition.Anything());
      one.link(VaultPath.of("/link"), new LinkTarget("sparse"), clock.instant());
      put(one, "/goes", OLD);
      one.commit();
    }
    remove(first, "/goes");
    Ref before = list("/sparse");

    sweepAll(first);

    assertThat(list("/sparse").pack()).as("it was packed anew").isNotEqualTo(before.pack());
    assertThat(everything())
        .containsOnly(Map.entry("/sparse", hash(sparse)), Map.entry("/link", "-> sparse"));
    assertThat(first.usage().used()).isLessThan(2 * MIB + MIB / 2);
  }

  private Ref list(String path) throws IOException {
    return (Ref) first.snapshot().file(VaultPath.of(path)).content().extents().getFirst();
  }

  @Test
  void halfEmptyPacksArePackedAnewUntilLittleIsWasted() throws Exception {
    first.retain(0, 0);
    Random random = new Random(7);
    long left = 0;
    for (int batch = 0; batch < 12; batch++) {
      try (Batch one = first.batch()) {
        for (int i = 0; i < 12; i++) {
          int size = random.nextInt(8) == 0 ? random.nextInt(3 * MIB) : random.nextInt(300_000);
          put(one, "/" + batch + "-" + i, noise(size, 31L * batch + i));
          left += i % 3 == 0 ? size : 0;
        }
        one.commit();
      }
    }
    for (int batch = 0; batch < 12; batch++) {
      for (int i = 0; i < 12; i++) {
        if (i % 3 != 0) {
          remove(first, "/" + batch + "-" + i);
        }
      }
    }
    SortedMap<String, String> before = tree(first);

    sweepAll(first);
    long roots = (first.counts().number() + 1) * 534L;
    VaultMessages.Usage usage = first.usage();
    System.out.println("left " + left + " used " + usage.drive() + " packs " + usage.packs());
    assertThat(usage.drive() - roots).isLessThan(left * 11 / 10);
    pass(Duration.ofHours(26));
    assertThat(everything()).isEqualTo(before);
    Sweep.Done again = sweep(first);
    assertThat(again.more()).as("it comes to an end").isFalse();
    assertThat(again.packs()).isZero();
  }

  @Test
  void whatABatchTakesOverComesBackIfItWasGivenBackMeanwhile() throws Exception {
    first.retain(0, 0);
    write(first, "/f", OLD);
    makeFolder(first, "/d");
    write(first, "/d/g", NEW);
    byte[] longer = Arrays.copyOf(OLD, OLD.length + 10);
    try (Batch late = second.batch()) {
      late.copy(VaultPath.of("/d"), VaultPath.of("/e"), true, false, (path, why) -> {});
      late.copy(VaultPath.of("/f"), VaultPath.of("/h"), false, false, (path, why) -> {});
      remove(first, "/d");
      remove(first, "/f");
      sweepAll(first);
      late.commit();
    }
    try (Batch late = second.batch()) {
      put(late, "/h", longer);
      remove(first, "/h");
      sweepAll(first);
      late.commit();
    }

    pass(Duration.ofHours(30));
    assertThat(everything()).containsEntry("/h", hash(longer)).containsEntry("/e/g", hash(NEW));
    sweepAll(second);
    pass(Duration.ofHours(30));
    assertThat(everything()).containsEntry("/h", hash(longer)).containsEntry("/e/g", hash(NEW));
  }

  @Test
  void whatIsBroughtBackFromAStateThatIsDroppedMeanwhileStays() throws Exception {
    makeFolder(first, "/d");
    write(first, "/d/f", OLD);
    Instant then = clock.instant();
    pass(Duration.ofDays(2));
    remove(first, "/d");
    write(first, "/g", NEW);
    pass(Duration.ofDays(2));
    Snapshot earlier = at(second, then);
    // The space is given back before the change begins, or while it is made.
    first.retain(1, 0);
    sweepAll(first);
    try (Batch late = second.batch()) {
      late.bringBack(earlier, VaultPath.of("/d"), VaultPath.of("/d"), (path, why) -> {});
      late.commit();
    }

    pass(Duration.ofHours(30));
    assertThat(everything()).containsEntry("/d/f", hash(OLD)).containsEntry("/g", hash(NEW));
  }

  @Test
  void whatIsGoneForGoodIsNotTakenOver() throws Exception {
    first.retain(0, 0);
    write(first, "/f", OLD);
    write(first, "/other", NEW);
    try (Batch late = second.batch()) {
      late.copy(VaultPath.of("/f"), VaultPath.of("/h"), false, false, (path, why) -> {});
      remove(first, "/f");
      sweepAll(first);
      pass(Duration.ofHours(30));
      assertThatThrownBy(late::commit)
          .isInstanceOf(GivenBackMeanwhile.class)
          .hasMessageContaining("repeat");
    }

    assertThat(everything()).containsOnlyKeys("/other");
  }

  @Test
  void whatADeviceWithAClockThatIsBehindHasRemovedAndChangedStaysForTheDays() throws Exception {
    write(first, "/f", OLD);
    write(first, "/g", OLD);
    sweepAll(first);
    MovedClock behind = new MovedClock();
    behind.move(Duration.ofDays(-7_300));
    try (Drive board = Drive.home(server.account().device(4, server.newLine()), behind)) {
      write(board, "/f", NEW);
      write(board, "/f", noise(70_000, 77));
      discard(board, "/g");
    }
    pass(Duration.ofDays(2));
    write(first, "/h", NEW);
    long number = first.counts().number();
    sweepAll(first);

    assertThat(trash(first)).isNotEmpty();
    for (long made = number - 3; made < number; made++) {
      assertThat(first.snapshot(new AsOf.Number(made)).state()).as("state %s", made).isPresent();
    }
    restoreAll(first);
    assertThat(everything()).containsEntry("/g", hash(OLD));

    discard(first, "/g");
    pass(Duration.ofDays(100));
    sweepAll(first);
    assertThat(trash(first)).as("nothing stays for ever").isEmpty();
  }

  @Test
  void whatALongUploadHasSecuredStaysThroughASweep() throws Exception {
    Pace securing = new Pace(1L << 40, Duration.ofHours(1), 10_000, 1);
    Drive slow =
        add(
            Drive.home(
                server.account().device(3, server.newLine()), clock, Impatience.usual(), securing));
    first.retain(0, 0);
    write(first, "/other", NEW);
    byte[] large = noise(70 * MIB, 5);
    AtomicLong met = new AtomicLong();
    long packs = first.usage().packs();
    InputStream content =
        new ByteArrayInputStream(large) {
          @Override
          public synchronized int read(byte[] target, int offset, int length) {
            try {
              if (pos == 34 * Ref.MAX_LENGTH) {
                // Two packs are full; they are named before the next segment.
                while (first.usage().packs() < packs + 2) {
                  Thread.onSpinWait();
                }
              } else if (pos == 36 * Ref.MAX_LENGTH) {
                // The roots that name the packs may still be on their way.
                while (met.get() <= 16 * MIB) {
                  sweepAll(first);
                  met.set(first.usage().held());
                }
              }
            } catch (IOException e) {
              throw new AssertionError(e);
            }
            return super.read(target, offset, length);
          }
        };
    try (Batch batch = slow.batch()) {
      batch.write(VaultPath.of("/large"), content, new Attributes(clock.instant(), false), ANYWAY);
      batch.commit();
    }

    pass(Duration.ofHours(30));
    assertThat(everything()).containsEntry("/large", hash(large));
  }

  @Test
  void aSweepThatLosesTheRaceDropsNothingThatTheWinnerNeeds() throws Exception {
    first.retain(0, 0);
    write(first, "/f", OLD);
    write(first, "/g", NEW);
    AtomicInteger races = new AtomicInteger();
    server
        .line()
        .setLine(
            method -> {
              if (method == VaultMethod.ROOT_MOVE && races.getAndIncrement() < 2) {
                server.line().beHonest();
                write(second, "/w", noise(300_000, 3));
                try (Batch batch = second.batch()) {
                  batch.copy(
                      VaultPath.of("/g"), VaultPath.of("/c"), false, false, (path, why) -> {});
                  batch.commit();
                }
              }
            });
    remove(second, "/f");

    sweepAll(first);

    assertThat(races.get()).isPositive();
    pass(Duration.ofHours(30));
    assertThat(everything()).containsOnlyKeys("/g", "/w", "/c").containsEntry("/c", hash(NEW));
  }

  @Test
  void aSweepThatIsCutHasLostNothingAndGoesOnAnotherTime() throws Exception {
    first.retain(0, 0);
    write(first, "/f", OLD);
    write(first, "/g", NEW);
    remove(first, "/f");
    SortedMap<String, String> before = tree(first);
    int cuts = 0;
    while (isCut(cuts)) {
      assertThat(tree(first)).isEqualTo(before);
      cuts++;
    }
    assertThat(cuts).isGreaterThan(10);
    sweepAll(first);

    pass(Duration.ofHours(30));
    assertThat(everything()).isEqualTo(before);
    assertThat(first.usage().drive()).isLessThan(NEW.length + 3 * MIB);
  }

  /** Whether a sweep is cut after so many of its steps. */
  private boolean isCut(int after) throws IOException {
    AtomicInteger left = new AtomicInteger(after);
    try {
      first.sweep(
          TIGHT,
          () -> {
            if (left.getAndDecrement() == 0) {
              throw new InterruptedIOException("cut");
            }
          });
      return false;
    } catch (InterruptedIOException e) {
      return true;
    }
  }

  @Test
  void whoMayOnlyLookIsToldWhatWouldBeDone() throws Exception {
    first.retain(0, 0);
    write(first, "/f", OLD);
    write(first, "/g", NEW);
    remove(first, "/f");
    long number = first.counts().number();

    Sweep.Done would = first.sweep(new Sweep.Wish(true, false, true), () -> {});

    assertThat(would.bytes()).isGreaterThan(OLD.length);
    assertThat(first.counts().number()).isEqualTo(number);
    assertThat(first.usage().held()).isZero();
  }

  @Test
  @Tag("A20")
  void aListThatLacksWhatIsNeededStopsTheSweep() throws Exception {
    first.retain(0, 0);
    write(first, "/f", OLD);
    write(first, "/g", NEW);
    remove(first, "/f");
    server.line().showLists(honest -> new VaultMessages.PackListed(new byte[0], false));
    AtomicBoolean moves = new AtomicBoolean();
    server.line().setLine(method -> moves.compareAndSet(false, method == VaultMethod.PACK_DROP));

    // The server holds the packs all the same, so naming them again helps nothing.
    assertThatThrownBy(() -> sweep(first)).isInstanceOf(IOException.class);
    assertThat(first.usage().held()).as("nothing was dropped").isZero();

    server.line().beHonest();
    sweepAll(first);
    pass(Duration.ofHours(30));
    assertThat(everything()).containsOnlyKeys("/g");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  @Tag("A20")
  void aServerThatKeepsPacksBackFromTheListIsFoundOutWithoutARootAfterAnother(boolean holding)
      throws Exception {
    first.retain(0, 0);
    write(first, "/f", OLD);
    write(first, "/g", NEW);
    if (holding) {
      // Something is held, as if the packs had been dropped.
      remove(first, "/f");
      sweepAll(first);
      assertThat(first.usage().held()).isPositive();
    }
    long newest = first.counts().number();
    server.line().showLists(honest -> new VaultMessages.PackListed(new byte[0], false));

    assertThatThrownBy(() -> sweep(first))
        .isInstanceOf(SpaceStuck.class)
        .hasCauseInstanceOf(DataMissing.class);

    assertThat(first.counts().number()).isEqualTo(newest + (holding ? 1 : 0));
    server.line().beHonest();
    sweepAll(first);
    assertThat(everything()).containsKey("/g");
  }

  @Test
  @Tag("A20")
  void aListOfPacksThatNobodyPutEndsInNothing() throws Exception {
    first.retain(0, 0);
    write(first, "/f", OLD);
    server
        .line()
        .showLists(
            honest -> {
              byte[] more = Arrays.copyOf(honest.packs(), honest.packs().length + 18 * 500);
              for (int at = honest.packs().length; at < more.length; at += 18) {
                System.arraycopy(PackName.random().encode(), 0, more, at, 17);
                more[at + 17] = 24;
              }
              return new VaultMessages.PackListed(more, honest.more());
            });

    assertThatThrownBy(() -> sweep(first))
        .isInstanceOfSatisfying(
            ServerRefused.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_FOUND));

    server.line().beHonest();
    assertThat(everything()).containsOnlyKeys("/f");
  }

  @Test
  @Tag("A36")
  void aListWithoutAnEndOrWithNonsenseIsRefused() throws Exception {
    write(first, "/f", OLD);
    server.line().showLists(honest -> new VaultMessages.PackListed(new byte[0], true));
    assertThatThrownBy(() -> sweep(first)).isInstanceOf(Untrusted.class);
    for (int length : new int[] {1, 17, 19}) {
      server.line().showLists(honest -> new VaultMessages.PackListed(new byte[length], false));
      assertThatThrownBy(() -> sweep(first)).isInstanceOf(Untrusted.class);
    }
    for (int exponent : new int[] {0, 11, 25, 31, -1}) {
      server
          .line()
          .showLists(
              honest -> {
                honest.packs()[17] = (byte) exponent;
                return honest;
              });
      assertThatThrownBy(() -> sweep(first)).isInstanceOf(Untrusted.class);
    }
  }

  @Test
  void whatAThiefHasDroppedIsKeptAgainIfItIsStillThere() throws Exception {
    write(first, "/f", OLD);
    PackName pack =
        ((Ref) first.snapshot().file(VaultPath.of("/f")).content().extents().getFirst()).pack();
    TestAccount thief = server.account().device(5, server.newLine());
    RawDrive raw = RawDrive.of(thief);
    Roots roots = new Roots(thief, raw.id(), raw.members(), raw.remote(), clock);
    var newest = roots.newest();
    assertThat(roots.move(newest, newest.orElseThrow().trees(), List.of(), List.of(pack), true))
        .isTrue();

    sweepAll(first);
    pass(Duration.ofHours(30));

    assertThat(everything()).containsEntry("/f", hash(OLD));
  }

  @Test
  @Tag("A20")
  void aKeptStateThatTheServerHoldsBackStopsTheSweepUntilAPersonGivesItUp() throws Exception {
    first.retain(30, 0);
    makeFolder(first, "/d");
    write(first, "/d/f", OLD);
    remove(first, "/d");
    write(first, "/g", NEW);
    PackName gone = packOf(first, "/d", first.counts().number() - 2);
    pass(Duration.ofDays(3));
    Drive fresh = add(Drive.home(server.account().device(4, otherLine), clock));
    otherLine.showPacks(
        (get, honest) -> get.name().equals(gone.text()) ? new byte[honest.length] : honest);

    assertThatThrownBy(() -> sweep(fresh))
        .isInstanceOf(SpaceStuck.class)
        .hasMessageContaining("--give-up-unreadable");
    assertThat(fresh.usage().held()).isZero();

    Sweep.Done done = fresh.sweep(new Sweep.Wish(true, true, false), () -> {});
    assertThat(done.givenUp()).isNotEmpty();
    assertThat(everything()).containsOnlyKeys("/g");
  }

  private static PackName packOf(Drive drive, String folder, long state) throws IOException {
    Snapshot then = drive.snapshot(new AsOf.Number(state));
    return ((Entry.Folder) then.find(VaultPath.of(folder)).orElseThrow()).pages().top().pack();
  }

  @Test
  void aPageThatMakesNoSenseDoesNotKeepTheRestFromBeingGivenBack() throws Exception {
    first.retain(0, 0);
    write(first, "/f", OLD);
    remove(first, "/f");
    try (StolenDevice thief = new StolenDevice(server.account().device(5, server.newLine()))) {
      Entry entry = new Entry.Folder(Name.of("a"), ItemId.random(), clock.instant(), Pages.NONE);
      Ref leaf = thief.page(thief.top(), new Page.Leaf(List.of(entry)));
      Page wrong = new Page.Inner(2, List.of(new Page.Child(Name.of("b"), leaf)));
      thief.plant(new Pages(2, List.of(thief.page(thief.top(), wrong))));
    }
    // The thief has forgotten what was said of the states as well.
    first.retain(0, 0);

    sweepAll(first);

    assertThat(first.usage().drive()).isLessThan(MIB);
  }
}
