package org.anonymouscloud.vault.client.remote;

import java.io.IOException;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.wire.FinalFailure;

/**
 * What the server showed is not what this account's devices have written. Nothing of it was used.
 * One fixed text for each kind, which tells no one what exactly was wrong (A3).
 */
public abstract sealed class Untrusted extends IOException implements FinalFailure {
  private static final long serialVersionUID = 1;

  /** What there is to do about it, if the server's owner did it in good faith. */
  private static final String RESTORED =
      " If the server's owner says that they have restored a backup, and only then, 'anoncloud"
          + " drive accept-restored' shows what would be lost and goes on from there.";

  /** What there is to do if the newest state is the broken one. */
  private static final String EARLIER =
      " If a stolen device may have left it so, 'anoncloud history' shows the drive's earlier"
          + " states and 'anoncloud go-back' goes back to one.";

  /** What there is to do about a file that the server has lost. */
  private static final String AGAIN =
      " If you still have the file, 'anoncloud put' over it sends what the server has lost; if that"
          + " is not enough, 'anoncloud rm' it first.";

  private Untrusted(String message) {
    super(message);
  }

  /** The server shows a state of the drive from before the newest one seen here (A23). */
  public static final class RootRolledBack extends Untrusted {
    private static final long serialVersionUID = 1;

    public RootRolledBack() {
      super(
          "The server shows an older state of the drive than this device has seen. Nothing was"
              + " used of it."
              + RESTORED);
    }
  }

  /** The server shows a state of the drive that does not follow from the one seen here (A23). */
  public static final class RootForked extends Untrusted {
    private static final long serialVersionUID = 1;

    public RootForked() {
      super(
          "The server shows a state of the drive that does not follow from the one this device has"
              + " seen. Nothing was used of it."
              + RESTORED);
    }
  }

  /** A device of the account names a state of the drive that the server does not show (A23). */
  public static final class NotAsNamed extends Untrusted {
    private static final long serialVersionUID = 1;

    public NotAsNamed(DeviceId by) {
      super(
          "The device "
              + by
              + " of this account names a state of the drive that the server does not show: the"
              + " server holds it back, or the device does not tell the truth. Nothing was used of"
              + " it. If that device is lost or stolen, remove it: 'anoncloud device revoke "
              + by
              + "'."
              + RESTORED);
    }
  }

  /**
   * A device that was removed has named a state of the drive that the server does not show, and
   * this one has seen none (A23).
   */
  public static final class NotAsOnceNamed extends Untrusted {
    private static final long serialVersionUID = 1;

    public NotAsOnceNamed() {
      super(
          "A device that was removed has named a state of the drive that the server does not show:"
              + " it has lied, as a stolen device may, or the server holds something back. Nothing"
              + " was used of it. If you have reason to trust the server more than that device,"
              + " 'anoncloud drive accept-restored' shows what there is and goes on from there.");
    }
  }

  /**
   * Devices were removed, and none of those that are left says how far the drive had come (A16): a
   * removed one may have written on with the server's help.
   */
  public static final class NothingNamed extends Untrusted {
    private static final long serialVersionUID = 1;

    public NothingNamed() {
      super(
          "No device of this account says how far the drive had come when devices were removed, so"
              + " it could be a removed one that wrote what the server shows. Nothing was used of"
              + " it. A device that has used the drive goes on by itself; if there is none,"
              + " 'anoncloud drive accept-restored' shows what there is and goes on from there.");
    }
  }

  /** A device of the account has signed a newest state that is none. */
  public static final class NewestNotSound extends Untrusted {
    private static final long serialVersionUID = 1;

    public NewestNotSound(long number, DeviceId by, Untrusted why) {
      super(
          "The newest state of the drive, number "
              + number
              + ", bears the signature of the device "
              + by
              + " and cannot be used. Nothing was used of it. If that device is lost or stolen,"
              + " remove it: 'anoncloud device revoke "
              + by
              + "'. The drive then goes on from the state before.");
      initCause(why);
    }
  }

  /** The topmost folder of the newest state does not open, whoever's fault that is. */
  public static final class NewestUnusable extends Untrusted {
    private static final long serialVersionUID = 1;

    public NewestUnusable(long number, DeviceId by, Untrusted why) {
      super(
          "The newest state of the drive, number "
              + number
              + " by the device "
              + by
              + ", does not open: the server gives other data than was stored, or that device has"
              + " stored nonsense. If it is lost or stolen, remove it first: 'anoncloud device"
              + " revoke "
              + by
              + "'. 'anoncloud history' shows the states before, and 'anoncloud go-back NUMBER'"
              + " makes one of them the newest.");
      initCause(why);
    }
  }

  /** The server shows a state of the drive that no device of the account has signed (A22). */
  public static final class RootNotSigned extends Untrusted {
    private static final long serialVersionUID = 1;

    public RootNotSigned() {
      super(
          "The server shows a state of the drive that no device of this account has signed. Nothing"
              + " was used of it. The server may have made it up; a stolen device can have left it"
              + " too, and then it counts no more once that device is removed ('anoncloud device"
              + " revoke').");
    }
  }

  /** A root was written with another chain of the account's keys than the server shows (A13). */
  public static final class ChainForked extends Untrusted {
    private static final long serialVersionUID = 1;

    public ChainForked() {
      super(
          "The drive was written with another list of the account's devices and keys than the"
              + " server shows this device. Nothing was used of it.");
    }
  }

  /** The server sent other bytes than were stored (A19 to A21). */
  public static final class DataNotAuthentic extends Untrusted {
    private static final long serialVersionUID = 1;

    public DataNotAuthentic() {
      super(
          "The server sent data that is not what was stored. Nothing was used of it."
              + AGAIN
              + EARLIER);
    }
  }

  /**
   * What a device of the account has sealed makes no sense: no program of ours wrote it, but who
   * has stolen a device has its keys.
   */
  public static final class TreeDamaged extends Untrusted {
    private static final long serialVersionUID = 1;

    public TreeDamaged() {
      super(
          "A device of this account has written it as no sound program does; a stolen one may."
              + " Nothing of it was used. 'anoncloud rm' removes it, with -r if it is a folder.");
    }
  }

  /** The newest state does not say, or not as it should, which earlier ones are whole. */
  public static final class StatesUnreadable extends Untrusted {
    private static final long serialVersionUID = 1;

    public StatesUnreadable(Untrusted cause) {
      super(
          "What the drive says of its earlier states cannot be read, so none is found by a time: "
              + cause.getMessage()
              + " A state can still be named by its number, as 'anoncloud history' shows it.");
      initCause(cause);
    }
  }

  /** The server does not have, or keeps back, what the signed root needs. */
  public static final class DataMissing extends Untrusted {
    private static final long serialVersionUID = 1;

    public DataMissing() {
      super(
          "The server does not give data that belongs to the drive: it is lost or kept back."
              + AGAIN
              + EARLIER);
    }
  }

  /**
   * Whether a server says that it will be right later, and nothing says that it is not: no check
   * has failed.
   */
  public boolean isForNow() {
    return this instanceof DataUnreadable;
  }

  /**
   * The server has what the signed root needs, as it says, and its disk does not give it. It may
   * lie, so nothing is taken for gone; if it does not, only its owner can help.
   */
  public static final class DataUnreadable extends Untrusted {
    private static final long serialVersionUID = 1;

    public DataUnreadable() {
      super(
          "The server has this and cannot read it from its disk just now, as it says. Nothing was"
              + " changed. Ask the server's owner, who finds the reason in its log, and try again"
              + " later.");
    }
  }

  /** The server shows an older list of the drive's members than this device has seen (A23). */
  public static final class RosterRolledBack extends Untrusted {
    private static final long serialVersionUID = 1;

    public RosterRolledBack() {
      super(
          "The server shows an older list of the drive's members than this device has seen, or"
              + " another. Nothing was used of the drive."
              + RESTORED);
    }
  }

  /** A list of members was not made by who may make it (A22, A33). */
  public static final class RosterNotSound extends Untrusted {
    private static final long serialVersionUID = 1;

    public RosterNotSound() {
      super(
          "The server shows a list of the drive's members that nobody has made who may: it has made"
              + " it up, or a member's device has written nonsense. Nothing was used of the"
              + " drive.");
    }
  }

  /** The newest list was made by a device that is none of its account any more (A16). */
  public static final class RosterByRemovedDevice extends Untrusted {
    private static final long serialVersionUID = 1;

    public RosterByRemovedDevice() {
      super(
          "The newest list of the drive's members was made by a device that was removed from its"
              + " account since. Nothing was used of the drive. An owner of it goes on with the"
              + " members of the list before that: 'anoncloud drive renew'.");
    }
  }

  /** Who made the newest list has not given this account its keys, or false ones (A30). */
  public static final class KeysNotGiven extends Untrusted {
    private static final long serialVersionUID = 1;

    public KeysNotGiven(DeviceId by) {
      super(
          "The drive's newest keys, made by the device "
              + by
              + ", do not open for this account. Nothing was used of the drive. If that device is"
              + " lost or stolen, its account's owner removes it: 'anoncloud device revoke "
              + by
              + "'; or an owner of the drive takes that account out: 'anoncloud drive unshare', or,"
              + " if it has left already, makes new keys: 'anoncloud drive renew'.");
    }
  }

  /** Somebody shares a drive who is none of the account's contacts (A6). */
  public static final class SharedByStranger extends Untrusted {
    private static final long serialVersionUID = 1;

    public SharedByStranger() {
      super(
          "This drive is shared by somebody who is none of your contacts, so nobody vouches for who"
              + " they are. 'anoncloud contact add NAME' makes them one.");
    }
  }

  @Override
  public boolean isFinal() {
    return true;
  }
}
