package org.anonymouscloud.core.account.client.remote;

import java.io.IOException;
import org.anonymouscloud.core.account.ChainFloor;
import org.anonymouscloud.core.account.chain.Chain;
import org.anonymouscloud.core.account.chain.ChainRefused;
import org.anonymouscloud.core.account.chain.SealedSlot;
import org.anonymouscloud.core.account.chain.SlotId;
import org.anonymouscloud.core.account.protocol.AccountMessages;
import org.anonymouscloud.core.account.protocol.AccountMethod;
import org.anonymouscloud.core.account.protocol.ChainPages;
import org.anonymouscloud.core.session.Link;
import org.anonymouscloud.core.wire.Cbor;
import org.anonymouscloud.core.wire.Malformed;
import org.anonymouscloud.core.wire.Refused;

/** What a client asks about its account, in types. Thread-safe as its link is. */
public record AccountQuestions(Link link) {
  public <T> T ask(AccountMethod method, Record question, Class<T> answer)
      throws Refused, IOException {
    return Cbor.decode(link.ask(method.toString(), Cbor.encode(question)), answer);
  }

  public void tell(AccountMethod method, Record question) throws Refused, IOException {
    ask(method, question, AccountMessages.Empty.class);
  }

  /**
   * The account's whole chain, checked from its first link.
   *
   * @throws AccountTampered if it is not one
   */
  public Chain chain() throws Refused, IOException {
    ChainPages pages =
        from ->
            ask(
                AccountMethod.CHAIN_GET,
                new AccountMessages.ChainGet(from),
                AccountMessages.ChainGot.class);
    try {
      return pages.chain();
    } catch (ChainRefused e) {
      throw new AccountTampered(e);
    }
  }

  /**
   * The same for someone who has seen it before.
   *
   * @throws AccountTampered if it is older than, or another than, what was seen (A13, A23)
   */
  public Chain chain(ChainFloor seen) throws Refused, IOException {
    try {
      return chain().atLeast(seen);
    } catch (ChainRefused e) {
      throw new AccountTampered(e);
    }
  }

  /** A slot's record; its seals are still to be checked. */
  public SealedSlot slot(SlotId slot, int generation) throws Refused, IOException {
    byte[] record =
        ask(
                AccountMethod.SLOT_GET,
                new AccountMessages.SlotGet(slot.encode(), generation),
                AccountMessages.SlotGot.class)
            .slot();
    try {
      return SealedSlot.decode(record);
    } catch (Malformed e) {
      throw new AccountTampered(e);
    }
  }
}
