package org.anonymouscloud.vault.server;

import static org.anonymouscloud.vault.protocol.VaultMessages.MAX_PACK;
import static org.anonymouscloud.vault.protocol.VaultMessages.MIN_PACK;
import static org.anonymouscloud.vault.server.VaultClient.EMPTY;
import static org.anonymouscloud.vault.server.VaultClient.mark;
import static org.anonymouscloud.vault.server.VaultClient.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.blob.BlobName;
import org.anonymouscloud.core.blob.Checksum;
import org.anonymouscloud.core.database.OpenDatabase;
import org.anonymouscloud.core.session.Call;
import org.anonymouscloud.core.wire.Cbor;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.Refused;
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

/** What the server's half does, whatever the database. */
abstract class VaultContract {
  private static final byte[] ROOT = {1, 2, 3};

  /** Of a drive that has 12 KiB of packs. */
  private static final long FULL = EMPTY + 3L * MIN_PACK;

  @TempDir Path folder;
  private ServerHalf server;
  private final AccountId account = AccountId.random();
  private VaultClient client;
  private DriveId drive;
  private Stored stored;

  /** An empty database, which the test closes. */
  abstract OpenDatabase open(Path folder);

  @BeforeEach
  void start() throws IOException {
    server = ServerHalf.start(folder, open(folder));
    client = VaultClient.create(server, account);
    drive = client.drive();
    stored = new Stored(server.database(), server.folder());
  }

  @AfterEach
  void nothingIsLeftThatNobodyKnows() throws IOException {
    server.sweep();
    stored.checkSums();
    server.close();
  }

  private static byte[] pack(int length, long seed) {
    byte[] pack = new byte[length];
    new Random(seed).nextBytes(pack);
    return pack;
  }

  private PackName putNew(int length) throws Refused, IOException {
    PackName name = PackName.random();
    client.put(name, pack(length, 1));
    return name;
  }

  @Test
  void aPackComesBackAsItWasPut() throws Exception {
    for (int length = MIN_PACK; length <= MAX_PACK; length *= 4) {
      PackName name = PackName.random();
      byte[] pack = pack(length, length);

      client.put(name, pack);

      assertThat(Arrays.equals(client.get(name, length), pack)).as("%d bytes", length).isTrue();
    }
  }

  @Test
  void anyPartOfAPackComesBack() throws Exception {
    byte[] pack = pack(1 << 20, 7);
    PackName name = PackName.random();
    client.put(name, pack);

    for (int[] part :
        new int[][] {{0, 1}, {pack.length - 1, 1}, {65_535, 2}, {4096, 65_537}, {1, 1_048_575}}) {
      assertThat(client.get(name.text(), part[0], part[1]))
          .isEqualTo(Arrays.copyOfRange(pack, part[0], part[0] + part[1]));
    }
  }

  @Test
  void aPartThatIsNotWithinThePackIsRefused() throws Exception {
    PackName name = putNew(MIN_PACK);

    for (int[] part :
        new int[][] {
          {0, 4097},
          {4096, 1},
          {-1, 2},
          {0, 0},
          {0, -1},
          {1, 4096},
          {Integer.MAX_VALUE, Integer.MAX_VALUE},
          {Integer.MIN_VALUE, 1},
          {1, Integer.MAX_VALUE}
        }) {
      assertThat(refusal(() -> client.get(name.text(), part[0], part[1])))
          .as(Arrays.toString(part))
          .isEqualTo(ErrorCode.BAD_REQUEST);
    }
  }

  @Test
  void aPackThatNobodyPutIsNotFound() throws Exception {
    assertThat(refusal(() -> client.get(PackName.random(), 1))).isEqualTo(ErrorCode.NOT_FOUND);
  }

  @Test
  void aPackShorterThanItSaysIsRefusedAndLeavesNothing() throws Exception {
    PackName name = PackName.random();

    assertThat(refusal(() -> client.put(name.text(), 8192, pack(8191, 1))))
        .isEqualTo(ErrorCode.BAD_REQUEST);

    assertNothingIsThere(name);
  }

  @Test
  void aPackLongerThanItSaysIsRefusedAndLeavesNothing() throws Exception {
    PackName name = PackName.random();

    assertThat(refusal(() -> client.put(name.text(), 8192, pack(8193, 1))))
        .isEqualTo(ErrorCode.BAD_REQUEST);

    assertNothingIsThere(name);
  }

  @Test
  void anUploadThatIsCutLeavesNothing() throws Exception {
    PackName name = PackName.random();
    Call call = beginPut(name, 1 << 20);
    call.upload().write(pack(600_000, 1));

    call.close();

    assertThat(failure(call)).isInstanceOf(IOException.class);
    assertNothingIsThere(name);
  }

  private Call beginPut(PackName name, int length) throws IOException {
    return server
        .link(account)
        .open(
            VaultMethod.PACK_PUT.toString(),
            Cbor.encode(new VaultMessages.PackPut(drive.bytes(), name.text(), length, false)));
  }

  private static Exception failure(Call call) {
    try {
      call.answer();
    } catch (Refused | IOException e) {
      return e;
    }
    throw new AssertionError("This did not fail.");
  }

  private void assertNothingIsThere(PackName name) throws Exception {
    assertThat(refusal(() -> client.get(name, 1))).isEqualTo(ErrorCode.NOT_FOUND);
    assertThat(client.usage()).isEqualTo(usage(0, 0));
    server.sweep();
    assertThat(stored.files()).isEmpty();
    assertThat(stored.space(drive)).isEqualTo(Space.bytes(EMPTY));
  }

  /** Of a drive without a limit that has this besides its first roster. */
  private static VaultMessages.Usage usage(long bytes, long packs) {
    return new VaultMessages.Usage(EMPTY + bytes, Long.MAX_VALUE, EMPTY + bytes, 0, packs, 0);
  }

  @Test
  void onlyPowersOfTwoFrom4KiBTo16MiBAreTaken() throws Exception {
    for (int length :
        new int[] {0, 1, -1, 2048, 4095, 4097, 12_288, MAX_PACK + 1, 2 * MAX_PACK, 1 << 31}) {
      assertThat(refusal(() -> client.put(PackName.random().text(), length, new byte[0])))
          .as("%d bytes", length)
          .isEqualTo(ErrorCode.BAD_REQUEST);
    }
  }

  @Test
  void aPackThatIsThereNeedsNoBytesTheSecondTime() throws Exception {
    PackName name = PackName.random();
    byte[] first = pack(MIN_PACK, 1);
    client.put(name, first);

    client.put(name.text(), MIN_PACK, new byte[0]);
    client.put(name, pack(MIN_PACK, 2));

    assertThat(client.get(name, MIN_PACK)).isEqualTo(first);
    assertThat(client.usage()).isEqualTo(usage(MIN_PACK, 1));
  }

  @Test
  void aNameIsNotGivenToAPackOfAnotherLength() throws Exception {
    PackName name = putNew(MIN_PACK);

    assertThat(refusal(() -> client.put(name, pack(2 * MIN_PACK, 1))))
        .isEqualTo(ErrorCode.CONFLICT);

    assertThat(client.get(name, MIN_PACK)).isEqualTo(pack(MIN_PACK, 1));
  }

  @Test
  void putsOfOneNameAtOnceLeaveOnePack() throws Exception {
    PackName name = PackName.random();
    byte[] pack = pack(1 << 18, 3);
    List<Callable<Void>> puts = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      puts.add(
          () -> {
            client.put(name, pack);
            return null;
          });
    }

    assertThat(atOnce(puts)).containsOnly("done");

    assertThat(client.get(name, pack.length)).isEqualTo(pack);
    assertThat(client.usage()).isEqualTo(usage(pack.length, 1));
    server.sweep();
    assertThat(stored.files()).hasSize(1);
  }

  /** Runs all; "done" or the refusal's code for each. */
  static List<String> atOnce(List<Callable<Void>> works) throws Exception {
    List<String> outcomes = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<Void> work : threads.invokeAll(works)) {
        try {
          work.get();
          outcomes.add("done");
        } catch (ExecutionException e) {
          if (e.getCause() instanceof Refused refused) {
            outcomes.add(refused.code().toString());
          } else {
            throw e;
          }
        }
      }
    }
    return outcomes;
  }

  @Test
  void aDriveWithoutARootSaysSo() throws Exception {
    assertThat(refusal(() -> client.root(VaultMessages.NEWEST))).isEqualTo(ErrorCode.NOT_FOUND);
    assertThat(refusal(() -> client.root(0))).isEqualTo(ErrorCode.NOT_FOUND);
    assertThat(refusal(() -> client.root(-2))).isEqualTo(ErrorCode.NOT_FOUND);
  }

  @Test
  void rootsAreNumberedWithoutGapsAndAllAreKept() throws Exception {
    client.move(0, new byte[] {10}, List.of());
    client.move(1, new byte[] {11}, List.of());

    assertThat(refusal(() -> client.move(1, ROOT, List.of()))).isEqualTo(ErrorCode.CONFLICT);
    assertThat(refusal(() -> client.move(3, ROOT, List.of()))).isEqualTo(ErrorCode.CONFLICT);
    assertThat(refusal(() -> client.move(-1, ROOT, List.of()))).isEqualTo(ErrorCode.BAD_REQUEST);
    assertThat(mark(client.root(0))).containsExactly(10);
    assertThat(mark(client.root(1))).containsExactly(11);
    assertThat(client.root(VaultMessages.NEWEST).number()).isEqualTo(1);
    assertThat(mark(client.root(VaultMessages.NEWEST))).containsExactly(11);
  }

  @Test
  void ofManyWhoMoveTheRootOneWins() throws Exception {
    List<Callable<Void>> moves = new ArrayList<>();
    for (byte i = 0; i < 10; i++) {
      byte[] root = {i};
      moves.add(
          () -> {
            client.move(0, root, List.of());
            return null;
          });
    }

    List<String> outcomes = atOnce(moves);

    assertThat(outcomes).containsOnly("done", "CONFLICT").containsOnlyOnce("done");
    assertThat(mark(client.root(VaultMessages.NEWEST))).containsExactly(outcomes.indexOf("done"));
  }

  @Test
  void aRootThatNeedsAMissingPackChangesNothing() throws Exception {
    PackName there = putNew(MIN_PACK);

    assertThat(refusal(() -> client.move(0, ROOT, List.of(there, PackName.random()))))
        .isEqualTo(ErrorCode.NOT_FOUND);

    assertThat(refusal(() -> client.root(VaultMessages.NEWEST))).isEqualTo(ErrorCode.NOT_FOUND);
    server.pass(Duration.ofHours(26));
    server.sweep();
    assertThat(refusal(() -> client.get(there, MIN_PACK))).isEqualTo(ErrorCode.NOT_FOUND);
  }

  /** More than one answer lists. */
  private static final int THOUSANDS = VaultMessages.MAX_PACKS_IN_ANSWER + 100;

  @Test
  void thousandsOfPacksAreMovedAtOnceAndListedInPortions() throws Exception {
    List<PackName> names = Stream.generate(PackName::random).limit(THOUSANDS).toList();
    server
        .database()
        .<Void, RuntimeException>write(
            handle -> {
              // Rows without files: what counts here is the move.
              for (PackName name : names) {
                PackTables.Pack pack = new PackTables.Pack(BlobName.random(), MIN_PACK);
                new PackTables(handle)
                    .insertPack(drive, name, pack, new Checksum(0), Long.MAX_VALUE);
              }
              handle.execute(
                  "UPDATE vault_space SET used = used + ?, packs = ?",
                  THOUSANDS * (long) MIN_PACK,
                  THOUSANDS);
              handle.execute(
                  "UPDATE account_space SET used = used + ?", THOUSANDS * (long) MIN_PACK);
              return null;
            });

    client.move(0, ROOT, names.subList(0, VaultMessages.MAX_PACKS_IN_MOVE));
    client.move(1, ROOT, names.subList(VaultMessages.MAX_PACKS_IN_MOVE, THOUSANDS));
    server.pass(Duration.ofHours(26));
    server.sweep();
    assertThat(client.usage().packs()).isEqualTo(THOUSANDS);
    assertThat(client.live(new byte[0]).more()).isTrue();
    assertThat(client.live().keySet()).containsExactlyInAnyOrderElementsOf(names);
    server.expire(drive, names);

    server.sweep();
    assertThat(client.usage().packs()).isZero();
    assertThat(stored.files()).isEmpty();
  }

  @Test
  void aQuotaCanBeFilledToTheLastByteAndNoFurther() throws Exception {
    server.setQuota(EMPTY + 3L * MIN_PACK);
    putNew(MIN_PACK);
    PackName second = putNew(2 * MIN_PACK);

    assertThat(refusal(() -> putNew(MIN_PACK))).isEqualTo(ErrorCode.QUOTA_EXCEEDED);

    assertThat(client.usage()).isEqualTo(new VaultMessages.Usage(FULL, FULL, FULL, 0, 2, 0));
    server.expire(drive, List.of(second));
    server.sweep();
    client.move(0, ROOT, List.of());
    assertThat(refusal(() -> putNew(2 * MIN_PACK)))
        .as("a root takes space, too")
        .isEqualTo(ErrorCode.QUOTA_EXCEEDED);
    putNew(MIN_PACK);
  }

  @Test
  @Tag("S4.9")
  void whoMayStoreNothingMakesNoDrive() throws Exception {
    server.setQuota(0);

    assertThat(refusal(() -> VaultClient.of(server, account, DriveId.random()).create()))
        .isEqualTo(ErrorCode.QUOTA_EXCEEDED);
  }

  @Test
  @Tag("S4.9")
  void whatFreesSpaceHasALittleBeyondTheQuotaAndNoMore() throws Exception {
    for (int i = 0; i < 3; i++) {
      putNew(4 << 20);
    }
    server.setQuota(1);
    assertThat(refusal(() -> move(0, false))).isEqualTo(ErrorCode.QUOTA_EXCEEDED);
    assertThat(refusal(() -> putNew(MIN_PACK))).isEqualTo(ErrorCode.QUOTA_EXCEEDED);

    int deletions = 0;
    ErrorCode stopped = null;
    while (stopped == null && deletions < 2_000) {
      try {
        put(PackName.random(), MIN_PACK, true);
        move(deletions, true);
        deletions++;
      } catch (Refused e) {
        stopped = e.code();
      }
    }
    assertThat(stopped).isEqualTo(ErrorCode.QUOTA_EXCEEDED);
    assertThat(deletions).as("in 4 MiB").isEqualTo((4 << 20) / (MIN_PACK + RootHeader.ROOT));

    server.setQuota(1L << 30);
    move(deletions, false);
    server.setQuota(1);
    move(deletions + 1, true);
  }

  private void move(long number, boolean frees) throws Refused, IOException {
    client.move(number, ROOT, List.of(), List.of(), frees);
  }

  private void put(PackName name, int length, boolean frees) throws Refused, IOException {
    client.put(name.text(), length, pack(length, 1), frees);
  }

  @Test
  void putsAtOnceFillTheQuotaExactly() throws Exception {
    long full = EMPTY + 5L * MIN_PACK;
    server.setQuota(full);
    List<Callable<Void>> puts = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      puts.add(
          () -> {
            putNew(MIN_PACK);
            return null;
          });
    }

    List<String> outcomes = atOnce(puts);

    assertThat(outcomes).containsOnly("done", "QUOTA_EXCEEDED");
    assertThat(outcomes.stream().filter("done"::equals)).hasSize(5);
    assertThat(client.usage()).isEqualTo(new VaultMessages.Usage(full, full, full, 0, 5, 0));
  }

  @Test
  void bytesOnTheirWayCountBeforeTheyAreThere() throws Exception {
    server.setQuota(EMPTY + (1 << 20));
    PackName first = PackName.random();
    Call call = beginPut(first, 1 << 20);
    // More than the pipe holds, so the server has begun to take it.
    call.upload().write(pack(Pipe.CAPACITY + 1, 1));

    assertThat(refusal(() -> putNew(MIN_PACK))).isEqualTo(ErrorCode.QUOTA_EXCEEDED);

    call.close();
    assertThat(failure(call)).isInstanceOf(IOException.class);
    putNew(MIN_PACK);
  }

  @Test
  void aRefusedPutTakesNoBytes() throws Exception {
    server.setQuota(0);
    try (Call call = beginPut(PackName.random(), MAX_PACK)) {
      assertThat(failure(call))
          .isInstanceOfSatisfying(
              Refused.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.QUOTA_EXCEEDED));
    }
  }

  @Test
  void aPackThatNoRootNamesIsKeptForADay() throws Exception {
    PackName name = putNew(MIN_PACK);

    server.pass(Duration.ofHours(24));
    server.sweep();
    assertThat(client.get(name, MIN_PACK)).hasSize(MIN_PACK);

    server.pass(Duration.ofHours(1));
    server.sweep();
    assertNothingIsThere(name);
  }

  @Test
  void aPackThatARootNamesIsKeptForGood() throws Exception {
    PackName name = putNew(MIN_PACK);
    client.move(0, ROOT, List.of(name));

    server.pass(Duration.ofDays(4000));
    server.sweep();

    assertThat(client.get(name, MIN_PACK)).hasSize(MIN_PACK);
  }

  @Test
  void aPackThatIsPutAgainIsKeptForAnotherDay() throws Exception {
    PackName name = putNew(MIN_PACK);
    server.pass(Duration.ofHours(23));
    client.put(name, pack(MIN_PACK, 1));

    server.pass(Duration.ofHours(23));
    server.sweep();

    client.move(0, ROOT, List.of(name));
    assertThat(client.get(name, MIN_PACK)).hasSize(MIN_PACK);
  }

  @Test
  void aPackThatTakesMoreThanADayToComeIsNotStored() throws Exception {
    PackName name = PackName.random();
    try (Call call = beginPut(name, 1 << 20)) {
      call.upload().write(pack(Pipe.CAPACITY + 1, 1));
      server.pass(Duration.ofHours(26));
      server.sweep();

      call.upload().write(pack((1 << 20) - Pipe.CAPACITY - 1, 1));
      call.upload().close();

      assertThat(failure(call)).isInstanceOf(Refused.class);
    }
    assertNothingIsThere(name);
  }

  @Test
  void eitherARootGetsItsPackOrTheSweeperDoes() throws Exception {
    for (int round = 0; round < 20; round++) {
      PackName name = putNew(MIN_PACK);
      long number = round;
      server.pass(Duration.ofHours(26));
      List<String> outcomes =
          atOnce(
              List.of(
                  () -> {
                    client.move(client.newest() + 1, ROOT, List.of(name));
                    return null;
                  },
                  () -> {
                    server.sweep();
                    return null;
                  }));

      server.sweep();
      if (outcomes.getFirst().equals("done")) {
        assertThat(client.get(name, MIN_PACK)).as("round %d", number).hasSize(MIN_PACK);
      } else {
        assertThat(outcomes.getFirst()).isEqualTo("NOT_FOUND");
        assertThat(refusal(() -> client.get(name, MIN_PACK))).isEqualTo(ErrorCode.NOT_FOUND);
      }
    }
  }

  @Test
  void aRestartLosesNothing() throws Exception {
    PackName live = putNew(MIN_PACK);
    client.move(0, ROOT, List.of(live));
    PackName notYet = putNew(2 * MIN_PACK);

    server.restart();

    assertThat(client.get(live, MIN_PACK)).isEqualTo(pack(MIN_PACK, 1));
    assertThat(client.get(notYet, 2 * MIN_PACK)).isEqualTo(pack(2 * MIN_PACK, 1));
    assertThat(mark(client.root(VaultMessages.NEWEST))).isEqualTo(ROOT);
    client.move(1, ROOT, List.of(notYet));
    assertThat(client.usage()).isEqualTo(usage(3L * MIN_PACK + 2L * RootHeader.ROOT, 2));
  }

  @Test
  void aPutThatIsOnItsWayWhenTheServerEndsLeavesNothing() throws Exception {
    PackName name = PackName.random();
    try (Call call = beginPut(name, 1 << 20)) {
      call.upload().write(pack(Pipe.CAPACITY + 1, 1));
      server.restart();

      call.upload().write(pack((1 << 20) - Pipe.CAPACITY - 1, 1));
      call.upload().close();

      assertThat(failure(call)).isInstanceOf(Refused.class);
    }
    assertNothingIsThere(name);
  }
}
