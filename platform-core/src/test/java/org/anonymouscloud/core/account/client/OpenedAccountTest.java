package org.anonymouscloud.core.account.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.ChainFloor;
import org.anonymouscloud.core.account.chain.ChainLink;
import org.anonymouscloud.core.account.chain.ChainState;
import org.anonymouscloud.core.account.chain.LinkBody;
import org.anonymouscloud.core.account.chain.NamedRoot;
import org.anonymouscloud.core.account.chain.NewRoot;
import org.anonymouscloud.core.account.chain.SealedSlot;
import org.anonymouscloud.core.account.chain.SlotId;
import org.anonymouscloud.core.account.chain.SlotKeys;
import org.anonymouscloud.core.account.client.keys.DeviceName;
import org.anonymouscloud.core.account.client.keys.HeadList;
import org.anonymouscloud.core.account.client.keys.KeyBag;
import org.anonymouscloud.core.account.client.keys.RootSecret;
import org.anonymouscloud.core.account.client.keys.SlotSecret;
import org.anonymouscloud.core.account.client.remote.AccountQuestions;
import org.anonymouscloud.core.account.client.remote.AccountTampered;
import org.anonymouscloud.core.account.client.remote.JoiningDevice;
import org.anonymouscloud.core.account.client.remote.OpenedAccount;
import org.anonymouscloud.core.account.client.remote.WrongAccountKey;
import org.anonymouscloud.core.account.client.sheet.AccountKey;
import org.anonymouscloud.core.account.client.sheet.RecoveryWords;
import org.anonymouscloud.core.crypto.NotAuthentic;
import org.anonymouscloud.core.crypto.OpeningKey;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.crypto.SigningKey;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a server may do to the records of an account, and what a client makes of it. */
final class OpenedAccountTest {
  private static final DeviceName NAME = new DeviceName("laptop");
  private static final SlotId PASSWORD = new SlotId.Password();

  private final NewAccount account = NewAccount.random();
  private final Secret exportKey = Secret.random(32);
  private final NewAccount.Records records = account.records(exportKey, NAME, Instant.EPOCH);
  private final StoredAccount server = new StoredAccount(records);

  @Test
  void theThreeSlotsOpenTheAccount() throws Exception {
    OpenedAccount opened = open();

    assertThat(opened.roots()).hasSize(1);
    assertThat(opened.roots().getFirst().secret().sameAs(account.root().secret())).isTrue();
    assertThat(opened.keyBag().identity().verifyKey())
        .isEqualTo(account.keyBag().identity().verifyKey());
    assertThat(opened.chain().state().shareKey())
        .isEqualTo(account.root().shareKey(account.id(), 0).sealingKey());
    for (SlotSecret secret :
        List.of(
            SlotSecret.recovery(account.id(), account.words().secret()),
            account.device().slot(account.id()))) {
      SealedSlot record =
          records.slots().stream()
              .filter(slot -> slot.slot().equals(secret.slot()))
              .findFirst()
              .orElseThrow();
      assertThat(secret.open(record, opened.chain().state(), opened.generation()).secret().bytes())
          .isEqualTo(account.root().secret().bytes());
    }
  }

  @Test
  @Tag("A1")
  @Tag("A3")
  void everyFlippedByteOfARecordIsRefusedWithOneErrorAndNoFurtherQuestion() throws Exception {
    open();
    List<String> honest = List.copyOf(server.asked);
    byte[] slot = server.slot(PASSWORD);
    byte[] bag = server.keyBag;
    byte[] link = server.links.getFirst();

    // The questions after which the client must stop, as it does for every other flip.
    for (int i = 0; i < slot.length; i++) {
      server.put(PASSWORD, flipped(slot, i));
      refuses("slot byte " + i, honest.subList(0, 2));
    }
    server.put(PASSWORD, slot);
    for (int i = 0; i < bag.length; i++) {
      server.keyBag = flipped(bag, i);
      refuses("key bag byte " + i, honest);
    }
    server.keyBag = bag;
    for (int i = 0; i < link.length; i += 11) {
      server.links.set(0, flipped(link, i));
      refuses("link byte " + i, honest.subList(0, 1));
    }
    server.links.set(0, link);
    open();
  }

  @Test
  @Tag("A1")
  void aRecordThatIsCutOrLengthenedIsRefused() {
    byte[] slot = server.slot(PASSWORD);
    byte[] bag = server.keyBag;
    for (int length : List.of(0, 1, slot.length - 1, slot.length + 1)) {
      server.put(PASSWORD, Arrays.copyOf(slot, length));
      refuses("slot of " + length);
    }
    server.put(PASSWORD, slot);
    for (int length : List.of(0, 1, 4, 5, bag.length - 1, bag.length + 1)) {
      server.keyBag = Arrays.copyOf(bag, length);
      refuses("key bag of " + length);
    }
  }

  @Test
  @Tag("A2")
  void noRecordOpensInThePlaceOfAnother() throws Exception {
    List<byte[]> all = new ArrayList<>(records.slots().stream().map(SealedSlot::encode).toList());
    all.add(server.links.getFirst());
    byte[] password = all.getFirst();
    byte[] bag = server.keyBag;

    for (byte[] other : all.subList(1, all.size())) {
      server.put(PASSWORD, other);
      refuses("another record as the password slot");
    }
    server.put(PASSWORD, bag);
    refuses("the key bag as the password slot");
    // A record whose outside says "password" and whose inside was sealed for another slot.
    for (SealedSlot other : records.slots().subList(1, 3)) {
      SealedSlot own = SealedSlot.decode(password);
      assertThat(other.sealed()).isNotEqualTo(own.sealed());
      server.put(new SealedSlot(PASSWORD, 0, other.sealed()));
      refuses("another slot's seal");
    }
    server.put(new SealedSlot(PASSWORD, 1, SealedSlot.decode(password).sealed()));
    refuses("another generation");
    server.put(PASSWORD, password);
    for (byte[] other : all) {
      server.keyBag = other;
      refuses("another record as the key bag");
    }
    server.keyBag = account.device().introduce(account.id(), account.root(), NAME).sealedName();
    refuses("a device's name as the key bag");
    server.keyBag = bag;
    open();
  }

  @Test
  @Tag("A4")
  void aVersionThatThereIsNotIsRefused() {
    byte[] slot = server.slot(PASSWORD);
    byte[] bag = server.keyBag;
    byte[] link = server.links.getFirst();
    for (byte version : new byte[] {0, 2, (byte) 0xff}) {
      server.put(PASSWORD, withVersion(slot, version));
      refuses("slot");
      server.put(PASSWORD, slot);
      server.keyBag = withVersion(bag, version);
      refuses("key bag");
      server.keyBag = bag;
      server.links.set(0, withVersion(link, version));
      refuses("link");
      server.links.set(0, link);
    }
  }

  @Test
  @Tag("A5")
  void keysThatTheServerMadeAreRefusedThoughTheyOpen() throws Exception {
    // The server knows the slot's public key, so it can build an account of its own around it.
    NewAccount evil =
        new NewAccount(
            account.id(),
            RootSecret.random(),
            KeyBag.random(),
            AccountKey.random(),
            RecoveryWords.random(),
            JoiningDevice.random());
    // It cannot sign for the slot, though, as the slot's key must sign what brings it in.
    SlotKeys own = passwordSlot().keys();
    server.keyBag = evil.keyBag().seal(account.id(), evil.root());
    server.put(seal(own, evil.root()));
    for (SigningKey forger : List.of(evil.device().key(), evil.keyBag().identity())) {
      server.links.set(0, genesis(evil, own, forger).encode());
      refuses("an account of the server's own");
    }
    SlotKeys half = new SlotKeys(own.sealing(), evil.device().key().verifyKey());
    server.links.set(0, genesis(evil, half, evil.device().key()).encode());
    assertThatThrownBy(this::open)
        .as("the slot's seal with another key to sign")
        .isInstanceOf(WrongAccountKey.class);

    // Only that signature stands between: who could make it would get through.
    try (SlotSecret slot = passwordSlot();
        SigningKey right = slot.signingKey()) {
      server.links.set(0, genesis(evil, own, right).encode());
    }
    assertThat(open().roots().getFirst().secret().sameAs(evil.root().secret())).isTrue();
  }

  private SealedSlot seal(SlotKeys keys, RootSecret root) {
    return SlotSecret.seal(account.id(), PASSWORD, keys.sealing(), root, 0);
  }

  @Test
  @Tag("A5")
  void aRootSecretOrAKeyBagOfTheServersIsRefusedOnTheHonestChain() throws Exception {
    SealedSlot honest = SealedSlot.decode(server.slot(PASSWORD));
    try (RootSecret evil = RootSecret.random();
        KeyBag bag = KeyBag.random()) {
      SealedSlot forged = seal(passwordSlot().keys(), evil);
      server.put(forged);
      refuses("a root secret that the chain does not name");
      // Already here, not only because the key bag does not open after it.
      ChainState chain = new AccountQuestions(server).chain().state();
      assertThatThrownBy(() -> passwordSlot().open(forged, chain, chain.generation()))
          .isInstanceOf(NotAuthentic.class);
      server.put(honest);

      server.keyBag = bag.seal(account.id(), evil);
      refuses("a key bag under the server's own root secret");
      server.keyBag = bag.seal(account.id(), account.root());
      refuses("a key bag whose identity is not the chain's");
    }
  }

  @Test
  @Tag("S4.3")
  void aWayBackThatEndsInNothingIsGoneOnce() throws Exception {
    ChainState state = open().chain().state();
    List<RootSecret> roots = new ArrayList<>(List.of(account.root()));
    // The first renewal seals another secret than the one before it; the others are as they should.
    for (int generation = 1; generation <= 4; generation++) {
      RootSecret fresh = RootSecret.random();
      RootSecret before = generation == 1 ? RootSecret.random() : roots.getLast();
      state = renewed(state, fresh.succeed(state, generation - 1, before));
      roots.add(fresh);
    }
    ChainState last = state;
    Set<Integer> barren = new HashSet<>();

    assertThatThrownBy(() -> roots.getLast().withEarlier(last, 4, barren))
        .isInstanceOf(NotAuthentic.class);

    assertThat(barren).containsExactlyInAnyOrder(1, 2, 3, 4);
  }

  private static ChainState renewed(ChainState state, NewRoot root) {
    List<NewRoot> roots = new ArrayList<>(state.newRoots());
    roots.add(root);
    List<NamedRoot> named = new ArrayList<>(state.roots());
    named.add(root.named());
    return new ChainState(
        state.account(),
        state.genesis(),
        state.head(),
        state.identity(),
        state.password(),
        state.recovery(),
        named,
        roots,
        state.devices(),
        state.former(),
        state.setBy());
  }

  @Test
  @Tag("A6")
  void aShareKeyThatDoesNotFollowFromTheRootSecretIsRefused() throws Exception {
    NamedRoot right = account.root().name(account.id(), 0);
    try (SlotSecret slot = passwordSlot();
        SigningKey byPassword = slot.signingKey();
        OpeningKey evil = OpeningKey.generate()) {
      NamedRoot swapped = new NamedRoot(right.commitment(), evil.sealingKey());
      // Signed by all who must sign: the check of the key is all that stands between.
      server.links.set(0, genesis(account, slot.keys(), byPassword, swapped).encode());
      refuses("another's share key beside the right commitment");
      server.links.set(0, genesis(account, slot.keys(), byPassword, right).encode());
      assertThat(open().chain().state().shareKey()).isEqualTo(right.share());
    }
  }

  @Test
  @Tag("A12")
  void withoutTheAccountKeyThePasswordOpensNothing() {
    // All that the server has or can find out by guessing the password: its records, the export
    // key.
    Secret guess = exportKey.copy();
    for (int i = 0; i < 10; i++) {
      try (AccountKey key = AccountKey.random();
          SlotSecret slot = SlotSecret.password(account.id(), guess, key.secret())) {
        assertThat(slot.keys()).isNotEqualTo(passwordSlot().keys());
        assertThatThrownBy(() -> OpenedAccount.openByPassword(new AccountQuestions(server), slot))
            .isInstanceOf(WrongAccountKey.class);
      }
    }
  }

  @Test
  @Tag("A13")
  void recordsOfAnotherAccountAreRefused() throws Exception {
    NewAccount other = NewAccount.random();
    NewAccount.Records theirs = other.records(exportKey, NAME, Instant.EPOCH);
    StoredAccount another = new StoredAccount(theirs);
    byte[] own = server.slot(PASSWORD);

    server.put(theirs.slots().getFirst());
    refuses("another account's slot");
    server.put(
        SlotSecret.seal(other.id(), PASSWORD, passwordSlot().keys().sealing(), account.root(), 0));
    refuses("the right root secret, sealed to the right key for another account");
    server.put(PASSWORD, own);
    server.keyBag = theirs.keyBag();
    refuses("another account's key bag");
    server.keyBag = records.keyBag();
    server.links.set(0, theirs.link().encode());
    refuses("another account's chain");
    assertThatThrownBy(
            () ->
                OpenedAccount.openByPassword(
                    new AccountQuestions(another),
                    SlotSecret.password(other.id(), exportKey, account.accountKey().secret())))
        .isInstanceOf(WrongAccountKey.class);
  }

  @Test
  @Tag("A13")
  @Tag("A23")
  void aChainThatWasCutOrForkedIsRefusedByWhoHasSeenMore() throws Exception {
    ChainLink first = records.link();
    ChainLink second = add(first);
    ChainLink fork = add(first);
    AccountQuestions questions = new AccountQuestions(server);
    server.links.add(second.encode());
    ChainFloor seen = questions.chain(new ChainFloor(0, first.hash())).state().head();

    change(links -> links.removeLast(), () -> questions.chain(seen));
    change(links -> links.set(1, fork.encode()), () -> questions.chain(seen));
    change(List::clear, () -> questions.chain(seen));
    change(links -> links.set(1, first.encode()), () -> questions.chain(seen));
    change(links -> links.removeFirst(), questions::chain);
    assertThat(questions.chain(seen).state().head().hash()).isEqualTo(second.hash());
  }

  @Test
  @Tag("S4.3")
  void aLinkLongerThanAnyOfItsTypeIsRefusedWithThePageThatBringsIt() throws Exception {
    open();
    AccountQuestions questions = new AccountQuestions(server);
    byte[] honest = server.links.getFirst();
    byte[] huge = Arrays.copyOf(add(records.link()).encode(), 1 << 20);
    server.endless = huge;

    for (byte[] first : List.of(honest, huge, Arrays.copyOf(honest, 1 << 20))) {
      server.links.set(0, first);
      server.asked.clear();
      assertThatThrownBy(questions::chain).isInstanceOf(AccountTampered.class);
      assertThat(server.asked).hasSizeLessThanOrEqualTo(2);
    }
  }

  private void change(Consumer<List<byte[]>> lie, ThrowingCallable look) {
    List<byte[]> honest = List.copyOf(server.links);
    lie.accept(server.links);
    assertThatThrownBy(look).isInstanceOf(AccountTampered.class);
    server.links.clear();
    server.links.addAll(honest);
  }

  private ChainLink add(ChainLink after) {
    JoiningDevice device = JoiningDevice.random();
    return ChainLink.sign(
        ChainLink.Content.after(
            after.floor(),
            account.id(),
            Instant.EPOCH,
            new SlotId.Device(account.device().id()),
            new LinkBody.AddDevice(device.introduce(account.id(), account.root(), NAME)),
            HeadList.NONE.seal(account.root(), account.id(), after.content().seq() + 1)),
        account.device().key(),
        List.of(device.key()));
  }

  private static ChainLink genesis(NewAccount evil, SlotKeys passwordSlot, SigningKey byPassword) {
    return genesis(evil, passwordSlot, byPassword, evil.root().name(evil.id(), 0));
  }

  private static ChainLink genesis(
      NewAccount evil, SlotKeys passwordSlot, SigningKey byPassword, NamedRoot named) {
    AccountId id = evil.id();
    try (SlotSecret recovery = SlotSecret.recovery(id, evil.words().secret());
        SigningKey byRecovery = recovery.signingKey()) {
      LinkBody body =
          new LinkBody.Create(
              evil.keyBag().identity().verifyKey(),
              passwordSlot,
              recovery.keys(),
              named,
              evil.device().introduce(id, evil.root(), NAME));
      return ChainLink.sign(
          ChainLink.Content.after(
              ChainLink.BEFORE_ALL,
              id,
              Instant.EPOCH,
              new SlotId.Device(evil.device().id()),
              body,
              ChainLink.NO_HEADS),
          evil.device().key(),
          List.of(evil.keyBag().identity(), byPassword, byRecovery));
    }
  }

  private SlotSecret passwordSlot() {
    return SlotSecret.password(account.id(), exportKey, account.accountKey().secret());
  }

  private OpenedAccount open() throws Exception {
    try (SlotSecret slot = passwordSlot()) {
      return OpenedAccount.openByPassword(new AccountQuestions(server), slot);
    }
  }

  private void refuses(String what, List<String> questions) {
    server.asked.clear();
    refuses(what);
    assertThat(server.asked).as(what).isEqualTo(questions);
  }

  private void refuses(String what) {
    assertThatThrownBy(this::open)
        .as(what)
        .isInstanceOf(AccountTampered.class)
        .hasMessageStartingWith("The server's records of your account are not the ones you made.");
  }

  private static byte[] flipped(byte[] good, int at) {
    byte[] flipped = good.clone();
    flipped[at] ^= (byte) (1 << at % 8);
    return flipped;
  }

  private static byte[] withVersion(byte[] record, byte version) {
    return ByteBuffer.wrap(record.clone()).put(0, version).array();
  }
}
