package org.anonymouscloud.core.account.client.contacts;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.locks.ReentrantLock;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.account.Head;
import org.anonymouscloud.core.account.ObjectId;
import org.anonymouscloud.core.account.UserName;
import org.anonymouscloud.core.account.chain.ChainState;
import org.anonymouscloud.core.account.client.contacts.BookFile.Floor;
import org.anonymouscloud.core.account.client.contacts.BookFile.Kept;
import org.anonymouscloud.core.account.client.contacts.BookRefused.Reason;
import org.anonymouscloud.core.account.client.local.FeatureState;
import org.anonymouscloud.core.account.protocol.AccountMessages;
import org.anonymouscloud.core.account.protocol.AccountMethod;
import org.anonymouscloud.core.account.protocol.ContactsHeader;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.crypto.NotAuthentic;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.crypto.VerifyKey;
import org.anonymouscloud.core.session.Link;
import org.anonymouscloud.core.wire.Cbor;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.Malformed;
import org.anonymouscloud.core.wire.Refused;

/**
 * The account's list of contacts, which all its devices share. Each keeps the whole list, changes
 * it without the server, and merges it with what the others have put there. The server cannot make
 * a list, nor show an older one than this device has seen or a device names in the account's chain
 * (A23); what a removed device has written after that counts no more (A16). Thread-safe.
 */
public final class SharedBook {
  /** Other devices that may be quicker before this one leaves it to the next time. */
  private static final int RACES = 5;

  private final Link link;
  private final OwnAccount own;
  private final BookFile file;

  /** Held while the server is asked, so that no answer is overtaken by a later one. */
  private final ReentrantLock asking = new ReentrantLock();

  /**
   * What the server has, unchecked.
   *
   * @param number under which it has it; -1 for nothing
   * @param state none if there is none, or nothing that could be one
   */
  private record Answer(long number, Optional<SignedBook> state) {
    boolean isSound() {
      return state.map(SignedBook::number).orElse(-1L) == number;
    }
  }

  /** What the server has, and whether it counts. */
  private record Shown(Optional<SignedBook> state, Optional<SignedBook.Content> content) {
    static final Shown NOTHING = new Shown(Optional.empty(), Optional.empty());
  }

  /**
   * @param link on which this device is logged in, or about to come in
   * @param values of the account itself on this device
   */
  public SharedBook(Link link, OwnAccount own, FeatureState values) {
    this.link = link;
    this.own = own;
    this.file = new BookFile(values);
  }

  /** As this device knows it. */
  synchronized ContactBook book() throws IOException {
    return file.load().book();
  }

  /**
   * Changes one contact on this device; {@link #sync} tells the others.
   *
   * @param expected what the name must stand for
   * @return false if it stands for something else
   */
  synchronized boolean replace(Optional<KnownContact> expected, KnownContact contact)
      throws IOException {
    Kept kept = file.load();
    if (!kept.book().find(contact.name()).equals(expected)) {
      return false;
    }
    file.store(kept.with(kept.book().with(contact)));
    return true;
  }

  /**
   * Takes what the other devices know, and gives them what this one does.
   *
   * @return the contacts that are others than before
   * @throws BookRefused if what the server shows must not be used
   */
  List<KnownContact> sync() throws Refused, IOException {
    asking.lock();
    try {
      ContactBook before = book();
      for (int race = 0; race < RACES; race++) {
        Answer answer = ask();
        if (take(judge(answer, seen()))
            || publish(answer.number() + 1, answer.number(), changes())) {
          break;
        }
      }
      return changed(before, book());
    } finally {
      asking.unlock();
    }
  }

  private SortedMap<DeviceId, Long> changes() throws IOException {
    return seen().map(Floor::changes).orElseGet(SignedBook::byDevice);
  }

  private synchronized Optional<Floor> seen() throws IOException {
    return file.load().floor();
  }

  private static List<KnownContact> changed(ContactBook before, ContactBook after) {
    return after.entries().values().stream()
        .filter(contact -> !contact.equals(before.entries().get(contact.name())))
        .toList();
  }

  /** Merges what counts. True if the others know all that this device does. */
  private synchronized boolean take(Shown shown) throws IOException {
    Kept kept = file.load();
    if (shown.content().isEmpty()) {
      // Whoever knows nothing says nothing.
      return kept.book().entries().isEmpty();
    }
    SignedBook state = shown.state().orElseThrow();
    SignedBook.Content content = shown.content().get();
    ContactBook merged = merged(kept.book(), state, content);
    Floor floor =
        new Floor(state.number(), state.header().generation(), state.hash(), content.changes());
    Kept next = new Kept(merged, Optional.of(floor));
    if (!next.equals(kept)) {
      file.store(next);
    }
    return merged.equals(content.book());
  }

  private static ContactBook merged(ContactBook own, SignedBook state, SignedBook.Content content)
      throws BookRefused {
    ContactBook merged = own.merge(content.book());
    if (merged.isTooLarge()) {
      throw new BookRefused(Reason.FULL, state.header().device().toString());
    }
    return merged;
  }

  /**
   * Puts what this device knows in the place of what the server has.
   *
   * @param previous number of the state that is there; -1 for none
   * @param before how many states each device has written
   * @return false if another one is there by now
   */
  private boolean publish(long number, long previous, SortedMap<DeviceId, Long> before)
      throws Refused, IOException {
    ContactBook book = book();
    SortedMap<DeviceId, Long> changes = SignedBook.byDevice();
    changes.putAll(before);
    changes.keySet().retainAll(own.chain().devices().keySet());
    changes.merge(own.device(), changes().getOrDefault(own.device(), 0L), Math::max);
    changes.merge(own.device(), 1L, Long::sum);
    int generation = own.generation();
    SignedBook state;
    try (Secret key = own.key(generation)) {
      state =
          SignedBook.seal(
              new ContactsHeader(number, generation, own.device()),
              own.account(),
              new SignedBook.Content(changes, book),
              key,
              own::sign);
    }
    try {
      ask(
          AccountMethod.CONTACTS_PUT,
          new AccountMessages.ContactsPut(previous, number, state.encode()),
          AccountMessages.Empty.class);
    } catch (Refused e) {
      if (e.code() == ErrorCode.CONFLICT) {
        return false;
      }
      throw e;
    }
    synchronized (this) {
      Kept kept = file.load();
      file.store(
          new Kept(kept.book(), Optional.of(new Floor(number, generation, state.hash(), changes))));
      return kept.book().equals(book);
    }
  }

  /**
   * How far the list has come, for a link of the account's chain: what the server has if that
   * counts, else what this device has seen. Changes nothing.
   *
   * @return none if this device can vouch for none
   */
  public Optional<Head> head() throws IOException {
    Optional<Floor> seen;
    try {
      seen = seen();
    } catch (IOException e) {
      // What this device cannot read itself keeps no other one in the account.
      return Optional.empty();
    }
    try {
      Shown shown = judge(ask(), seen);
      if (shown.content().isPresent()) {
        return shown.state().map(this::headOf);
      }
      if (shown.state().isEmpty()) {
        return Optional.of(Head.none(object()));
      }
    } catch (Refused | BookRefused e) {
      // No server keeps a device in the account by what it shows as its contacts.
    }
    return seen.map(floor -> new Head(object(), floor.number(), floor.hash()));
  }

  private Head headOf(SignedBook state) {
    return new Head(object(), state.number(), state.hash());
  }

  /** What heads in the chain call the list. */
  private ObjectId object() {
    return ObjectId.of(own.account().bytes());
  }

  /** Why what the server has is refused, if it is one that a person may accept. */
  public Optional<Rollback> rollback() throws Refused, IOException {
    Optional<Floor> seen = seen();
    Answer answer = ask();
    try {
      var _ = judge(answer, seen);
      return Optional.empty();
    } catch (BookRefused e) {
      if (!e.reason().isForAPerson()) {
        throw e;
      }
    }
    Head newest = new Head(object(), -1, Head.NOTHING);
    if (seen.isPresent()) {
      newest = new Head(object(), seen.get().number(), seen.get().hash());
    }
    Optional<Head> named = own.named();
    if (named.isPresent() && named.get().number() > newest.number()) {
      newest = named.get();
    }
    return Optional.of(
        new Rollback(
            newest,
            answer.state().map(this::headOf),
            answer.state().map(shown -> shown.header().device())));
  }

  /**
   * A list that the server shows and this device refuses.
   *
   * @param lost the newest that the account's devices have seen
   * @param instead the one that the server has
   * @param by the device that should have written that one
   */
  public record Rollback(Head lost, Optional<Head> instead, Optional<DeviceId> by) {}

  /**
   * Goes on from what the server has, with all that this device knows: nothing of that is lost.
   *
   * @param agreed what a person was shown
   * @throws IOException if the server shows something else by now
   */
  public void restart(Rollback agreed) throws Refused, IOException {
    asking.lock();
    try {
      Answer answer = ask();
      if (!answer.state().map(this::headOf).equals(agreed.instead())) {
        throw new IOException("The server has another list of contacts by now than was shown.");
      }
      Shown shown = proven(answer);
      synchronized (this) {
        Kept kept = file.load();
        if (shown.content().isPresent()) {
          file.store(
              kept.with(merged(kept.book(), shown.state().orElseThrow(), shown.content().get())));
        }
      }
      SortedMap<DeviceId, Long> changes =
          shown.content().isPresent() ? shown.content().get().changes() : changes();
      // Beyond all that was seen or named, so that it is a newer one for every device.
      long number = Math.max(agreed.lost().number(), answer.number()) + 1;
      if (!publish(number, answer.number(), changes)) {
        throw new IOException("Another device changed the contacts meanwhile; try again.");
      }
    } finally {
      asking.unlock();
    }
  }

  /**
   * What a person goes on from: nothing, if no device of the account has written it, or none that
   * works as it should.
   */
  private Shown proven(Answer answer) throws IOException {
    try {
      Shown shown = answer.isSound() ? look(answer.state()) : Shown.NOTHING;
      boolean usable =
          shown.content().isPresent()
              && shown.content().get().isPossibleAt(answer.number())
              && shown.content().get().book().mayFollow(book());
      return usable ? shown : Shown.NOTHING;
    } catch (BookRefused e) {
      return Shown.NOTHING;
    }
  }

  private Answer ask() throws Refused, IOException {
    AccountMessages.ContactsGot got =
        ask(
            AccountMethod.CONTACTS_GET,
            new AccountMessages.Empty(),
            AccountMessages.ContactsGot.class);
    try {
      return new Answer(
          got.number(),
          got.state().length == 0 ? Optional.empty() : Optional.of(SignedBook.decode(got.state())));
    } catch (Malformed e) {
      return new Answer(got.number(), Optional.empty());
    }
  }

  /** Whether what the server has is at least as new as all that is known, and what of it counts. */
  private Shown judge(Answer answer, Optional<Floor> seen) throws IOException {
    Optional<Head> named = own.named();
    Optional<SignedBook> state = answer.state();
    long number = answer.number();
    if (!answer.isSound()) {
      throw new BookRefused(Reason.NOT_PROVEN);
    }
    if (number < seen.map(Floor::number).orElse(-1L)
        || number < named.map(Head::number).orElse(-1L)) {
      throw new BookRefused(Reason.ROLLED_BACK);
    }
    if (state.isEmpty()) {
      return Shown.NOTHING;
    }
    Shown shown = look(state);
    boolean isSeen = is(state.get(), seen.map(Floor::number), seen.map(Floor::hash));
    boolean isNamed = is(state.get(), named.map(Head::number), named.map(Head::hash));
    int generation = state.get().header().generation();
    boolean removed = own.chain().former().containsKey(state.get().header().device());
    if (removed && !isSeen && !isNamed && (seen.isPresent() || isNamed(named))) {
      return new Shown(state, Optional.empty());
    }
    if (seen.isPresent() && generation < seen.get().generation()) {
      throw new BookRefused(Reason.FORKED);
    }
    if (shown.content().isEmpty()) {
      if (removed) {
        return shown;
      }
      throw new BookRefused(Reason.UNREADABLE, state.get().header().device().toString());
    }
    SignedBook.Content content = shown.content().get();
    if (!content.isPossibleAt(number) || (seen.isPresent() && !content.book().mayFollow(book()))) {
      throw new BookRefused(Reason.UNREADABLE, state.get().header().device().toString());
    }
    if (seen.isPresent()) {
      requireAll(seen.get().changes(), content.changes());
    }
    return shown;
  }

  private static boolean isNamed(Optional<Head> named) {
    return named.isPresent() && named.get().number() >= 0;
  }

  /** Whether it is the state of that number; then it must have that hash. */
  private static boolean is(SignedBook state, Optional<Long> number, Optional<Digest> hash)
      throws BookRefused {
    if (!number.equals(Optional.of(state.number()))) {
      return false;
    }
    if (!hash.equals(Optional.of(state.hash()))) {
      throw new BookRefused(Reason.FORKED);
    }
    return true;
  }

  private void requireAll(SortedMap<DeviceId, Long> seen, SortedMap<DeviceId, Long> shown)
      throws IOException {
    ChainState chain = own.chain();
    for (DeviceId device : seen.keySet()) {
      if (chain.devices().containsKey(device)
          && shown.getOrDefault(device, 0L) < seen.get(device)) {
        throw new BookRefused(Reason.FORKED);
      }
    }
  }

  /** Checks the signature, and opens it if it can be opened. */
  private Shown look(Optional<SignedBook> state) throws IOException {
    if (state.isEmpty()) {
      return Shown.NOTHING;
    }
    ContactsHeader header = state.get().header();
    Optional<VerifyKey> key =
        own.with(header.device(), header.generation())
            .deviceKey(header.device(), header.generation());
    if (key.isEmpty() || !state.get().isSignedBy(key.get(), own.account())) {
      throw new BookRefused(Reason.NOT_PROVEN);
    }
    if (header.generation() > own.generation()) {
      throw new BookRefused(Reason.NOT_PROVEN);
    }
    try (Secret secret = own.key(header.generation())) {
      return new Shown(state, Optional.of(state.get().open(own.account(), secret)));
    } catch (NotAuthentic | Malformed e) {
      return new Shown(state, Optional.empty());
    }
  }

  private <T> T ask(AccountMethod method, Record question, Class<T> answer)
      throws Refused, IOException {
    return Cbor.decode(link.ask(method.toString(), Cbor.encode(question)), answer);
  }

  /** The contacts of a name, as this device knows it. */
  Optional<KnownContact> find(UserName name) throws IOException {
    return book().find(name);
  }
}
