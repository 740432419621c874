package org.anonymouscloud.core.account.client.contacts;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.UserName;
import org.anonymouscloud.core.account.chain.Chain;
import org.anonymouscloud.core.account.chain.ChainRefused;
import org.anonymouscloud.core.account.chain.ChainState;
import org.anonymouscloud.core.account.client.contacts.ContactRefused.Reason;
import org.anonymouscloud.core.account.client.local.FeatureState;
import org.anonymouscloud.core.account.protocol.AccountMethod;
import org.anonymouscloud.core.account.protocol.ChainPages;
import org.anonymouscloud.core.account.protocol.Messages;
import org.anonymouscloud.core.session.Link;
import org.anonymouscloud.core.wire.Cbor;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.Refused;

/**
 * Who the server's other users are. The server is believed once, when a name is new, and what it
 * says then can be compared with what the other person's device shows (the safety number). From
 * then on the account that is pinned goes by its chain alone, which the server cannot make: a chain
 * that does not continue the one seen before is refused until the person removes the contact (A6).
 * Pins are this device's own. Thread-safe.
 */
public final class Contacts {
  private final Link link;
  private final UserName user;
  private final Own own;
  private final ContactList list;
  private final Consumer<AccountId> changed;

  /** This account as its own checked chain says it. */
  @FunctionalInterface
  public interface Own {
    ChainState chain() throws IOException;
  }

  /**
   * @param link on which this account is logged in
   * @param user this account's name
   * @param values of the account itself on this device
   * @param changed told of each contact that is not as it was; must not wait
   */
  public Contacts(
      Link link, UserName user, Own own, FeatureState values, Consumer<AccountId> changed) {
    this.link = link;
    this.user = user;
    this.own = own;
    this.list = new ContactList(values);
    this.changed = changed;
  }

  /** The pinned ones by name, without asking the server. */
  public List<KnownContact> list() throws IOException {
    return List.copyOf(list.all().values());
  }

  /**
   * The account that a name belongs to, as it is now. Of one that is not pinned nothing is kept.
   *
   * @throws ContactRefused if it is not what this device knows
   * @throws Refused with {@link ErrorCode#NOT_FOUND} if there is no such user, or a pinned one is
   *     gone; with {@link ErrorCode#RATE_LIMITED} after too many new names
   */
  public Contact look(UserName name) throws Refused, IOException {
    if (name.equals(user)) {
      throw new Refused(ErrorCode.BAD_REQUEST, "'" + name + "' is you.");
    }
    while (true) {
      Optional<KnownContact> known = list.find(name);
      ChainState chain = (known.isPresent() ? follow(known.get()) : meet(name)).state();
      if (settle(name, known, chain)) {
        Trust trust = known.map(KnownContact::trust).orElse(Trust.NEW);
        return new Contact(name, chain, SafetyNumber.of(own.chain(), chain), trust);
      }
    }
  }

  /** The chain of somebody who is not known. */
  private Chain meet(UserName name) throws Refused, IOException {
    AccountId account = find(name);
    try {
      Chain chain = chain(account);
      if (chain.state().account().equals(account)) {
        return chain;
      }
    } catch (ChainRefused e) {
      throw new ContactRefused(Reason.NOT_PROVEN, name, e);
    }
    throw new ContactRefused(Reason.NOT_PROVEN, name);
  }

  /** The chain of a pinned contact, which its name does not lead to. */
  private Chain follow(KnownContact known) throws Refused, IOException {
    try {
      Chain chain = chain(known.account());
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
  private synchronized boolean settle(UserName name, Optional<KnownContact> known, ChainState chain)
      throws IOException {
    if (!list.find(name).equals(known)) {
      return false;
    }
    if (known.isPresent() && known.get().floor().seq() < chain.head().seq()) {
      list.put(known.get().raise(chain.head(), known.get().trust()));
      changed.accept(chain.account());
    }
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

  /** None if another account was pinned meanwhile. */
  private synchronized Optional<Contact> keep(Contact contact, Trust trust) throws IOException {
    ChainState chain = contact.chain();
    Optional<KnownContact> known = list.find(contact.name());
    if (known.isPresent() && !known.get().isThatOf(chain)) {
      return Optional.empty();
    }
    KnownContact kept =
        known.map(now -> now.raise(chain.head(), trust)).orElse(KnownContact.of(contact, trust));
    list.put(kept);
    if (!known.equals(Optional.of(kept))) {
      changed.accept(chain.account());
    }
    return Optional.of(new Contact(contact.name(), chain, contact.number(), kept.trust()));
  }

  /**
   * Forgets a contact. Whoever the name leads to is new from then on.
   *
   * @throws Refused with {@link ErrorCode#NOT_FOUND} if it is not pinned
   */
  public synchronized void remove(UserName name) throws Refused, IOException {
    Optional<KnownContact> gone = list.find(name);
    if (!list.remove(name)) {
      throw new Refused(ErrorCode.NOT_FOUND, "'" + name + "' is not one of your contacts.");
    }
    gone.ifPresent(contact -> changed.accept(contact.account()));
  }

  /**
   * The pins for a device that this one brings into the account: as many as fit into so many bytes,
   * those first whose safety number somebody has compared.
   */
  public byte[] pins(int bytes) throws IOException {
    return list.encoded(bytes);
  }

  /**
   * Makes the pins of another device of the account this device's own.
   *
   * @param values of the account itself on this device
   * @param pins from {@link #pins}
   * @throws IOException if they are not pins
   */
  public static void take(FeatureState values, byte[] pins) throws IOException {
    new ContactList(values).take(pins);
  }

  private AccountId find(UserName name) throws Refused, IOException {
    byte[] found =
        ask(
                AccountMethod.CONTACT_FIND,
                new Messages.ContactFind(name.text()),
                Messages.ContactFound.class)
            .account();
    try {
      return AccountId.of(found);
    } catch (IllegalArgumentException e) {
      throw new ContactRefused(Reason.NOT_PROVEN, name, e);
    }
  }

  /** Checked from its first link. */
  private Chain chain(AccountId account) throws ChainRefused, Refused, IOException {
    ChainPages pages =
        from ->
            ask(
                AccountMethod.CONTACT_CHAIN,
                new Messages.ContactChain(account.bytes(), from),
                Messages.ChainGot.class);
    return pages.chain();
  }

  private <T> T ask(AccountMethod method, Record question, Class<T> answer)
      throws Refused, IOException {
    return Cbor.decode(link.ask(method.toString(), Cbor.encode(question)), answer);
  }
}
