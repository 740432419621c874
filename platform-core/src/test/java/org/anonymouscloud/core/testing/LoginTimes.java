package org.anonymouscloud.core.testing;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Locale;

/** What logins cost the thread that answers them. Not thread-safe. */
final class LoginTimes {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private final long[] nanoseconds;
  private long processor;
  private long allocated;
  private int count;

  LoginTimes(int logins) {
    nanoseconds = new long[logins];
  }

  interface Login {
    void run() throws Exception;
  }

  void measure(Login login) throws Exception {
    long bytes = THREADS.getCurrentThreadAllocatedBytes();
    long before = THREADS.getCurrentThreadCpuTime();
    long start = System.nanoTime();
    login.run();
    nanoseconds[count++] = System.nanoTime() - start;
    processor += THREADS.getCurrentThreadCpuTime() - before;
    allocated += THREADS.getCurrentThreadAllocatedBytes() - bytes;
  }

  /** Mean, median and 95th percentile, processor time and allocation of one login. */
  @Override
  public String toString() {
    long[] sorted = nanoseconds.clone();
    Arrays.sort(sorted);
    return String.format(
        Locale.ROOT,
        "median %.3f ms, mean %.3f ms, p95 %.3f ms, processor %.3f ms, %d KiB allocated",
        sorted[count / 2] / 1e6,
        Arrays.stream(sorted).average().orElse(0) / 1e6,
        sorted[count * 95 / 100] / 1e6,
        processor / 1e6 / count,
        allocated / 1024 / count);
  }

  /**
   * How far the times of two kinds of logins lie apart (Mann and Whitney): within 2.6 either way in
   * 99 of 100 runs if there is no difference.
   */
  static double distance(LoginTimes one, LoginTimes other) {
    double wins = 0;
    for (long a : one.nanoseconds) {
      for (long b : other.nanoseconds) {
        wins += a > b ? 1 : a == b ? 0.5 : 0;
      }
    }
    double n = one.nanoseconds.length;
    double m = other.nanoseconds.length;
    return (wins - n * m / 2) / Math.sqrt(n * m * (n + m + 1) / 12);
  }
}
