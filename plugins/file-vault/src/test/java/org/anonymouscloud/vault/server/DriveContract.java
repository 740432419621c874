package org.anonymouscloud.vault.server;

import static org.anonymouscloud.vault.protocol.VaultMessages.MIN_PACK;
import static org.anonymouscloud.vault.server.VaultClient.DEVICE;
import static org.anonymouscloud.vault.server.VaultClient.EMPTY;
import static org.anonymouscloud.vault.server.VaultClient.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.ChainFloor;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.database.OpenDatabase;
import org.anonymouscloud.core.session.Call;
import org.anonymouscloud.core.wire.Cbor;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.Refused;
import org.anonymouscloud.vault.protocol.DriveId;
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

/** Who the members of a drive are, who pays, and how it ends, whatever the database. */
abstract class DriveContract {
  private static final byte[] NONE = {};
  private static final byte[] MARK = {1};

  @TempDir Path folder;
  private ServerHalf server;
  private Stored stored;
  private VaultClient owner;

  /** A member with the right that its name says, or a stranger. */
  private VaultClient writer;

  private VaultClient reader;
  private VaultClient stranger;

  /** An empty database, which the test closes. */
  abstract OpenDatabase open(Path folder);

  @BeforeEach
  void start() throws Exception {
    server = ServerHalf.start(folder, open(folder));
    stored = new Stored(server.database(), server.folder());
    owner = VaultClient.create(server, AccountId.random());
    writer = owner.as(server, AccountId.random());
    reader = owner.as(server, AccountId.random());
    stranger = owner.as(server, AccountId.random());
  }

  private void share() throws Refused, IOException {
    owner.put(owner.after().with(writer.account(), Right.WRITE).with(reader.account(), Right.READ));
  }

  @AfterEach
  void allThatIsCountedIsThere() throws IOException {
    server.sweep();
    stored.checkSums();
    server.close();
  }

  private PackName put(VaultClient client) throws Refused, IOException {
    PackName name = PackName.random();
    client.put(name, new byte[MIN_PACK]);
    return name;
  }

  @Test
  void aNewDriveIsItsMakersAlone() throws Exception {
    assertThat(owner.list(NONE).drives())
        .isEqualTo(ByteBuffer.allocate(24).put(owner.drive().bytes()).putLong(0).array());
    assertThat(owner.rosters(0).rosters())
        .containsExactly(
            TestRosters.whole(TestRosters.first(owner.drive(), owner.account(), DEVICE)));
    assertThat(owner.grant().generation()).isZero();
    assertThat(owner.grant().grant()).isEqualTo(TestRosters.grant(owner.account(), 0));
    assertThat(owner.usage())
        .isEqualTo(new VaultMessages.Usage(EMPTY, Long.MAX_VALUE, EMPTY, 0, 0, 0));
    assertThat(refusal(() -> stranger.create())).isEqualTo(ErrorCode.CONFLICT);
    assertThat(refusal(() -> owner.create())).isEqualTo(ErrorCode.CONFLICT);
  }

  @Test
  void membersAreThoseOfTheNewestRoster() throws Exception {
    share();
    assertThat(reader.grant().grant()).isEqualTo(TestRosters.grant(reader.account(), 0));
    assertThat(reader.list(NONE).drives())
        .isEqualTo(ByteBuffer.allocate(24).put(owner.drive().bytes()).putLong(1).array());

    owner.put(owner.after().with(reader.account(), Right.WRITE));
    reader.move(0, MARK, List.of(put(reader)));
    assertThat(reader.grant().grant()).isEqualTo(TestRosters.grant(reader.account(), 0));

    reader.put(reader.after().without(reader.account()));
    assertThat(refusal(() -> reader.root(0))).isEqualTo(ErrorCode.NOT_FOUND);
    assertThat(reader.list(NONE).drives()).isEmpty();
    assertThat(stored.paid(reader.account())).as("members pay nothing").isZero();
  }

  @Test
  @Tag("A33")
  void afterARemovalNothingIsWrittenWithTheOldKeysOrByWhoWasRemoved() throws Exception {
    share();
    PackName stolen = put(writer);
    byte[] old = reader.root(0, 0, RootHeader.NOTHING, MARK);
    byte[] oldOfWriter = writer.root(0, 0, RootHeader.NOTHING, MARK);
    Call arriving =
        writer
            .link()
            .open(
                VaultMethod.PACK_PUT.toString(),
                Cbor.encode(
                    new VaultMessages.PackPut(
                        owner.drive().bytes(), PackName.random().text(), 1 << 20, false)));
    arriving.upload().write(new byte[Pipe.CAPACITY + 1]);

    owner.put(
        owner.after().without(writer.account()).with(reader.account(), Right.WRITE).renewed());
    arriving.upload().write(new byte[(1 << 20) - Pipe.CAPACITY - 1]);
    arriving.upload().close();

    assertThat(refusal(() -> arriving.answer())).isEqualTo(ErrorCode.NOT_FOUND);
    assertThat(refusal(() -> writer.move(oldOfWriter, 0, List.of(stolen), List.of(), false)))
        .isEqualTo(ErrorCode.NOT_FOUND);
    assertThat(refusal(() -> reader.move(old, 0, List.of(), List.of(), false)))
        .isEqualTo(ErrorCode.CONFLICT);
    reader.move(0, MARK, List.of());
    assertThat(reader.grant().generation()).isEqualTo(1);
    assertThat(reader.grant().grant()).isEqualTo(TestRosters.grant(reader.account(), 1));
  }

  @Test
  void aRosterThatDoesNotFollowTheNewestIsRefused() throws Exception {
    share();
    Roster another = owner.after().with(stranger.account(), Right.READ).roster(DEVICE);
    byte[] grants = TestRosters.grants(TestRosters.after(owner.newestRoster()).before(), another);
    owner.put(owner.after().renewed());

    assertThat(refusal(() -> owner.put(another, grants))).isEqualTo(ErrorCode.CONFLICT);

    TestRosters.Next later = owner.after();
    Roster tooFar =
        TestRosters.after(TestRosters.whole(later.roster(DEVICE)))
            .by(owner.account())
            .roster(DEVICE);
    assertThat(refusal(() -> owner.put(tooFar, NONE))).isEqualTo(ErrorCode.CONFLICT);
  }

  @Test
  void ofManyWhoSetTheNextRosterOneWins() throws Exception {
    TestRosters.Next next = owner.after();
    List<Callable<Void>> puts = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      Roster roster =
          TestRosters.after(owner.newestRoster())
              .with(AccountId.random(), Right.READ)
              .roster(DEVICE);
      puts.add(
          () -> {
            owner.put(roster, TestRosters.grants(next.before(), roster));
            return null;
          });
    }

    assertThat(VaultContract.atOnce(puts))
        .containsOnly("done", "CONFLICT")
        .containsOnlyOnce("done");
    assertThat(owner.after().before().members()).hasSize(2);
  }

  @Test
  void aMemberSaysWhatItsRightAllowsInItsOwnNameAlone() throws Exception {
    share();
    for (TestRosters.Next more :
        List.of(
            reader.after().with(stranger.account(), Right.READ),
            writer.after().with(stranger.account(), Right.READ),
            writer.after().with(writer.account(), Right.OWN),
            writer.after().without(reader.account()).renewed(),
            reader.after().renewed(),
            owner.after().without(reader.account()),
            owner.after().with(writer.account(), Right.OWN).paidBy(writer.account()))) {
      VaultClient client = clientOf(more);
      assertThat(refusal(() -> client.put(more))).isEqualTo(ErrorCode.NOT_ALLOWED);
    }
    TestRosters.Next forged = owner.after().with(stranger.account(), Right.OWN);
    Roster asOwner = forged.roster(DEVICE);
    assertThat(refusal(() -> writer.put(asOwner, TestRosters.grants(forged.before(), asOwner))))
        .isEqualTo(ErrorCode.BAD_REQUEST);

    writer.put(writer.after().renewed());
    reader.put(reader.after().without(reader.account()));
  }

  private VaultClient clientOf(TestRosters.Next next) {
    return owner.as(server, next.roster(DEVICE).maker());
  }

  @Test
  void theHeadOfARosterIsARootOfTheDrive() throws Exception {
    share();
    byte[] another = owner.root(0, 0, RootHeader.NOTHING, new byte[] {9});
    assertThat(refusal(() -> owner.put(owner.after().renewed().at(0, another))))
        .isEqualTo(ErrorCode.CONFLICT);
    owner.move(0, MARK, List.of());
    owner.put(owner.after().renewed());

    assertThat(refusal(() -> owner.put(owner.after().renewed().at(0, another))))
        .isEqualTo(ErrorCode.CONFLICT);
    byte[] root = owner.root(0).root();
    owner.put(owner.after().renewed().at(0, root));
    assertThat(owner.after().before().root()).isZero();
  }

  @Test
  void rostersComeInPortions() throws Exception {
    int rosters = VaultMessages.MAX_ROSTERS_IN_ANSWER / Roster.encodedLength(1) + 2;
    TestRosters.Next next = owner.after();
    for (int i = 1; i < rosters; i++) {
      Roster roster = next.renewed().roster(DEVICE);
      owner.put(roster, TestRosters.grants(next.before(), roster));
      next = TestRosters.after(TestRosters.whole(roster));
    }

    VaultMessages.RosterGot first = owner.rosters(0);
    VaultMessages.RosterGot rest = owner.rosters(first.rosters().size());

    assertThat(first.more()).isTrue();
    assertThat(first.rosters()).hasSize(rosters - 2);
    assertThat(rest.more()).isFalse();
    assertThat(rest.rosters()).hasSize(2);
    assertThat(owner.rosters(rosters)).isEqualTo(new VaultMessages.RosterGot(List.of(), false));
  }

  @Test
  void theLastRostersOfADriveAreForItsOwners() throws Exception {
    share();
    pretendRosters(VaultMessages.MAX_ROSTERS - VaultMessages.ROSTERS_OF_OWNERS);

    assertThat(refusal(() -> writer.put(writer.after().renewed())))
        .isEqualTo(ErrorCode.NOT_ALLOWED);
    owner.put(owner.after().renewed());

    pretendRosters(VaultMessages.MAX_ROSTERS);
    assertThat(refusal(() -> owner.put(owner.after().renewed())))
        .isEqualTo(ErrorCode.QUOTA_EXCEEDED);
  }

  @Test
  @Tag("A36")
  void theLastBytesOfRostersOfADriveAreForItsOwners() throws Exception {
    share();
    pretendRosters(7_000);
    pretendBytes(VaultMessages.MAX_ROSTER_BYTES - VaultMessages.ROSTER_BYTES_OF_OWNERS);

    assertThat(refusal(() -> writer.put(after(writer, 6_999).renewed())))
        .isEqualTo(ErrorCode.NOT_ALLOWED);
    assertThat(refusal(() -> reader.put(after(reader, 6_999).without(reader.account()))))
        .isEqualTo(ErrorCode.NOT_ALLOWED);
    owner.put(after(owner, 6_999).without(writer.account()).renewed());

    pretendBytes(VaultMessages.MAX_ROSTER_BYTES - Roster.encodedLength(2));
    owner.put(after(owner, 7_000).renewed());
    assertThat(refusal(() -> owner.put(after(owner, 7_001).renewed())))
        .isEqualTo(ErrorCode.QUOTA_EXCEEDED);
    pretendBytes(0);
  }

  private static TestRosters.Next after(VaultClient maker, long number)
      throws Refused, IOException {
    return TestRosters.after(maker.rosters(number).rosters().getFirst()).by(maker.account());
  }

  /** As if all rosters had so many bytes: some of the early ones are nothing but that. */
  private void pretendBytes(long bytes) {
    server
        .database()
        .<Void, RuntimeException>write(
            rows -> {
              rows.execute("DELETE FROM vault_rosters WHERE number BETWEEN 10 AND 19");
              long left = bytes - new DriveTables(rows).rosterBytes(owner.drive());
              for (int i = 10; left > 0; i++) {
                long part = Math.min(left, 7L << 20);
                rows.execute(
                    "INSERT INTO vault_rosters (drive, number, roster) VALUES (?, ?, ?)",
                    owner.drive().bytes(),
                    i,
                    new byte[(int) part]);
                left -= part;
              }
              return null;
            });
  }

  @Test
  @Tag("A33")
  void nobodySaysOfAnAccountWhatItsChainDoesNotHave() throws Exception {
    ChainFloor own = new ChainFloor(3, Digest.sha256(new byte[] {5}));
    ChainFloor later = new ChainFloor(5, Digest.sha256(new byte[] {6}));
    ServerHalf.Chain has =
        (link, generation) -> generation <= 1 && (link.equals(own) || link.equals(later));
    for (VaultClient one : List.of(owner, writer, reader)) {
      server.knows(one.account(), has);
    }
    share();
    server.knows(stranger.account(), (_, _) -> false);

    for (VaultClient of : List.of(owner, writer, reader)) {
      assertFalse(writer.after().renewed().saying(of.account(), 2, own));
      assertFalse(writer.after().renewed().saying(of.account(), 0, new ChainFloor(3, digest(7))));
      assertFalse(writer.after().renewed().saying(of.account(), 0, new ChainFloor(6, digest(6))));
      assertFalse(owner.after().renewed().saying(of.account(), 1 << 30, own));
    }
    assertFalse(owner.after().with(stranger.account(), Right.READ));
    VaultClient other = VaultClient.of(server, stranger.account(), DriveId.random());
    assertThat(refusal(other::create)).isEqualTo(ErrorCode.NOT_ALLOWED);

    writer.put(writer.after().renewed().saying(owner.account(), 1, later));
    // Of an account that is gone everything stays as it was.
    server.knows(reader.account(), (_, _) -> false);
    owner.put(owner.after().without(writer.account()).renewed());
    assertThat(refusal(() -> writer.root(0))).isEqualTo(ErrorCode.NOT_FOUND);
  }

  /** Its chain would stay for as long as somebody likes who knows its id. */
  @Test
  @Tag("A36")
  void aDeletedAccountIsNamedAsLongAsItStaysAndLetInNoMore() throws Exception {
    share();
    server.bury(writer.account());
    server.bury(stranger.account());
    ChainFloor later = new ChainFloor(5, Digest.sha256(new byte[] {6}));

    assertFalse(owner.after().with(stranger.account(), Right.READ));
    owner.put(owner.after().renewed().saying(writer.account(), 1, later));
    owner.put(owner.after().without(writer.account()).renewed());
    assertFalse(owner.after().with(writer.account(), Right.READ));
  }

  private static Digest digest(int number) {
    return Digest.sha256(new byte[] {(byte) number});
  }

  private void assertFalse(TestRosters.Next next) throws IOException {
    VaultClient maker = owner.as(server, next.roster(DEVICE).maker());
    assertThat(refusal(() -> maker.put(next))).isEqualTo(ErrorCode.NOT_ALLOWED);
  }

  /** As if the newest were the last of so many. */
  private void pretendRosters(int count) throws Exception {
    Roster now = owner.after().before();
    byte[] last =
        TestRosters.whole(
            new Roster(
                now.drive(),
                count - 1,
                now.previous(),
                now.maker(),
                now.device(),
                now.millis(),
                now.generation(),
                now.commitment(),
                now.root(),
                now.rootHash(),
                now.payer(),
                now.limit(),
                now.members()));
    server
        .database()
        .<Void, RuntimeException>write(
            rows -> {
              rows.execute(
                  "UPDATE vault_rosters SET number = ?, roster = ? WHERE number ="
                      + " (SELECT MAX(number) FROM vault_rosters)",
                  count - 1,
                  last);
              rows.execute("UPDATE vault_drives SET roster = ?", count - 1);
              return null;
            });
  }

  @Test
  void drivesAreListedInPortions() throws Exception {
    List<String> all = new ArrayList<>();
    server
        .database()
        .<Void, RuntimeException>write(
            rows -> {
              for (int i = 0; i < VaultMessages.MAX_DRIVES_IN_ANSWER + 5; i++) {
                DriveId drive = DriveId.random();
                Roster roster = TestRosters.first(drive, AccountId.random(), DEVICE);
                new DriveTables(rows).insertDrive(roster);
                new DriveTables(rows)
                    .insertMember(drive, TestRosters.member(stranger.account(), Right.READ));
                all.add(drive.toString());
              }
              return null;
            });
    all.sort(null);

    VaultMessages.DriveListed first = stranger.list(NONE);
    List<String> ids = ids(first);
    VaultMessages.DriveListed rest = stranger.list(HexFormat.of().parseHex(ids.getLast()));

    assertThat(first.more()).isTrue();
    assertThat(ids).hasSize(VaultMessages.MAX_DRIVES_IN_ANSWER);
    assertThat(rest.more()).isFalse();
    ids.addAll(ids(rest));
    assertThat(ids).isEqualTo(all);
  }

  private static List<String> ids(VaultMessages.DriveListed listed) {
    List<String> ids = new ArrayList<>();
    ByteBuffer in = ByteBuffer.wrap(listed.drives());
    while (in.hasRemaining()) {
      byte[] id = new byte[DriveId.LENGTH];
      in.get(id);
      assertThat(in.getLong()).isZero();
      ids.add(HexFormat.of().formatHex(id));
    }
    return ids;
  }

  @Test
  void anAccountPaysForABoundedNumberOfDrives() throws Exception {
    share();
    owner.put(owner.after().with(writer.account(), Right.OWN));
    List<VaultClient> drives = new ArrayList<>();
    for (int i = 0; i < VaultMessages.MAX_DRIVES_PAID; i++) {
      drives.add(VaultClient.create(server, writer.account()));
    }

    assertThat(refusal(() -> VaultClient.of(server, writer.account(), DriveId.random()).create()))
        .isEqualTo(ErrorCode.QUOTA_EXCEEDED);
    assertThat(refusal(() -> writer.put(writer.after().paidBy(writer.account()))))
        .isEqualTo(ErrorCode.QUOTA_EXCEEDED);

    drives.getFirst().delete();
    writer.put(writer.after().paidBy(writer.account()));
  }

  @Test
  void whoPaysIsChargedForWhatAllWrite() throws Exception {
    share();
    put(writer);
    writer.move(0, MARK, List.of(put(writer)));

    assertThat(stored.paid(owner.account())).isEqualTo(owner.usage().drive());
    assertThat(stored.paid(writer.account())).isZero();
    server.setQuota(owner.account(), owner.usage().used());
    assertThat(refusal(() -> put(writer))).isEqualTo(ErrorCode.QUOTA_EXCEEDED);
  }

  @Test
  void aChangeOfWhoPaysMovesAllOfItOrNothing() throws Exception {
    share();
    owner.put(owner.after().with(writer.account(), Right.OWN));
    owner.move(0, MARK, List.of(put(owner), put(owner)));
    owner.next(List.of(), List.of(liveOne()));
    long all = stored.paid(owner.account());
    server.setQuota(writer.account(), all);
    TestRosters.Next next = writer.after().paidBy(writer.account());

    assertThat(refusal(() -> writer.put(next)))
        .as("and the roster itself")
        .isEqualTo(ErrorCode.QUOTA_EXCEEDED);
    assertThat(stored.paid(owner.account())).isEqualTo(all);

    server.setQuota(writer.account(), 2 * all);
    writer.put(next);
    assertThat(stored.paid(owner.account())).isZero();
    assertThat(stored.paid(writer.account())).isEqualTo(all + Roster.encodedLength(3));
  }

  /** A live pack that may be dropped. */
  private PackName liveOne() throws Refused, IOException {
    PackName name = put(owner);
    owner.next(List.of(name), List.of());
    return name;
  }

  @Test
  void theDrivesOwnLimitIsSaidInOtherWordsThanTheQuota() throws Exception {
    owner.put(
        owner.after().limit(owner.usage().drive() + Roster.encodedLength(1) + MIN_PACK + 100));
    put(owner);

    assertThat(said(() -> put(owner)))
        .matches(
            "QUOTA_EXCEEDED The drive's limit is reached: [0-9.]+ KiB of [0-9.]+ KiB are used, and"
                + " this needs [0-9.]+ KiB more\\.");
    assertThat(refusal(() -> owner.move(0, MARK, List.of())))
        .as("too little is left")
        .isEqualTo(ErrorCode.QUOTA_EXCEEDED);
    owner.move(0, MARK, List.of(), List.of(), true);

    server.setQuota(owner.account(), 1);
    assertThat(said(() -> put(owner))).isEqualTo("QUOTA_EXCEEDED The account's space is used up.");
    server.setQuota(owner.account(), Long.MAX_VALUE);
    owner.put(owner.after().limit(Long.MAX_VALUE));
    put(owner);
  }

  private static String said(VaultClient.Asking asking) throws IOException {
    try {
      asking.run();
    } catch (Refused e) {
      return e.code() + " " + e.getMessage();
    }
    throw new AssertionError("This was not refused.");
  }

  @Test
  void beyondADrivesLimitThereIsALittleForDeletionsAndNoMore() throws Exception {
    for (int i = 0; i < 3; i++) {
      owner.put(PackName.random(), new byte[4 << 20]);
    }
    owner.put(owner.after().limit(1));
    long before = owner.usage().drive() - Roster.encodedLength(1);

    ErrorCode stopped = null;
    while (stopped == null) {
      try {
        owner.put(PackName.random().text(), 1 << 18, new byte[1 << 18], true);
      } catch (Refused e) {
        stopped = e.code();
      }
    }

    assertThat(stopped).isEqualTo(ErrorCode.QUOTA_EXCEEDED);
    assertThat(owner.usage().drive() - before).isBetween(15L << 18, 16L << 18);
  }

  @Test
  void aDriveThatIsDeletedIsGoneWithAllThatWasInIt() throws Exception {
    PackName live = put(owner);
    owner.move(0, MARK, List.of(live, put(owner)));
    owner.move(1, MARK, List.of(), List.of(live), false);
    put(owner);
    VaultClient other = VaultClient.create(server, owner.account());
    PackName others = put(other);
    Call arriving =
        owner
            .link()
            .open(
                VaultMethod.PACK_PUT.toString(),
                Cbor.encode(
                    new VaultMessages.PackPut(
                        owner.drive().bytes(), PackName.random().text(), 1 << 20, false)));
    arriving.upload().write(new byte[Pipe.CAPACITY + 1]);

    owner.delete();

    assertThat(stored.paid(owner.account())).isEqualTo(other.usage().drive());
    arriving.upload().write(new byte[(1 << 20) - Pipe.CAPACITY - 1]);
    arriving.upload().close();
    assertThat(failure(arriving)).isInstanceOf(Refused.class);
    server.sweep();
    assertNoRowNames(owner.drive());
    assertThat(stored.files()).hasSize(1);
    assertThat(other.get(others, MIN_PACK)).hasSize(MIN_PACK);
    owner.create();
    assertThat(refusal(() -> owner.root(0))).isEqualTo(ErrorCode.NOT_FOUND);
  }

  private void assertNoRowNames(DriveId drive) {
    for (String table :
        List.of(
            "vault_drives",
            "vault_rosters",
            "vault_members",
            "vault_grants",
            "vault_packs",
            "vault_loose_files",
            "vault_roots",
            "vault_space")) {
      long rows =
          server
              .database()
              .<Long, RuntimeException>read(
                  handle ->
                      handle
                          .createQuery("SELECT COUNT(*) FROM " + table + " WHERE drive = ?")
                          .bind(0, drive.bytes())
                          .mapTo(Long.class)
                          .one());
      assertThat(rows).as(table).isZero();
    }
  }

  @Test
  void aDeletedAccountTakesWhatItPaysForAndLeavesTheRest() throws Exception {
    share();
    VaultClient paid = VaultClient.create(server, writer.account());
    paid.put(paid.after().with(owner.account(), Right.OWN));
    paid.move(0, MARK, List.of(put(paid)));
    PackName kept = put(writer);
    writer.move(0, MARK, List.of(kept));
    assertThat(endsForOthers(writer.account()))
        .singleElement()
        .asString()
        .contains("a drive that 1 other account uses", "drive quota DRIVE --pay");
    assertThat(endsForOthers(owner.account())).singleElement().asString().contains("2 others use");
    assertThat(endsForOthers(reader.account())).isEmpty();

    forget(writer.account());
    server.sweep();
    assertThat(endsForOthers(writer.account())).isEmpty();

    assertNoRowNames(paid.drive());
    assertThat(refusal(() -> paid.as(server, owner.account()).root(0)))
        .isEqualTo(ErrorCode.NOT_FOUND);
    assertThat(refusal(() -> writer.get(kept, 1))).isEqualTo(ErrorCode.NOT_FOUND);
    assertThat(reader.get(kept, MIN_PACK)).hasSize(MIN_PACK);
    assertThat(owner.after().before().member(writer.account())).isPresent();

    owner.put(owner.after().renewed());
    assertThat(refusal(() -> writer.grant()))
        .as("it is still named, and gets nothing")
        .isEqualTo(ErrorCode.NOT_FOUND);
    stored.checkSums();
    owner.put(owner.after().without(writer.account()).renewed());
    assertThat(needsChain(writer.account())).as("older lists name it").isTrue();
    assertThat(needsChain(stranger.account())).isFalse();

    owner.put(owner.after().without(reader.account()).renewed());
    owner.delete();
    assertThat(needsChain(writer.account())).as("nothing is left to check").isFalse();
  }

  private List<String> endsForOthers(AccountId account) {
    return server.database().read(rows -> new VaultData().endsForOthers(rows, account));
  }

  private boolean needsChain(AccountId account) {
    return server.database().read(rows -> new VaultData().needsChain(rows, account));
  }

  private void forget(AccountId account) {
    VaultData data = new VaultData();
    while (server.database().<Boolean, RuntimeException>write(rows -> data.forget(rows, account))) {
      // Until nothing is left.
    }
    server
        .database()
        .<Void, RuntimeException>write(
            rows -> {
              // As the core does with the account itself.
              rows.execute("DELETE FROM account_space WHERE account_id = ?", account.bytes());
              return null;
            });
  }

  @Test
  void aPutThatIsOnItsWayWhenItsAccountIsDeletedLeavesNothing() throws Exception {
    Call arriving =
        owner
            .link()
            .open(
                VaultMethod.PACK_PUT.toString(),
                Cbor.encode(
                    new VaultMessages.PackPut(
                        owner.drive().bytes(), PackName.random().text(), 1 << 20, false)));
    arriving.upload().write(new byte[Pipe.CAPACITY + 1]);

    forget(owner.account());
    arriving.close();
    assertThat(failure(arriving)).isInstanceOf(IOException.class);
    server.sweep();

    assertNoRowNames(owner.drive());
    assertThat(stored.files()).isEmpty();
  }

  private static Exception failure(Call call) {
    try {
      call.answer();
    } catch (Refused | IOException e) {
      return e;
    }
    throw new AssertionError("This did not fail.");
  }

  @Test
  void membersHearThatTheRootHasMoved() throws Exception {
    share();
    BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    for (VaultClient client : List.of(owner, writer, reader, stranger)) {
      client
          .link()
          .subscribe(
              VaultMethod.ROOT_MOVED,
              drive -> heard.add(client.account() + " of " + HexFormat.of().formatHex(drive)));
    }

    writer.move(0, MARK, List.of());

    assertThat(List.of(next(heard), next(heard), next(heard)))
        .containsExactlyInAnyOrder(
            owner.account() + " of " + owner.drive(),
            writer.account() + " of " + owner.drive(),
            reader.account() + " of " + owner.drive());
    assertThat(heard).isEmpty();
  }

  @Test
  void whoIsRemovedHearsItAndSoDoThoseWhoStay() throws Exception {
    share();
    BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    for (VaultClient client : List.of(writer, reader)) {
      client.link().subscribe(VaultMethod.ROSTER_MOVED, drive -> heard.add(seenBy(client)));
    }

    owner.put(owner.after().without(reader.account()).renewed());

    // Hints of what was before may come as well.
    List<String> awaited =
        new ArrayList<>(List.of(reader.account() + " is out", writer.account() + " sees 2"));
    while (!awaited.isEmpty()) {
      awaited.remove(next(heard));
    }
  }

  /** What somebody finds who looks because of a hint. */
  private static String seenBy(VaultClient client) {
    try {
      return client.account() + " sees " + (client.rosters(0).rosters().size() - 1);
    } catch (Refused e) {
      return client.account() + " is out";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String next(BlockingQueue<String> heard) throws InterruptedException {
    String next = heard.poll(1, TimeUnit.MINUTES);
    assertThat(next).as("heard in time").isNotNull();
    return next;
  }
}
