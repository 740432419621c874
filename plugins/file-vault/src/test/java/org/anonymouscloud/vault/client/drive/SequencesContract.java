package org.anonymouscloud.vault.client.drive;

import static org.anonymouscloud.vault.client.fixture.DriveFiles.ANYWAY;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.TIME;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.hash;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.noise;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.tree;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.anonymouscloud.core.account.UserName;
import org.anonymouscloud.core.database.OpenDatabase;
import org.anonymouscloud.vault.client.drive.DriveModel.Action;
import org.anonymouscloud.vault.client.drive.DriveModel.Kind;
import org.anonymouscloud.vault.client.drive.MortalDevice.Point;
import org.anonymouscloud.vault.client.drive.MortalDevice.When;
import org.anonymouscloud.vault.client.fixture.Interposer;
import org.anonymouscloud.vault.client.fixture.MovedClock;
import org.anonymouscloud.vault.client.fixture.RawDrive;
import org.anonymouscloud.vault.client.fixture.TestAccount;
import org.anonymouscloud.vault.client.format.IndependentDecoder;
import org.anonymouscloud.vault.client.format.KeptStates;
import org.anonymouscloud.vault.client.format.LinkTarget;
import org.anonymouscloud.vault.client.format.Name;
import org.anonymouscloud.vault.client.format.Ref;
import org.anonymouscloud.vault.client.format.SignedRoot;
import org.anonymouscloud.vault.client.space.Sweep;
import org.anonymouscloud.vault.client.store.AsOf;
import org.anonymouscloud.vault.client.store.KnownRoot;
import org.anonymouscloud.vault.client.store.UploadLanes;
import org.anonymouscloud.vault.client.tree.Cursor;
import org.anonymouscloud.vault.client.tree.PathRefused;
import org.anonymouscloud.vault.client.tree.Removal;
import org.anonymouscloud.vault.client.tree.VaultPath;
import org.anonymouscloud.vault.protocol.DriveId;
import org.anonymouscloud.vault.protocol.Right;
import org.anonymouscloud.vault.protocol.RootHeader;
import org.anonymouscloud.vault.protocol.VaultMethod;
import org.anonymouscloud.vault.server.ServerHalf;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random sequences of what two devices of a member and one of another do with a drive, at once and
 * one after another, killed at random at named points: what was acknowledged is there, nothing is
 * that was removed, and what is not needed takes next to no space.
 */
abstract class SequencesContract {
  private static final int SEQUENCES = Integer.getInteger("anoncloud.test.sequences", 8);
  private static final long SEED =
      Long.getLong("anoncloud.test.sequences.seed", new Random().nextInt(1 << 30));
  private static final int STEPS = 24;

  /**
   * What pages and the list of states take, the rounding of the last packs, and what giving back
   * must gain to be worth it: far less than a segment.
   */
  private static final long SMALL = 384L << 10;

  /** A list of members with a grant for each of two. */
  private static final long ROSTER = 4_096;

  private static final UserName BOB = new UserName("bob");
  private static final Sweep.Wish TIGHT = new Sweep.Wish(true, false, false);

  @TempDir private Path temporary;

  /** A new database. */
  abstract OpenDatabase open(Path folder) throws Exception;

  @TestFactory
  List<DynamicTest> whateverHappensNothingThatWasAcknowledgedIsLost() {
    List<DynamicTest> sequences = new ArrayList<>();
    for (long seed = SEED; seed < SEED + SEQUENCES; seed++) {
      long own = seed;
      sequences.add(DynamicTest.dynamicTest("seed " + own, () -> run(own)));
    }
    return sequences;
  }

  private void run(long seed) throws Exception {
    Path folder = Files.createDirectory(temporary.resolve("seed " + seed));
    List<String> told = new ArrayList<>();
    try (ServerHalf half = ServerHalf.start(folder, open(folder));
        Sequence sequence = new Sequence(half, seed, told)) {
      sequence.run();
    } catch (AssertionError | Exception e) {
      throw new AssertionError(
          "With -Danoncloud.test.sequences.seed="
              + seed
              + " -Danoncloud.test.sequences=1:\n"
              + String.join("\n", told),
          e);
    }
  }

  /** What the drive was once. */
  private record Once(long number, Instant time, DriveModel model) {}

  private static final class Sequence implements AutoCloseable {
    private final ServerHalf half;
    private final Random random;
    private final List<String> told;
    private final MovedClock clock = new MovedClock();
    private final DriveId id = DriveId.random();
    private final MortalDevice first;
    private final MortalDevice second;
    private final MortalDevice bobs;
    private final TestAccount alice;
    private final TestAccount bob;
    private final Map<Integer, byte[]> secrets = new HashMap<>();
    private final Map<String, byte[]> contents = new HashMap<>();
    private final List<Once> states = new ArrayList<>();
    private DriveModel model = DriveModel.EMPTY;
    private Optional<Right> right = Optional.empty();
    private int written;
    private int days = KeptStates.DEFAULT_DAYS;

    /** Whether states may have been given back. */
    private boolean forgets;

    /** Whether states that are whole may have got other numbers. */
    private boolean renumbered;

    private int sweeps;

    /**
     * How often a copy of a content was prepared before a sweep and committed after it: what the
     * sweep moved meanwhile is stored twice then, as each of the two refers to its own place.
     */
    private final Map<String, Integer> parted = new HashMap<>();

    Sequence(ServerHalf half, long seed, List<String> told) throws IOException {
      this.half = half;
      this.random = new Random(seed);
      this.told = told;
      Interposer line = line(1);
      Interposer otherLine = line(1);
      Interposer bobsLine = line(2);
      alice = TestAccount.of(1, line);
      TestAccount other = alice.device(3, otherLine);
      bob = TestAccount.of(2, bobsLine);
      alice.befriend("bob", bob);
      other.befriend("bob", bob);
      bob.befriend("alice", alice);
      first = new MortalDevice(alice, line, () -> line(1), id, clock);
      second = new MortalDevice(other, otherLine, () -> line(1), id, clock);
      bobs = new MortalDevice(bob, bobsLine, () -> line(2), id, clock);
      first.drive().create(new Name("team"));
    }

    private Interposer line(int account) {
      return new Interposer(half.link(TestAccount.id(account)));
    }

    void run() throws Exception {
      for (int step = 0; step < STEPS; step++) {
        step();
        note();
      }
      assertAllSeeTheSame();
      assertLittleIsWasted();
    }

    private void tell(MortalDevice device, Object what) {
      told.add((device == first ? "first " : device == second ? "second " : "bob ") + what);
    }

    private void step() throws Exception {
      MortalDevice device = any();
      Optional<Point> point = random.nextInt(3) == 0 ? Optional.of(point()) : Optional.empty();
      boolean killed = random.nextInt(3) > 0;
      point.ifPresent(
          at -> {
            tell(device, (killed ? "is killed " : "loses the server ") + at);
            if (killed) {
              device.killAt(at);
            } else {
              device.strikeAt(at, half::restart);
            }
          });
      switch (random.nextInt(16)) {
        case 0, 1, 2, 3, 4 -> change(device);
        case 5, 6, 7, 8, 9 -> race(device);
        case 10 -> share(device);
        case 11, 12 -> sweep(device);
        case 13 -> goBack(device);
        case 14 -> retain(device);
        default -> {
          boolean _ = device.revive();
          lookBack();
          pass();
        }
      }
      if (device.revive()) {
        assertWhole();
      }
    }

    private MortalDevice any() {
      return switch (random.nextInt(3)) {
        case 0 -> first;
        case 1 -> second;
        default -> bobs;
      };
    }

    private Point point() {
      VaultMethod method =
          one(
              List.of(
                  VaultMethod.ROOT_MOVE,
                  VaultMethod.ROOT_MOVE,
                  VaultMethod.PACK_PUT,
                  VaultMethod.ROSTER_PUT,
                  VaultMethod.PACK_DROP,
                  VaultMethod.PACK_LIST,
                  VaultMethod.PACK_GET,
                  VaultMethod.ROOT_GET));
      When when = one(List.of(When.values()));
      if (when == When.WITHIN) {
        method = VaultMethod.PACK_PUT;
      }
      return new Point(method, when, 1 + random.nextInt(2));
    }

    private <T> T one(List<T> of) {
      return of.get(random.nextInt(of.size()));
    }

    private boolean mayWrite(MortalDevice device) {
      return device != bobs || right.filter(Right.WRITE::equals).isPresent();
    }

    /** Who may not write is refused. */
    private static void assertRefused(MortalDevice device) {
      assertThatThrownBy(() -> write(device.drive(), "/d", noise(10, 1)))
          .isInstanceOf(IOException.class);
    }

    // What one device does while the others rest.

    private void change(MortalDevice device) throws Exception {
      if (!mayWrite(device)) {
        assertRefused(device);
        return;
      }
      List<DriveModel> possible = new ArrayList<>(List.of(model));
      DriveModel before = model;
      List<Action> single = new ArrayList<>();
      List<String> removed = new ArrayList<>();
      Set<String> arrived = new HashSet<>();
      boolean foreseen = true;
      boolean acknowledged = false;
      try (Batch batch = device.drive().batch()) {
        for (int i = random.nextInt(4); i >= 0; i--) {
          Optional<Thing> thing = possible.size() == 1 ? thing() : Optional.empty();
          Action action = thing.map(Thing::action).orElseGet(this::action);
          tell(device, action);
          DriveModel now = possible.getLast();
          foreseen = now.foresees(action);
          Optional<DriveModel> after = now.after(action);
          if (thing.isPresent()) {
            if (thing.get().bring(batch)) {
              assertThat(after).as("%s", action).isPresent();
              single.add(action);
              possible.add(after.orElseThrow());
            } else if (after.isPresent()) {
              // It is what is there.
              assertThat(action.part().get("")).isEqualTo(now.tree().get(action.to()));
            }
            break;
          }
          boolean taken = ask(batch, action);
          // What the batch removes already may be named once more; nothing takes the place of what
          // has come to its own in the same batch.
          boolean free =
              isRemoving(action.kind())
                  ? removed.stream().anyMatch(at -> isIn(action.from(), at))
                  : action.kind() == Kind.FORCE && arrived.contains(action.to());
          if (!free) {
            assertThat(taken).as("%s upon %s", action, now.tree()).isEqualTo(after.isPresent());
          }
          if (isRemoving(action.kind())) {
            removed.add(action.from());
          }
          if (taken && after.isPresent()) {
            arrived.add(action.to());
            possible.add(after.get());
          }
        }
        batch.commit();
        acknowledged = true;
      } catch (IOException e) {
        told.add(e.toString());
        requireKilled(device, e);
      }
      boolean revived = device.revive();
      DriveModel actual = look(revived ? first : device);
      if (!foreseen) {
        if (acknowledged || !actual.equals(before)) {
          assertThat(before.wrongs(before, possible.getLast(), single, List.of(), actual))
              .isEmpty();
        }
      } else if (acknowledged) {
        assertThat(actual).isEqualTo(possible.getLast());
      } else {
        assertThat(actual).isIn(possible);
      }
      model = actual;
      if (revived) {
        assertWhole();
      }
    }

    private static void requireKilled(MortalDevice device, IOException why) throws IOException {
      if (!device.isKilled()) {
        throw why;
      }
    }

    private Action action() {
      Kind kind = one(List.of(Kind.values()));
      if (kind == Kind.RESTORE || kind == Kind.BRING_BACK || random.nextInt(3) == 0) {
        kind = Kind.WRITE;
      }
      String from = random.nextInt(3) == 0 ? path() : likelyPath();
      String value =
          switch (kind) {
            case WRITE -> content(from);
            case LINK -> "-> target " + written++;
            default -> "";
          };
      String to = path();
      String there = model.tree().get(to);
      if (kind == Kind.FORCE && there != null && there.equals(model.tree().get(from))) {
        // A file and its copy may be one entry, for which nothing has to make room: the model does
        // not know which are copies.
        kind = Kind.COPY;
      }
      return new Action(kind, from, to, value, new TreeMap<>());
    }

    private String path() {
      StringBuilder path = new StringBuilder();
      for (int depth = random.nextInt(3); depth >= 0; depth--) {
        path.append('/').append("abcd".charAt(random.nextInt(4)));
      }
      return path.toString();
    }

    /** One where something is. */
    private String likelyPath() {
      List<String> paths = new ArrayList<>(model.tree().keySet());
      if (paths.isEmpty()) {
        return path();
      }
      String path = one(paths);
      return path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    }

    private String content(String path) {
      byte[] before = contents.get(model.tree().getOrDefault(path, ""));
      byte[] content;
      if (before != null && before.length > 100 && random.nextBoolean()) {
        content = before.clone();
        byte[] edit = noise(16, written++);
        System.arraycopy(edit, 0, content, random.nextInt(content.length - 16), 16);
      } else {
        content = noise(size(), written++);
        if (content.length > 2 * Ref.MAX_LENGTH && random.nextBoolean()) {
          Arrays.fill(content, 100, content.length - 100, (byte) 0);
        }
      }
      String hash = hash(content);
      contents.put(hash, content);
      return hash;
    }

    private int size() {
      return switch (random.nextInt(16)) {
        case 0 -> Ref.MAX_LENGTH + random.nextInt(3) - 1;
        case 1 -> 3 * Ref.MAX_LENGTH + random.nextInt(1_000);
        case 2 -> 6 * Ref.MAX_LENGTH + random.nextInt(1_000);
        // One, as two that are empty at one path are the same to a drive.
        case 3 -> contents.containsKey(hash(new byte[0])) ? 1 + random.nextInt(20) : 0;
        case 4, 5, 6 -> 20_000 + random.nextInt(200_000);
        default -> 20 + random.nextInt(5_000);
      };
    }

    /** Asks a batch; gives whether it takes it. */
    private boolean ask(Batch batch, Action action) throws IOException {
      VaultPath from = VaultPath.of(action.from());
      VaultPath to = VaultPath.of(action.to());
      try {
        switch (action.kind()) {
          case WRITE -> {
            byte[] content = contents.get(action.value());
            boolean sparse = content.length > 1_000 && content[1_000] == 0 && content[1_001] == 0;
            batch.write(
                from,
                new ByteArrayInputStream(content),
                new Attributes(TIME, false, sparse),
                ANYWAY);
          }
          case LINK -> batch.link(from, new LinkTarget(action.value().substring(3)), TIME);
          case MAKE -> batch.makeFolder(from, TIME);
          case MOVE -> batch.move(from, to, false);
          case FORCE -> batch.move(from, to, true);
          case COPY -> batch.copy(from, to, true, false, Sequence::refuse);
          case DISCARD -> batch.discard(from, true, ANYWAY);
          case REMOVE -> batch.remove(from, true, ANYWAY);
          case EMPTY_TRASH -> {
            long _ = batch.emptyTrash(Optional.empty());
          }
          case RESTORE, BRING_BACK -> throw new AssertionError("These come alone.");
        }
        return true;
      } catch (PathRefused e) {
        return false;
      }
    }

    private static void refuse(VaultPath path, IOException why) throws IOException {
      throw why;
    }

    /** Something that was there once, to be asked of a batch as its first change. */
    private record Thing(Action action, Bring how) {
      /** Whether there was anything to do, and it was not refused. */
      boolean bring(Batch batch) throws IOException {
        try {
          return how.bring(batch);
        } catch (PathRefused e) {
          return false;
        }
      }
    }

    @FunctionalInterface
    private interface Bring {
      boolean bring(Batch batch) throws IOException;
    }

    private Optional<Thing> thing() throws IOException {
      return switch (random.nextInt(6)) {
        case 0 -> trashed();
        case 1 -> earlier();
        default -> Optional.empty();
      };
    }

    private Optional<Thing> trashed() throws IOException {
      List<Trashed> things = new ArrayList<>();
      Cursor<Trashed> each =
          first.drive().snapshot().trash().things(VaultPath.TOP, Sequence::refuse);
      for (Trashed next = each.next(); next != null; next = each.next()) {
        things.add(next);
      }
      if (things.isEmpty()) {
        return Optional.empty();
      }
      Trashed thing = one(things);
      SortedMap<String, String> part =
          DriveModel.part(
              aside(first),
              "/" + Removal.TRASH.text() + "/" + thing.removal().text() + thing.path());
      assertThat(part).isNotEmpty();
      String to = random.nextBoolean() ? thing.path().toString() : path();
      return Optional.of(
          new Thing(
              new Action(Kind.RESTORE, "/", to, "", part),
              batch -> {
                batch.restore(thing, VaultPath.of(to));
                return true;
              }));
    }

    private Optional<Thing> earlier() throws IOException {
      if (states.isEmpty()) {
        return Optional.empty();
      }
      Once once = one(states);
      List<String> paths = new ArrayList<>(once.model.tree().keySet());
      if (paths.isEmpty()) {
        return Optional.empty();
      }
      String chosen = one(paths);
      String from = chosen.endsWith("/") ? chosen.substring(0, chosen.length() - 1) : chosen;
      Snapshot snapshot;
      try {
        snapshot = first.drive().snapshot(new AsOf.Number(once.number));
      } catch (StateRefused e) {
        assertThat(forgets || renumbered).as(e.getMessage()).isTrue();
        return Optional.empty();
      }
      String to = random.nextInt(3) > 0 ? from : path();
      return Optional.of(
          new Thing(
              new Action(Kind.BRING_BACK, from, to, "", once.model.part(from)),
              batch ->
                  batch.bringBack(
                      snapshot, VaultPath.of(from), VaultPath.of(to), Sequence::refuse)));
    }

    // What one device prepares while others are quicker.

    private void race(MortalDevice device) throws Exception {
      if (!mayWrite(device)) {
        change(device);
        return;
      }
      DriveModel seen = model;
      DriveModel late = model;
      List<Action> mine = new ArrayList<>();
      List<Action> theirs = new ArrayList<>();
      boolean acknowledged = false;
      int sweepsBefore = sweeps;
      try (Batch batch = device.drive().batch()) {
        Optional<Thing> thing = thing();
        if (thing.isPresent()) {
          tell(device, "prepares " + thing.get().action);
          if (thing.get().bring(batch)) {
            mine.add(thing.get().action);
            late = seen.after(thing.get().action).orElse(seen);
          }
        } else {
          for (Action action : group()) {
            tell(device, "prepares " + action);
            Optional<DriveModel> after = late.after(action);
            boolean taken = ask(batch, action);
            assertThat(taken).as("%s upon %s", action, late.tree()).isEqualTo(after.isPresent());
            if (taken) {
              mine.add(action);
              late = after.orElseThrow();
            }
          }
        }
        for (int i = random.nextInt(3); i >= 0; i--) {
          overtake(device, theirs);
        }
        batch.commit();
        acknowledged = true;
        tell(device, "commits");
      } catch (PathRefused e) {
        tell(device, e.getMessage());
        assertThat(e.reason()).isIn(PathRefused.Reason.GONE, PathRefused.Reason.NOT_IN_TRASH);
      } catch (IOException e) {
        told.add(e.toString());
        if (mayWrite(device) && !lostRight) {
          requireKilled(device, e);
        }
      }
      lostRight = false;
      if (sweeps > sweepsBefore) {
        mine.forEach(action -> part(action, seen));
      }
      boolean revived = device.revive();
      DriveModel actual = look(revived || device == bobs ? first : device);
      if (acknowledged || !actual.equals(model)) {
        assertThat(acknowledged || revived).as("refused, and yet done").isTrue();
        assertThat(model.wrongs(seen, late, mine, theirs, actual))
            .as("%s\nand %s\nbecame %s", model, late, actual)
            .isEmpty();
      }
      model = actual;
      if (revived) {
        assertWhole();
      }
    }

    private void part(Action action, DriveModel seen) {
      switch (action.kind()) {
        case COPY -> seen.part(action.from()).values().forEach(this::part);
        case BRING_BACK -> action.part().values().forEach(this::part);
        default -> {}
      }
    }

    private void part(String value) {
      parted.merge(value, 1, Integer::sum);
    }

    private boolean lostRight;

    /** Changes none of which makes the batch commit by itself. */
    private List<Action> group() {
      Action action = action();
      List<Action> group = new ArrayList<>(List.of(action));
      Set<String> paths = new HashSet<>(action.paths());
      boolean writes = isWriting(action.kind());
      boolean removes = isRemoving(action.kind());
      for (int i = random.nextInt(4); i > 0; i--) {
        Action more = action();
        boolean fits =
            (writes && isWriting(more.kind()) && paths.add(more.from()))
                || (removes
                    && isRemoving(more.kind())
                    && paths.stream().noneMatch(path -> DriveModel.related(path, more.from())));
        if (fits) {
          paths.add(more.from());
          group.add(more);
        }
      }
      return group;
    }

    private static boolean isIn(String path, String folder) {
      return path.equals(folder) || path.startsWith(folder + "/");
    }

    private static boolean isWriting(Kind kind) {
      return kind == Kind.WRITE || kind == Kind.LINK || kind == Kind.MAKE;
    }

    private static boolean isRemoving(Kind kind) {
      return kind == Kind.REMOVE || kind == Kind.DISCARD;
    }

    /** Another device does something and is done with it. */
    private void overtake(MortalDevice slow, List<Action> done) throws Exception {
      MortalDevice quick = any();
      if (quick == slow || !mayWrite(quick)) {
        quick = slow == first ? second : first;
      }
      switch (random.nextInt(10)) {
        case 0 -> sweep(quick);
        case 1 -> {
          Optional<Right> before = right;
          share(quick == bobs ? (slow == first ? second : first) : quick);
          lostRight |= slow == bobs && !before.equals(right);
        }
        default -> {
          Action action = action();
          tell(quick, action);
          Optional<DriveModel> after = model.after(action);
          try (Batch batch = quick.drive().batch()) {
            boolean taken = ask(batch, action);
            assertThat(taken).as("%s upon %s", action, model.tree()).isEqualTo(after.isPresent());
            batch.commit();
          }
          if (after.isPresent()) {
            model = after.get();
            done.add(action);
          }
          assertThat(look(quick)).isEqualTo(model);
        }
      }
    }

    // The drive as a whole.

    private void share(MortalDevice device) throws Exception {
      MortalDevice owner = device == bobs ? first : device;
      Optional<Right> wanted =
          switch (random.nextInt(4)) {
            case 0 -> Optional.empty();
            case 1 -> Optional.of(Right.READ);
            default -> Optional.of(Right.WRITE);
          };
      tell(owner, "gives bob " + wanted);
      Optional<Right> before = right;
      boolean acknowledged = false;
      try {
        if (wanted.isPresent()) {
          owner.drive().share(owner.account().contact(BOB), wanted.get());
        } else if (right.isPresent()) {
          owner.drive().unshare(bob.account());
        }
        acknowledged = true;
      } catch (IOException e) {
        told.add(e.toString());
        requireKilled(owner, e);
      }
      owner.revive();
      right =
          first.drive().members().orElseThrow().member(bob.account()).map(member -> member.right());
      if (acknowledged) {
        assertThat(right).isEqualTo(wanted);
      } else {
        assertThat(right).isIn(before, wanted);
      }
      assertThat(look(owner)).isEqualTo(model);
    }

    private void sweep(MortalDevice device) throws Exception {
      if (!mayWrite(device)) {
        return;
      }
      tell(device, "sweeps, all stays for " + days + " days");
      DriveModel swept = days == 0 ? DriveModel.of(model.tree(), List.of()) : model;
      boolean acknowledged = false;
      renumbered = true;
      forgets |= days == 0;
      sweeps++;
      try {
        var _ = device.drive().sweep(new Sweep.Wish(random.nextBoolean(), false, false), () -> {});
        acknowledged = true;
      } catch (IOException e) {
        told.add(e.toString());
        requireKilled(device, e);
      }
      DriveModel actual = look(device.revive() ? first : device);
      if (acknowledged) {
        assertThat(actual).isEqualTo(swept);
      } else {
        assertThat(actual).isIn(model, swept);
      }
      model = actual;
    }

    private void retain(MortalDevice device) throws Exception {
      if (device == bobs) {
        // Who does not own the drive, even one who writes.
        assertThatThrownBy(() -> device.drive().retain(1, 1)).isInstanceOf(IOException.class);
        return;
      }
      int wanted = random.nextInt(3) == 0 ? 0 : KeptStates.DEFAULT_DAYS;
      tell(device, "lets all stay for " + wanted + " days");
      int before = days;
      boolean acknowledged = false;
      try {
        var _ = device.drive().retain(wanted, wanted == 0 ? 0 : KeptStates.DEFAULT_WEEKS);
        acknowledged = true;
      } catch (IOException e) {
        told.add(e.toString());
        requireKilled(device, e);
      }
      device.revive();
      days = first.drive().kept().days();
      if (acknowledged) {
        assertThat(days).isEqualTo(wanted);
      } else {
        assertThat(days).isIn(before, wanted);
      }
      assertThat(look(first)).isEqualTo(model);
    }

    private void goBack(MortalDevice device) throws Exception {
      if (states.isEmpty() || !mayWrite(device)) {
        return;
      }
      Once once = one(states);
      tell(device, "goes back to " + once.number);
      try {
        var _ = device.drive().goBack(once.number, false, false);
        model = once.model;
        assertThat(look(device.revive() ? first : device)).isEqualTo(model);
      } catch (StateRefused e) {
        told.add(e.toString());
        assertThat(forgets || renumbered).as(e.getMessage()).isTrue();
      } catch (IOException e) {
        told.add(e.toString());
        requireKilled(device, e);
        device.revive();
        DriveModel actual = look(first);
        assertThat(actual).isIn(model, once.model);
        model = actual;
      }
    }

    /** The drive as it was at a time is what it was. */
    private void lookBack() throws IOException {
      if (states.isEmpty() || forgets) {
        return;
      }
      Once once = one(states);
      told.add("look back to " + once.number);
      assertThat(tree(second.drive().snapshot(new AsOf.Time(once.time))))
          .isEqualTo(once.model.tree());
    }

    private void pass() {
      told.add("13 hours pass");
      clock.move(Duration.ofHours(13));
      half.pass(Duration.ofHours(13));
      half.sweep();
    }

    // What is there.

    /** Keeps in mind what the drive is now. */
    private void note() throws IOException {
      first
          .drive()
          .snapshot()
          .root()
          .ifPresent(root -> states.add(new Once(root.counting(), clock.instant(), model)));
    }

    private DriveModel look(MortalDevice device) throws IOException {
      MortalDevice reader = device == bobs && right.isEmpty() ? first : device;
      List<String> trash = new ArrayList<>();
      aside(reader)
          .forEach(
              (path, value) -> {
                if (path.startsWith("/" + Removal.TRASH.text() + "/")) {
                  trash.add(value);
                }
              });
      return DriveModel.of(tree(reader.drive()), trash);
    }

    /** The hidden tree, read by a program of its own. */
    private Map<String, String> aside(MortalDevice reader) throws IOException {
      Optional<SignedRoot> root = reader.drive().snapshot().root().flatMap(KnownRoot::counts);
      if (root.isEmpty()) {
        return Map.of();
      }
      Map<String, byte[]> packs = new HashMap<>();
      List<MortalDevice> all = List.of(first, second, bobs);
      all.forEach(device -> packs.putAll(device.packs()));
      TestAccount writer =
          all.stream()
              .map(MortalDevice::account)
              .filter(account -> account.device().equals(root.get().device()))
              .findFirst()
              .orElseThrow();
      return new IndependentDecoder(id.bytes(), this::secret, packs)
          .aside(root.get().encode(), writer.verifyKey());
    }

    private byte[] secret(int generation) {
      return secrets.computeIfAbsent(
          generation,
          one -> {
            try {
              return RawDrive.of(alice.through(line(1)), id).secret(one, 0);
            } catch (IOException e) {
              throw new AssertionError(e);
            }
          });
    }

    private void assertWhole() throws IOException {
      Drive drive = first.drive();
      assertThat(drive.verify(VaultPath.TOP, true, drive.verification(true, () -> {})).damaged())
          .isEmpty();
    }

    private void assertAllSeeTheSame() throws IOException {
      told.add("all look");
      assertThat(look(first)).isEqualTo(model);
      assertThat(look(second)).isEqualTo(model);
      if (right.isPresent()) {
        assertThat(look(bobs)).isEqualTo(model);
      } else {
        assertBobSeesNothing();
      }
      TestAccount device = alice.device(7, line(1));
      device.befriend("bob", bob);
      try (Drive fresh = Drive.of(device, id, clock)) {
        assertThat(tree(fresh)).isEqualTo(model.tree());
      }
      assertWhole();
    }

    private void assertBobSeesNothing() {
      try {
        assertThat(tree(bobs.drive())).isEmpty();
      } catch (IOException e) {
        // Who was never a member knows of no drive, and who was one is told.
      }
    }

    private void assertLittleIsWasted() throws IOException {
      told.add("all is given back");
      Drive drive = first.drive();
      var _ = drive.retain(0, 0);
      boolean more = true;
      for (int steps = 0; more; steps++) {
        assertThat(steps).as("it comes to an end").isLessThan(20);
        Sweep.Done done = drive.sweep(TIGHT, () -> {});
        told.add(done + " uses " + drive.usage().drive());
        more = done.more();
      }
      clock.move(Duration.ofHours(25));
      half.pass(Duration.ofHours(25));
      half.sweep();
      long kept = 0;
      for (String value : new HashSet<>(model.tree().values())) {
        if (DriveModel.isFile(value)) {
          int again = Collections.frequency(model.tree().values(), value) - 1;
          int places = 1 + Math.min(again, parted.getOrDefault(value, 0));
          kept += places * sealed(contents.get(value));
        }
      }
      long roots = drive.counts().number() + 1;
      long rosters = drive.members().orElseThrow().number() + 1;
      assertThat(drive.usage().held()).isZero();
      assertThat(drive.usage().drive())
          .as("%s bytes are kept", kept)
          .isLessThanOrEqualTo(
              kept * 110 / 100 + SMALL + roots * RootHeader.ROOT + rosters * ROSTER);
      assertThat(look(second)).isEqualTo(DriveModel.of(model.tree(), List.of()));
      assertWhole();
    }

    /** Bytes of a file when it is sealed. */
    private static long sealed(byte[] content) {
      long sealed = 0;
      for (int from = 0; from < content.length; from += Ref.MAX_LENGTH) {
        int to = Math.min(content.length, from + Ref.MAX_LENGTH);
        boolean hole = true;
        for (int i = from; i < to && hole; i++) {
          hole = content[i] == 0;
        }
        sealed += hole ? 0 : UploadLanes.SEALED * (long) (to - from) / Ref.MAX_LENGTH + 72;
      }
      return sealed;
    }

    @Override
    public void close() {
      first.close();
      second.close();
      bobs.close();
    }
  }
}
