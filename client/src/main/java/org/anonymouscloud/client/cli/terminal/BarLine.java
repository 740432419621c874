package org.anonymouscloud.client.cli.terminal;

import java.io.PrintStream;
import me.tongfei.progressbar.ProgressBarConsumer;

/**
 * The line on which a bar is drawn again and again. What else is said while it is there gets lines
 * of its own. Thread-safe.
 */
final class BarLine implements ProgressBarConsumer {
  private static final int WIDTH = 79;
  private static final String EMPTY = " ".repeat(WIDTH - 1);

  private final PrintStream out;
  private boolean drawn;
  private boolean ended;

  BarLine(PrintStream out) {
    this.out = out;
  }

  @Override
  public int getMaxRenderedLength() {
    return WIDTH - 1;
  }

  @Override
  public synchronized void accept(String bar) {
    if (!ended) {
      // Over all of one that was longer.
      out.print("\r" + (bar + EMPTY).substring(0, getMaxRenderedLength()));
      out.flush();
      drawn = true;
    }
  }

  /** Says something else; the bar is drawn again below that. */
  synchronized void aside(Runnable saying) {
    erase();
    saying.run();
  }

  private void erase() {
    if (drawn) {
      out.print("\r" + EMPTY + "\r");
      out.flush();
      drawn = false;
    }
  }

  /** The process ends: the bar goes, and is not drawn again. */
  synchronized void end() {
    erase();
    ended = true;
  }

  /** All is done: the bar stays as it was drawn last. */
  @Override
  public synchronized void close() {
    if (drawn) {
      out.println();
      drawn = false;
    }
    ended = true;
  }
}
