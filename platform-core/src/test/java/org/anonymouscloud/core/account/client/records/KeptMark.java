package org.anonymouscloud.core.account.client.records;

import java.io.IOException;
import java.util.Arrays;

/** What an honest server keeps for one device, with a line that can be cut. Thread-safe. */
final class KeptMark implements MarkKeeper {
  private byte[] mark = new byte[0];
  private boolean away;
  private boolean losesAnswers;
  private int puts;

  @Override
  public synchronized byte[] mark() throws IOException {
    requireHere();
    return mark.clone();
  }

  @Override
  public synchronized boolean replace(byte[] previous, byte[] next) throws IOException {
    requireHere();
    if (!Arrays.equals(mark, previous)) {
      return false;
    }
    mark = next.clone();
    puts++;
    if (losesAnswers) {
      throw new IOException("The line was cut before the answer.");
    }
    return true;
  }

  private void requireHere() throws IOException {
    if (away) {
      throw new IOException("The server is away.");
    }
  }

  synchronized void goAway(boolean now) {
    away = now;
  }

  synchronized void loseAnswers(boolean now) {
    losesAnswers = now;
  }

  /** The server is as it was in a backup, or shows what it likes. */
  synchronized void restore(byte[] older) {
    mark = older.clone();
  }

  synchronized int puts() {
    return puts;
  }
}
