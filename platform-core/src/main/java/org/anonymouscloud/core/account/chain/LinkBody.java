package org.anonymouscloud.core.account.chain;

import java.util.Arrays;
import java.util.List;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.crypto.VerifyKey;

/** What a link of the chain says. */
public sealed interface LinkBody {
  /** The link's type on the wire. */
  int type();

  /**
   * The keys that the link brings in. Each of them signs it, in this order: nobody can bring in a
   * key that is not theirs, and who holds one knows the whole chain up to here for their own (A5).
   */
  List<VerifyKey> introduces();

  /**
   * The first link: the account begins. Its signer is the first device.
   *
   * @param identity the account's Ed25519 public key
   * @param password the slot whose secret comes from password and account key
   * @param recovery the slot whose secret comes from the recovery words
   * @param root what is said of the root secret of generation 0
   */
  record Create(
      VerifyKey identity, SlotKeys password, SlotKeys recovery, NamedRoot root, NewDevice device)
      implements LinkBody {
    public static final int TYPE = 1;

    @Override
    public int type() {
      return TYPE;
    }

    @Override
    public List<VerifyKey> introduces() {
      return List.of(identity, password.signing(), recovery.signing());
    }
  }

  /** A device came, by password and account key or by another device. */
  record AddDevice(NewDevice device) implements LinkBody {
    public static final int TYPE = 2;

    @Override
    public int type() {
      return TYPE;
    }

    @Override
    public List<VerifyKey> introduces() {
      return List.of(device.signingKey());
    }
  }

  /**
   * Devices went, and what is written from here on is sealed with a root secret that they do not
   * have (A16). One link, so that neither happens without the other.
   *
   * @param devices at least one, in the order of their ids' bytes
   */
  record Revoke(NewRoot root, List<DeviceId> devices) implements LinkBody {
    public static final int TYPE = 3;

    public Revoke {
      devices = List.copyOf(devices);
      if (devices.isEmpty() || devices.size() > ChainState.MAX_DEVICES || !ordered(devices)) {
        throw new IllegalArgumentException("A link that revokes devices has them in order.");
      }
    }

    private static boolean ordered(List<DeviceId> devices) {
      for (int i = 1; i < devices.size(); i++) {
        if (Arrays.compareUnsigned(devices.get(i - 1).bytes(), devices.get(i).bytes()) >= 0) {
          return false;
        }
      }
      return true;
    }

    @Override
    public int type() {
      return TYPE;
    }

    @Override
    public List<VerifyKey> introduces() {
      return List.of();
    }
  }

  /** The password slot is another: the password changed. */
  record ChangePassword(SlotKeys password) implements LinkBody {
    public static final int TYPE = 4;

    @Override
    public int type() {
      return TYPE;
    }

    @Override
    public List<VerifyKey> introduces() {
      return List.of(password.signing());
    }
  }

  /**
   * The recovery words were used: a new password, a new sheet, a new root secret, and a new device.
   *
   * @param keepsDevices whether the account's other devices stay
   */
  record Recover(
      SlotKeys password, SlotKeys recovery, NewRoot root, boolean keepsDevices, NewDevice device)
      implements LinkBody {
    public static final int TYPE = 5;

    @Override
    public int type() {
      return TYPE;
    }

    @Override
    public List<VerifyKey> introduces() {
      return List.of(password.signing(), recovery.signing(), device.signingKey());
    }
  }

  /**
   * A device has another name.
   *
   * @param sealedName under the newest root secret, {@link ChainLink#SEALED_NAME} bytes
   */
  record Rename(DeviceId device, byte[] sealedName) implements LinkBody {
    public static final int TYPE = 6;

    public Rename {
      ChainLink.requireLength(sealedName, ChainLink.SEALED_NAME);
    }

    @Override
    public int type() {
      return TYPE;
    }

    @Override
    public List<VerifyKey> introduces() {
      return List.of();
    }
  }
}
