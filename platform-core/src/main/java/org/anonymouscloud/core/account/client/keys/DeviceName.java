package org.anonymouscloud.core.account.client.keys;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.crypto.ChunkedEncryption;
import org.anonymouscloud.core.crypto.NotAuthentic;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.wire.ForeignText;

/**
 * What the owner calls a device: 1 to {@link #MAX_BYTES} bytes of UTF-8 that show as what they are.
 */
public record DeviceName(String text) {
  /** Bytes in the longest name. */
  public static final int MAX_BYTES = 63;

  private static final byte VERSION = 1;

  /**
   * @throws IllegalArgumentException if it is empty, too long or has characters that are {@link
   *     ForeignText#isTreacherous}
   */
  public DeviceName {
    int length = text.getBytes(UTF_8).length;
    if (length == 0
        || length > MAX_BYTES
        || text.codePoints().anyMatch(ForeignText::isTreacherous)) {
      throw new IllegalArgumentException(
          "A device name has 1 to "
              + MAX_BYTES
              + " bytes, no control characters and none that turn the direction.");
    }
  }

  /** A name out of any text, such as a host's name: what does not fit is left away. */
  public static DeviceName from(String text) {
    StringBuilder name = new StringBuilder();
    int length = 0;
    for (int character : text.strip().codePoints().toArray()) {
      int bytes = Character.toString(character).getBytes(UTF_8).length;
      if (length + bytes <= MAX_BYTES && !ForeignText.isTreacherous(character)) {
        name.appendCodePoint(character);
        length += bytes;
      }
    }
    return new DeviceName(name.isEmpty() ? "device" : name.toString());
  }

  /** The name as it stands in the chain, always of one length, closed to the server. */
  public byte[] seal(AccountId account, DeviceId device, RootSecret root) {
    byte[] name = text.getBytes(UTF_8);
    byte[] plain = new byte[1 + MAX_BYTES];
    plain[0] = (byte) name.length;
    System.arraycopy(name, 0, plain, 1, name.length);
    try (Secret key = root.key(Purpose.DEVICE_NAME)) {
      return ChunkedEncryption.seal(key, context(account, device), plain);
    }
  }

  /**
   * Opens a name.
   *
   * @param root of the generation that was the newest when the device came
   * @throws NotAuthentic if it is not a name of this device
   */
  public static DeviceName open(byte[] sealed, AccountId account, DeviceId device, RootSecret root)
      throws NotAuthentic {
    try (Secret key = root.key(Purpose.DEVICE_NAME)) {
      byte[] plain = ChunkedEncryption.open(key, context(account, device), sealed);
      if (plain.length != 1 + MAX_BYTES || plain[0] < 1 || plain[0] > MAX_BYTES) {
        throw new NotAuthentic();
      }
      return new DeviceName(new String(Arrays.copyOfRange(plain, 1, 1 + plain[0]), UTF_8));
    } catch (IllegalArgumentException e) {
      throw new NotAuthentic();
    }
  }

  private static byte[] context(AccountId account, DeviceId device) {
    return Purpose.DEVICE_NAME.context(new byte[] {VERSION}, account.bytes(), device.bytes());
  }

  @Override
  public String toString() {
    return text;
  }
}
