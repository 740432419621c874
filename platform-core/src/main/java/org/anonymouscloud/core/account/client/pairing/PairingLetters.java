package org.anonymouscloud.core.account.client.pairing;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.account.UserName;
import org.anonymouscloud.core.account.client.keys.DeviceName;
import org.anonymouscloud.core.crypto.SealingKey;
import org.anonymouscloud.core.crypto.VerifyKey;
import org.anonymouscloud.core.wire.Cbor;
import org.anonymouscloud.core.wire.Malformed;

/** What two devices that pair say to each other, once they know that both have the code. */
public final class PairingLetters {
  private static final byte[] DONE = {1};

  private static final byte[] KEY_INFO =
      "anonymouscloud/account/v1/pairing-account-key\0".getBytes(US_ASCII);

  private PairingLetters() {}

  /** The last letter: the account has the new device. */
  public static byte[] done() {
    return DONE.clone();
  }

  /**
   * What the account key is sealed to the new device's slot key for, besides: so that it stays
   * closed to who records the letters now and breaks the handshake's curve one day.
   */
  public static byte[] keyInfo() {
    return KEY_INFO.clone();
  }

  /** Of the new device. */
  public record Introduction(
      DeviceId device, VerifyKey signingKey, SealingKey slotKey, DeviceName name) {
    byte[] encode() {
      return Cbor.encode(
          new Introduced(device.bytes(), signingKey.bytes(), slotKey.bytes(), name.text()));
    }

    public static Introduction decode(byte[] letter) throws Malformed {
      Introduced said = Cbor.decode(letter, Introduced.class);
      try {
        return new Introduction(
            DeviceId.of(said.device()),
            VerifyKey.of(said.signingKey()),
            SealingKey.of(said.slotKey()),
            new DeviceName(said.name()));
      } catch (IllegalArgumentException e) {
        throw new Malformed(String.valueOf(e.getMessage()));
      }
    }
  }

  private record Introduced(byte[] device, byte[] signingKey, byte[] slotKey, String name) {}

  /**
   * Of the account's device.
   *
   * @param accountKey sealed to the new device's slot key
   * @param link what the new device shall sign to become one of the account's
   */
  public record Invitation(UserName user, byte[] accountKey, byte[] link) {
    public byte[] encode() {
      return Cbor.encode(new Invited(user.text(), accountKey, link));
    }

    static Invitation decode(byte[] letter) throws Malformed {
      Invited said = Cbor.decode(letter, Invited.class);
      try {
        return new Invitation(new UserName(said.user()), said.accountKey(), said.link());
      } catch (IllegalArgumentException e) {
        throw new Malformed(String.valueOf(e.getMessage()));
      }
    }
  }

  private record Invited(String user, byte[] accountKey, byte[] link) {}

  /** The context in which the account key is sealed. */
  public static byte[] keyContext(AccountId account, DeviceId device) {
    ByteArrayOutputStream context = new ByteArrayOutputStream();
    context.writeBytes(account.bytes());
    context.writeBytes(device.bytes());
    return context.toByteArray();
  }
}
