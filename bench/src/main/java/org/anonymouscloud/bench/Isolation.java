package org.anonymouscloud.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.anonymouscloud.core.session.ConnectionString;
import org.anonymouscloud.core.session.KeyCheck;
import org.anonymouscloud.core.session.Session;

/** What sessions cost a running server, whichever way it serves them. */
final class Isolation {
  private static final Duration TIMEOUT = Duration.ofMinutes(1);
  private static final int PINGS = 2_000;

  private Isolation() {}

  /**
   * Logs in step by step and prints memory and latencies.
   *
   * @param arguments the server's connection string, a new folder, the server's process id, then
   *     how many sessions are logged in at each step
   */
  public static void main(String[] arguments) throws Exception {
    ConnectionString server = ConnectionString.parse(arguments[0]);
    ProcessHandle process = ProcessHandle.of(Long.parseLong(arguments[2])).orElseThrow();
    try (IdleSessions sessions = new IdleSessions(server, Path.of(arguments[1]))) {
      int logged = 0;
      for (String count : List.of(arguments).subList(3, arguments.length)) {
        List<Long> logins = new ArrayList<>();
        while (logged < Integer.parseInt(count)) {
          long start = System.nanoTime();
          sessions.growTo(++logged);
          logins.add(System.nanoTime() - start);
        }
        System.out.printf(
            "%d sessions: %d MiB in %d processes, login median %.1f ms, longest %.1f ms%n",
            logged,
            proportionalMebibytes(process),
            process.descendants().count() + 1,
            millis(logins, 0.5),
            millis(logins, 1));
      }
      pings(server);
    }
  }

  private static void pings(ConnectionString server) throws IOException {
    try (Session session = Session.connect(server, KeyCheck.NONE, TIMEOUT)) {
      List<Long> pings = new ArrayList<>();
      for (int i = 0; i < PINGS; i++) {
        pings.add(session.ping().toNanos());
      }
      System.out.printf(
          "ping median %.3f ms, p99 %.3f ms%n", millis(pings, 0.5), millis(pings, 0.99));
    }
  }

  private static double millis(List<Long> nanos, double share) {
    Collections.sort(nanos);
    return nanos.get((int) Math.ceil(share * nanos.size()) - 1) / 1e6;
  }

  /** Pages that processes share are counted once for all of them. */
  private static long proportionalMebibytes(ProcessHandle server) throws IOException {
    long kibibytes = 0;
    for (ProcessHandle process : Stream.concat(Stream.of(server), server.descendants()).toList()) {
      for (String line :
          Files.readAllLines(Path.of("/proc", Long.toString(process.pid()), "smaps_rollup"))) {
        if (line.startsWith("Pss:")) {
          kibibytes += Long.parseLong(line.replaceAll("[^0-9]", ""));
        }
      }
    }
    return kibibytes / 1024;
  }
}
