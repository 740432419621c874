package org.anonymouscloud.vault.client.drive;

import static org.anonymouscloud.vault.client.fixture.DriveFiles.ANYWAY;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.TIME;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.hash;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.noise;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.put;
import static org.anonymouscloud.vault.client.fixture.DriveFiles.tree;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.anonymouscloud.vault.client.content.Step;
import org.anonymouscloud.vault.client.fixture.DriveFiles;
import org.anonymouscloud.vault.client.fixture.Interposer;
import org.anonymouscloud.vault.client.fixture.RawDrive;
import org.anonymouscloud.vault.client.fixture.TestAccount;
import org.anonymouscloud.vault.client.fixture.TestServer;
import org.anonymouscloud.vault.client.format.Entry;
import org.anonymouscloud.vault.client.format.IndependentDecoder;
import org.anonymouscloud.vault.client.format.ItemId;
import org.anonymouscloud.vault.client.format.SignedRoot;
import org.anonymouscloud.vault.client.store.KnownRoot;
import org.anonymouscloud.vault.client.tree.Cursor;
import org.anonymouscloud.vault.client.tree.PathRefused;
import org.anonymouscloud.vault.client.tree.VaultPath;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random moves, copies, writes and removals: of one device alone they are what they are in a plain
 * map of paths; of two at once they lose nothing that nobody removed.
 */
final class ArrangeModelTest {
  private static final long SEED = 77_000;
  private static final int ROUNDS = 60;

  private Random random = new Random(SEED);
  @TempDir private Path folder;
  private TestServer server;
  private Drive first;
  private Drive second;
  private Interposer otherLine;
  private TestAccount other;
  private int written;

  @BeforeEach
  void start(RepetitionInfo repetition) throws IOException {
    random = new Random(SEED + repetition.getCurrentRepetition());
    server = TestServer.start(folder);
    first = Drive.home(server.account(), Clock.systemUTC());
    otherLine = server.newLine();
    other = server.account().device(2, otherLine);
    second = Drive.home(other, Clock.systemUTC());
  }

  @AfterEach
  void stop() {
    first.close();
    second.close();
    server.close();
  }

  /** What can be asked for. */
  private enum Kind {
    WRITE,
    MAKE,
    MOVE,
    FORCE,
    COPY,
    DISCARD,
    REMOVE
  }

  private record Action(Kind kind, String from, String to, byte[] content) {}

  private Action action() {
    byte[] content = noise(8, written++);
    return new Action(Kind.values()[random.nextInt(Kind.values().length)], path(), path(), content);
  }

  private String path() {
    StringBuilder path = new StringBuilder();
    for (int depth = random.nextInt(3); depth >= 0; depth--) {
      path.append('/').append("abcd".charAt(random.nextInt(4)));
    }
    return path.toString();
  }

  /** Asks a batch; gives whether it takes it. */
  private static boolean ask(Batch batch, Action action) throws IOException {
    VaultPath from = VaultPath.of(action.from);
    VaultPath to = VaultPath.of(action.to);
    try {
      switch (action.kind) {
        case WRITE -> put(batch, action.from, action.content);
        case MAKE -> batch.makeFolder(from, TIME);
        case MOVE -> batch.move(from, to, false);
        case FORCE -> batch.move(from, to, true);
        case COPY ->
            batch.copy(
                from,
                to,
                true,
                false,
                (path, why) -> {
                  throw why;
                });
        case DISCARD -> batch.discard(from, true, ANYWAY);
        case REMOVE -> batch.remove(from, true, ANYWAY);
      }
      return true;
    } catch (PathRefused e) {
      return false;
    }
  }

  @RepeatedTest(4)
  void whatOneDeviceDoesIsWhatItIsInAMap() throws Exception {
    Map<String, String> model = new TreeMap<>();
    for (int round = 0; round < ROUNDS; round++) {
      try (Batch batch = first.batch()) {
        for (int i = random.nextInt(5); i >= 0; i--) {
          Action action = action();
          // A batch looks at what was there when it was last committed.
          var _ = batch.commit();
          boolean taken = ask(batch, action);
          assertThat(taken)
              .as("%s %s %s in %s", action.kind, action.from, action.to, model)
              .isEqualTo(apply(model, action));
        }
        batch.commit();
      }
      assertThat(tree(first)).as("seed %s, round %s", SEED, round).isEqualTo(model);
    }
    assertThat(tree(second)).isEqualTo(model);
    assertEachFolderIsAtOnePlace();
  }

  private static boolean apply(Map<String, String> model, Action action) {
    String from = action.from;
    String to = action.to;
    boolean isFile = model.containsKey(from);
    boolean isFolder = model.containsKey(from + "/");
    switch (action.kind) {
      case WRITE -> {
        if (isFolder || !canHold(model, from)) {
          return false;
        }
        model.put(from, hash(action.content));
      }
      case MAKE -> {
        if (isFile || !canHold(model, from)) {
          return false;
        }
        model.put(from + "/", "");
      }
      case DISCARD, REMOVE -> {
        if (!isFile && !isFolder) {
          return false;
        }
        take(model, from);
      }
      case MOVE, FORCE, COPY -> {
        boolean free = !model.containsKey(to) && !model.containsKey(to + "/");
        boolean makesRoom = action.kind == Kind.FORCE && model.containsKey(to) && !to.equals(from);
        if ((!isFile && !isFolder)
            || to.startsWith(from + "/")
            || !canHold(model, to)
            || (!free && !makesRoom)) {
          return false;
        }
        Map<String, String> taken =
            action.kind == Kind.COPY ? part(model, from) : take(model, from);
        taken.forEach((path, value) -> model.put(to + path.substring(from.length()), value));
      }
    }
    return true;
  }

  private static boolean canHold(Map<String, String> model, String path) {
    String parent = path.substring(0, path.lastIndexOf('/') + 1);
    return parent.equals("/") || model.containsKey(parent);
  }

  private static Map<String, String> part(Map<String, String> model, String path) {
    Map<String, String> part = new TreeMap<>();
    for (Map.Entry<String, String> entry : model.entrySet()) {
      if (entry.getKey().equals(path) || entry.getKey().startsWith(path + "/")) {
        part.put(entry.getKey(), entry.getValue());
      }
    }
    return part;
  }

  private static Map<String, String> take(Map<String, String> model, String path) {
    Map<String, String> taken = part(model, path);
    taken.keySet().forEach(model::remove);
    return taken;
  }

  @RepeatedTest(6)
  void noRaceOfTwoDevicesLosesAFileThatNobodyRemoved() throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      Set<String> contents = new HashSet<>(contents());
      List<Action> done = new ArrayList<>();
      try (Batch late = second.batch()) {
        Action mine = unremoving(action());
        boolean taken = ask(late, mine);
        for (int i = random.nextInt(3); i >= 0; i--) {
          Action theirs = unremoving(action());
          try (Batch batch = first.batch()) {
            if (ask(batch, theirs)) {
              batch.commit();
              done.add(theirs);
            }
          }
        }
        if (taken && commits(late)) {
          done.add(mine);
        }
      }
      for (Action action : done) {
        if (action.kind == Kind.WRITE) {
          contents.add(hash(action.content));
        }
      }
      Set<String> overwritten = new HashSet<>(contents);
      overwritten.removeAll(contents());
      // A write takes the place of one content of the file that its device saw, and no more.
      long writes = done.stream().filter(action -> action.kind == Kind.WRITE).count();
      assertThat(overwritten.size())
          .as("seed %s, round %s: %s", SEED, round, done)
          .isLessThanOrEqualTo((int) writes);
      assertThat(tree(second)).isEqualTo(tree(first));
      assertEachFolderIsAtOnePlace();
      if (round % 20 == 19) {
        emptyTrash();
      }
    }
  }

  /** Removals only into the trash, where everything is found again. */
  private static Action unremoving(Action action) {
    return action.kind == Kind.REMOVE
        ? new Action(Kind.DISCARD, action.from, action.to, action.content)
        : action;
  }

  private static boolean commits(Batch batch) throws IOException {
    try {
      var _ = batch.commit();
      return true;
    } catch (PathRefused e) {
      assertThat(e.reason()).isEqualTo(PathRefused.Reason.GONE);
      return false;
    }
  }

  private void emptyTrash() throws IOException {
    try (Batch batch = first.batch()) {
      var _ = batch.emptyTrash(Optional.empty());
      batch.commit();
    }
  }

  /** The hash of each file in the drive and in the trash. */
  private Set<String> contents() throws IOException {
    Map<String, byte[]> packs = new HashMap<>(server.line().packs());
    packs.putAll(otherLine.packs());
    RawDrive raw = RawDrive.of(server.account());
    byte[] secret = raw.secret(0);
    IndependentDecoder decoder =
        new IndependentDecoder(raw.id().bytes(), generation -> secret, packs);
    Optional<SignedRoot> root = first.snapshot().root().flatMap(KnownRoot::counts);
    Set<String> contents = new HashSet<>();
    if (root.isPresent()) {
      TestAccount writer =
          root.get().device().equals(server.account().device()) ? server.account() : other;
      contents.addAll(decoder.tree(root.get().encode(), writer.verifyKey()).values());
      contents.addAll(decoder.aside(root.get().encode(), writer.verifyKey()).values());
    }
    contents.remove("");
    return contents;
  }

  private static List<Trashed> things(Snapshot snapshot) throws IOException {
    List<Trashed> things = new ArrayList<>();
    Cursor<Trashed> each =
        snapshot
            .trash()
            .things(
                VaultPath.TOP,
                (path, why) -> {
                  throw why;
                });
    for (Trashed thing = each.next(); thing != null; thing = each.next()) {
      things.add(thing);
    }
    return things;
  }

  private void assertEachFolderIsAtOnePlace() throws IOException {
    Snapshot snapshot = first.snapshot();
    List<ItemId> ids = new ArrayList<>();
    Cursor<Step.Begin> walk = DriveFiles.walk(snapshot, VaultPath.TOP);
    for (Step.Begin begin = walk.next(); begin != null; begin = walk.next()) {
      if (begin.entry() instanceof Entry.Folder folder) {
        ids.add(folder.id());
      }
    }
    for (Trashed thing : things(snapshot)) {
      if (thing.entry() instanceof Entry.Folder folder) {
        ids.add(folder.id());
      }
    }
    assertThat(ids).doesNotHaveDuplicates();
  }
}
