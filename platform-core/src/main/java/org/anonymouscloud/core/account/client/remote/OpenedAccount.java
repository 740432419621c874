package org.anonymouscloud.core.account.client.remote;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.anonymouscloud.core.account.chain.Chain;
import org.anonymouscloud.core.account.chain.ChainRefused;
import org.anonymouscloud.core.account.chain.ChainState;
import org.anonymouscloud.core.account.client.keys.KeyBag;
import org.anonymouscloud.core.account.client.keys.RootSecret;
import org.anonymouscloud.core.account.client.keys.SlotSecret;
import org.anonymouscloud.core.account.protocol.AccountMessages;
import org.anonymouscloud.core.account.protocol.AccountMethod;
import org.anonymouscloud.core.crypto.NotAuthentic;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.Refused;

/**
 * What the password slot or the recovery slot opens, with everything checked before anything is
 * used.
 *
 * @param roots of all generations, the oldest first; those after {@code generation} open nothing
 * @param generation the newest that the slot opens: the chain's newest, or for recovery words an
 *     older one if nothing newer was left to them
 */
public record OpenedAccount(Chain chain, List<RootSecret> roots, int generation, KeyBag keyBag)
    implements AutoCloseable {

  /**
   * Fetches and opens the account's records.
   *
   * @throws WrongAccountKey if the chain's password slot is another than this one
   * @throws AccountTampered if the records are not those that the account's owner made
   */
  public static OpenedAccount openByPassword(AccountQuestions server, SlotSecret slot)
      throws WrongAccountKey, Refused, IOException {
    Chain chain = chain(server, slot);
    if (!slot.isNamedBy(chain.state())) {
      throw new WrongAccountKey();
    }
    return open(server, slot, chain, chain.state().generation(), new HashSet<>());
  }

  /**
   * The same for a slot whose key the server has already seen to be right.
   *
   * @throws AccountTampered if the records are not those that the account's owner made
   */
  public static OpenedAccount open(AccountQuestions server, SlotSecret slot)
      throws Refused, IOException {
    Chain chain = chain(server, slot);
    return open(server, slot, chain, chain.state().generation(), new HashSet<>());
  }

  /**
   * The same by the recovery words, whose key the server has already seen to be right. A stolen
   * device can remove the others and leave the words a record that opens nothing; so the newest
   * generation counts of which they open one.
   *
   * @throws AccountTampered if the words open none
   */
  public static OpenedAccount openByWords(AccountQuestions server, SlotSecret slot)
      throws Refused, IOException {
    Chain chain = chain(server, slot);
    // So that no chain makes each generation's way back be gone again and again.
    Set<Integer> barren = new HashSet<>();
    for (int generation = chain.state().generation(); generation > 0; generation--) {
      if (barren.contains(generation)) {
        continue;
      }
      try {
        return open(server, slot, chain, generation, barren);
      } catch (AccountTampered e) {
        // As said above.
      } catch (Refused e) {
        if (e.code() != ErrorCode.NOT_FOUND) {
          throw e;
        }
      }
    }
    return open(server, slot, chain, 0, barren);
  }

  private static Chain chain(AccountQuestions server, SlotSecret slot) throws Refused, IOException {
    Chain chain = server.chain();
    if (!chain.state().account().equals(slot.account())) {
      throw new AccountTampered(new ChainRefused(ChainRefused.Reason.WRONG_ACCOUNT));
    }
    return chain;
  }

  private static OpenedAccount open(
      AccountQuestions server, SlotSecret slot, Chain chain, int generation, Set<Integer> barren)
      throws Refused, IOException {
    ChainState state = chain.state();
    List<RootSecret> roots = new ArrayList<>();
    boolean done = false;
    try {
      RootSecret newest = slot.open(server.slot(slot.slot(), generation), state, generation);
      roots.addAll(newest.withEarlier(state, generation, barren));
      while (roots.size() <= state.generation()) {
        roots.add(RootSecret.random());
      }
      AccountMessages.KeyBag bag =
          server.ask(
              AccountMethod.KEY_BAG_GET, new AccountMessages.Empty(), AccountMessages.KeyBag.class);
      KeyBag keyBag = KeyBag.open(bag.sealed(), roots.getFirst(), state);
      done = true;
      return new OpenedAccount(chain, roots, generation, keyBag);
    } catch (NotAuthentic e) {
      throw new AccountTampered(e);
    } finally {
      if (!done) {
        roots.forEach(RootSecret::close);
      }
    }
  }

  /** How many generations began without leaving this slot a record that opens. */
  public int lost() {
    return chain.state().generation() - generation;
  }

  /** The first of those. */
  public Chain.Begun firstLost() {
    return chain.begun().get(generation + 1);
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
