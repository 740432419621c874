package org.anonymouscloud.core.plugin;

import java.io.OutputStream;
import java.util.List;

/**
 * Where a command shows what it does. Results go to standard output, all else to standard error.
 */
public interface Terminal {
  /** A line of the result. */
  void print(String line);

  /** A line that is no result: a warning, or a thing that failed while the rest goes on. */
  void warn(String line);

  /** Where a result that is not text goes. The caller flushes and does not close it. */
  OutputStream output();

  /** The result as one JSON document. */
  void printJson(Object document);

  /**
   * Whether the person says yes.
   *
   * @param before lines that are printed first, as the question is about them; on standard error if
   *     there is nobody to ask
   * @throws Problem if there is nobody to ask; {@code --yes} says it for scripts
   */
  boolean confirm(List<String> before, String question) throws Problem;

  /** Whether a person sees {@link #progress}; else it need not be known how much there is. */
  boolean isWatched();

  /** A bar while something long runs; it shows on a terminal only. */
  Progress progress(String task, long total);

  /** A running bar. */
  interface Progress extends AutoCloseable {
    void step(long bytes);

    /** How much there is in all, if that is known only after the beginning. */
    void total(long bytes);

    @Override
    void close();
  }
}
