package org.anonymouscloud.core.account.client;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.anonymouscloud.core.account.chain.SealedSlot;
import org.anonymouscloud.core.account.chain.SlotId;
import org.anonymouscloud.core.account.protocol.AccountMessages;
import org.anonymouscloud.core.account.protocol.AccountMethod;
import org.anonymouscloud.core.session.Call;
import org.anonymouscloud.core.session.Link;
import org.anonymouscloud.core.wire.Cbor;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.Refused;

/** The records of one account as a server hands them out, open to any change. */
final class StoredAccount implements Link {
  final List<byte[]> links = new ArrayList<>();
  final Map<String, byte[]> slots = new HashMap<>();
  final List<String> asked = new ArrayList<>();
  byte[] keyBag;

  /** Follows the links for ever; nothing follows them if it is empty. */
  byte[] endless = {};

  StoredAccount(NewAccount.Records records) {
    links.add(records.link().encode());
    records.slots().forEach(slot -> put(slot.slot(), slot.encode()));
    keyBag = records.keyBag();
  }

  void put(SlotId slot, byte[] record) {
    slots.put(HexFormat.of().formatHex(slot.encode()), record);
  }

  void put(SealedSlot record) {
    put(record.slot(), record.encode());
  }

  byte[] slot(SlotId slot) {
    return slots.get(HexFormat.of().formatHex(slot.encode()));
  }

  @Override
  public byte[] ask(String method, byte[] body) throws Refused, IOException {
    asked.add(method + " " + HexFormat.of().formatHex(body));
    return Cbor.encode(
        switch (AccountMethod.of(method).orElseThrow()) {
          case CHAIN_GET -> {
            int from = (int) Cbor.decode(body, AccountMessages.ChainGet.class).from();
            List<byte[]> rest = links.subList(Math.min(from, links.size()), links.size());
            yield endless.length == 0
                ? new AccountMessages.ChainGot(rest, false)
                : new AccountMessages.ChainGot(rest.isEmpty() ? List.of(endless) : rest, true);
          }
          case SLOT_GET ->
              new AccountMessages.SlotGot(
                  slots.get(
                      HexFormat.of()
                          .formatHex(Cbor.decode(body, AccountMessages.SlotGet.class).slot())));
          case KEY_BAG_GET -> new AccountMessages.KeyBag(keyBag);
          default -> throw new Refused(ErrorCode.UNKNOWN_METHOD, method);
        });
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
