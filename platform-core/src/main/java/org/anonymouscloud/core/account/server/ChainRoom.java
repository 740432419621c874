package org.anonymouscloud.core.account.server;

import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.chain.ChainLink;
import org.anonymouscloud.core.account.chain.ChainState;
import org.anonymouscloud.core.account.chain.LinkBody;
import org.anonymouscloud.core.account.chain.SlotId;
import org.anonymouscloud.core.account.server.LoginLimits.Allowance;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.Refused;
import org.jdbi.v3.core.Handle;

/**
 * How long a chain may get, below what clients read. There is a room for all, which whoever has a
 * device can fill. After that each signer has places of its own, which nobody else takes: each
 * device to throw the others out, the password to log in, the words to recover.
 */
final class ChainRoom {
  /** Links in a chain before there is no place that is for all. */
  static final int FOR_ALL = 2_000;

  /** Places of each device after that, for removals and passwords. */
  static final int OF_A_DEVICE = 3;

  /** Places of the password, for logins on new devices; there again after each recovery. */
  static final int OF_THE_PASSWORD = 10;

  /** Places of the words. */
  static final int OF_THE_WORDS = 40;

  /** Devices at a time, before no other is brought in but by password and words. */
  static final int DEVICES_BY_DEVICES = ChainState.MAX_DEVICES - 64;

  private ChainRoom() {}

  /**
   * Checks that a chain takes one link more.
   *
   * @param before what the link is to follow
   * @throws Refused with {@link ErrorCode#QUOTA_EXCEEDED} if it does not
   */
  static void check(AccountTables tables, ChainLink.Content link, ChainState before)
      throws Refused {
    SlotId signer = link.signer();
    if (link.body() instanceof LinkBody.AddDevice
        && signer instanceof SlotId.Device
        && before.devices().size() >= DEVICES_BY_DEVICES) {
      throw full("The account takes no more devices. Remove those that are not needed.");
    }
    if (before.head().seq() + 1 < FOR_ALL) {
      return;
    }
    AccountId account = before.account();
    switch (link.body()) {
      case LinkBody.Create first -> {}
      case LinkBody.Rename ordinary -> throw noDevicesAndNames();
      case LinkBody.AddDevice ordinary -> {
        if (!(signer instanceof SlotId.Password)) {
          throw noDevicesAndNames();
        }
        // A password that a thief has set used up what the owner's next one needs.
        long recovered = tables.signedBy(account, new SlotId.Recovery(), FOR_ALL).newest();
        if (tables.signedBy(account, signer, Math.max(FOR_ALL, recovered)).count()
            >= OF_THE_PASSWORD) {
          throw noDevicesAndNames();
        }
      }
      case LinkBody.Revoke removal -> checkRemoval(tables, account, signer);
      case LinkBody.ChangePassword removal -> checkRemoval(tables, account, signer);
      case LinkBody.Recover last -> {
        if (tables.signedBy(account, signer, FOR_ALL).count() >= OF_THE_WORDS) {
          throw full("The account's chain of keys is full. Files can still be read and written.");
        }
      }
    }
  }

  private static void checkRemoval(AccountTables tables, AccountId account, SlotId signer)
      throws Refused {
    if (tables.signedBy(account, signer, FOR_ALL).count() >= OF_A_DEVICE) {
      throw full(
          "The account's chain of keys is nearly full. The recovery words can still remove all"
              + " other devices: 'anoncloud recover'.");
    }
  }

  private static Refused noDevicesAndNames() {
    return full(
        "The account's chain of keys takes no more devices and names. Devices can still be"
            + " removed and the password changed. For more devices, move to a new account.");
  }

  private static Refused full(String message) {
    return new Refused(ErrorCode.QUOTA_EXCEEDED, message);
  }

  /**
   * What a link is counted as, within the transaction that appends it: one that another came before
   * is none. The words are no device's, so nobody is slowed who has them; nor is the password, so
   * what devices do uses up nothing of who comes by it.
   */
  static void count(Handle handle, LoginLimits limits, ChainLink.Content link) throws Refused {
    switch (link.body()) {
      case LinkBody.AddDevice arrival -> {
        if (link.signer() instanceof SlotId.Password) {
          limits.count(handle, Allowance.ARRIVALS, link.account());
        } else {
          limits.count(handle, Allowance.LINKS, maker(link));
        }
      }
      case LinkBody.Rename ordinary -> limits.count(handle, Allowance.LINKS, maker(link));
      case LinkBody.Revoke removal -> limits.countRemoval(handle, maker(link));
      case LinkBody.ChangePassword removal -> limits.countRemoval(handle, maker(link));
      case LinkBody.Create first -> {}
      case LinkBody.Recover words -> limits.forget(handle, link.account());
    }
  }

  private static DeviceOfAccount maker(ChainLink.Content link) {
    return new DeviceOfAccount(link.account(), link.maker());
  }
}
