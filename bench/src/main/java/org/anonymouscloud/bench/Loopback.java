package org.anonymouscloud.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.anonymouscloud.core.session.Call;
import org.anonymouscloud.core.session.ConnectionString;
import org.anonymouscloud.core.session.Session;
import org.anonymouscloud.core.session.server.HandshakeRates;
import org.anonymouscloud.core.wire.Refused;

/** Both ends of sessions on this machine. */
public final class Loopback {
  private static final HandshakeRates UNBOUNDED =
      new HandshakeRates(1_000_000_000, 1, 1_000_000_000, 1);
  private static final int PIECE = 1 << 20;
  private static final double NANOS = 1e9;
  private static final double GIGA = 1e9;
  private static final double MILLI = 1e6;

  private Loopback() {}

  /** Runs one measurement: {@code stream}, {@code ping}, {@code handshakes}, {@code idle} ... */
  public static void main(String[] arguments) throws Exception {
    switch (arguments.length == 0 ? "" : arguments[0]) {
      case "stream" -> stream(Long.parseLong(arguments[1]) << 20, Integer.parseInt(arguments[2]));
      case "ping" -> ping(Integer.parseInt(arguments[1]));
      case "handshakes" -> handshakes(Integer.parseInt(arguments[1]));
      case "flood" -> flood(Integer.parseInt(arguments[1]));
      case "slow" -> slow(Integer.parseInt(arguments[1]));
      case "idle" ->
          idle(
              ConnectionString.parse(arguments[1]),
              Path.of(arguments[2]),
              Long.parseLong(arguments[3]),
              Arrays.stream(arguments).skip(4).mapToInt(Integer::parseInt).toArray());
      default ->
          print(
              "stream MIB ROUNDS | ping COUNT | handshakes COUNT | flood SECONDS | slow CONNECTIONS"
                  + " | idle CONNECTION-STRING FOLDER SERVER-PID SESSIONS...");
    }
  }

  private static void print(String format, Object... values) {
    System.out.printf(Locale.ROOT, format + "%n", values);
  }

  private static double secondsSince(long start) {
    return (System.nanoTime() - start) / NANOS;
  }

  /** One stream up, then one down, round after round. */
  private static void stream(long bytes, int rounds) throws Exception {
    try (BenchServer server = new BenchServer(UNBOUNDED);
        Session session = server.connect()) {
      for (int round = 0; round < rounds; round++) {
        long start = System.nanoTime();
        upload(session, bytes);
        double up = bytes / GIGA / secondsSince(start);
        start = System.nanoTime();
        download(session, bytes);
        double down = bytes / GIGA / secondsSince(start);
        print("stream up %.2f GB/s down %.2f GB/s", up, down);
      }
    }
  }

  private static void upload(Session session, long bytes) throws Exception {
    byte[] piece = new byte[PIECE];
    try (Call call = session.open("bench/sink", new byte[0])) {
      for (long sent = 0; sent < bytes; sent += piece.length) {
        call.upload().write(piece);
      }
      call.upload().close();
      require(Long.toString(bytes).equals(new String(call.answer(), US_ASCII)));
    }
  }

  private static void download(Session session, long bytes) throws Exception {
    byte[] piece = new byte[PIECE];
    long total = 0;
    try (Call call = session.open("bench/source", Long.toString(bytes).getBytes(US_ASCII))) {
      for (int n = call.download().read(piece); n >= 0; n = call.download().read(piece)) {
        total += n;
      }
      var _ = call.answer();
    }
    require(total == bytes);
  }

  private static void require(boolean right) {
    if (!right) {
      throw new IllegalStateException("What arrived is not what was sent.");
    }
  }

  /** Pings with nothing else under way, then while a stream runs at full rate, up and down. */
  private static void ping(int count) throws Exception {
    try (BenchServer server = new BenchServer(UNBOUNDED);
        Session session = server.connect()) {
      upload(session, 2L << 30);
      measurePings("ping idle", session, count);
      whileBusy("ping while uploading", session, count, () -> upload(session, 256L << 20));
      whileBusy("ping while downloading", session, count, () -> download(session, 256L << 20));
    }
  }

  private interface Work {
    void run() throws Exception;
  }

  private static void whileBusy(String name, Session session, int count, Work work)
      throws Exception {
    AtomicBoolean enough = new AtomicBoolean();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Void> busy =
          threads.submit(
              () -> {
                while (!enough.get()) {
                  work.run();
                }
                return null;
              });
      measurePings(name, session, count);
      enough.set(true);
      busy.get();
    }
  }

  private static void measurePings(String name, Session session, int count) throws Exception {
    List<Duration> taken = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      taken.add(session.ping());
      TimeUnit.MILLISECONDS.sleep(1);
    }
    print("%s %s", name, quantiles(taken));
  }

  private static String quantiles(List<Duration> taken) {
    long[] nanos = taken.stream().mapToLong(Duration::toNanos).sorted().toArray();
    return String.format(
        Locale.ROOT,
        "p50 %.2f ms p99 %.2f ms longest %.2f ms",
        nanos[nanos.length / 2] / MILLI,
        nanos[nanos.length * 99 / 100] / MILLI,
        nanos[nanos.length - 1] / MILLI);
  }

  /** Sessions that are opened and closed, by a few clients at once. */
  private static void handshakes(int count) throws Exception {
    try (BenchServer server = new BenchServer(UNBOUNDED)) {
      for (int round = 0; round < 5; round++) {
        long start = System.nanoTime();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
          List<Future<?>> all = new ArrayList<>();
          for (int client = 0; client < 8; client++) {
            all.add(threads.submit(() -> open(server, count / 8)));
          }
          for (Future<?> one : all) {
            one.get();
          }
        }
        print("handshakes %.0f a second", count / secondsSince(start));
      }
    }
  }

  private static Void open(BenchServer server, int count) throws IOException {
    for (int i = 0; i < count; i++) {
      server.connect().close();
    }
    return null;
  }

  /** A flood of 200 first flights a second beside an honest client (A44). */
  private static void flood(int seconds) throws Exception {
    try (BenchServer server = new BenchServer(HandshakeRates.STANDARD);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      AtomicBoolean enough = new AtomicBoolean();
      Future<Integer> flooding = threads.submit(() -> flood(server, enough));
      List<Duration> taken = new ArrayList<>();
      long start = System.nanoTime();
      try {
        while (secondsSince(start) < seconds) {
          taken.add(connectAndAsk(server));
          TimeUnit.MILLISECONDS.sleep(100);
        }
      } finally {
        enough.set(true);
      }
      print("flood of %d flights: session %s", flooding.get(), quantiles(taken));
    }
  }

  private static Duration connectAndAsk(BenchServer server) throws IOException, Refused {
    long start = System.nanoTime();
    try (Session session = server.connect()) {
      var _ = session.ask("bench/echo", new byte[1]);
    }
    return Duration.ofNanos(System.nanoTime() - start);
  }

  private static int flood(BenchServer server, AtomicBoolean enough) throws Exception {
    byte[] flight = firstFlight();
    int sent = 0;
    for (; !enough.get(); sent++) {
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
        socket.getOutputStream().write(flight);
        var _ = socket.getInputStream().read();
      }
      TimeUnit.MILLISECONDS.sleep(5);
    }
    return sent;
  }

  private static byte[] firstFlight() {
    byte[] hello =
        "AnonymousCloud/1\1\1\1\0\4\300".getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
    byte[] message = Handshakes.firstMessage();
    byte[] flight = Arrays.copyOf(hello, hello.length + message.length);
    System.arraycopy(message, 0, flight, hello.length, message.length);
    return flight;
  }

  /** Clients who say a byte of their handshake each second, beside an honest one (A43). */
  private static void slow(int connections) throws Exception {
    byte[] flight = firstFlight();
    try (BenchServer server = new BenchServer(HandshakeRates.STANDARD);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      AtomicBoolean enough = new AtomicBoolean();
      for (int i = 0; i < connections; i++) {
        var _ = threads.submit(() -> trickle(server, flight, enough));
      }
      List<Duration> taken = new ArrayList<>();
      try {
        for (int i = 0; i < 200; i++) {
          taken.add(connectAndAsk(server));
          TimeUnit.MILLISECONDS.sleep(100);
        }
      } finally {
        enough.set(true);
      }
      print("beside %d who trickle: session %s", connections, quantiles(taken));
    }
  }

  /** Comes again whenever it is cut. */
  private static Void trickle(BenchServer server, byte[] flight, AtomicBoolean enough)
      throws InterruptedException {
    while (!enough.get()) {
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
        for (int i = 0; i < flight.length && !enough.get(); i++) {
          socket.getOutputStream().write(flight[i]);
          TimeUnit.SECONDS.sleep(1);
        }
      } catch (IOException e) {
        // Cut off, as it should be.
        TimeUnit.SECONDS.sleep(1);
      }
    }
    return null;
  }

  /** Sessions of a real server that are logged in and silent. */
  private static void idle(ConnectionString server, Path folder, long pid, int... counts)
      throws Exception {
    try (IdleSessions sessions = new IdleSessions(server, folder)) {
      for (int count : counts) {
        long start = System.nanoTime();
        sessions.growTo(count);
        double seconds = secondsSince(start);
        print(
            "%d idle sessions after %.1f s: server %d MiB resident",
            count, seconds, IdleSessions.residentMebibytes(pid));
        start = System.nanoTime();
        sessions.askAll();
        print("all answered in %.2f s", secondsSince(start));
      }
    }
  }
}
