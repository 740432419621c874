package org.anonymouscloud.core.account.chain;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.crypto.SealingKey;
import org.anonymouscloud.core.crypto.VerifyKey;
import org.anonymouscloud.core.wire.Malformed;

/** The bytes of what links say (docs/formats/account.md). Each body has one encoding. */
final class BodyFormat {
  private static final int KEYS = SealingKey.LENGTH + VerifyKey.LENGTH;
  private static final int ROOT = Integer.BYTES + NamedRoot.LENGTH + ChainLink.SEALED_ROOT;
  private static final int DEVICE =
      DeviceId.LENGTH + VerifyKey.LENGTH + SealingKey.LENGTH + ChainLink.SEALED_NAME;

  /** More than any body takes. */
  private static final int ROOM =
      2 * KEYS + ROOT + 1 + DEVICE + ChainState.MAX_DEVICES * DeviceId.LENGTH;

  private BodyFormat() {}

  static byte[] encode(LinkBody body) {
    ByteBuffer out = ByteBuffer.allocate(ROOM);
    switch (body) {
      case LinkBody.Create create -> {
        out.put(create.identity().bytes());
        put(out, create.password());
        put(out, create.recovery());
        put(out, create.root());
        put(out, create.device());
      }
      case LinkBody.AddDevice(NewDevice device) -> put(out, device);
      case LinkBody.Revoke(NewRoot root, List<DeviceId> devices) -> {
        put(out, root);
        out.putShort((short) devices.size());
        devices.forEach(device -> out.put(device.bytes()));
      }
      case LinkBody.ChangePassword(SlotKeys password) -> put(out, password);
      case LinkBody.Recover recover -> {
        put(out, recover.password());
        put(out, recover.recovery());
        put(out, recover.root());
        out.put((byte) (recover.keepsDevices() ? 1 : 0));
        put(out, recover.device());
      }
      case LinkBody.Rename(DeviceId device, byte[] sealedName) ->
          out.put(device.bytes()).put(sealedName);
    }
    return Arrays.copyOf(out.array(), out.position());
  }

  /** How many signatures a link of a type has, the signer's included. */
  static int signatures(int type) throws Malformed {
    return switch (type) {
      case LinkBody.Create.TYPE, LinkBody.Recover.TYPE -> 4;
      case LinkBody.AddDevice.TYPE, LinkBody.ChangePassword.TYPE -> 2;
      case LinkBody.Revoke.TYPE, LinkBody.Rename.TYPE -> 1;
      default -> throw new Malformed("A chain link has a type that there is not.");
    };
  }

  /** The most bytes that a body of a type can have. */
  static int longest(int type) throws Malformed {
    return switch (type) {
      case LinkBody.Create.TYPE -> VerifyKey.LENGTH + 2 * KEYS + NamedRoot.LENGTH + DEVICE;
      case LinkBody.AddDevice.TYPE -> DEVICE;
      case LinkBody.Revoke.TYPE -> ROOT + Short.BYTES + ChainState.MAX_DEVICES * DeviceId.LENGTH;
      case LinkBody.ChangePassword.TYPE -> KEYS;
      case LinkBody.Recover.TYPE -> 2 * KEYS + ROOT + 1 + DEVICE;
      case LinkBody.Rename.TYPE -> DeviceId.LENGTH + ChainLink.SEALED_NAME;
      default -> throw new Malformed("A chain link has a type that there is not.");
    };
  }

  /** Reads a body; what follows it stays in the buffer. */
  static LinkBody decode(int type, ByteBuffer in) throws Malformed {
    try {
      return take(type, in);
    } catch (BufferUnderflowException e) {
      throw new Malformed("A chain link is cut.");
    } catch (IllegalArgumentException e) {
      throw new Malformed(String.valueOf(e.getMessage()));
    }
  }

  private static LinkBody take(int type, ByteBuffer in) throws Malformed {
    return switch (type) {
      case LinkBody.Create.TYPE ->
          new LinkBody.Create(
              VerifyKey.of(bytes(in, VerifyKey.LENGTH)), keys(in), keys(in), named(in), device(in));
      case LinkBody.AddDevice.TYPE -> new LinkBody.AddDevice(device(in));
      case LinkBody.Revoke.TYPE -> new LinkBody.Revoke(root(in), ids(in));
      case LinkBody.ChangePassword.TYPE -> new LinkBody.ChangePassword(keys(in));
      case LinkBody.Recover.TYPE ->
          new LinkBody.Recover(keys(in), keys(in), root(in), flag(in), device(in));
      case LinkBody.Rename.TYPE ->
          new LinkBody.Rename(
              DeviceId.of(bytes(in, DeviceId.LENGTH)), bytes(in, ChainLink.SEALED_NAME));
      default -> throw new Malformed("A chain link has a type that there is not.");
    };
  }

  private static void put(ByteBuffer out, SlotKeys keys) {
    out.put(keys.sealing().bytes()).put(keys.signing().bytes());
  }

  private static SlotKeys keys(ByteBuffer in) throws Malformed {
    return new SlotKeys(
        SealingKey.of(bytes(in, SealingKey.LENGTH)), VerifyKey.of(bytes(in, VerifyKey.LENGTH)));
  }

  private static void put(ByteBuffer out, NewRoot root) {
    out.putInt(root.generation());
    put(out, root.named());
    out.putInt(root.before()).put(root.previous());
  }

  private static NewRoot root(ByteBuffer in) throws Malformed {
    return new NewRoot(in.getInt(), named(in), in.getInt(), bytes(in, ChainLink.SEALED_ROOT));
  }

  private static void put(ByteBuffer out, NamedRoot root) {
    out.put(root.commitment()).put(root.share().bytes());
  }

  private static NamedRoot named(ByteBuffer in) throws Malformed {
    return new NamedRoot(
        bytes(in, ChainLink.COMMITMENT), SealingKey.of(bytes(in, SealingKey.LENGTH)));
  }

  private static void put(ByteBuffer out, NewDevice device) {
    out.put(device.id().bytes()).put(device.signingKey().bytes());
    out.put(device.slotKey().bytes()).put(device.sealedName());
  }

  private static NewDevice device(ByteBuffer in) throws Malformed {
    return new NewDevice(
        DeviceId.of(bytes(in, DeviceId.LENGTH)),
        VerifyKey.of(bytes(in, VerifyKey.LENGTH)),
        SealingKey.of(bytes(in, SealingKey.LENGTH)),
        bytes(in, ChainLink.SEALED_NAME));
  }

  private static List<DeviceId> ids(ByteBuffer in) {
    List<DeviceId> ids = new ArrayList<>();
    for (int left = in.getShort() & 0xffff; left > 0; left--) {
      ids.add(DeviceId.of(bytes(in, DeviceId.LENGTH)));
    }
    return ids;
  }

  private static boolean flag(ByteBuffer in) throws Malformed {
    return switch (in.get()) {
      case 0 -> false;
      case 1 -> true;
      default -> throw new Malformed("A chain link says neither yes nor no.");
    };
  }

  private static byte[] bytes(ByteBuffer in, int length) {
    byte[] field = new byte[length];
    in.get(field);
    return field;
  }
}
