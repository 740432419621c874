package org.anonymouscloud.vault.server;

import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import org.anonymouscloud.core.session.Call;
import org.anonymouscloud.core.session.Link;
import org.anonymouscloud.core.wire.Cbor;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.Refused;
import org.anonymouscloud.vault.protocol.Messages;
import org.anonymouscloud.vault.protocol.PackName;
import org.anonymouscloud.vault.protocol.VaultMethod;

/** The vault's methods as a device would call them, without a thought of what is in a pack. */
record VaultClient(Link link) {
  /** Something that a server may refuse. */
  interface Asking {
    void run() throws Refused, IOException;
  }

  /** The code of the refusal that {@code asking} meets. */
  static ErrorCode refusal(Asking asking) throws IOException {
    try {
      asking.run();
    } catch (Refused e) {
      return e.code();
    }
    throw new AssertionError("This was not refused.");
  }

  void put(PackName name, byte[] pack) throws Refused, IOException {
    put(name.text(), pack.length, pack);
  }

  void put(String name, int length, byte[] pack) throws Refused, IOException {
    try (Call call =
        link.open(
            VaultMethod.PACK_PUT.toString(),
            Cbor.encode(new Messages.PackPut(name, length, false)))) {
      try (OutputStream upload = call.upload()) {
        upload.write(pack);
      }
      call.answer();
    }
  }

  byte[] get(PackName name, int length) throws Refused, IOException {
    return get(name.text(), 0, length);
  }

  byte[] get(String name, int offset, int length) throws Refused, IOException {
    try (Call call =
        link.open(
            VaultMethod.PACK_GET.toString(),
            Cbor.encode(new Messages.PackGet(name, offset, length)))) {
      byte[] pack;
      try {
        pack = call.download().readAllBytes();
      } catch (IOException e) {
        call.answer();
        throw e;
      }
      call.answer();
      return pack;
    }
  }

  void move(long number, byte[] root, List<PackName> live, List<PackName> dropped)
      throws Refused, IOException {
    link.ask(
        VaultMethod.ROOT_MOVE.toString(),
        Cbor.encode(
            new Messages.RootMove(
                number, root, PackName.encodeAll(live), PackName.encodeAll(dropped), false)));
  }

  Messages.RootGot root(long number) throws Refused, IOException {
    return Cbor.decode(
        link.ask(VaultMethod.ROOT_GET.toString(), Cbor.encode(new Messages.RootGet(number))),
        Messages.RootGot.class);
  }

  Messages.Usage usage() throws Refused, IOException {
    return Cbor.decode(
        link.ask(VaultMethod.USAGE.toString(), Cbor.encode(new Messages.UsageGet())),
        Messages.Usage.class);
  }
}
