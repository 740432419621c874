package org.anonymouscloud.core.account.client;

import java.io.IOException;
import java.util.Comparator;
import java.util.Optional;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.account.Head;
import org.anonymouscloud.core.account.ObjectId;
import org.anonymouscloud.core.account.chain.ChainState;
import org.anonymouscloud.core.account.client.contacts.OwnAccount;
import org.anonymouscloud.core.account.client.contacts.SharedBook;
import org.anonymouscloud.core.account.client.remote.KnownChain;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.session.Link;

/** An account as far as its list of contacts needs it. */
public record OwnContacts(LocalAccount local, KnownChain known) implements OwnAccount {
  /** What heads call the list by; no feature has this name. */
  static final String NAME = "contacts";

  /**
   * The account's list of contacts.
   *
   * @param link on which the account is proven or this device logged in
   */
  public static SharedBook book(LocalAccount local, KnownChain chain, Link link) {
    return new SharedBook(link, new OwnContacts(local, chain), local.ownValues());
  }

  @Override
  public AccountId account() {
    return local.account();
  }

  @Override
  public DeviceId device() {
    return local.device();
  }

  @Override
  public ChainState chain() throws IOException {
    return known.known().state();
  }

  @Override
  public ChainState with(DeviceId device, int generation) throws IOException {
    return known.with(device, generation);
  }

  @Override
  public int generation() {
    return known.generation();
  }

  @Override
  public Secret key(int generation) {
    return known.roots().get(generation).contactsKey();
  }

  @Override
  public byte[] sign(String label, byte[] message) {
    return local.signOwn(label, message);
  }

  @Override
  public Optional<Head> named() throws IOException {
    ObjectId list = ObjectId.of(account().bytes());
    return local.heads(known).values().stream()
        .flatMap(said -> said.of(NAME, list).stream())
        .max(Comparator.comparingLong(Head::number));
  }
}
