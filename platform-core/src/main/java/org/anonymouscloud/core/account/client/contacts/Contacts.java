package org.anonymouscloud.core.account.client.contacts;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.ChainFloor;
import org.anonymouscloud.core.account.UserName;
import org.anonymouscloud.core.account.chain.Chain;
import org.anonymouscloud.core.account.chain.ChainRefused;
import org.anonymouscloud.core.account.chain.ChainState;
import org.anonymouscloud.core.account.client.contacts.ContactRefused.Reason;
import org.anonymouscloud.core.account.protocol.AccountMessages;
import org.anonymouscloud.core.account.protocol.AccountMethod;
import org.anonymouscloud.core.account.protocol.ChainPages;
import org.anonymouscloud.core.session.Link;
import org.anonymouscloud.core.wire.Cbor;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.Refused;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who the server's other users are. The server is believed once, when a name is new, and what it
 * says then can be compared with what the other person's device shows (the safety number). From
 * then on the account that is pinned goes by its chain alone, which the server cannot make: a chain
 * that does not continue the one seen before is refused until the person removes the contact (A6).
 * Pins are the account's, which all its devices share ({@link SharedBook}). Thread-safe.
 */
public final class Contacts {
  private static final Logger LOG = LoggerFactory.getLogger(Contacts.class);

  private final Link link;
  private final UserName user;
  private final OwnAccount own;
  private final SharedBook book;
  private final Consumer<AccountId> changed;

  /**
   * @param link on which this account is logged in
   * @param user this account's name
   * @param book of this account, on the same link
   * @param changed told of each contact that is not as it was; must not wait
   */
  public Contacts(
      Link link, UserName user, OwnAccount own, SharedBook book, Consumer<AccountId> changed) {
    this.link = link;
    this.user = user;
    this.own = own;
    this.book = book;
    this.changed = changed;
  }

  /** The pinned ones by name, without asking the server. */
  public List<KnownContact> list() throws IOException {
    return book.book().contacts();
  }

  /**
   * Takes what the account's other devices know, and gives them what this one does.
   *
   * @throws BookRefused if what the server shows must not be used; all stays as it was
   */
  public void sync() throws Refused, IOException {
    book.sync().forEach(contact -> changed.accept(contact.account()));
  }

  /**
   * The same, if the server can be asked just now. What has changed here is durable already, and
   * goes up some time.
   *
   * @throws BookRefused as above
   */
  public void syncNowOrLater() throws BookRefused {
    try {
      sync();
    } catch (BookRefused e) {
      throw e;
    } catch (Refused | IOException e) {
      LOG.info("The account's other devices learn of a contact later: {}", e.getMessage());
    }
  }

  /**
   * The account that a name belongs to, as it is now. Of one that is not pinned nothing is kept.
   *
   * @throws ContactRefused if it is not what this device knows
   * @throws Refused with {@link ErrorCode#NOT_FOUND} if there is no such user, or a pinned one is
   *     gone; with {@link ErrorCode#RATE_LIMITED} after too many new names
   */
  public Contact look(UserName name) throws Refused, IOException {
    return look(name, false);
  }

  /**
   * The same of somebody whose account may be deleted: what it has signed for others counts on.
   *
   * @throws Refused with {@link ErrorCode#NOT_FOUND} only if the server has not kept its chain
   */
  public Contact signer(UserName name) throws Refused, IOException {
    return look(name, true);
  }

  private Contact look(UserName name, boolean alsoGone) throws Refused, IOException {
    if (name.equals(user)) {
      throw new Refused(ErrorCode.BAD_REQUEST, "'" + name + "' is you.");
    }
    if (book.find(name).isEmpty()) {
      // Whom another device has met is not met once more.
      sync();
    }
    while (true) {
      Optional<KnownContact> known = book.find(name);
      if (known.isPresent() && known.get().trust() == Trust.DISPUTED) {
        throw new ContactRefused(Reason.DISPUTED, name);
      }
      ChainState chain = (known.isPresent() ? follow(known.get(), alsoGone) : meet(name)).state();
      if (settle(name, known, chain)) {
        Trust trust = known.map(KnownContact::trust).orElse(Trust.NEW);
        return new Contact(name, chain, SafetyNumber.of(own.chain(), chain), trust);
      }
    }
  }

  /**
   * The chain of an account that is not pinned, at somebody's word for one of its links. The
   * account may be deleted.
   *
   * @throws IOException if the server shows another chain
   */
  public Chain vouched(AccountId account, ChainFloor link) throws Refused, IOException {
    try {
      Chain chain = chain(account, true);
      if (chain.state().account().equals(account) && chain.contains(link)) {
        return chain;
      }
    } catch (ChainRefused e) {
      throw new MemberNotProven(e);
    }
    throw new MemberNotProven();
  }

  /** The chain of somebody who is not known. */
  private Chain meet(UserName name) throws Refused, IOException {
    AccountId account = find(name);
    try {
      Chain chain = chain(account, false);
      if (chain.state().account().equals(account)) {
        return chain;
      }
    } catch (ChainRefused e) {
      throw new ContactRefused(Reason.NOT_PROVEN, name, e);
    }
    throw new ContactRefused(Reason.NOT_PROVEN, name);
  }

  /** The chain of a pinned contact, which its name does not lead to. */
  private Chain follow(KnownContact known, boolean alsoGone) throws Refused, IOException {
    try {
      Chain chain = chain(known.account(), alsoGone);
      if (known.isContinuedBy(chain)) {
        return chain;
      }
    } catch (ChainRefused e) {
      throw new ContactRefused(Reason.CHANGED, known.name(), e);
    } catch (Refused e) {
      if (e.code() == ErrorCode.NOT_FOUND) {
        throw gone(known);
      }
      throw e;
    }
    throw new ContactRefused(Reason.CHANGED, known.name());
  }

  private Refused gone(KnownContact known) throws Refused, IOException {
    try {
      find(known.name());
    } catch (Refused e) {
      return e.code() == ErrorCode.NOT_FOUND
          ? new Refused(
              ErrorCode.NOT_FOUND,
              "The account of '"
                  + known.name()
                  + "' is gone from the server. 'anoncloud contact remove "
                  + known.name()
                  + "' forgets it here too.")
          : e;
    }
    throw new ContactRefused(Reason.REPLACED, known.name());
  }

  /**
   * Notes how far a pinned chain has come, before anything of it is used.
   *
   * @param known when the chain was asked for
   * @return false if the pin has changed meanwhile: then all is to be asked again
   */
  private boolean settle(UserName name, Optional<KnownContact> known, ChainState chain)
      throws IOException {
    if (known.isEmpty() || known.get().floor().seq() >= chain.head().seq()) {
      return book.find(name).equals(known);
    }
    if (!book.replace(known, known.get().raise(chain.head(), known.get().trust()))) {
      return false;
    }
    changed.accept(chain.account());
    syncNowOrLater();
    return true;
  }

  /**
   * Pins an account as it was shown to somebody. One that is pinned already stays as it is.
   *
   * @param shown the safety number that they have seen
   * @throws ContactRefused also if the account has another number by now
   */
  public Contact accept(UserName name, SafetyNumber shown) throws Refused, IOException {
    return pin(name, shown, Trust.ACCEPTED, Reason.SWAPPED);
  }

  /**
   * Pins an account whose safety number somebody has compared.
   *
   * @param compared the number that the other person's device shows
   * @throws ContactRefused also if this device has another number with that account
   */
  public Contact verify(UserName name, SafetyNumber compared) throws Refused, IOException {
    return pin(name, compared, Trust.VERIFIED, Reason.WRONG_NUMBER);
  }

  private Contact pin(UserName name, SafetyNumber number, Trust trust, Reason otherwise)
      throws Refused, IOException {
    Optional<Contact> pinned = Optional.empty();
    while (pinned.isEmpty()) {
      Contact contact = look(name);
      if (!contact.number().equals(number)) {
        throw new ContactRefused(otherwise, name);
      }
      pinned = keep(contact, trust);
    }
    return pinned.get();
  }

  /** None if something else was pinned meanwhile. */
  private Optional<Contact> keep(Contact contact, Trust trust) throws Refused, IOException {
    ChainState chain = contact.chain();
    Optional<KnownContact> known = book.find(contact.name());
    if (known.isPresent() && !known.get().isThatOf(chain)) {
      return Optional.empty();
    }
    if (known.isEmpty() && list().size() >= ContactBook.MAX_CONTACTS) {
      throw new Refused(
          ErrorCode.BAD_REQUEST,
          "You have "
              + ContactBook.MAX_CONTACTS
              + " contacts, as many as there can be. 'anoncloud contact remove' makes room.");
    }
    KnownContact kept =
        known.map(now -> now.raise(chain.head(), trust)).orElse(KnownContact.of(contact, trust));
    if (!known.equals(Optional.of(kept))) {
      if (!book.replace(known, kept)) {
        return Optional.empty();
      }
      changed.accept(chain.account());
      syncNowOrLater();
    }
    return Optional.of(new Contact(contact.name(), chain, contact.number(), kept.trust()));
  }

  /**
   * Forgets a contact. Whoever the name leads to is new from then on.
   *
   * @throws Refused with {@link ErrorCode#NOT_FOUND} if it is not pinned
   */
  public void remove(UserName name) throws Refused, IOException {
    Optional<KnownContact> gone = book.find(name);
    while (gone.isPresent() && !book.replace(gone, gone.get().removed())) {
      gone = book.find(name);
    }
    if (gone.isEmpty()) {
      throw new Refused(ErrorCode.NOT_FOUND, "'" + name + "' is not one of your contacts.");
    }
    changed.accept(gone.get().account());
    syncNowOrLater();
  }

  private AccountId find(UserName name) throws Refused, IOException {
    byte[] found =
        ask(
                AccountMethod.CONTACT_FIND,
                new AccountMessages.ContactFind(name.text()),
                AccountMessages.ContactFound.class)
            .account();
    try {
      return AccountId.of(found);
    } catch (IllegalArgumentException e) {
      throw new ContactRefused(Reason.NOT_PROVEN, name, e);
    }
  }

  /** Checked from its first link. */
  private Chain chain(AccountId account, boolean alsoGone)
      throws ChainRefused, Refused, IOException {
    ChainPages pages =
        from ->
            ask(
                AccountMethod.CONTACT_CHAIN,
                new AccountMessages.ContactChain(account.bytes(), from, alsoGone),
                AccountMessages.ChainGot.class);
    return pages.chain();
  }

  private <T> T ask(AccountMethod method, Record question, Class<T> answer)
      throws Refused, IOException {
    return Cbor.decode(link.ask(method.toString(), Cbor.encode(question)), answer);
  }
}
