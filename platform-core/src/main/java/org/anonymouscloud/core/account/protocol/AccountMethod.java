package org.anonymouscloud.core.account.protocol;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Optional;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.account.UserName;

/** The methods of the account protocol. Names are wire format. */
public enum AccountMethod {
  REGISTER_START("account/register-start"),
  REGISTER_FINISH("account/register-finish"),
  LOGIN_START("account/login-start"),
  LOGIN_FINISH("account/login-finish"),
  DEVICE_LOGIN("account/device-login"),
  RECOVERY_LOGIN("account/recovery-login"),
  PASSWORD_START("account/password-start"),
  CHAIN_GET("account/chain-get"),
  CHAIN_APPEND("account/chain-append"),
  SLOT_GET("account/slot-get"),
  KEY_BAG_GET("account/key-bag-get"),
  PAIR_OPEN("account/pair-open"),
  PAIR_PUT("account/pair-put"),
  PAIR_GET("account/pair-get"),
  PAIR_CLOSE("account/pair-close"),
  MARK_GET("account/mark-get"),
  MARK_PUT("account/mark-put"),
  CONTACTS_GET("account/contacts-get"),
  CONTACTS_PUT("account/contacts-put"),
  CONTACT_FIND("account/contact-find"),
  CONTACT_CHAIN("account/contact-chain"),
  DELETE("account/delete"),
  LOGOUT("account/logout");

  /** What every method here begins with. */
  public static final String PREFIX = "account/";

  /** Pushed without a body to the account's sessions when its chain has a new link. */
  public static final String CHANGED = "account/changed";

  /** Pushed without a body to the account's sessions when its contacts are others. */
  public static final String CONTACTS_CHANGED = "account/contacts-changed";

  /** What a device signs to log in. */
  public static final String DEVICE_LOGIN_LABEL = "anonymouscloud/account/v1/device-login";

  /** What the recovery slot signs to log in. */
  public static final String RECOVERY_LOGIN_LABEL = "anonymouscloud/account/v1/recovery-login";

  /** What the login key signs. */
  public static final String LOGIN_PASS_LABEL = "anonymouscloud/account/v1/login-pass";

  private static final byte[] LOGIN_LABEL = "anonymouscloud/account/v1/login".getBytes(US_ASCII);

  private final String text;

  AccountMethod(String text) {
    this.text = text;
  }

  public static Optional<AccountMethod> of(String text) {
    return Arrays.stream(values()).filter(method -> method.text.equals(text)).findFirst();
  }

  /** OPAQUE's context: it binds a login by password to one channel (A14). */
  public static byte[] loginContext(byte[] handshakeHash) {
    return concat(LOGIN_LABEL, new byte[] {0}, handshakeHash);
  }

  /** What a device signs, with the label, to log in over one channel (A14). */
  public static byte[] deviceLogin(AccountId account, DeviceId device, byte[] handshakeHash) {
    return concat(account.bytes(), device.bytes(), handshakeHash);
  }

  /** What the recovery slot signs, with the label, to log in over one channel (A14). */
  public static byte[] recoveryLogin(UserName name, byte[] handshakeHash) {
    return concat(handshakeHash, name.bytes());
  }

  /** What the login key signs, with the label, to say over one channel who has the account key. */
  public static byte[] loginPass(UserName name, byte[] handshakeHash) {
    return concat(handshakeHash, name.bytes());
  }

  private static byte[] concat(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  @Override
  public String toString() {
    return text;
  }
}
