package org.anonymouscloud.core.session.server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.anonymouscloud.core.channel.ChannelLimits;
import org.anonymouscloud.core.session.ConnectionString;
import org.anonymouscloud.core.session.KeyCheck;
import org.anonymouscloud.core.session.Request;
import org.anonymouscloud.core.session.Session;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.Refused;

/** A server on loopback whose methods do what the tests of a session need. */
final class EchoServer implements AutoCloseable {
  static final Duration PATIENCE = Duration.ofSeconds(20);

  /** Bytes of a large answer. */
  static final int LARGE = 200_000;

  final ServerKey key = ServerKey.random();
  final SessionListener listener;
  final BlockingQueue<ServedSession> sessions = new LinkedBlockingQueue<>();
  final BlockingQueue<IOException> failures = new LinkedBlockingQueue<>();
  final AtomicInteger closedHandlers = new AtomicInteger();
  final AtomicInteger echoes = new AtomicInteger();
  final AtomicLong sent = new AtomicLong();
  final Semaphore arrived = new Semaphore(0);
  final Semaphore gate = new Semaphore(0);
  private volatile String device = "a device";

  EchoServer() throws IOException {
    this(SessionLimits.STANDARD);
  }

  EchoServer(SessionLimits limits) throws IOException {
    this(limits, Network::of, true);
  }

  /**
   * @param networks which address is in which network
   * @param trusting whether every client is at once a user, as far as the session goes
   */
  EchoServer(SessionLimits limits, Function<InetAddress, Network> networks, boolean trusting)
      throws IOException {
    listener =
        SessionListener.start(here(), key, limits, networks, session -> handler(session, trusting));
  }

  /** With little memory, so that little uses it up. */
  EchoServer(MemoryBudget memory) throws IOException {
    this(memory, true);
  }

  EchoServer(MemoryBudget memory, boolean trusting) throws IOException {
    SessionLimits limits = SessionLimits.STANDARD;
    listener =
        SessionListener.start(
            here(),
            limits,
            new SessionThreads(key, limits, memory, session -> handler(session, trusting)));
  }

  private static InetSocketAddress here() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }

  private SessionHandler handler(ServedSession session, boolean trusting) {
    if (trusting) {
      session.trust("somebody", device);
    }
    sessions.add(session);
    return new Handler();
  }

  /** A session of one of the devices of the one user. */
  Session connect(String as) throws IOException, InterruptedException {
    device = as;
    Session session = connect();
    sessions.take();
    return session;
  }

  ConnectionString address() {
    return address(listener.port());
  }

  /** By way of another port, like a proxy's. */
  ConnectionString address(int port) {
    return new ConnectionString("127.0.0.1", port, Optional.of(key.fingerprint()));
  }

  Session connect() throws IOException {
    return connect(listener.port());
  }

  Session connect(int port) throws IOException {
    return Session.connect(address(port), KeyCheck.NONE, PATIENCE);
  }

  Session connect(int port, ChannelLimits limits) throws IOException {
    return Session.connect(address(port), KeyCheck.NONE, PATIENCE, limits);
  }

  private final class Handler implements SessionHandler {
    @Override
    public boolean isUrgent(String method) {
      return method.equals("test/urgent");
    }

    @Override
    public byte[] handle(Request request) throws Refused, IOException {
      return switch (request.method()) {
        case "test/echo" -> {
          echoes.incrementAndGet();
          yield request.body();
        }
        case "test/urgent" -> request.body();
        case "test/refuse" -> throw new Refused(ErrorCode.CONFLICT, "Someone was first.", true);
        case "test/refuse-with" ->
            throw new Refused(ErrorCode.CONFLICT, new String(request.body(), UTF_8));
        case "test/fail" -> throw new IllegalStateException("a path: /home/alice");
        case "test/count" -> Long.toString(count(request.upload())).getBytes(US_ASCII);
        case "test/send" -> send(request);
        case "test/mirror" -> {
          request.upload().transferTo(request.download());
          yield request.body();
        }
        case "test/half" -> half(request);
        case "test/ignore" -> request.body();
        case "test/reject" -> throw new Refused(ErrorCode.QUOTA_EXCEEDED, "No room.");
        case "test/wait" -> hold(request);
        case "test/wait-large" -> {
          var _ = hold(request);
          yield new byte[LARGE];
        }
        case "test/watch" -> watch(request);
        default -> throw new Refused(ErrorCode.UNKNOWN_METHOD, "No " + request.method() + ".");
      };
    }

    private long count(InputStream upload) throws IOException {
      byte[] buffer = new byte[8192];
      long total = 0;
      for (int n = upload.read(buffer); n >= 0; n = upload.read(buffer)) {
        total += n;
      }
      return total;
    }

    /** As many bytes as the body says, each the lowest eight bits of its place. */
    private byte[] send(Request request) throws IOException {
      long left = Long.parseLong(new String(request.body(), US_ASCII));
      byte[] pattern = pattern(256 * 1024);
      while (left > 0) {
        int count = (int) Math.min(left, pattern.length);
        request.download().write(pattern, 0, count);
        left -= count;
        sent.addAndGet(count);
      }
      return request.body();
    }

    /** Sends all it has and says so, and only then reads. */
    private byte[] half(Request request) throws IOException {
      request.download().write(request.body());
      request.download().close();
      return Long.toString(count(request.upload())).getBytes(US_ASCII);
    }

    private byte[] hold(Request request) {
      arrived.release();
      gate.acquireUninterruptibly();
      return request.body();
    }

    private byte[] watch(Request request) throws IOException {
      arrived.release();
      try {
        return Long.toString(count(request.upload())).getBytes(US_ASCII);
      } catch (IOException e) {
        failures.add(e);
        throw e;
      }
    }

    @Override
    public void close() {
      closedHandlers.incrementAndGet();
    }
  }

  static byte[] pattern(int length) {
    byte[] pattern = new byte[length];
    for (int i = 0; i < length; i++) {
      pattern[i] = (byte) i;
    }
    return pattern;
  }

  @Override
  public void close() {
    gate.release(1_000_000);
    listener.close();
    key.close();
  }
}
