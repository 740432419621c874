package org.anonymouscloud.core.account.client.keys;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import org.anonymouscloud.core.crypto.Hkdf;
import org.anonymouscloud.core.crypto.Secret;

/** What a key or a sealed record is for: one each, told apart by its label (A2). */
enum Purpose {
  PASSWORD_SLOT("password-slot"),
  RECOVERY_SLOT("recovery-slot"),
  LOGIN_KEY("login-key"),
  DEVICE_SLOT("device-slot"),
  SLOT_KEY("slot-key"),
  SLOT_SIGN("slot-sign"),
  SLOT("slot"),
  ROOT_COMMITMENT("root-commitment"),
  SHARE_KEY("share-key"),
  PREVIOUS_ROOT("previous-root"),
  KEY_BAG("key-bag"),
  DEVICE_NAME("device-name"),
  HEADS("heads"),
  CONTACTS("contacts"),
  FEATURE("feature");

  /** Bytes in every derived key. */
  static final int KEY = 32;

  private final String label;

  Purpose(String name) {
    this.label = "anonymouscloud/account/v1/" + name;
  }

  /** The label, a zero byte, and the fields, whose lengths the purpose fixes. */
  byte[] context(byte[]... fields) {
    ByteArrayOutputStream context = new ByteArrayOutputStream();
    context.writeBytes(label.getBytes(US_ASCII));
    context.write(0);
    for (byte[] field : fields) {
      context.writeBytes(field);
    }
    return context.toByteArray();
  }

  /** A key by HKDF-SHA256 without salt; its info is the {@link #context}. The caller closes it. */
  Secret key(Secret from, byte[]... fields) {
    return Secret.of(Hkdf.SHA256.derive(new byte[0], from.bytes(), context(fields), KEY));
  }
}
