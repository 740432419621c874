package org.anonymouscloud.core.account.client;

import java.io.IOException;
import java.util.List;
import org.anonymouscloud.core.account.chain.Chain;
import org.anonymouscloud.core.account.chain.ChainRefused;
import org.anonymouscloud.core.account.chain.ChainState;
import org.anonymouscloud.core.account.client.keys.KeyBag;
import org.anonymouscloud.core.account.client.keys.RootSecret;
import org.anonymouscloud.core.account.client.keys.SlotSecret;
import org.anonymouscloud.core.account.protocol.AccountMethod;
import org.anonymouscloud.core.account.protocol.Messages;
import org.anonymouscloud.core.crypto.NotAuthentic;
import org.anonymouscloud.core.wire.Refused;

/**
 * What the password slot or the recovery slot opens, with everything checked before anything is
 * used.
 *
 * @param roots of all generations, the oldest first
 */
record OpenedAccount(Chain chain, List<RootSecret> roots, KeyBag keyBag) implements AutoCloseable {

  /**
   * Fetches and opens the account's records.
   *
   * @throws WrongAccountKey if the chain's password slot is another than this one
   * @throws AccountTampered if the records are not those that the account's owner made
   */
  static OpenedAccount openByPassword(AccountQuestions server, SlotSecret slot)
      throws WrongAccountKey, Refused, IOException {
    Chain chain = chain(server, slot);
    if (!slot.isNamedBy(chain.state())) {
      throw new WrongAccountKey();
    }
    return open(server, slot, chain);
  }

  /**
   * The same for a slot whose key the server has already seen to be right.
   *
   * @throws AccountTampered if the records are not those that the account's owner made
   */
  static OpenedAccount open(AccountQuestions server, SlotSecret slot) throws Refused, IOException {
    return open(server, slot, chain(server, slot));
  }

  private static Chain chain(AccountQuestions server, SlotSecret slot) throws Refused, IOException {
    Chain chain = server.chain();
    if (!chain.state().account().equals(slot.account())) {
      throw new AccountTampered(new ChainRefused(ChainRefused.Reason.WRONG_ACCOUNT));
    }
    return chain;
  }

  private static OpenedAccount open(AccountQuestions server, SlotSecret slot, Chain chain)
      throws Refused, IOException {
    ChainState state = chain.state();
    List<RootSecret> roots = List.of();
    boolean done = false;
    try {
      roots = slot.open(server.slot(slot.slot(), state.generation()), state).withEarlier(state);
      Messages.KeyBag bag =
          server.ask(AccountMethod.KEY_BAG_GET, new Messages.Empty(), Messages.KeyBag.class);
      KeyBag keyBag = KeyBag.open(bag.sealed(), roots.getFirst(), state);
      done = true;
      return new OpenedAccount(chain, roots, keyBag);
    } catch (NotAuthentic e) {
      throw new AccountTampered(e);
    } finally {
      if (!done) {
        roots.forEach(RootSecret::close);
      }
    }
  }

  @Override
  public void close() {
    roots.forEach(RootSecret::close);
    keyBag.close();
  }

  @Override
  public String toString() {
    return "OpenedAccount";
  }
}
