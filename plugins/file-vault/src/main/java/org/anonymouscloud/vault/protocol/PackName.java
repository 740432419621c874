package org.anonymouscloud.vault.protocol;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.regex.Pattern;
import org.anonymouscloud.core.crypto.RandomBytes;
import org.anonymouscloud.core.wire.Malformed;

/**
 * The name of a pack: 128 random bits in base32 (RFC 4648, section 6, lower case) and a fake
 * extension drawn at random. The extension hides nothing that a random name would not hide.
 *
 * @param text like {@code vq3c5y6tq7kx2m4n5p6r7s2t3a.mp4}; safe as the name of a file
 */
public record PackName(String text) {
  /** The extensions that there are; their order is format. */
  public static final List<String> EXTENSIONS =
      List.of(
          "jpg", "png", "mp4", "mp3", "pdf", "docx", "xlsx", "zip", "mov", "wav", "pptx", "heic");

  /** Bytes in an encoded name: the random bits and the extension's place in the list. */
  public static final int LENGTH = 17;

  private static final int RANDOM_BYTES = 16;
  private static final int CHARACTERS = 26;
  private static final int BITS_PER_CHARACTER = 5;
  private static final String ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";

  /** The last character holds three bits, so the two below them are zero. */
  private static final Pattern FORM =
      Pattern.compile("[a-z2-7]{25}[aeimquy4]\\.(" + String.join("|", EXTENSIONS) + ")");

  /**
   * @throws IllegalArgumentException if {@code text} is not the name of a pack
   */
  public PackName {
    if (!FORM.matcher(text).matches()) {
      throw new IllegalArgumentException("This is not the name of a pack.");
    }
  }

  /** A new name that no pack has. */
  public static PackName random() {
    byte[] encoded = RandomBytes.next(LENGTH);
    // 252 is the largest multiple of 12 that a byte holds: no extension is likelier than another.
    while ((encoded[RANDOM_BYTES] & 0xff) >= 252) {
      encoded[RANDOM_BYTES] = RandomBytes.next(1)[0];
    }
    encoded[RANDOM_BYTES] = (byte) ((encoded[RANDOM_BYTES] & 0xff) % EXTENSIONS.size());
    return of(encoded, 0);
  }

  /**
   * Reads a name that lies at {@code offset} of an array.
   *
   * @throws Malformed if there is no such extension
   */
  public static PackName decode(byte[] encoded, int offset) throws Malformed {
    if (offset + LENGTH > encoded.length
        || (encoded[offset + RANDOM_BYTES] & 0xff) >= EXTENSIONS.size()) {
      throw new Malformed("This is not the name of a pack.");
    }
    return of(encoded, offset);
  }

  /**
   * Reads names that lie one after the other.
   *
   * @throws Malformed if that is not what there is
   */
  public static List<PackName> decodeAll(byte[] encoded) throws Malformed {
    if (encoded.length % LENGTH != 0) {
      throw new Malformed("A list of names of packs is cut.");
    }
    List<PackName> names = new ArrayList<>(encoded.length / LENGTH);
    for (int at = 0; at < encoded.length; at += LENGTH) {
      names.add(decode(encoded, at));
    }
    return names;
  }

  /** The names one after the other. */
  public static byte[] encodeAll(Collection<PackName> names) {
    ByteBuffer encoded = ByteBuffer.allocate(names.size() * LENGTH);
    names.forEach(name -> encoded.put(name.encode()));
    return encoded.array();
  }

  private static PackName of(byte[] encoded, int offset) {
    StringBuilder text = new StringBuilder(CHARACTERS + 5);
    for (int i = 0; i < CHARACTERS; i++) {
      int value = 0;
      for (int bit = i * BITS_PER_CHARACTER; bit < (i + 1) * BITS_PER_CHARACTER; bit++) {
        int set = bit < 8 * RANDOM_BYTES ? encoded[offset + bit / 8] >> (7 - bit % 8) & 1 : 0;
        value = value << 1 | set;
      }
      text.append(ALPHABET.charAt(value));
    }
    text.append('.').append(EXTENSIONS.get(encoded[offset + RANDOM_BYTES]));
    return new PackName(text.toString());
  }

  /** The {@link #LENGTH} bytes of the name. */
  public byte[] encode() {
    byte[] encoded = new byte[LENGTH];
    for (int bit = 0; bit < 8 * RANDOM_BYTES; bit++) {
      int value = ALPHABET.indexOf(text.charAt(bit / BITS_PER_CHARACTER));
      int set = value >> (BITS_PER_CHARACTER - 1 - bit % BITS_PER_CHARACTER) & 1;
      encoded[bit / 8] |= (byte) (set << (7 - bit % 8));
    }
    encoded[RANDOM_BYTES] = (byte) EXTENSIONS.indexOf(text.substring(CHARACTERS + 1));
    return encoded;
  }

  @Override
  public String toString() {
    return text;
  }
}
