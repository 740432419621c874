package org.anonymouscloud.vault.client.format;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import org.anonymouscloud.core.wire.Malformed;
import org.anonymouscloud.vault.protocol.PackName;
import org.jspecify.annotations.Nullable;

/**
 * Reads fields one after another, all numbers big-endian. Every length is checked against what is
 * left before anything is allocated (A36). Not thread-safe.
 */
final class Fields {
  private static final int MAX_NANOS = 999_999_999;

  private final ByteBuffer in;
  private byte[] lastPack = new byte[0];
  private @Nullable PackName lastName;

  Fields(byte[] bytes) {
    this.in = ByteBuffer.wrap(bytes);
  }

  int u8() throws Malformed {
    need(1);
    return in.get() & 0xff;
  }

  int u16() throws Malformed {
    need(2);
    return in.getShort() & 0xffff;
  }

  /** A number of 32 bits that must be less than 2^31. */
  int u31() throws Malformed {
    need(4);
    int value = in.getInt();
    if (value < 0) {
      throw new Malformed("A number is too large.");
    }
    return value;
  }

  /** A number of 64 bits that must be less than 2^63. */
  long u63() throws Malformed {
    need(8);
    long value = in.getLong();
    if (value < 0) {
      throw new Malformed("A number is too large.");
    }
    return value;
  }

  Instant time() throws Malformed {
    need(12);
    long seconds = in.getLong();
    int nanos = in.getInt();
    if (nanos < 0
        || nanos > MAX_NANOS
        || seconds < Instant.MIN.getEpochSecond()
        || seconds > Instant.MAX.getEpochSecond()) {
      throw new Malformed("There is no such time.");
    }
    return Instant.ofEpochSecond(seconds, nanos);
  }

  byte[] bytes(int count) throws Malformed {
    need(count);
    byte[] bytes = new byte[count];
    in.get(bytes);
    return bytes;
  }

  /** The name of a pack; most references of a page name the same few. */
  PackName pack() throws Malformed {
    byte[] encoded = bytes(PackName.LENGTH);
    PackName name = lastName;
    if (name == null || !Arrays.equals(encoded, lastPack)) {
      name = PackName.decode(encoded, 0);
      lastName = name;
      lastPack = encoded;
    }
    return name;
  }

  /** The version byte with which every format starts. */
  void version(int known) throws Malformed {
    if (u8() != known) {
      throw new Malformed("This is a version of the format that there is not.");
    }
  }

  /** A count of things that take at least {@code size} bytes each. */
  int count(int size) throws Malformed {
    int count = u16();
    need((long) count * size);
    return count;
  }

  /** Passes over the next bytes if all of them are zeros; else they are still to be read. */
  boolean skipZeros(int count) throws Malformed {
    need(count);
    for (int i = 0; i < count; i++) {
      if (in.get(in.position() + i) != 0) {
        return false;
      }
    }
    in.position(in.position() + count);
    return true;
  }

  /** Room that is not used. */
  void zeros(int count) throws Malformed {
    for (byte octet : bytes(count)) {
      if (octet != 0) {
        throw new Malformed("Something stands where nothing should.");
      }
    }
  }

  /** Nothing may follow. */
  void end() throws Malformed {
    if (in.hasRemaining()) {
      throw new Malformed("Something follows the last field.");
    }
  }

  private void need(long bytes) throws Malformed {
    if (bytes > in.remaining()) {
      throw new Malformed("A field is cut short.");
    }
  }
}
