package org.anonymouscloud.core.account.server;

import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.chain.ChainLink;
import org.anonymouscloud.core.account.chain.LinkBody;
import org.anonymouscloud.core.account.chain.SlotId;
import org.anonymouscloud.core.account.server.LoginLimits.Allowance;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.Refused;

/**
 * How long a chain may get, far below what clients read. Whoever has a device can fill what is
 * there for devices and names, but not the places that throw them out: those for removals and
 * passwords, and after them those for the recovery words.
 */
final class ChainRoom {
  /** Links in a chain before there is no place for devices and names. */
  static final int ORDINARY = 2_000;

  /** Before there is none for removals and passwords. */
  static final int WITH_REMOVALS = 2_400;

  /** Before there is none at all. */
  static final int WITH_RECOVERIES = 2_500;

  private ChainRoom() {}

  /**
   * Checks that a chain takes one link more.
   *
   * @param links in it
   * @throws Refused with {@link ErrorCode#QUOTA_EXCEEDED} if it does not
   */
  static void check(LinkBody body, long links) throws Refused {
    switch (body) {
      case LinkBody.Create first -> {}
      case LinkBody.AddDevice ordinary -> checkOrdinary(links);
      case LinkBody.Rename ordinary -> checkOrdinary(links);
      case LinkBody.Revoke removal -> checkRemoval(links);
      case LinkBody.ChangePassword removal -> checkRemoval(links);
      case LinkBody.Recover last -> {
        if (links >= WITH_RECOVERIES) {
          throw full("The account's chain of keys is full. Files can still be read and written.");
        }
      }
    }
  }

  private static void checkOrdinary(long links) throws Refused {
    if (links >= ORDINARY) {
      throw full(
          "The account's chain of keys takes no more devices and names. Devices can still be"
              + " removed and the password changed. For more devices, move to a new account.");
    }
  }

  private static void checkRemoval(long links) throws Refused {
    if (links >= WITH_REMOVALS) {
      throw full(
          "The account's chain of keys is nearly full. The recovery words can still remove all"
              + " other devices: 'anoncloud recover'.");
    }
  }

  private static Refused full(String message) {
    return new Refused(ErrorCode.QUOTA_EXCEEDED, message);
  }

  /**
   * What a link is counted as. The words are no device's, so nobody is slowed who has them; nor is
   * the password, so what devices do uses up nothing of who comes by it.
   */
  static void count(LoginLimits limits, ChainLink.Content link, AccountId by) throws Refused {
    switch (link.body()) {
      case LinkBody.AddDevice ordinary ->
          limits.count(
              link.signer() instanceof SlotId.Password ? Allowance.ARRIVALS : Allowance.LINKS, by);
      case LinkBody.Rename ordinary -> limits.count(Allowance.LINKS, by);
      case LinkBody.Revoke removal -> limits.count(Allowance.REMOVALS, by);
      case LinkBody.ChangePassword removal -> limits.count(Allowance.REMOVALS, by);
      case LinkBody.Create first -> {}
      case LinkBody.Recover words -> {}
    }
  }
}
