package org.anonymouscloud.core.account.client.sheet;

import org.anonymouscloud.core.crypto.Secret;

/**
 * 256 random bits, shown as 24 English words, that open an account when the password or all devices
 * are lost. Not thread-safe: wiped when closed.
 */
public final class RecoveryWords implements AutoCloseable {
  /** How many words there are. */
  public static final int COUNT = 24;

  private static final int BYTES = 32;

  private final Secret entropy;

  private RecoveryWords(Secret entropy) {
    this.entropy = entropy;
  }

  /** New words. */
  public static RecoveryWords random() {
    return new RecoveryWords(Secret.random(BYTES));
  }

  /**
   * Reads words as a person typed them, in any case, with numbers, blanks and line ends between
   * them.
   *
   * @param typed ASCII text; wiped by the caller
   * @throws Unreadable if they are not such words; the message says what is wrong and quotes
   *     nothing
   */
  public static RecoveryWords parse(byte[] typed) throws Unreadable {
    return new RecoveryWords(Bip39.decode(typed, COUNT));
  }

  /** The words in ASCII with a blank between them. */
  public Secret text() {
    return Bip39.encode(entropy);
  }

  /** The 32 bytes; they live as long as these words. */
  public Secret secret() {
    return entropy;
  }

  @Override
  public void close() {
    entropy.close();
  }

  @Override
  public String toString() {
    return "RecoveryWords";
  }
}
