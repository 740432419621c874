package org.anonymouscloud.core.account.client;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.chain.Chain;
import org.anonymouscloud.core.account.chain.ChainRefused;
import org.anonymouscloud.core.account.chain.ChainState;
import org.anonymouscloud.core.account.chain.SlotId;
import org.anonymouscloud.core.account.client.keys.KeyBag;
import org.anonymouscloud.core.account.client.keys.RootSecret;
import org.anonymouscloud.core.account.client.keys.SlotSecret;
import org.anonymouscloud.core.account.protocol.AccountMethod;
import org.anonymouscloud.core.account.protocol.Messages;
import org.anonymouscloud.core.crypto.NotAuthentic;
import org.anonymouscloud.core.wire.Refused;

/**
 * What the password slot opens, with everything checked before anything is used.
 *
 * @param roots of all generations, the oldest first
 */
record OpenedAccount(Chain chain, List<RootSecret> roots, KeyBag keyBag, long keyBagVersion) {

  /**
   * Fetches and opens the account's records.
   *
   * @throws WrongAccountKey if the chain's password slot is another than this one
   * @throws AccountTampered if the records are not those that the account's owner made
   */
  static OpenedAccount open(AccountQuestions server, AccountId account, SlotSecret slot)
      throws WrongAccountKey, Refused, IOException {
    Chain chain = server.chain();
    ChainState state = chain.state();
    if (!state.account().equals(account)) {
      throw new AccountTampered(new ChainRefused(ChainRefused.Reason.WRONG_ACCOUNT));
    }
    if (!Arrays.equals(slot.publicKey(), state.passwordSlot())) {
      throw new WrongAccountKey();
    }
    List<RootSecret> roots = new ArrayList<>();
    boolean done = false;
    try {
      for (int generation = 0; generation <= state.generation(); generation++) {
        roots.add(slot.open(server.slot(new SlotId.Password(), generation), generation, state));
      }
      Messages.KeyBag bag =
          server.ask(AccountMethod.KEY_BAG_GET, new Messages.Empty(), Messages.KeyBag.class);
      KeyBag keyBag = KeyBag.open(bag.sealed(), bag.version(), roots, state);
      done = true;
      return new OpenedAccount(chain, roots, keyBag, bag.version());
    } catch (NotAuthentic e) {
      throw new AccountTampered(e);
    } finally {
      if (!done) {
        roots.forEach(RootSecret::close);
      }
    }
  }

  @Override
  public String toString() {
    return "OpenedAccount";
  }
}
