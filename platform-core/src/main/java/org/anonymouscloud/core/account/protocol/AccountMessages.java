package org.anonymouscloud.core.account.protocol;

import java.util.List;
import java.util.Optional;
import org.anonymouscloud.core.account.InviteCode;

/**
 * Questions and answers of the account protocol. Byte strings hold encoded OPAQUE messages, chain
 * links and sealed records, whose own types check them.
 */
public final class AccountMessages {
  private AccountMessages() {}

  /** An invitation as messages carry it: no bytes for none. */
  public static byte[] invite(Optional<InviteCode> invite) {
    return invite.map(InviteCode::bytes).orElseGet(() -> new byte[0]);
  }

  /**
   * @param invite a code's bytes; empty if there is none
   */
  public record RegisterStart(String userName, byte[] request, byte[] invite) {}

  public record RegisterStarted(byte[] response) {}

  /**
   * @param record OPAQUE's
   * @param loginKey whose signatures show who has the account key
   * @param link the first of the chain
   * @param slots password, recovery and the first device's
   * @param invite a code's bytes, which are used up; empty if there is none
   */
  public record RegisterFinish(
      String userName,
      byte[] record,
      byte[] loginKey,
      byte[] link,
      List<byte[]> slots,
      byte[] keyBag,
      byte[] invite) {}

  /**
   * @param pass a signature of who has the account key; empty for who has not
   */
  public record LoginStart(String userName, byte[] request, byte[] pass) {}

  public record LoginStarted(byte[] response) {}

  public record LoginFinish(byte[] proof) {}

  public record LoginFinished(byte[] account) {}

  public record DeviceLogin(byte[] account, byte[] device, byte[] signature) {}

  /**
   * @param signature of the recovery slot's key
   */
  public record RecoveryLogin(String userName, byte[] signature) {}

  /** The account whose words were proven. */
  public record RecoveryLoggedIn(byte[] account) {}

  /**
   * @param request OPAQUE's, for a password that takes the place of the one before
   */
  public record PasswordStart(byte[] request) {}

  public record ChainGet(long from) {}

  /**
   * @param links as many as fit, in order; ask again from where they end
   * @param more whether there are further links
   */
  public record ChainGot(List<byte[]> links, boolean more) {}

  /**
   * @param link belongs after the last; its number is the one to compare and set
   * @param slots for those who do not have the newest root secret before the link
   * @param record OPAQUE's, if the link changes the password; else empty
   * @param loginKey as for a registration, if the link changes the password; else empty
   */
  public record ChainAppend(byte[] link, List<byte[]> slots, byte[] record, byte[] loginKey) {}

  public record SlotGet(byte[] slot, int generation) {}

  public record SlotGot(byte[] slot) {}

  /** Written at the registration, and never after. */
  public record KeyBag(byte[] sealed) {
    /** Bytes in what the server keeps. */
    public static final int LENGTH = 106;
  }

  /**
   * @param relay names the letter box of two devices that pair
   */
  public record PairOpened(byte[] relay) {}

  /**
   * @param step number of the letter, from 1; the new device writes the odd ones
   */
  public record PairPut(byte[] relay, int step, byte[] message) {}

  public record PairClose(byte[] relay) {}

  public record PairGet(byte[] relay, int step) {}

  /**
   * @param message empty if the letter has not come yet
   */
  public record PairGot(byte[] message) {}

  /**
   * @param mark that this device put last; empty if none
   */
  public record MarkGot(byte[] mark) {}

  /**
   * @param previous what must be there; empty for none
   * @param mark {@link #LENGTH} bytes
   */
  public record MarkPut(byte[] previous, byte[] mark) {
    /** Bytes in what the server keeps for a device: a version and a number, sealed. */
    public static final int LENGTH = 81;
  }

  /**
   * @param number of the state that is kept; -1 if none
   * @param state of the account's contacts; empty if none
   */
  public record ContactsGot(long number, byte[] state) {}

  /**
   * @param previous number of the state that must be there; -1 for none
   * @param number of this one: greater, by at most {@link #MAX_STEP}
   * @param state at most {@link #MAX_LENGTH} bytes
   */
  public record ContactsPut(long previous, long number, byte[] state) {
    public static final long MAX_STEP = 1_000_000;

    /** Bytes in a state: more than the contacts that an account may have ever take. */
    public static final int MAX_LENGTH = 512 * 1024;
  }

  /** Asks which account a name belongs to. */
  public record ContactFind(String userName) {}

  public record ContactFound(byte[] account) {}

  /**
   * As {@link ChainGet}, of anybody's chain.
   *
   * @param alsoGone whether it may be that of an account which is deleted: what it has signed is to
   *     be checked, and nobody will be met
   */
  public record ContactChain(byte[] account, long from, boolean alsoGone) {}

  public record Empty() {}
}
