package org.anonymouscloud.core.account.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.account.Head;
import org.anonymouscloud.core.account.UserName;
import org.anonymouscloud.core.account.chain.ChainLink;
import org.anonymouscloud.core.account.chain.ChainState;
import org.anonymouscloud.core.account.client.contacts.Contact;
import org.anonymouscloud.core.account.client.contacts.ContactRefused;
import org.anonymouscloud.core.account.client.contacts.ContactRefused.Reason;
import org.anonymouscloud.core.account.client.contacts.Contacts;
import org.anonymouscloud.core.account.client.contacts.KnownContact;
import org.anonymouscloud.core.account.client.contacts.OwnAccount;
import org.anonymouscloud.core.account.client.contacts.SafetyNumber;
import org.anonymouscloud.core.account.client.contacts.SharedBook;
import org.anonymouscloud.core.account.client.contacts.Trust;
import org.anonymouscloud.core.account.client.local.AccountFolder;
import org.anonymouscloud.core.account.client.local.LocalState;
import org.anonymouscloud.core.crypto.NotAuthentic;
import org.anonymouscloud.core.crypto.OpeningKey;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.crypto.Signatures;
import org.anonymouscloud.core.session.ConnectionString;
import org.anonymouscloud.core.session.Fingerprint;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.Refused;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server that answers look-ups of people with whatever it likes, and what comes of it. */
@Tag("A6")
final class ContactsTest {
  private static final UserName ALICE = new UserName("alice");
  private static final UserName BOB = new UserName("bob");
  private static final UserName ZOE = new UserName("zo\u00eb");
  private static final byte[] INFO = {1};
  private static final byte[] CONTEXT = {2};
  private static final byte[] SHARED = {3, 4, 5};

  @TempDir private Path folder;
  private final Person alice = new Person();
  private final Person bob = new Person();

  /** An account of the server's own making, to be shown in Bob's place. */
  private final Person evil = new Person();

  private final Directory server = new Directory();
  private final List<AccountId> changed = new ArrayList<>();

  @BeforeEach
  void showTheTruth() {
    server.show(BOB, bob);
  }

  @Test
  void bothPeopleSeeTheSameNumber() throws Exception {
    server.show(ALICE, alice);

    SafetyNumber number = contacts().look(BOB).number();

    assertThat(contactsOf(bob, BOB).look(ALICE).number()).isEqualTo(number);
    bob.revoke(bob.addDevice());
    server.show(bob);
    assertThat(contacts().look(BOB).number()).as("through all changes").isEqualTo(number);
  }

  @Test
  void whoIsLookedUpIsKeptOnlyOnceSomebodyHasSeenTheNumber() throws Exception {
    Contact seen = contacts().look(BOB);
    assertThat(seen.trust()).isEqualTo(Trust.NEW);
    assertThat(seen.account()).isEqualTo(bob.id());
    assertThat(contacts().list()).isEmpty();

    assertThat(contacts().accept(BOB, seen.number()).trust()).isEqualTo(Trust.ACCEPTED);

    assertThat(contacts().look(BOB).trust()).isEqualTo(Trust.ACCEPTED);
    assertThat(contacts().verify(BOB, seen.number()).trust()).isEqualTo(Trust.VERIFIED);
    assertThat(contacts().accept(BOB, seen.number()).trust())
        .as("falls no more")
        .isEqualTo(Trust.VERIFIED);
    server.show(ZOE, evil);
    contacts().accept(ZOE, contacts().look(ZOE).number());
    assertThat(contacts().list()).extracting(KnownContact::name).containsExactly(BOB, ZOE);
    assertThat(contacts().list())
        .extracting(KnownContact::trust)
        .containsExactly(Trust.VERIFIED, Trust.ACCEPTED);
    contacts().remove(BOB);
    assertThat(contacts().look(BOB).trust()).isEqualTo(Trust.NEW);
    assertThatThrownBy(() -> contacts().remove(BOB))
        .isInstanceOfSatisfying(
            Refused.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_FOUND));
    assertThatThrownBy(() -> contacts().look(ALICE)).isInstanceOf(Refused.class);
  }

  @Test
  void eachChangeOfAContactIsToldAndNothingElse() throws Exception {
    SafetyNumber number = contacts().look(BOB).number();
    assertThat(changed).as("a look keeps nothing").isEmpty();

    contacts().accept(BOB, number);
    assertThat(changed).containsExactly(bob.id());
    contacts().accept(BOB, number);
    contacts().look(BOB);
    assertThat(changed).as("as it was").hasSize(1);
    contacts().verify(BOB, number);
    assertThat(changed).hasSize(2);
    bob.addDevice();
    server.show(bob);
    contacts().look(BOB);
    assertThat(changed).as("a longer chain").hasSize(3);
    contacts().remove(BOB);
    assertThat(changed).hasSize(4).containsOnly(bob.id());
  }

  @Test
  void keysThatAreSwappedBeforeTheFirstUseAreAskedForAndDoNotVerify() throws Exception {
    SafetyNumber genuine = contacts().look(BOB).number();
    server.show(BOB, evil);

    Contact shown = contacts().look(BOB);

    assertThat(shown.trust()).as("nobody is taken without being asked").isEqualTo(Trust.NEW);
    assertThat(shown.number()).isNotEqualTo(genuine);
    refuses(Reason.WRONG_NUMBER, () -> contacts().verify(BOB, genuine));
    assertThat(contacts().list()).isEmpty();
    // The number is all that stands between: who says yes without comparing has the wrong one.
    assertThat(contacts().accept(BOB, shown.number()).account()).isEqualTo(evil.id());
    refuses(Reason.WRONG_NUMBER, () -> contacts().verify(BOB, genuine));
    assertThat(contacts().list()).extracting(KnownContact::trust).containsExactly(Trust.ACCEPTED);
  }

  @Test
  void keysThatAreSwappedBetweenShowingAndAgreeingAreRefused() throws Exception {
    SafetyNumber shown = contacts().look(BOB).number();
    server.show(BOB, evil);

    refuses(Reason.SWAPPED, () -> contacts().accept(BOB, shown));

    assertThat(contacts().list()).isEmpty();
    // Without the number that was shown the other keys would be in.
    SafetyNumber unseen = contacts().look(BOB).number();
    assertThat(contacts().accept(BOB, unseen).account()).isEqualTo(evil.id());
  }

  @Test
  void anotherAccountUnderTheNameOfAKnownOneIsNotEvenAskedFor() throws Exception {
    pinBob();
    server.show(BOB, evil);
    server.asked.clear();

    Contact still = contacts().look(BOB);

    assertThat(still.account()).isEqualTo(bob.id());
    assertThat(server.asked).containsExactly("account/contact-chain");
    assertThat(elsewhere("elsewhere").look(BOB).account())
        .as("an account without the pin takes it")
        .isEqualTo(evil.id());
  }

  @Test
  void anAccountThatTookTheNameOfOneThatIsGoneIsBlocked() throws Exception {
    pinBob();
    server.show(BOB, evil);
    server.chains.remove(bob.id());

    blocks(Reason.REPLACED);

    // Only once the person has forgotten the old one, and seen the new one's number.
    contacts().remove(BOB);
    assertThat(contacts().look(BOB).trust()).isEqualTo(Trust.NEW);
  }

  @Test
  void anAccountThatIsGoneIsToldSo() throws Exception {
    pinBob();
    server.chains.remove(bob.id());
    server.names.remove(BOB);

    assertThatThrownBy(() -> contacts().look(BOB))
        .isInstanceOfSatisfying(
            Refused.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_FOUND))
        .hasMessageContaining("The account of 'bob' is gone");
  }

  @Test
  void whatADeletedAccountHasSignedIsCheckedWithItsChain() throws Exception {
    pinBob();
    server.gone.add(bob.id());
    server.names.remove(BOB);

    assertThat(contacts().signer(BOB).account()).isEqualTo(bob.id());
    assertThatThrownBy(() -> contacts().look(BOB))
        .as("nothing new is sealed to it")
        .hasMessageContaining("The account of 'bob' is gone");

    server.chains.put(bob.id(), evil.encoded());
    refuses(Reason.CHANGED, () -> contacts().signer(BOB));
  }

  @Test
  void aChainOfAnotherAccountIsRefusedKnownOrNot() throws Exception {
    server.chains.put(bob.id(), evil.encoded());
    refuses(Reason.NOT_PROVEN, () -> contacts().look(BOB));
    showTheTruth();
    pinBob();
    server.chains.put(bob.id(), evil.encoded());

    blocks(Reason.CHANGED);
  }

  @Test
  void anAccountBegunAnewUnderTheSameIdIsBlocked() throws Exception {
    pinBob();
    NewAccount own = evil.account;
    Person impostor =
        new Person(
            new NewAccount(
                bob.id(), own.root(), own.keyBag(), own.accountKey(), own.words(), own.device()));
    impostor.addDevice();
    server.show(impostor);

    blocks(Reason.CHANGED);
    assertThat(elsewhere("elsewhere").look(BOB).chain().genesis())
        .as("the chain is right in itself")
        .isEqualTo(impostor.chain().genesis());
  }

  @Test
  @Tag("A13")
  @Tag("A23")
  void aChainThatWasRolledBackOrForkedIsBlockedByWhoHasSeenMore() throws Exception {
    pinBob();
    List<byte[]> shorter = bob.encoded();
    ChainLink lost = bob.addDevice();
    bob.revoke(lost);
    server.show(bob);
    assertThat(contacts().look(BOB).chain().generation()).isEqualTo(1);
    assertThat(contacts().list().getFirst().floor())
        .as("risen on the disk")
        .isEqualTo(bob.chain().head());

    // Genuine links, as a device wrote them that the server showed no removal.
    List<byte[]> fork = new ArrayList<>(bob.encoded().subList(0, 2));
    fork.add(unaware(bob).addDevice().encode());
    for (List<byte[]> lie : List.of(shorter, bob.encoded().subList(0, 2), fork)) {
      server.chains.put(bob.id(), lie);
      blocks(Reason.CHANGED);
      Contact taken = elsewhere("elsewhere " + lie.size()).look(BOB);
      assertThat(taken.chain().generation()).as("without a floor it is taken").isZero();
    }
    server.chains.put(bob.id(), List.of());
    blocks(Reason.CHANGED);
    server.show(bob);
    assertThat(contacts().look(BOB).trust())
        .as("the truth is still good")
        .isEqualTo(Trust.ACCEPTED);
  }

  /** A device of the same person that has not heard of the removal. */
  private static Person unaware(Person person) {
    Person before = new Person(person.account);
    before.links.clear();
    before.links.addAll(person.links.subList(0, 2));
    return before;
  }

  @Test
  void everyFlippedByteOfAChainIsRefusedAndMovesNothing() throws Exception {
    pinBob();
    bob.addDevice();
    KnownContact before = contacts().list().getFirst();
    List<byte[]> honest = bob.encoded();
    for (int at = 0; at < honest.getLast().length; at += 211) {
      byte[] flipped = honest.getLast().clone();
      flipped[at] ^= 1;
      server.chains.put(bob.id(), List.of(honest.getFirst(), flipped));
      refuses(Reason.CHANGED, () -> contacts().look(BOB));
    }
    assertThat(contacts().list()).containsExactly(before);
    server.show(bob);
    assertThat(contacts().look(BOB).chain().head()).isEqualTo(bob.chain().head());
  }

  @Test
  void aLongChainComesInPartsAndAnEndlessOneEnds() throws Exception {
    bob.addDevice();
    bob.addDevice();
    server.show(bob);
    server.linksInAnAnswer = 1;
    assertThat(contacts().look(BOB).chain().devices()).hasSize(3);

    server.linksInAnAnswer = 0;
    refuses(Reason.NOT_PROVEN, () -> contacts().look(BOB));
  }

  @Test
  @Tag("S4.3")
  void aLinkLongerThanAnyOfItsTypeEndsTheLookUpWithItsFirstPage() throws Exception {
    bob.addDevice();
    server.show(bob);
    assertThat(contacts().look(BOB).chain().devices()).hasSize(2);
    List<byte[]> links = new ArrayList<>(List.of(bob.encoded().getFirst()));
    links.addAll(Collections.nCopies(300, Arrays.copyOf(bob.encoded().getLast(), 1 << 20)));
    server.chains.put(bob.id(), links);
    server.asked.clear();

    refuses(Reason.NOT_PROVEN, () -> contacts().look(BOB));

    assertThat(server.asked)
        .containsExactly("account/contacts-get", "account/contact-find", "account/contact-chain");
  }

  @Test
  @Tag("A16")
  void whatIsSharedAfterADeviceWasRemovedIsSealedToAKeyThatItDoesNotHave() throws Exception {
    pinBob();
    ChainLink phone = bob.addDevice();
    server.show(bob);
    byte[] before = contacts().look(BOB).chain().shareKey().seal(INFO, CONTEXT, SHARED);

    bob.revoke(phone);
    server.show(bob);
    byte[] after = contacts().look(BOB).chain().shareKey().seal(INFO, CONTEXT, SHARED);

    try (OpeningKey old = bob.account.root().shareKey(bob.id(), 0);
        OpeningKey newest = bob.newest.shareKey(bob.id(), 1)) {
      assertThat(old.open(INFO, CONTEXT, before)).isEqualTo(SHARED);
      assertThat(newest.open(INFO, CONTEXT, after)).isEqualTo(SHARED);
      assertThatThrownBy(() -> old.open(INFO, CONTEXT, after)).isInstanceOf(NotAuthentic.class);
    }
  }

  private void pinBob() throws Exception {
    contacts().accept(BOB, contacts().look(BOB).number());
  }

  /** Nothing goes on with a contact that has changed, whatever is tried. */
  private void blocks(Reason reason) throws Exception {
    List<KnownContact> before = contacts().list();
    SafetyNumber number = SafetyNumber.parse("1".repeat(60));
    for (ThrowingCallable attempt :
        Arrays.<ThrowingCallable>asList(
            () -> contacts().look(BOB),
            () -> contacts().accept(BOB, number),
            () -> contacts().verify(BOB, number))) {
      refuses(reason, attempt);
    }
    assertThat(contacts().list()).isEqualTo(before);
  }

  private static void refuses(Reason reason, ThrowingCallable attempt) {
    assertThatThrownBy(attempt)
        .isInstanceOfSatisfying(ContactRefused.class, e -> assertThat(e.reason()).isEqualTo(reason))
        .hasMessageContaining("'bob'");
  }

  /** Alice's, each time as after a restart. */
  private Contacts contacts() {
    return contactsOf(alice, ALICE);
  }

  private Contacts contactsOf(Person person, UserName name) {
    return contactsOf(person, name, name.text());
  }

  /** Of an account that knows nobody. */
  private Contacts elsewhere(String device) {
    return contactsOf(alice, ALICE, device, server.forgetful());
  }

  private Contacts contactsOf(Person person, UserName name, String device) {
    return contactsOf(person, name, device, server);
  }

  private Contacts contactsOf(Person person, UserName name, String device, Directory directory) {
    try {
      AccountFolder.Kept kept = kept(person, name, device);
      Own own = new Own(person);
      return new Contacts(
          directory,
          name,
          own,
          new SharedBook(directory, own, kept.feature("account")),
          changed::add);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** Somebody with one device, whose chain says nothing of contacts. */
  private record Own(Person person) implements OwnAccount {
    @Override
    public AccountId account() {
      return person.id();
    }

    @Override
    public DeviceId device() {
      return person.account.device().id();
    }

    @Override
    public ChainState chain() {
      return person.chain();
    }

    @Override
    public ChainState with(DeviceId device, int generation) {
      return person.chain();
    }

    @Override
    public int generation() {
      return 0;
    }

    @Override
    public Secret key(int generation) {
      return person.account.root().contactsKey();
    }

    @Override
    public byte[] sign(String label, byte[] message) {
      return Signatures.sign(person.account.device().key(), label, message);
    }

    @Override
    public Optional<Head> named() {
      return Optional.empty();
    }
  }

  private AccountFolder.Kept kept(Person person, UserName name, String device) throws IOException {
    AccountFolder state = new AccountFolder(folder.resolve(device));
    Optional<AccountFolder.Kept> kept = state.read();
    return kept.isPresent() ? kept.get() : state.create(Secret.random(32), local(person, name));
  }

  private static LocalState local(Person person, UserName name) {
    return new LocalState(
        true,
        new ConnectionString("cloud.example", 7443, Optional.of(Fingerprint.of(new byte[32]))),
        name,
        person.id(),
        person.account.device().id(),
        person.chain().head(),
        Secret.random(16),
        person.account.device().key(),
        person.account.keyBag(),
        List.of(person.account.root()));
  }
}
