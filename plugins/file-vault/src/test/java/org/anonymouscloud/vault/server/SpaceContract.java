package org.anonymouscloud.vault.server;

import static org.anonymouscloud.vault.protocol.VaultMessages.MIN_PACK;
import static org.anonymouscloud.vault.server.VaultClient.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.database.OpenDatabase;
import org.anonymouscloud.core.session.Call;
import org.anonymouscloud.core.wire.Cbor;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.Refused;
import org.anonymouscloud.vault.protocol.DriveId;
import org.anonymouscloud.vault.protocol.Member;
import org.anonymouscloud.vault.protocol.PackName;
import org.anonymouscloud.vault.protocol.Right;
import org.anonymouscloud.vault.protocol.RootHeader;
import org.anonymouscloud.vault.protocol.Roster;
import org.anonymouscloud.vault.protocol.VaultMessages;
import org.anonymouscloud.vault.protocol.VaultMethod;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How space comes back, and that it is counted right, whatever the database. */
abstract class SpaceContract {
  @TempDir Path folder;
  private ServerHalf server;
  private Stored stored;
  private VaultClient client;

  /** An empty database, which the test closes. */
  abstract OpenDatabase open(Path folder);

  @BeforeEach
  void start() throws Exception {
    server = ServerHalf.start(folder, open(folder));
    stored = new Stored(server.database(), server.folder());
    client = VaultClient.create(server, AccountId.random());
  }

  @AfterEach
  void allThatIsCountedIsThere() throws IOException {
    server.sweep();
    stored.checkSums();
    server.close();
  }

  private PackName put() throws Refused, IOException {
    PackName name = PackName.random();
    client.put(name, new byte[MIN_PACK]);
    return name;
  }

  private PackName live() throws Refused, IOException {
    PackName name = put();
    client.next(List.of(name), List.of());
    return name;
  }

  private void assertGone(PackName name) throws IOException {
    assertThat(refusal(() -> client.get(name, 1))).isEqualTo(ErrorCode.NOT_FOUND);
  }

  @Test
  void aDroppedPackIsGivenBackAtOnceAndReadForADay() throws Exception {
    PackName name = live();
    VaultMessages.Usage before = client.usage();

    client.next(List.of(), List.of(name));

    assertThat(client.usage())
        .isEqualTo(
            new VaultMessages.Usage(
                before.used() - MIN_PACK + RootHeader.ROOT,
                Long.MAX_VALUE,
                before.drive() - MIN_PACK + RootHeader.ROOT,
                MIN_PACK,
                0,
                0));
    server.pass(Duration.ofHours(24));
    server.sweep();
    assertThat(client.get(name, MIN_PACK)).hasSize(MIN_PACK);

    server.pass(Duration.ofHours(1));
    server.sweep();
    assertGone(name);
    assertThat(client.usage().held()).isZero();
    assertThat(stored.files()).isEmpty();
  }

  /** What the owner sees as held, by who pays. */
  private Map<AccountId, Long> held() {
    return server.database().read(rows -> new VaultData().held(rows));
  }

  @Test
  @Tag("A37")
  void theOwnerSeesWhatIsHeldOfAllDrivesOfWhoPaysWhetherItCountsOrNot() throws Exception {
    VaultClient other = VaultClient.create(server, client.account());
    VaultClient somebody = VaultClient.create(server, AccountId.random());
    List<PackName> names = List.of(live(), live());
    for (VaultClient each : List.of(other, somebody)) {
      PackName name = PackName.random();
      each.put(name, new byte[MIN_PACK]);
      each.next(List.of(name), List.of());
      each.move(1, new byte[] {1}, List.of(), List.of(name), true);
    }
    // Of these two, one no longer fits and counts.
    server.setQuota(2 * MIN_PACK);
    client.move(client.newest() + 1, new byte[] {1}, List.of(), names, true);

    assertThat(held())
        .isEqualTo(Map.of(client.account(), 3L * MIN_PACK, somebody.account(), (long) MIN_PACK));
    assertThat(stored.space(client.drive()).unpaid()).isEqualTo(MIN_PACK);

    server.pass(Duration.ofHours(26));
    server.sweep();
    assertThat(held()).isEmpty();
  }

  @Test
  void aDroppedPackIsLiveAgainWhenARootNamesItInItsDay() throws Exception {
    PackName name = live();
    client.next(List.of(), List.of(name));
    server.pass(Duration.ofHours(20));

    client.next(List.of(name), List.of());

    server.pass(Duration.ofDays(400));
    server.sweep();
    assertThat(client.get(name, MIN_PACK)).hasSize(MIN_PACK);
    assertThat(client.usage().held()).isZero();
    assertThat(client.usage().packs()).isEqualTo(1);
  }

  @Test
  void aDroppedPackComesBackOnlyIfThereIsSpaceForIt() throws Exception {
    PackName name = live();
    client.next(List.of(), List.of(name));
    server.setQuota(client.usage().used() + MIN_PACK);

    assertThat(refusal(() -> client.next(List.of(name), List.of())))
        .isEqualTo(ErrorCode.QUOTA_EXCEEDED);
    assertThat(client.usage().held()).isEqualTo(MIN_PACK);

    server.setQuota(client.usage().used() + MIN_PACK + RootHeader.ROOT);
    client.next(List.of(name), List.of());
  }

  @Test
  void puttingADroppedPackAgainDoesNotKeepItLonger() throws Exception {
    PackName name = live();
    client.next(List.of(), List.of(name));
    server.pass(Duration.ofHours(20));

    client.put(name, new byte[MIN_PACK]);

    assertThat(client.usage().held()).isEqualTo(MIN_PACK);
    server.pass(Duration.ofHours(5));
    server.sweep();
    assertGone(name);
  }

  @Test
  @Tag("A37")
  void whatIsHeldBeyondTheQuotaStaysCountedUntilItIsDeleted() throws Exception {
    List<PackName> names = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      names.add(live());
    }
    long before = client.usage().used();
    // Two packs are within it and a third is not.
    server.setQuota(3 * MIN_PACK - 1);

    client.move(client.newest() + 1, new byte[] {1}, List.of(), names, true);

    assertThat(client.usage().used()).isEqualTo(before - 2 * MIN_PACK + RootHeader.ROOT);
    assertThat(client.usage().held()).isEqualTo(4 * MIN_PACK);
    server.pass(Duration.ofHours(25));
    server.sweep();
    assertThat(client.usage().used()).isEqualTo(before - 4 * MIN_PACK + RootHeader.ROOT);
    assertThat(client.usage().held()).isZero();
  }

  @Test
  void whatIsHeldIsAddedUpOverAllDrivesOfWhoPays() throws Exception {
    VaultClient other = VaultClient.create(server, client.account());
    PackName first = live();
    PackName second = PackName.random();
    other.put(second, new byte[MIN_PACK]);
    other.next(List.of(second), List.of());
    server.setQuota(client.usage().used() + 2 * RootHeader.ROOT);
    client.next(List.of(), List.of(first));
    server.setQuota(2 * MIN_PACK - 1);
    long before = stored.paid(client.account());

    other.move(1, new byte[] {1}, List.of(), List.of(second), true);

    assertThat(stored.paid(client.account())).isEqualTo(before + RootHeader.ROOT);
  }

  @Test
  @Tag("A37")
  void aDriveThatChangesHandsTakesWhatIsHeldAlong() throws Exception {
    VaultClient heir = client.as(server, AccountId.random());
    client.put(client.after().with(heir.account(), Right.OWN));
    List<PackName> names = List.of(put(), put(), put());
    client.next(names, List.of());
    client.next(List.of(), names.subList(1, 3));
    long kept = client.usage().drive();

    server.setQuota(heir.account(), kept + 2 * MIN_PACK - 1);
    assertThat(stored.paid(client.account())).isEqualTo(kept);
    heir.put(heir.after().paidBy(heir.account()));
    assertThat(stored.paid(client.account())).isZero();
    assertThat(stored.paid(heir.account())).isEqualTo(heir.usage().drive());

    server.setQuota(client.account(), 2 * MIN_PACK - 1);
    assertThat(refusal(() -> client.put(client.after().paidBy(client.account()))))
        .as("the held packs count for it, and do not fit")
        .isEqualTo(ErrorCode.QUOTA_EXCEEDED);
    assertThat(stored.paid(client.account())).isZero();
  }

  @Test
  void aRootDropsWhatIsLiveAndNothingElse() throws Exception {
    PackName live = live();
    PackName loose = put();
    PackName dropped = live();
    client.next(List.of(), List.of(dropped));

    for (PackName wrong : List.of(loose, dropped, PackName.random())) {
      assertThat(refusal(() -> client.next(List.of(), List.of(live, wrong))))
          .isEqualTo(ErrorCode.NOT_FOUND);
    }
    assertThat(client.usage().packs()).as("the live one is live").isEqualTo(2);
  }

  @Test
  void whatIsLiveIsListedAndNothingElse() throws Exception {
    PackName _ = put();
    PackName held = live();
    Map<PackName, Integer> live = new HashMap<>();
    for (int length = MIN_PACK; length <= 8 * MIN_PACK; length *= 2) {
      PackName name = PackName.random();
      client.put(name, new byte[length]);
      client.next(List.of(name), List.of());
      live.put(name, length);
    }
    client.next(List.of(), List.of(held));

    assertThat(client.live()).isEqualTo(live);
    client.next(List.of(held), List.of());
    live.put(held, MIN_PACK);
    assertThat(client.live()).isEqualTo(live);
    assertThat(client.live(PackName.random().encode()).packs())
        .as("what comes after a name that nobody has")
        .hasSizeLessThanOrEqualTo(live.size() * VaultMessages.LISTED_PACK);
  }

  @Test
  void loosePacksGoAtOnceAndOthersStay() throws Exception {
    PackName live = live();
    PackName held = live();
    client.next(List.of(), List.of(held));
    long before = client.usage().used();
    List<PackName> loose = new ArrayList<>(List.of(put(), put()));
    List<PackName> all =
        Stream.concat(loose.stream(), Stream.of(live, held, PackName.random())).toList();

    client.drop(all);

    assertThat(client.usage().used()).isEqualTo(before);
    for (PackName name : loose) {
      assertGone(name);
    }
    assertThat(client.get(live, MIN_PACK)).hasSize(MIN_PACK);
    assertThat(client.get(held, MIN_PACK)).hasSize(MIN_PACK);
    server.sweep();
    assertThat(stored.files()).hasSize(2);
    client.drop(all);
    client.drop(List.of());
  }

  @Test
  void aPackThatIsDroppedOnItsWayDoesNotStay() throws Exception {
    PackName name = PackName.random();
    try (Call call =
        client
            .link()
            .open(
                VaultMethod.PACK_PUT.toString(),
                Cbor.encode(
                    new VaultMessages.PackPut(
                        client.drive().bytes(), name.text(), 1 << 20, false)))) {
      call.upload().write(new byte[Pipe.CAPACITY + 1]);

      client.drop(List.of(name));

      call.upload().write(new byte[(1 << 20) - Pipe.CAPACITY - 1]);
      call.upload().close();
      assertThat(VaultClient.refusal(call::answer)).isEqualTo(ErrorCode.NOT_FOUND);
    }
    assertGone(name);
  }

  @Test
  void afterEachOfManyOperationsTheCountsAreTheSums() throws Exception {
    long seed = new Random().nextLong();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    List<AccountId> accounts = List.of(client.account(), AccountId.random());
    List<Model> drives = new ArrayList<>();
    drives.add(new Model(share(accounts)));
    int done = 0;
    for (int step = 0; step < 400; step++) {
      Model drive = drives.get(random.nextInt(drives.size()));
      try {
        switch (random.nextInt(14)) {
          case 0, 1, 2 -> drive.put(MIN_PACK << random.nextInt(3));
          case 3, 4 -> drive.move(random, drive.loose, drive.live, false);
          case 5, 6 -> drive.move(random, drive.held, drive.live, random.nextBoolean());
          case 7 -> drive.drop(random);
          case 8 -> {
            server.pass(Duration.ofHours(random.nextInt(20)));
            server.sweep();
          }
          case 9 -> server.setQuota(random.nextBoolean() ? Long.MAX_VALUE : 9 * MIN_PACK);
          case 10 -> {
            AccountId heir = accounts.get(random.nextInt(2));
            VaultClient as = drive.client.as(server, heir);
            as.put(as.after().paidBy(heir));
          }
          case 11 ->
              drive.client.put(
                  drive
                      .client
                      .after()
                      .limit(random.nextBoolean() ? Long.MAX_VALUE : 20 * MIN_PACK));
          case 12 -> drives.add(new Model(share(accounts)));
          default -> {
            if (random.nextInt(3) == 0 && drives.size() > 1) {
              drive.delete(server);
              drives.remove(drive);
            }
          }
        }
        done++;
      } catch (Refused e) {
        assertThat(e.code())
            .as("step %d: %s", step, e.getMessage())
            .isIn(ErrorCode.QUOTA_EXCEEDED, ErrorCode.NOT_FOUND, ErrorCode.NOT_ALLOWED);
      }
      // Files go with the sweeper, whose own thread may be at them just now.
      stored.checkCounts();
    }
    assertThat(done).as("not all was refused").isGreaterThan(100);
  }

  /** A drive that both own. */
  private VaultClient share(List<AccountId> accounts) throws Refused, IOException {
    VaultClient made = VaultClient.of(server, accounts.getFirst(), DriveId.random());
    made.create();
    made.put(made.after().with(accounts.getLast(), Right.OWN));
    return made;
  }

  /** What should be in a drive; what has gone with time may still be here. */
  private static final class Model {
    private final VaultClient client;
    private final Set<PackName> loose = new HashSet<>();
    private final Set<PackName> live = new HashSet<>();
    private final Set<PackName> held = new HashSet<>();

    Model(VaultClient client) {
      this.client = client;
    }

    void put(int length) throws Refused, IOException {
      PackName name = PackName.random();
      client.put(name, new byte[length]);
      loose.add(name);
    }

    /** A root that names some of the one kind, and gives some of the other up. */
    void move(Random random, Set<PackName> from, Set<PackName> to, boolean frees)
        throws Refused, IOException {
      List<PackName> named = some(from, random);
      List<PackName> dropped = some(to, random);
      try {
        client.move(client.newest() + 1, new byte[] {1}, named, dropped, frees);
      } catch (Refused e) {
        if (e.code() == ErrorCode.NOT_FOUND) {
          // Their day was over.
          from.removeAll(named);
        }
        throw e;
      }
      from.removeAll(named);
      live.addAll(named);
      live.removeAll(dropped);
      held.addAll(dropped);
    }

    void drop(Random random) throws Refused, IOException {
      List<PackName> names = some(loose, random);
      client.drop(names);
      loose.removeAll(names);
    }

    /** By who pays, after the others have left. */
    void delete(ServerHalf server) throws Refused, IOException {
      Roster roster = client.after().before();
      VaultClient payer = client.as(server, roster.payer());
      for (Member member : roster.members()) {
        if (!member.account().equals(roster.payer())) {
          VaultClient other = client.as(server, member.account());
          other.put(other.after().without(member.account()));
        }
      }
      payer.delete();
    }

    private static List<PackName> some(Set<PackName> names, Random random) {
      return names.stream()
          .sorted(Comparator.comparing(PackName::text))
          .filter(name -> random.nextInt(3) == 0)
          .toList();
    }
  }
}
