package org.anonymouscloud.core.crypto;

import static java.nio.charset.StandardCharsets.US_ASCII;

/** Ed25519 over a label, a zero byte and the message: a signature serves one purpose only. */
public final class Signatures {
  private Signatures() {}

  /**
   * Signs.
   *
   * @param label ASCII, a constant of the format's document
   */
  public static byte[] sign(SigningKey key, String label, byte[] message) {
    return key.sign(labelled(label, message));
  }

  /** Whether the key's owner signed this message for this purpose. */
  public static boolean verify(VerifyKey key, String label, byte[] message, byte[] signature) {
    return key.verify(labelled(label, message), signature);
  }

  private static byte[] labelled(String label, byte[] message) {
    byte[] name = label.getBytes(US_ASCII);
    byte[] all = new byte[name.length + 1 + message.length];
    System.arraycopy(name, 0, all, 0, name.length);
    System.arraycopy(message, 0, all, name.length + 1, message.length);
    return all;
  }
}
