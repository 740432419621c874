package org.anonymouscloud.vault.server;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.session.Call;
import org.anonymouscloud.core.session.Link;
import org.anonymouscloud.core.wire.Cbor;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.Refused;
import org.anonymouscloud.vault.protocol.PackName;
import org.anonymouscloud.vault.protocol.RootHeader;
import org.anonymouscloud.vault.protocol.VaultMessages;
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
            Cbor.encode(new VaultMessages.PackPut(name, length, false)))) {
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
            Cbor.encode(new VaultMessages.PackGet(name, offset, length)))) {
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

  /**
   * Moves the root to one that has a mark where a device's signature and tree would be.
   *
   * @param mark at most 255 bytes, which {@link #mark} finds again
   */
  void move(long number, byte[] mark, List<PackName> live) throws Refused, IOException {
    byte[] root = root(number, mark);
    link.ask(
        VaultMethod.ROOT_MOVE.toString(),
        Cbor.encode(new VaultMessages.RootMove(number, root, PackName.encodeAll(live), false)));
  }

  /** A root that follows the one before its number, if there is one. */
  byte[] root(long number, byte[] mark) throws IOException {
    Digest previous = RootHeader.NOTHING;
    if (number > 0) {
      try {
        previous = Digest.sha256(root(number - 1).root());
      } catch (Refused e) {
        previous = Digest.sha256(mark);
      }
    }
    DeviceId device = DeviceId.of(new byte[DeviceId.LENGTH]);
    return ByteBuffer.allocate(RootHeader.ROOT)
        .put(new RootHeader(0, Math.max(0, number), device, previous).encode())
        .put((byte) mark.length)
        .put(mark)
        .array();
  }

  /** The mark of a root. */
  static byte[] mark(VaultMessages.RootGot root) {
    int start = RootHeader.ENCODED + 1;
    return Arrays.copyOfRange(root.root(), start, start + (root.root()[start - 1] & 0xff));
  }

  VaultMessages.RootGot root(long number) throws Refused, IOException {
    return Cbor.decode(
        link.ask(VaultMethod.ROOT_GET.toString(), Cbor.encode(new VaultMessages.RootGet(number))),
        VaultMessages.RootGot.class);
  }

  VaultMessages.Usage usage() throws Refused, IOException {
    return Cbor.decode(
        link.ask(VaultMethod.USAGE.toString(), Cbor.encode(new VaultMessages.UsageGet())),
        VaultMessages.Usage.class);
  }
}
