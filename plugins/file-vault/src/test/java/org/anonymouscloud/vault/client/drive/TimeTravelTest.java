package org.anonymouscloud.vault.client.drive;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.ANYWAY;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.discard;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.makeFolder;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.move;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.read;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.trash;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.tree;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.walk;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.SortedSet;
import java.util.TreeSet;
import org.anonymouscloud.core.plugin.ShownTime;
import org.anonymouscloud.vault.client.content.Step;
import org.anonymouscloud.vault.client.drive.StateRefused.Reason;
import org.anonymouscloud.vault.client.fixture.DriveFiles;
import org.anonymouscloud.vault.client.fixture.Interposer;
import org.anonymouscloud.vault.client.fixture.MovedClock;
import org.anonymouscloud.vault.client.fixture.StolenDevice;
import org.anonymouscloud.vault.client.fixture.TestServer;
import org.anonymouscloud.vault.client.format.Entry;
import org.anonymouscloud.vault.client.format.KeptStates;
import org.anonymouscloud.vault.client.past.Version;
import org.anonymouscloud.vault.client.past.Versions;
import org.anonymouscloud.vault.client.remote.Untrusted;
import org.anonymouscloud.vault.client.remote.Untrusted.StatesUnreadable;
import org.anonymouscloud.vault.client.store.AsOf;
import org.anonymouscloud.vault.client.store.States;
import org.anonymouscloud.vault.client.tree.Cursor;
import org.anonymouscloud.vault.client.tree.PathRefused;
import org.anonymouscloud.vault.client.tree.TreeDiff;
import org.anonymouscloud.vault.client.tree.Unread;
import org.anonymouscloud.vault.client.tree.VaultPath;
import org.anonymouscloud.vault.protocol.VaultMessages;
import org.anonymouscloud.vault.protocol.VaultMethod;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the drive was: as of a time, in the state of a number, and back from there. */
final class TimeTravelTest {
  private static final Unread NONE =
      (path, why) -> {
        throw new AssertionError(path + ": " + why);
      };

  @TempDir private Path folder;
  private final MovedClock clock = new MovedClock();
  private TestServer server;
  private Drive drive;

  @BeforeEach
  void start() throws IOException {
    server = TestServer.start(folder);
    drive = Drive.home(server.account(), clock);
  }

  @AfterEach
  void stop() {
    drive.close();
    server.close();
  }

  private static VaultPath path(String text) {
    return VaultPath.of(text);
  }

  /** Writes a file in a state of its own, an hour after the last. */
  private Instant put(String path, String content) throws IOException {
    clock.move(Duration.ofHours(1));
    write(drive, path, content.getBytes(UTF_8));
    return drive.snapshot().state().orElseThrow().since();
  }

  private static SortedSet<String> names(Snapshot snapshot) throws IOException {
    SortedSet<String> names = new TreeSet<>();
    Cursor<Step.Begin> all = walk(snapshot, VaultPath.TOP);
    for (Step.Begin next = all.next(); next != null; next = all.next()) {
      names.add(next.path().toString());
    }
    return names;
  }

  private Snapshot at(Instant time) throws IOException {
    return drive.snapshot(new AsOf.Time(time));
  }

  private Snapshot at(long number) throws IOException {
    return drive.snapshot(new AsOf.Number(number));
  }

  private void assertRefused(Reason reason, AsOf asOf) {
    assertThatExceptionOfType(StateRefused.class)
        .isThrownBy(() -> drive.snapshot(asOf))
        .matches(refused -> refused.reason() == reason, reason.toString());
  }

  private List<Long> numbers() throws IOException {
    States states = drive.states().orElseThrow();
    List<Long> numbers = new ArrayList<>();
    for (Optional<States.State> next = states.older(); next.isPresent(); next = states.older()) {
      numbers.add(next.get().number());
    }
    return numbers;
  }

  @Test
  void eachStateIsFoundByItsNumberAndByEveryTimeUntilTheNext() throws Exception {
    int count = 70;
    List<Instant> times = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      times.add(put("/file " + i, "x"));
    }
    clock.move(Duration.ofHours(1));
    for (int i = 0; i < count; i++) {
      assertThat(names(at(i))).as("number %d", i).hasSize(i + 1);
      assertThat(names(at(times.get(i)))).as("time %d", i).hasSize(i + 1);
      assertThat(names(at(times.get(i).plusSeconds(3_000)))).hasSize(i + 1);
    }
    assertThat(names(at(clock.instant().plusSeconds(59)))).hasSize(count);
    assertRefused(Reason.TO_COME, new AsOf.Time(clock.instant().plusSeconds(61)));
    assertRefused(Reason.TO_COME, new AsOf.Time(Instant.MAX));
    assertThat(numbers()).hasSize(count).startsWith(69L, 68L).endsWith(1L, 0L);
    assertRefused(Reason.NOT_FOUND, new AsOf.Number(count));
    assertThatThrownBy(() -> at(times.getFirst().minusNanos(1)))
        .hasMessageContaining(ShownTime.of(times.getFirst()));
    assertRefused(Reason.TOO_EARLY, new AsOf.Time(times.getFirst().minusNanos(1)));
  }

  @Test
  void ofADriveThatWasNeverWrittenToThereIsNoState() {
    assertRefused(Reason.TOO_EARLY, new AsOf.Time(Instant.now()));
    assertRefused(Reason.NOT_FOUND, new AsOf.Number(0));
  }

  @Test
  void anOldStateIsFoundInFewQuestions() throws Exception {
    Instant first = put("/first", "x");
    for (int i = 0; i < 200; i++) {
      put("/file", "content " + i);
    }
    int before = asked();
    assertThat(names(at(first))).containsExactly("/first");
    assertThat(asked() - before).isLessThan(60);
  }

  private int asked() {
    return (int)
        server.line().asked().stream().filter(method -> method == VaultMethod.ROOT_GET).count();
  }

  @Test
  void clocksThatGoBackwardsStillGiveAStateThatBeganByThen() throws Exception {
    Instant first = put("/a", "x");
    try (Drive late =
        Drive.home(
            server.account().device(2, server.newLine()),
            Clock.offset(clock, Duration.ofDays(-2)))) {
      write(late, "/b", new byte[1]);
    }
    put("/c", "x");

    Snapshot then = at(first.plusSeconds(1));
    assertThat(then.state().orElseThrow().since()).isBeforeOrEqualTo(first.plusSeconds(1));
    assertThat(names(then)).contains("/a").doesNotContain("/c");
  }

  @Test
  @Tag("A22")
  void aServerThatShowsAnotherRootInTheMiddleIsFound() throws Exception {
    for (int i = 0; i < 20; i++) {
      put("/file " + i, "x");
    }
    List<byte[]> roots = server.line().roots();
    server
        .line()
        .showRoots(
            (number, honest) ->
                number == 5
                    ? Optional.of(
                        new VaultMessages.RootGot(5, roots.get(4), honest.orElseThrow().roster()))
                    : honest);

    assertThatThrownBy(() -> at(5)).isInstanceOf(Untrusted.class);
    assertThat(names(at(3))).as("the way there does not lead past it").hasSize(4);
  }

  @Test
  void statesThatWereGivenBackAreRefusedByNumberAndPassedOverByTime() throws Exception {
    List<Instant> times = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      times.add(put("/file " + i, "x"));
    }
    Instant before = times.get(6).minusSeconds(30);
    keep(
        7,
        new KeptStates.Earlier(2, times.get(2)),
        // The root 6 wrote anew what was there since then.
        new KeptStates.Earlier(6, before));

    assertThat(numbers()).containsExactly(10L, 9L, 8L, 7L, 6L, 2L);
    assertThat(names(at(times.get(5)))).as("the one before").hasSize(3);
    assertThat(names(at(before))).hasSize(7);
    assertThat(at(before).state().orElseThrow().since()).isEqualTo(before);
    assertThat(names(at(times.get(8)))).hasSize(9);
    assertThat(names(at(2))).hasSize(3);
    assertRefused(Reason.GIVEN_BACK, new AsOf.Number(5));
    assertRefused(Reason.TOO_EARLY, new AsOf.Time(times.get(1)));
    assertThatThrownBy(() -> at(times.get(1))).hasMessageContaining(ShownTime.of(times.get(2)));
  }

  private void keep(long from, KeptStates.Earlier... earlier) throws IOException {
    try (StolenDevice device =
        new StolenDevice(server.account().device(3, server.newLine()), clock)) {
      device.keep(new KeptStates(clock.instant(), 30, 52, from, List.of(earlier)));
    }
  }

  @Test
  void theNewestIsAStateAlsoIfItIsSaidThatOnlyLaterOnesAre() throws Exception {
    put("/a", "x");
    keep(1_000);
    assertThat(names(at(clock.instant()))).containsExactly("/a");
    assertThat(numbers()).containsExactly(1L);
    assertThat(names(at(1))).containsExactly("/a");
    assertRefused(Reason.GIVEN_BACK, new AsOf.Number(0));
  }

  @Test
  @Tag("A36")
  void aDamagedWordOnStatesStopsTimeTravelAndNothingElse() throws Exception {
    put("/a", "x");
    try (StolenDevice device =
        new StolenDevice(server.account().device(3, server.newLine()), clock)) {
      device.plantStates(new byte[] {9, 9, 9});
    }
    assertThatThrownBy(() -> at(Instant.MAX))
        .isInstanceOf(StatesUnreadable.class)
        .hasMessageContaining("by its number");
    assertThat(names(at(0))).containsExactly("/a");
    put("/b", "x");
    drive.goBack(0, false, false);
    assertThat(tree(drive)).containsOnlyKeys("/a");
  }

  @Test
  void goingBackKeepsTheNewestWordOnStatesAndTheTrashOfThen() throws Exception {
    put("/a", "x");
    put("/b", "x");
    discard(drive, "/b");
    keep(1);
    put("/c", "x");

    assertThatExceptionOfType(StateRefused.class)
        .isThrownBy(() -> drive.goBack(0, false, false))
        .matches(refused -> refused.reason() == Reason.GIVEN_BACK);
    drive.goBack(2, false, false);

    assertThat(tree(drive)).containsOnlyKeys("/a");
    assertThat(trash(drive)).containsExactly("/b");
    assertThat(drive.snapshot().kept().from()).isEqualTo(1);
    drive.goBack(1, false, false);
    assertThat(tree(drive)).containsOnlyKeys("/a", "/b");
    assertThat(drive.snapshot().kept().from()).isEqualTo(1);
    assertRefused(Reason.GIVEN_BACK, new AsOf.Number(0));
  }

  @Test
  @Tag("S4.1")
  void aThiefWhoSaysThatNothingIsWholeKeepsNobodyFromGoingBack() throws Exception {
    put("/a", "x");
    put("/b", "x");
    keep(Long.MAX_VALUE);
    assertThatExceptionOfType(StateRefused.class)
        .isThrownBy(() -> drive.goBack(1, false, false))
        .withMessageContaining("go-back --given-back 1");

    drive.goBack(1, false, true);

    assertThat(tree(drive)).containsOnlyKeys("/a", "/b");
    assertThat(names(at(0))).as("what was said counts no more").containsExactly("/a");
  }

  private boolean bringBack(AsOf asOf, String from, String to) throws IOException {
    Snapshot then = drive.snapshot(asOf);
    try (Batch batch = drive.batch()) {
      boolean done = batch.bringBack(then, path(from), path(to), NONE);
      batch.commit();
      return done;
    }
  }

  @Test
  void aFileComesBackWithItsIdAndAVersionItNeverHadAndWhatWasThereGoesToTheTrash()
      throws Exception {
    put("/f", "one");
    put("/f", "two");
    Entry.File first = at(0).file(path("/f"));
    Entry.File second = drive.snapshot().file(path("/f"));

    assertThat(bringBack(new AsOf.Number(0), "/f", "/f")).isTrue();

    Entry.File back = drive.snapshot().file(path("/f"));
    assertThat(read(drive, "/f")).asString().isEqualTo("one");
    assertThat(back.id()).isEqualTo(first.id());
    assertThat(back.content()).isEqualTo(first.content());
    assertThat(back.version()).isGreaterThan(second.version());
    assertThat(trash(drive)).containsExactly("/f");
    assertThat(bringBack(new AsOf.Number(0), "/f", "/f")).as("it is there already").isFalse();
    put("/f", "three");
    assertThat(drive.snapshot().file(path("/f")).version()).isGreaterThan(back.version());
  }

  @Test
  void whatWasRemovedForGoodComesBackIntoFoldersThatAreMadeAnew() throws Exception {
    makeFolder(drive, "/a");
    makeFolder(drive, "/a/b");
    put("/a/b/f", "x");
    put("/a/b/g", "y");
    try (Batch batch = drive.batch()) {
      batch.remove(path("/a"), true, ANYWAY);
      batch.commit();
    }
    long sent = server.line().received();
    bringBack(new AsOf.Number(3), "/a/b/f", "/a/b/f");
    assertThat(tree(drive)).containsOnlyKeys("/a/", "/a/b/", "/a/b/f");
    bringBack(new AsOf.Number(3), "/a/b", "/copy");
    assertThat(tree(drive)).containsKeys("/copy/", "/copy/f", "/copy/g");
    assertThat(server.line().received() - sent).as("pages alone").isLessThan(50_000);
    assertThatExceptionOfType(PathRefused.class)
        .isThrownBy(() -> bringBack(new AsOf.Number(3), "/a/b", "/a/b"))
        .matches(refused -> refused.reason() == PathRefused.Reason.IN_THE_WAY)
        .withMessageContaining("--to");
    assertThatExceptionOfType(PathRefused.class)
        .isThrownBy(() -> bringBack(new AsOf.Number(3), "/a/b/g", "/copy/f/g"))
        .matches(refused -> refused.reason() == PathRefused.Reason.NOT_A_FOLDER);
    assertThatExceptionOfType(PathRefused.class)
        .isThrownBy(() -> bringBack(new AsOf.Number(3), "/a/never", "/n"))
        .matches(refused -> refused.reason() == PathRefused.Reason.NOT_THERE_THEN);
  }

  @Test
  void whatIsTakenFromAStateThatGoesMeanwhileIsKeptFromThen() throws Exception {
    put("/f", "one");
    put("/f", "two");
    Snapshot then = at(0);
    try (Batch batch = drive.batch()) {
      batch.copyFrom(then, path("/f"), path("/old"), false, false, NONE);
      keep(1);
      batch.commit();
    }
    assertThat(tree(drive)).containsOnlyKeys("/f", "/old");
  }

  @Test
  void aBatchWithWhatWasTakenFromAStateThatStaysFollowsAnotherDevice() throws Exception {
    put("/f", "one");
    put("/f", "two");
    Snapshot then = at(0);
    try (Batch batch = drive.batch();
        Drive other = Drive.home(server.account().device(2, server.newLine()), clock)) {
      batch.copyFrom(then, path("/f"), path("/old"), false, false, NONE);
      write(other, "/other", new byte[1]);
      batch.commit();
    }
    assertThat(read(drive, "/old")).asString().isEqualTo("one");
    assertThat(tree(drive)).containsOnlyKeys("/f", "/old", "/other");
  }

  private List<Version> versions(String path) throws IOException {
    return new Versions(drive, path(path), Optional.empty(), Integer.MAX_VALUE)
        .find(Long.MAX_VALUE, 100)
        .versions();
  }

  @Test
  void theVersionsOfAFileAreFoundAmongManyStatesOfOtherThings() throws Exception {
    List<Long> written = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      if (i % 13 == 5) {
        put("/f", "version " + i);
        written.addFirst((long) i);
      } else {
        put("/other " + i, "x");
      }
    }

    List<Version> versions = versions("/f");
    assertThat(versions).extracting(Version::state).isEqualTo(written);
    assertThat(versions)
        .extracting(Version::current)
        .containsExactly(true, false, false, false, false);
    assertThat(versions).allMatch(version -> version.by().isPresent());
    discard(drive, "/f");
    assertThat(versions("/f")).extracting(Version::state).isEqualTo(written);
    assertThat(versions("/f")).noneMatch(Version::current);
    assertThat(versions("/never")).isEmpty();
  }

  @Test
  void aFileThatWasThereOnlyForAWhileIsFoundAlsoIfItsFolderIsGone() throws Exception {
    put("/first", "x");
    makeFolder(drive, "/d");
    for (int i = 0; i < 7; i++) {
      put("/d/" + i, "x");
    }
    put("/d/f", "short");
    for (int i = 0; i < 5; i++) {
      put("/other " + i, "x");
    }
    discard(drive, "/d/f");
    for (int i = 0; i < 7; i++) {
      put("/d/" + i, "y");
    }
    assertThat(versions("/d/f")).extracting(Version::state).containsExactly(9L);
    discard(drive, "/d");
    for (int i = 0; i < 7; i++) {
      put("/other " + i, "y");
    }
    assertThat(versions("/d/f")).extracting(Version::state).containsExactly(9L);
    assertThat(versions("/d/f")).extracting(Version::newest).containsExactly(14L);
  }

  @Test
  void versionsBetweenTwoTimesOfTheSameOneAreFoundIfTheDriveWentBack() throws Exception {
    put("/f", "one");
    for (int i = 0; i < 5; i++) {
      put("/before " + i, "x");
    }
    put("/f", "two");
    drive.goBack(5, false, false);
    for (int i = 0; i < 9; i++) {
      put("/after " + i, "x");
    }

    assertThat(versions("/f"))
        .extracting(version -> ((Entry.File) version.entry()).version())
        .containsExactly(1L, 2L, 1L);
  }

  @Test
  void versionsAreToldInPartsThatGoOnWhereTheLastOneEnded() throws Exception {
    for (int i = 0; i < 9; i++) {
      put(i % 3 == 0 ? "/f" : "/other", "content " + i);
    }
    List<Long> states = new ArrayList<>();
    long from = Long.MAX_VALUE;
    while (from >= 0) {
      Versions.Found part = new Versions(drive, path("/f"), Optional.empty(), 2).find(from, 1);
      part.versions().forEach(version -> states.add(version.state()));
      from = part.next().orElse(-1);
    }
    assertThat(states).containsExactly(6L, 3L, 0L);
  }

  @Test
  void whoWroteAVersionIsNotSaidWhereStatesAreMissing() throws Exception {
    put("/f", "one");
    Instant time = put("/other", "x");
    put("/f", "two");
    keep(2, new KeptStates.Earlier(1, time));

    assertThat(versions("/f")).extracting(Version::state).containsExactly(2L, 1L);
    assertThat(versions("/f"))
        .extracting(version -> version.by().isPresent())
        .containsExactly(true, false);
  }

  private static List<String> changes(Drive drive, long before, long after) throws IOException {
    TreeDiff all =
        drive.difference(
            drive.snapshot(new AsOf.Number(before)).state().map(States.State::root),
            drive.snapshot(new AsOf.Number(after)).state().orElseThrow().root());
    List<String> told = new ArrayList<>();
    for (TreeDiff.Difference next = all.next(); next != null; next = all.next()) {
      told.add(next.kind() + " " + next.path());
    }
    return told;
  }

  @Test
  void whatAStateChangedIsToldByPathsAndOnlyWhatDiffersIsRead() throws Exception {
    makeFolder(drive, "/many");
    try (Batch batch = drive.batch()) {
      for (int i = 0; i < 3_000; i++) {
        DriveFiles.put(batch, "/many/%04d".formatted(i), new byte[] {(byte) i});
      }
      batch.commit();
    }
    long filled = drive.snapshot().state().orElseThrow().number();
    put("/many/0300", "changed");
    try (Batch batch = drive.batch()) {
      batch.remove(path("/many/0001"), false, ANYWAY);
      batch.makeFolder(path("/new"), clock.instant());
      batch.commit();
    }
    put("/new/inside", "x");
    move(drive, "/many", "/moved");

    Interposer line = server.newLine();
    try (Drive other = Drive.home(server.account().device(2, line), clock)) {
      assertThat(changes(other, filled, filled + 1)).containsExactly("CHANGED /many/0300");
      assertThat(line.asked()).filteredOn(VaultMethod.PACK_GET::equals).hasSizeLessThan(15);
    }
    assertThat(changes(drive, filled, filled + 3))
        .containsExactly("REMOVED /many/0001", "CHANGED /many/0300", "ADDED /new");
    assertThat(changes(drive, filled + 3, filled))
        .containsExactly("ADDED /many/0001", "CHANGED /many/0300", "REMOVED /new");
    assertThat(changes(drive, filled + 3, filled + 4))
        .containsExactly("REMOVED /many", "ADDED /moved");
    assertThat(changes(drive, filled, filled)).isEmpty();
  }

  @Test
  void whatIsFoundIsWhatGoingThroughAllStatesWouldFind() throws Exception {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    List<String> paths = List.of("/a", "/d/b", "/d/c");
    makeFolder(drive, "/d");
    for (int i = 1; i < 60; i++) {
      change(random, paths.get(random.nextInt(paths.size())), i);
    }
    long states = drive.snapshot().state().orElseThrow().number() + 1;

    for (String path : paths) {
      List<String> expected = new ArrayList<>();
      for (long number = states - 1; number >= 0; number--) {
        String there = described(at(number), path);
        boolean begins = number == 0 || !there.equals(described(at(number - 1), path));
        if (begins && !there.isEmpty()) {
          expected.add(number + " " + there);
        }
      }
      List<String> found = new ArrayList<>();
      for (Version version : versions(path)) {
        found.add(version.state() + " " + described(at(version.state()), path));
      }
      assertThat(found).as("seed %d, path %s", seed, path).isEqualTo(expected);
    }
    for (int i = 0; i < 20; i++) {
      long before = random.nextLong(states);
      long after = random.nextLong(states);
      assertThat(changes(drive, before, after))
          .as("seed %d, from %d to %d", seed, before, after)
          .containsExactlyInAnyOrderElementsOf(differences(at(before), at(after)));
    }
  }

  private void change(Random random, String path, int number) throws IOException {
    boolean there = drive.snapshot().find(path(path)).isPresent();
    int what = random.nextInt(10);
    if (what == 0) {
      drive.goBack(random.nextInt(number), false, false);
    } else if (there && what <= 3) {
      discard(drive, path);
    } else {
      try (Batch batch = drive.batch()) {
        boolean _ = batch.makeFolders(path("/d"), clock.instant());
        DriveFiles.put(batch, path, ("content " + number).getBytes(UTF_8));
        batch.commit();
      }
    }
  }

  private static String described(Snapshot snapshot, String path) throws IOException {
    return snapshot.find(path(path)).orElse(null) instanceof Entry.File file
        ? file.id() + "." + file.version() + "." + file.content().extents()
        : "";
  }

  private static List<String> differences(Snapshot before, Snapshot after) throws IOException {
    List<String> differences = new ArrayList<>();
    SortedSet<String> all = names(before);
    all.addAll(names(after));
    for (String name : all) {
      Optional<Entry> was = before.find(path(name));
      Optional<Entry> is = after.find(path(name));
      if (was.isEmpty()) {
        differences.add("ADDED " + name);
      } else if (is.isEmpty()) {
        differences.add("REMOVED " + name);
      } else if (!described(before, name).equals(described(after, name))) {
        differences.add("CHANGED " + name);
      }
    }
    return differences;
  }
}
