package org.anonymouscloud.core.account.client.sheet;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.crypto.Secret;

/**
 * Random bytes as English words and back, with BIP-39's list and checksum. The bytes themselves are
 * the secret here; BIP-39's derivation of a seed is not used.
 */
public final class Bip39 {
  private static final List<byte[]> WORDS = load();
  private static final int BITS = 11;

  /** No two words of the list share their first four letters. */
  private static final int TELLING = 4;

  private Bip39() {}

  private static List<byte[]> load() {
    try (InputStream list = Bip39.class.getResourceAsStream("english.txt")) {
      if (list == null) {
        throw new IllegalStateException("The list of recovery words is missing from this program.");
      }
      return new String(list.readAllBytes(), US_ASCII)
          .lines()
          .map(word -> word.getBytes(US_ASCII))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The words, in ASCII with a blank between them.
   *
   * @param entropy 16 to 32 bytes, a multiple of 4
   */
  public static Secret encode(Secret entropy) {
    int bytes = entropy.length();
    byte[] bits = Arrays.copyOf(entropy.bytes(), bytes + 1);
    bits[bytes] = Digest.sha256(entropy.bytes()).bytes()[0];
    int count = (bytes * 8 + bytes / 4) / BITS;
    int[] indexes = new int[count];
    int length = count - 1;
    for (int i = 0; i < count; i++) {
      for (int bit = i * BITS; bit < (i + 1) * BITS; bit++) {
        indexes[i] = indexes[i] << 1 | (bits[bit / 8] >> (7 - bit % 8) & 1);
      }
      length += WORDS.get(indexes[i]).length;
    }
    byte[] text = new byte[length];
    int at = 0;
    for (int index : indexes) {
      byte[] word = WORDS.get(index);
      System.arraycopy(word, 0, text, at, word.length);
      at += word.length;
      if (at < length) {
        text[at++] = ' ';
      }
    }
    Arrays.fill(bits, (byte) 0);
    Arrays.fill(indexes, 0);
    return Secret.of(text);
  }

  /**
   * Reads words as a person typed them; the first four letters of each are enough.
   *
   * @param count how many there must be: 12, 15, 18, 21 or 24
   * @throws Unreadable if they are not such words; the message names a place, never a word
   */
  static Secret decode(byte[] text, int count) throws Unreadable {
    List<byte[]> typed = split(text);
    byte[] bits = new byte[count * BITS / 8 + 1];
    try {
      if (typed.size() != count) {
        throw new Unreadable(
            "There must be " + count + " recovery words, not " + typed.size() + ".");
      }
      for (int i = 0; i < count; i++) {
        int index = find(typed.get(i));
        if (index < 0) {
          throw new Unreadable("Recovery word number " + (i + 1) + " is not in the list of words.");
        }
        for (int bit = 0; bit < BITS; bit++) {
          int at = i * BITS + bit;
          bits[at / 8] |= (byte) ((index >> (BITS - 1 - bit) & 1) << (7 - at % 8));
        }
      }
      int bytes = count * BITS * 32 / 33 / 8;
      Secret entropy = Secret.of(Arrays.copyOf(bits, bytes));
      int mask = 0xff << (8 - bytes / 4);
      if ((bits[bytes] & mask & 0xff)
          != (Digest.sha256(entropy.bytes()).bytes()[0] & mask & 0xff)) {
        entropy.close();
        throw new Unreadable(
            "The recovery words do not belong together: one of them is wrong or out of its place.");
      }
      return entropy;
    } finally {
      typed.forEach(word -> Arrays.fill(word, (byte) 0));
      Arrays.fill(bits, (byte) 0);
    }
  }

  private static List<byte[]> split(byte[] text) {
    List<byte[]> words = new ArrayList<>();
    int start = -1;
    for (int i = 0; i <= text.length; i++) {
      boolean letter = i < text.length && Character.isLetter(text[i]);
      if (letter && start < 0) {
        start = i;
      } else if (!letter && start >= 0) {
        words.add(Arrays.copyOfRange(text, start, i));
        start = -1;
      }
    }
    return words;
  }

  private static int find(byte[] typed) {
    for (int i = 0; i < typed.length; i++) {
      typed[i] |= 0x20;
    }
    for (int i = 0; i < WORDS.size(); i++) {
      byte[] word = WORDS.get(i);
      boolean starts =
          typed.length >= TELLING
              && typed.length <= word.length
              && Arrays.equals(word, 0, typed.length, typed, 0, typed.length);
      if (starts || Arrays.equals(word, typed)) {
        return i;
      }
    }
    return -1;
  }
}
