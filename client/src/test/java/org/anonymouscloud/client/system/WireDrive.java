package org.anonymouscloud.client.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import org.anonymouscloud.core.account.ChainFloor;
import org.anonymouscloud.core.account.client.OnlineAccount;
import org.anonymouscloud.core.session.Call;
import org.anonymouscloud.core.wire.Cbor;
import org.anonymouscloud.core.wire.Refused;

/**
 * A drive of an account as the server knows one, without any client of ours, as this module does
 * not see the vault's classes: packs go in and out by docs/formats/vault-wire.md. Its id is the
 * account's.
 */
final class WireDrive {
  private record DriveCreate(byte[] roster, byte[] grant) {}

  private record PackPut(byte[] drive, String name, int length, boolean frees) {}

  private record PackGet(byte[] drive, String name, int offset, int length) {}

  private WireDrive() {}

  /** Makes the drive, whose roster nobody but the server reads (docs/formats/drive.md). */
  static void make(OnlineAccount session) throws Refused, IOException {
    byte[] account = session.local().account().bytes();
    ChainFloor newest = session.known().state().head();
    byte[] roster =
        ByteBuffer.allocate(199 + 61 + 174 + 64)
            .put((byte) 1)
            .put(account)
            .put(new byte[8 + 32])
            .put(account)
            .put(session.local().device().bytes())
            .put(new byte[8 + 4 + 32])
            .putLong(-1)
            .put(new byte[32])
            .put(account)
            .putLong(Long.MAX_VALUE)
            .putShort((short) 1)
            .put(account)
            .put((byte) 3)
            .putInt(session.generation())
            .putLong(newest.seq())
            .put(newest.hash().bytes())
            .array();
    byte[] create = Cbor.encode(new DriveCreate(roster, new byte[1_168]));
    assertThat(session.link().ask("vault/drive-create", create)).isNotEmpty();
  }

  /** Puts a pack; when this returns it was acknowledged. */
  static void put(OnlineAccount session, String name, byte[] pack) throws Refused, IOException {
    byte[] drive = session.local().account().bytes();
    try (Call call =
        session
            .link()
            .open("vault/pack-put", Cbor.encode(new PackPut(drive, name, pack.length, false)))) {
      try (OutputStream upload = call.upload()) {
        upload.write(pack);
      }
      assertThat(call.answer()).isNotEmpty();
    }
  }

  /** Begins to read a pack. */
  static Call open(OnlineAccount session, String name, int length) throws IOException {
    byte[] drive = session.local().account().bytes();
    return session.link().open("vault/pack-get", Cbor.encode(new PackGet(drive, name, 0, length)));
  }

  /** Reads a whole pack. */
  static byte[] get(OnlineAccount session, String name, int length) throws Refused, IOException {
    try (Call call = open(session, name, length)) {
      byte[] pack = call.download().readAllBytes();
      assertThat(call.answer()).isNotEmpty();
      return pack;
    }
  }
}
