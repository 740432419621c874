package org.anonymouscloud.core.plugin;

/**
 * Where a command shows what it does. Results go to standard output, all else to standard error.
 */
public interface Terminal {
  /** A line of the result. */
  void print(String line);

  /** The result as one JSON document. */
  void printJson(Object document);

  /** A bar while something long runs; it shows on a terminal only. */
  Progress progress(String task, long total);

  /** A running bar. */
  interface Progress extends AutoCloseable {
    void step(long bytes);

    @Override
    void close();
  }
}
