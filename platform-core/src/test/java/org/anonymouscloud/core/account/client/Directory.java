package org.anonymouscloud.core.account.client;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.UserName;
import org.anonymouscloud.core.account.protocol.AccountMessages;
import org.anonymouscloud.core.account.protocol.AccountMethod;
import org.anonymouscloud.core.session.Call;
import org.anonymouscloud.core.session.Link;
import org.anonymouscloud.core.wire.Cbor;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.Refused;

/** What a server says of names and accounts; nothing keeps it to the truth. */
final class Directory implements Link {
  final Map<UserName, AccountId> names;
  final Map<AccountId, List<byte[]>> chains;
  final Set<AccountId> gone = new HashSet<>();
  final List<String> asked = new ArrayList<>();
  int linksInAnAnswer = 16;

  /** Of one account. */
  byte[] contacts = {};

  private long number = -1;

  Directory() {
    this(new HashMap<>(), new HashMap<>());
  }

  private Directory(Map<UserName, AccountId> names, Map<AccountId, List<byte[]>> chains) {
    this.names = names;
    this.chains = chains;
  }

  /** The same for somebody whose account has no contacts yet. */
  Directory forgetful() {
    return new Directory(names, chains);
  }

  /** The name leads to this account from now on, as far as it has come. */
  void show(UserName name, Person person) {
    names.put(name, person.id());
    show(person);
  }

  void show(Person person) {
    chains.put(person.id(), person.encoded());
  }

  @Override
  public byte[] ask(String method, byte[] body) throws Refused, IOException {
    asked.add(method);
    return Cbor.encode(
        switch (AccountMethod.of(method).orElseThrow()) {
          case CONTACT_FIND -> {
            UserName name =
                new UserName(Cbor.decode(body, AccountMessages.ContactFind.class).userName());
            yield new AccountMessages.ContactFound(known(names, name).bytes());
          }
          case CONTACT_CHAIN -> {
            AccountMessages.ContactChain question =
                Cbor.decode(body, AccountMessages.ContactChain.class);
            AccountId account = AccountId.of(question.account());
            if (gone.contains(account) && !question.alsoGone()) {
              throw new Refused(ErrorCode.NOT_FOUND, "This account is gone.");
            }
            List<byte[]> links = known(chains, account);
            int from = Math.min((int) question.from(), links.size());
            int to = Math.min(from + linksInAnAnswer, links.size());
            yield new AccountMessages.ChainGot(links.subList(from, to), to < links.size());
          }
          case CONTACTS_GET -> new AccountMessages.ContactsGot(number, contacts);
          case CONTACTS_PUT -> {
            AccountMessages.ContactsPut put = Cbor.decode(body, AccountMessages.ContactsPut.class);
            if (put.previous() != number) {
              throw new Refused(ErrorCode.CONFLICT, "Another device was first.");
            }
            number = put.number();
            contacts = put.state();
            yield new AccountMessages.Empty();
          }
          default -> throw new Refused(ErrorCode.UNKNOWN_METHOD, method);
        });
  }

  private static <K, V> V known(Map<K, V> all, K key) throws Refused {
    V value = all.get(key);
    if (value == null) {
      throw new Refused(ErrorCode.NOT_FOUND, "There is no such thing.");
    }
    return value;
  }

  @Override
  public Call open(String method, byte[] body) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Subscription subscribe(String topic, Consumer<byte[]> receiver) {
    throw new UnsupportedOperationException();
  }
}
