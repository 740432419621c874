package org.anonymouscloud.core.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import org.anonymouscloud.core.account.UserName;
import org.anonymouscloud.core.account.client.Devices;
import org.anonymouscloud.core.account.client.LocalAccount;
import org.anonymouscloud.core.account.client.OnlineAccount;
import org.anonymouscloud.core.account.client.OwnContacts;
import org.anonymouscloud.core.account.client.Recovery;
import org.anonymouscloud.core.account.client.Registration;
import org.anonymouscloud.core.account.client.contacts.BookRefused;
import org.anonymouscloud.core.account.client.contacts.ContactRefused;
import org.anonymouscloud.core.account.client.contacts.Contacts;
import org.anonymouscloud.core.account.client.contacts.KnownContact;
import org.anonymouscloud.core.account.client.contacts.SharedBook;
import org.anonymouscloud.core.account.client.contacts.Trust;
import org.anonymouscloud.core.account.client.sheet.RecoveryWords;
import org.anonymouscloud.core.account.protocol.AccountMessages;
import org.anonymouscloud.core.account.protocol.AccountMethod;
import org.anonymouscloud.core.testing.InProcessConnection.Interposer;
import org.anonymouscloud.core.wire.Cbor;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.Refused;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The contacts of one account on several devices: what each knows the others learn, and what a
 * hostile server or a removed device makes of that.
 */
public abstract class SharedContactsContract extends AccountFlowsFixture {
  private static final UserName CAROL = new UserName("carol");

  private @Nullable LocalAccount laptop;
  private @Nullable OnlineAccount atHome;

  /** What the server keeps of an account's contacts. */
  private record Row(long number, byte[] state) {}

  @BeforeEach
  void registerThree() throws Exception {
    register(BOB, "bob");
    register(CAROL, "carol");
    laptop = register(ALICE, "laptop");
    atHome = connect(laptop);
  }

  @Test
  void whomOneDevicePinsOrRemovesAllDevicesDo() throws Exception {
    OnlineAccount phone = phone();
    verify(atHome(), BOB);

    phone.contacts().sync();
    assertThat(trust(phone)).containsExactly("bob VERIFIED");

    accept(phone, CAROL);
    phone.contacts().remove(BOB);
    atHome().contacts().sync();
    assertThat(trust(atHome())).containsExactly("carol ACCEPTED");

    verify(atHome(), BOB);
    phone.contacts().sync();
    assertThat(trust(phone)).containsExactly("bob VERIFIED", "carol ACCEPTED");
  }

  @Test
  void whatDevicesChangeWhileTheyDoNotReachTheServerComesTogether() throws Exception {
    OnlineAccount phone = connect(phone().local(), deaf());
    accept(atHome(), BOB);
    accept(phone, CAROL);
    assertThat(trust(phone)).as("kept here all the same").containsExactly("carol ACCEPTED");

    OnlineAccount reached = connect(phone.local());
    reached.contacts().sync();
    atHome().contacts().sync();

    assertThat(trust(atHome())).containsExactly("bob ACCEPTED", "carol ACCEPTED");
    assertThat(trust(reached)).isEqualTo(trust(atHome()));
  }

  @Test
  @Tag("A6")
  void whomAnotherDeviceHasMetIsNotMetOnceMore() throws Exception {
    OnlineAccount phone = phone();
    verify(atHome(), BOB);

    assertThat(phone.contacts().look(BOB).trust()).isEqualTo(Trust.VERIFIED);
  }

  @Test
  @Tag("A23")
  void aDeviceThatHasJustComeInRefusesAnOlderListThanTheOneThatLetItInHasSeen() throws Exception {
    accept(atHome(), BOB);
    Row older = row().orElseThrow();
    accept(atHome(), CAROL);
    LocalAccount phone = login("phone", laptop().accountKey());
    OnlineAccount honest = connect(phone);
    honest.contacts().sync();
    assertThat(trust(honest)).containsExactly("bob ACCEPTED", "carol ACCEPTED");
    LocalAccount tablet = login("tablet", laptop().accountKey());

    put(older);
    refuses(BookRefused.Reason.ROLLED_BACK, () -> connect(tablet).contacts().sync());
    remove();
    refuses(BookRefused.Reason.ROLLED_BACK, () -> connect(tablet).contacts().sync());
    assertThatThrownBy(() -> connect(tablet).contacts().look(BOB))
        .as("nobody is met for the first time by it")
        .isInstanceOf(BookRefused.class);
  }

  @Test
  @Tag("A23")
  void anOlderListIsRefusedAndWhatTheDeviceKnowsStays() throws Exception {
    accept(atHome(), BOB);
    Row older = row().orElseThrow();
    verify(atHome(), BOB);
    accept(atHome(), CAROL);
    List<KnownContact> known = atHome().contacts().list();

    put(older);

    refuses(BookRefused.Reason.ROLLED_BACK, () -> atHome().contacts().sync());
    assertThat(connect(laptop()).contacts().list()).isEqualTo(known);
    assertThat(atHome().contacts().look(BOB).trust()).isEqualTo(Trust.VERIFIED);
  }

  @Test
  @Tag("A23")
  void aListInWhichSomethingIsMissingIsRefused() throws Exception {
    accept(atHome(), BOB);
    OnlineAccount phone = phone();
    phone.contacts().sync();
    Row common = row().orElseThrow();
    verify(atHome(), BOB);
    accept(atHome(), CAROL);

    // The other device is shown what was before, and goes on from there, further than this one.
    put(common);
    phone.contacts().remove(BOB);
    accept(phone, CAROL);
    accept(phone, BOB);

    refuses(BookRefused.Reason.FORKED, () -> atHome().contacts().sync());
    assertThat(trust(atHome())).containsExactly("bob VERIFIED", "carol ACCEPTED");
  }

  @Test
  @Tag("A22")
  void aListThatNoDeviceOfTheAccountHasWrittenIsRefused() throws Exception {
    accept(atHome(), BOB);
    Row genuine = row().orElseThrow();
    OnlineAccount stranger = connect(open(client("bob").resume().orElseThrow()));
    accept(stranger, CAROL);
    byte[] theirs = row(stranger.local()).orElseThrow().state();

    for (byte[] state : List.of(theirs, flipLast(genuine.state()), new byte[] {1, 2, 3})) {
      put(new Row(genuine.number() + 1, state));
      refuses(BookRefused.Reason.NOT_PROVEN, () -> atHome().contacts().sync());
    }
    byte[] renumbered = genuine.state().clone();
    renumbered[8]++;
    put(new Row(genuine.number() + 1, renumbered));
    refuses(BookRefused.Reason.NOT_PROVEN, () -> atHome().contacts().sync());
    put(genuine);
    atHome().contacts().sync();
    assertThat(trust(atHome())).containsExactly("bob ACCEPTED");
  }

  @Test
  @Tag("S4.3")
  void noStolenDeviceLeavesTheOthersAStateThatIsNone() throws Exception {
    accept(atHome(), BOB);
    OnlineAccount thief = phone();
    thief.contacts().sync();
    Row kept = row().orElseThrow();
    for (byte[] state :
        List.of(new byte[100], flipLast(kept.state()), kept.state(), new byte[] {1, 2, 3})) {
      assertThatThrownBy(
              () ->
                  thief
                      .link()
                      .ask(
                          AccountMethod.CONTACTS_PUT.toString(),
                          Cbor.encode(
                              new AccountMessages.ContactsPut(
                                  kept.number(), kept.number() + 1, state))))
          .isInstanceOfSatisfying(
              Refused.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BAD_REQUEST));
    }
    assertThat(row().orElseThrow().number()).isEqualTo(kept.number());
  }

  @Test
  @Tag("S4.3")
  void whateverIsThereInPlaceOfTheListADeviceIsRemovedAndAPersonGoesOn() throws Exception {
    accept(atHome(), BOB);
    OnlineAccount phone = phone();
    phone.contacts().sync();
    Row kept = row().orElseThrow();
    List<Row> rows =
        List.of(
            new Row(kept.number() + 7, new byte[100]),
            new Row(kept.number() + 3, kept.state()),
            new Row(Long.MAX_VALUE / 2, flipLast(kept.state())));
    for (Row bad : rows) {
      put(bad);
      refuses(BookRefused.Reason.NOT_PROVEN, () -> atHome().contacts().sync());
      LocalAccount gone = login("gone " + bad.number(), laptop().accountKey());
      new Devices(atHome()).revoke(List.of(gone.device()));

      SharedBook book = OwnContacts.book(laptop(), atHome(), atHome().link());
      book.restart(book.rollback().orElseThrow());
      atHome().contacts().sync();
      phone.contacts().sync();
      assertThat(trust(phone)).containsExactly("bob ACCEPTED");
    }
  }

  @Test
  @Tag("A16")
  void whatARemovedDeviceWritesAfterwardsCountsForNobody() throws Exception {
    accept(atHome(), BOB);
    OnlineAccount thief = phone();
    thief.contacts().sync();
    Row before = row().orElseThrow();
    LocalAccount tablet = login("tablet", laptop().accountKey());
    // It goes on while the others look away, as a server can arrange for it.
    thief.contacts().remove(BOB);
    accept(thief, CAROL);
    Row late = row().orElseThrow();
    put(before);
    new Devices(atHome()).revoke(List.of(thief.local().device()));

    put(late);

    atHome().contacts().sync();
    assertThat(trust(atHome())).containsExactly("bob ACCEPTED");
    assertThat(row().orElseThrow().number()).as("written anew").isGreaterThan(late.number());
    OnlineAccount other = connect(tablet);
    other.contacts().sync();
    assertThat(trust(other)).containsExactly("bob ACCEPTED");
  }

  @Test
  @Tag("A16")
  void aNewDeviceTakesNothingOfWhatARemovedOneWroteAfterwards() throws Exception {
    accept(atHome(), BOB);
    OnlineAccount thief = phone();
    thief.contacts().sync();
    Row before = row().orElseThrow();
    accept(thief, CAROL);
    Row late = row().orElseThrow();
    put(before);
    new Devices(atHome()).revoke(List.of(thief.local().device()));
    LocalAccount tablet = login("tablet", laptop().accountKey());
    put(late);

    OnlineAccount fresh = connect(tablet);
    fresh.contacts().sync();
    assertThat(trust(fresh)).as("until a device that stays says more").isEmpty();
    atHome().contacts().sync();
    fresh.contacts().sync();
    assertThat(trust(fresh)).containsExactly("bob ACCEPTED");
  }

  @Test
  void whoComesBackByTheWordsHasTheContacts() throws Exception {
    RecoveryWords words;
    try (Registration registration =
        client("desk")
            .register(dial(), SERVER, new UserName("dora"), password, LAPTOP, Optional.empty())) {
      words = RecoveryWords.parse(registration.sheet().words().text().bytes());
      accept(connect(open(registration.finish())), BOB);
    }

    LocalAccount back;
    try (Recovery recovery =
        client("new")
            .recover(dial(), SERVER, new UserName("dora"), words, password, PHONE, false, false)) {
      back = open(recovery.finish());
    }
    OnlineAccount online = connect(back);
    online.contacts().sync();

    assertThat(trust(online)).containsExactly("bob ACCEPTED");
  }

  @Test
  @Tag("A6")
  void aNameThatStandsForDifferentAccountsOnTwoDevicesIsDisputedUntilSomebodyDecides()
      throws Exception {
    OnlineAccount phone = connect(phone().local(), deaf(asIf(BOB, CAROL)));
    accept(atHome(), BOB);
    accept(phone, BOB);
    assertThat(phone.contacts().list()).isNotEqualTo(atHome().contacts().list());

    OnlineAccount reached = connect(phone.local());
    reached.contacts().sync();
    atHome().contacts().sync();

    for (OnlineAccount device : List.of(reached, atHome())) {
      assertThat(trust(device)).containsExactly("bob DISPUTED");
      assertThatThrownBy(() -> device.contacts().look(BOB))
          .isInstanceOfSatisfying(
              ContactRefused.class,
              e -> assertThat(e.reason()).isEqualTo(ContactRefused.Reason.DISPUTED));
    }
    atHome().contacts().remove(BOB);
    verify(atHome(), BOB);
    reached.contacts().sync();
    assertThat(trust(reached)).containsExactly("bob VERIFIED");
  }

  @Test
  @Tag("S4.13")
  void afterARestoredBackupAPersonsWordSufficesAndNothingIsLost() throws Exception {
    accept(atHome(), BOB);
    OnlineAccount phone = phone();
    phone.contacts().sync();
    Row backup = row().orElseThrow();
    verify(atHome(), BOB);
    accept(phone, CAROL);
    atHome().contacts().sync();
    put(backup);
    refuses(BookRefused.Reason.ROLLED_BACK, () -> atHome().contacts().sync());

    for (OnlineAccount device : List.of(atHome(), phone)) {
      SharedBook book = OwnContacts.book(device.local(), device, device.link());
      Optional<SharedBook.Rollback> shown = book.rollback();
      if (shown.isPresent()) {
        book.restart(shown.get());
      }
      device.contacts().sync();
    }
    atHome().contacts().sync();

    assertThat(trust(atHome())).containsExactly("bob VERIFIED", "carol ACCEPTED");
    assertThat(trust(phone)).isEqualTo(trust(atHome()));
  }

  @Test
  void theServerSeesNeitherNamesNorHowManyThereAre() throws Exception {
    accept(atHome(), BOB);
    byte[] one = row().orElseThrow().state();
    verify(atHome(), CAROL);
    byte[] two = row().orElseThrow().state();

    assertThat(two).hasSameSizeAs(one);
    for (byte[] state : List.of(one, two)) {
      assertThat(new String(state, java.nio.charset.StandardCharsets.ISO_8859_1))
          .doesNotContain("bob", "carol");
    }
  }

  private LocalAccount laptop() {
    return java.util.Objects.requireNonNull(laptop);
  }

  private OnlineAccount atHome() {
    return java.util.Objects.requireNonNull(atHome);
  }

  private OnlineAccount phone() throws Exception {
    return connect(login("phone", laptop().accountKey()));
  }

  private static void accept(OnlineAccount account, UserName name) throws Exception {
    Contacts contacts = account.contacts();
    contacts.accept(name, contacts.look(name).number());
  }

  private static void verify(OnlineAccount account, UserName name) throws Exception {
    Contacts contacts = account.contacts();
    contacts.verify(name, contacts.look(name).number());
  }

  private static List<String> trust(OnlineAccount account) throws Exception {
    return account.contacts().list().stream()
        .map(contact -> contact.name() + " " + contact.trust())
        .toList();
  }

  private static void refuses(BookRefused.Reason reason, ThrowingCallable attempt) {
    assertThatThrownBy(attempt)
        .isInstanceOfSatisfying(BookRefused.class, e -> assertThat(e.reason()).isEqualTo(reason));
  }

  /** Nobody hears of contacts from this connection, nor it from others. */
  private static Interposer deaf() {
    return deaf(Interposer.NOBODY);
  }

  private static Interposer deaf(Interposer otherwise) {
    return (method, question, server) -> {
      if (is(method, AccountMethod.CONTACTS_PUT)) {
        throw new java.io.IOException("The connection broke.");
      }
      return is(method, AccountMethod.CONTACTS_GET)
          ? Cbor.encode(new AccountMessages.ContactsGot(-1, new byte[0]))
          : otherwise.answer(method, question, server);
    };
  }

  /** Whoever looks for one name is shown another account. */
  private static Interposer asIf(UserName name, UserName other) {
    return (method, question, server) ->
        is(method, AccountMethod.CONTACT_FIND)
                && Cbor.decode(question, AccountMessages.ContactFind.class)
                    .userName()
                    .equals(name.text())
            ? server.answer(Cbor.encode(new AccountMessages.ContactFind(other.text())))
            : server.answer(question);
  }

  private static byte[] flipLast(byte[] state) {
    byte[] flipped = state.clone();
    flipped[flipped.length - 1] ^= 1;
    return flipped;
  }

  private Optional<Row> row() {
    return row(laptop());
  }

  private Optional<Row> row(LocalAccount account) {
    return database()
        .read(
            handle ->
                handle
                    .createQuery("SELECT number, state FROM account_contacts WHERE account_id = ?")
                    .bind(0, account.account().bytes())
                    .map((row, context) -> new Row(row.getLong(1), row.getBytes(2)))
                    .findOne());
  }

  private void put(Row row) {
    database()
        .<Integer, RuntimeException>write(
            handle ->
                handle.execute(
                    "UPDATE account_contacts SET number = ?, state = ? WHERE account_id = ?",
                    row.number(),
                    row.state(),
                    laptop().account().bytes()));
  }

  private void remove() {
    database()
        .<Integer, RuntimeException>write(
            handle ->
                handle.execute(
                    "DELETE FROM account_contacts WHERE account_id = ?",
                    laptop().account().bytes()));
  }
}
