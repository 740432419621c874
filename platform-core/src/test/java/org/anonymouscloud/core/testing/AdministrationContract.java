package org.anonymouscloud.core.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.ResultSet;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.AccountSpace;
import org.anonymouscloud.core.account.UserName;
import org.anonymouscloud.core.account.protocol.AccountMethod;
import org.anonymouscloud.core.account.server.AccountSummary;
import org.anonymouscloud.core.account.server.Activity;
import org.anonymouscloud.core.account.server.Administration;
import org.anonymouscloud.core.account.server.Deletions;
import org.anonymouscloud.core.account.server.DeviceOfAccount;
import org.anonymouscloud.core.account.server.PresenceRecords;
import org.anonymouscloud.core.account.server.StoredSpace;
import org.anonymouscloud.core.crypto.RandomBytes;
import org.anonymouscloud.core.database.Migrations;
import org.anonymouscloud.core.plugin.FeatureData;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.Refused;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the server's owner does and sees. */
public abstract class AdministrationContract extends AccountServiceFixture {
  /** What there is of an account while features let go of it. */
  private static final List<String> JUST_DELETED =
      List.of("account_deletions", "gone_accounts", "gone_links");

  @Test
  void aQuotaIsTheServersDefaultUntilItIsSet() throws Exception {
    BareAccount alice = new BareAccount(ALICE);
    register(alice);
    assertThat(quota(alice.id)).isEqualTo(QUOTA);
    assertThat(quota(AccountId.random())).isZero();

    assertThat(owner().setQuota(ALICE, Long.MAX_VALUE)).isTrue();
    assertThat(owner().setQuota(BOB, 1)).isFalse();
    assertThat(quota(alice.id)).isEqualTo(Long.MAX_VALUE);
    assertThatThrownBy(() -> owner().setQuota(ALICE, -1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(quota(alice.id)).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void whoIsThereIsSeenOnAllNodesAndADeadNodeIsNotBelieved() throws Exception {
    BareAccount alice = new BareAccount(ALICE);
    register(alice);
    BareAccount bob = new BareAccount(BOB);
    register(bob);
    try (PresenceRecords one = new PresenceRecords(database(), calendar);
        PresenceRecords other = new PresenceRecords(database(), calendar)) {
      PresenceRecords.Visit visit = one.enter(alice.id);
      assertThat(activities()).containsExactly(Activity.OFFLINE, Activity.OFFLINE);
      one.write();
      assertThat(activities()).containsExactly(Activity.ONLINE, Activity.OFFLINE);

      calendar.pass(Duration.ofMinutes(11));
      one.write();
      assertThat(activities()).containsExactly(Activity.AWAY, Activity.OFFLINE);
      PresenceRecords.Visit second = other.enter(alice.id);
      other.write();
      assertThat(activities()).containsExactly(Activity.ONLINE, Activity.OFFLINE);
      second.close();
      other.write();
      assertThat(activities()).containsExactly(Activity.AWAY, Activity.OFFLINE);
      visit.request();
      one.write();
      assertThat(activities()).containsExactly(Activity.ONLINE, Activity.OFFLINE);

      // The first node is as if it had been killed; when it goes on after all, it says so.
      calendar.pass(Duration.ofSeconds(PresenceRecords.WORTH_SECONDS));
      assertThat(activities()).containsExactly(Activity.OFFLINE, Activity.OFFLINE);
      PresenceRecords.Visit bobs = other.enter(bob.id);
      other.write();
      assertThat(activities()).containsExactly(Activity.OFFLINE, Activity.ONLINE);
      one.write();
      assertThat(activities()).containsExactly(Activity.ONLINE, Activity.ONLINE);
      visit.close();
      one.write();
      bobs.close();
      other.write();
      assertThat(activities()).containsExactly(Activity.OFFLINE, Activity.OFFLINE);
    }
  }

  private List<Activity> activities() {
    return owner().accounts().stream().map(AccountSummary::activity).toList();
  }

  @Test
  void whoStaysForDaysIsSeenEachDay() throws Exception {
    BareAccount alice = new BareAccount(ALICE);
    register(alice);
    LocalDate day = lastSeen();
    try (PresenceRecords attendance = new PresenceRecords(database(), calendar);
        PresenceRecords.Visit _ = attendance.enter(alice.id)) {
      attendance.write();
      calendar.pass(Duration.ofDays(1));
      attendance.write();
    }
    assertThat(lastSeen()).isEqualTo(day.plusDays(1));
  }

  @Test
  @Tag("S4.9")
  void allFeaturesShareOneQuotaAndAnAccountThatIsGoneHasNone() throws Exception {
    BareAccount alice = new BareAccount(ALICE);
    register(alice);
    assertThat(owner().setQuota(ALICE, 1_000)).isTrue();
    assertThat(takes("vault", alice.id, 600)).isTrue();
    assertThat(takes("notes", alice.id, 401)).isFalse();
    assertThat(takes("notes", alice.id, 400)).isTrue();
    database()
        .<Void, RuntimeException>write(
            rows -> {
              service().space("vault").giveBack(rows, alice.id, 500);
              return null;
            });
    assertThat(takes("vault", alice.id, 501)).isFalse();
    assertThat(takes("notes", alice.id, 500)).isTrue();
    // What a feature had whose tables are deleted is not counted any more.
    database()
        .<Void, RuntimeException>write(
            rows -> {
              StoredSpace.forget(rows, "notes");
              return null;
            });
    assertThat(takes("vault", alice.id, 901)).isFalse();
    assertThat(takes("vault", alice.id, 900)).isTrue();

    service().delete(alice.id);

    assertThat(takes("vault", alice.id, 1)).isFalse();
  }

  private boolean takes(String feature, AccountId account, long bytes) {
    AccountSpace space = service().space(feature);
    try {
      database()
          .<Void, Refused>write(
              rows -> {
                space.take(rows, account, bytes, false);
                return null;
              });
      return true;
    } catch (Refused e) {
      assertThat(e.code()).isEqualTo(ErrorCode.QUOTA_EXCEEDED);
      return false;
    }
  }

  @Test
  void aDeletedAccountLeavesNothingAndItsNameIsFree() throws Exception {
    BareAccount alice = new BareAccount(ALICE);
    BareAccount bob = new BareAccount(BOB);
    register(alice);
    register(bob);
    long changes = service().changes();
    try (PresenceRecords attendance = new PresenceRecords(database(), calendar);
        PresenceRecords.Visit _ = attendance.enter(alice.id)) {
      attendance.write();

      assertThat(owner().delete(ALICE)).isTrue();

      assertThat(owner().delete(ALICE)).isFalse();
      assertThat(rowsOf(alice.id)).containsExactlyInAnyOrderElementsOf(JUST_DELETED);
    }
    assertThat(service().changes()).isGreaterThan(changes);
    DeviceOfAccount alices = new DeviceOfAccount(alice.id, alice.device);
    DeviceOfAccount bobs = new DeviceOfAccount(bob.id, bob.device);
    assertThat(service().refused(Set.of(alices, bobs))).containsExactly(alices);
    byte[] hash = RandomBytes.next(HASH);
    refuses(
        ErrorCode.LOGIN_FAILED, peer(hash), AccountMethod.DEVICE_LOGIN, alice.deviceLogin(hash));
    assertThat(loggedIn(bob).account()).contains(bob.id);

    refuses(
        ErrorCode.CONFLICT,
        stranger(),
        AccountMethod.REGISTER_FINISH,
        alice.registration(anyRecord()));
    register(new BareAccount(ALICE));
    service().delete(bob.id);
    service().delete(bob.id);
    assertThat(owner().accounts()).extracting(AccountSummary::name).containsExactly(ALICE);
    assertThat(rowsOf(bob.id)).containsExactlyInAnyOrderElementsOf(JUST_DELETED);
  }

  private long quota(AccountId account) {
    return database().read(rows -> service().space("notes").usage(rows, account)).quota();
  }

  /** The tables that have rows of an account. */
  private List<String> rowsOf(AccountId account) throws Exception {
    return database()
        .<List<String>, Exception>read(
            handle -> {
              List<String> found = new ArrayList<>();
              try (ResultSet columns =
                  handle
                      .getConnection()
                      .getMetaData()
                      .getColumns(null, handle.getConnection().getSchema(), null, "account_id")) {
                while (columns.next()) {
                  String table = columns.getString("TABLE_NAME");
                  if (handle
                          .createQuery("SELECT count(*) FROM " + table + " WHERE account_id = ?")
                          .bind(0, account.bytes())
                          .mapTo(Long.class)
                          .one()
                      > 0) {
                    found.add(table);
                  }
                }
              }
              return found;
            });
  }

  @Test
  void aDeletionThatIsCutShortGoesOnUntilNothingCanBeLeft() throws Exception {
    BareAccount alice = new BareAccount(ALICE);
    register(alice);
    Keeping feature = new Keeping();
    feature.broken = true;
    assertThat(new Administration(database(), List.of(feature), calendar).delete(ALICE)).isTrue();
    assertThat(feature.left).isEqualTo(3);

    feature.broken = false;
    new Deletions(database(), List.of(feature), calendar).goOn();
    assertThat(feature.left).isZero();
    // A session that has not ended yet may have added something meanwhile.
    feature.left = 2;
    calendar.pass(Duration.ofMinutes(1));
    database()
        .migrate(
            Migrations.of(
                "notes", DatabaseContract.class, "org/anonymouscloud/core/testing/notes"));
    new Deletions(database(), List.of(feature), calendar).goOn();
    assertThat(feature.left).isZero();
    assertThat(rowsOf(alice.id))
        .as("a feature is switched off")
        .containsExactlyInAnyOrderElementsOf(JUST_DELETED);

    feature.owner = "notes";
    new Deletions(database(), List.of(feature), calendar).goOn();
    assertThat(rowsOf(alice.id)).isEmpty();
    register(alice);
  }

  @Test
  void aChainStaysAsLongAsAFeatureNeedsIt() throws Exception {
    BareAccount alice = new BareAccount(ALICE);
    register(alice);
    Keeping feature = new Keeping();
    feature.needed = Set.of(alice.id);
    assertThat(new Administration(database(), List.of(feature), calendar).delete(ALICE)).isTrue();
    calendar.pass(Duration.ofMinutes(1));
    Deletions deletions = new Deletions(database(), List.of(feature), calendar);

    deletions.goOn();
    deletions.goOn();

    assertThat(rowsOf(alice.id)).containsExactlyInAnyOrder("gone_accounts", "gone_links");
    refuses(
        ErrorCode.CONFLICT,
        stranger(),
        AccountMethod.REGISTER_FINISH,
        alice.registration(anyRecord()));
    register(new BareAccount(ALICE));

    feature.needed = Set.of();
    feature.owner = "notes";
    deletions.goOn();
    assertThat(rowsOf(alice.id)).as("it cannot say so yet").isNotEmpty();

    database().migrate(feature.tables());
    deletions.goOn();
    assertThat(rowsOf(alice.id)).isEmpty();
  }

  @Test
  void manyChainsThatStayKeepNoOtherFromGoing() throws Exception {
    Keeping feature = new Keeping();
    feature.left = 0;
    feature.owner = "notes";
    database().migrate(feature.tables());
    Deletions deletions = new Deletions(database(), List.of(feature), calendar);
    Set<AccountId> kept = new HashSet<>();
    for (int i = 0; i < 250; i++) {
      kept.add(AccountId.random());
    }
    List<AccountId> ofNoUse = List.copyOf(kept).subList(100, 102);
    database()
        .<Void, RuntimeException>write(
            handle -> {
              for (AccountId account : kept) {
                handle.execute(
                    "INSERT INTO gone_accounts (account_id, generation) VALUES (?, 0)",
                    account.bytes());
              }
              return null;
            });
    kept.removeAll(ofNoUse);
    feature.needed = kept;

    for (int i = 0; i < 3; i++) {
      deletions.goOn();
    }

    for (AccountId account : ofNoUse) {
      assertThat(rowsOf(account)).isEmpty();
    }
    for (AccountId account : kept) {
      assertThat(rowsOf(account)).containsExactly("gone_accounts");
    }
  }

  @Test
  void whatAFeatureHoldsForAnAccountIsListedOnceItsTablesAreThere() throws Exception {
    BareAccount alice = new BareAccount(ALICE);
    register(alice);
    register(new BareAccount(new UserName("bob")));
    Keeping feature = new Keeping();
    feature.owner = "notes";
    feature.held = Map.of(alice.id, 700L);
    Administration owner =
        new Administration(database(), List.of(feature, new Keeping()), calendar);
    assertThat(owner.accounts()).extracting(AccountSummary::held).containsExactly(0L, 0L);

    database().migrate(feature.tables());

    assertThat(owner.accounts()).extracting(AccountSummary::held).containsExactly(700L, 0L);
  }

  /** A feature's rows, of which it lets one go at a time. */
  private static final class Keeping implements FeatureData {
    private Set<AccountId> needed = Set.of();
    private int left = 3;
    private boolean broken;
    private String owner = "none";
    private Map<AccountId, Long> held = Map.of();

    @Override
    public boolean needsChain(Handle rows, AccountId account) {
      return needed.contains(account);
    }

    @Override
    public Migrations tables() {
      return Migrations.of(owner, DatabaseContract.class, "org/anonymouscloud/core/testing/notes");
    }

    @Override
    public Map<AccountId, Long> held(Handle rows) {
      return held;
    }

    @Override
    public boolean forget(Handle rows, AccountId account) {
      if (broken) {
        throw new IllegalStateException("no luck today");
      }
      left = Math.max(0, left - 1);
      return left > 0;
    }
  }

  @Test
  void accountsAreListedByName() throws Exception {
    for (String name : List.of("mallory", "alice", "bob")) {
      register(new BareAccount(new UserName(name)));
    }

    assertThat(owner().accounts())
        .extracting(account -> account.name().text())
        .containsExactly("alice", "bob", "mallory");
  }
}
