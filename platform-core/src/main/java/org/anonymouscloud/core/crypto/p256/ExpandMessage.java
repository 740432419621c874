package org.anonymouscloud.core.crypto.p256;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Arrays;
import org.anonymouscloud.core.crypto.Digest;

/** {@code expand_message_xmd} with SHA-256 (RFC 9380, section 5.3.1). Thread-safe. */
final class ExpandMessage {
  private static final int BLOCK = 64;
  private static final int MAX_LABEL = 255;
  private static final byte[] OVERSIZE_LABEL = "H2C-OVERSIZE-DST-".getBytes(US_ASCII);

  private ExpandMessage() {}

  /**
   * Uniform bytes from a message.
   *
   * @param label the domain separation tag, not empty
   * @param length of the output, at most 255 digests
   */
  static byte[] xmd(byte[] message, byte[] label, int length) {
    int rounds = Math.ceilDiv(length, Digest.LENGTH);
    if (label.length == 0 || rounds > 255) {
      throw new IllegalArgumentException("The label is empty or the output is too long.");
    }
    byte[] shortLabel =
        label.length > MAX_LABEL ? Digest.sha256(OVERSIZE_LABEL, label).bytes() : label;
    byte[] labelLength = {(byte) shortLabel.length};
    byte[] outputLength = {(byte) (length >>> 8), (byte) length, 0};
    byte[] first =
        Digest.sha256(new byte[BLOCK], message, outputLength, shortLabel, labelLength).bytes();
    byte[] block = new byte[Digest.LENGTH];
    byte[] output = new byte[rounds * Digest.LENGTH];
    for (int round = 1; round <= rounds; round++) {
      for (int i = 0; i < block.length; i++) {
        block[i] ^= first[i];
      }
      block = Digest.sha256(block, new byte[] {(byte) round}, shortLabel, labelLength).bytes();
      System.arraycopy(block, 0, output, (round - 1) * Digest.LENGTH, Digest.LENGTH);
    }
    return Arrays.copyOf(output, length);
  }
}
