package org.anonymouscloud.core.account.client.keyring;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Arrays;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.wire.ForeignText;

/**
 * What a program prints. A thread reads it to the end, so that the program never waits for its
 * reader, and keeps the beginning; closing wipes that. Thread-safe.
 */
final class Output implements AutoCloseable {
  /** Bytes that are kept: more than any answer of a keyring has. */
  private static final int LONGEST = 4096;

  private final byte[] kept = new byte[LONGEST];
  private final Thread thread;
  private int length;
  private boolean tooLong;
  private boolean closed;

  Output(InputStream in) {
    // Not virtual: reading a pipe holds its carrier.
    thread = Thread.ofPlatform().daemon().name("keyring-output").start(() -> read(in));
  }

  private void read(InputStream in) {
    byte[] part = new byte[LONGEST];
    try (in) {
      for (int n = in.read(part); n >= 0; n = in.read(part)) {
        keep(part, n);
      }
    } catch (IOException e) {
      // It was ended by force; whoever did that knows.
    } finally {
      Arrays.fill(part, (byte) 0);
    }
  }

  private synchronized void keep(byte[] part, int n) {
    if (!closed) {
      int taken = Math.min(n, LONGEST - length);
      System.arraycopy(part, 0, kept, length, taken);
      length += taken;
      tooLong |= taken < n;
    }
  }

  /** Waits for the end, which does not come while another process has inherited the pipe. */
  void await(Duration longest) throws InterruptedException {
    var _ = thread.join(longest);
  }

  /** All of it; the caller closes it. */
  synchronized Secret secret() throws KeyringFailed {
    if (tooLong) {
      throw new KeyringFailed("The platform's keyring said more than a secret is long.");
    }
    return Secret.of(Arrays.copyOf(kept, length));
  }

  /** The first line that says something, clean; empty if there is none. */
  synchronized String sentence() {
    return new String(kept, 0, length, UTF_8)
        .lines()
        .map(String::strip)
        .filter(line -> !line.isEmpty())
        .findFirst()
        .map(ForeignText::sentence)
        .orElse("");
  }

  @Override
  public synchronized void close() {
    Arrays.fill(kept, (byte) 0);
    closed = true;
  }
}
