package org.anonymouscloud.core.session;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.anonymouscloud.core.channel.Channel;
import org.anonymouscloud.core.channel.ChannelLimits;
import org.anonymouscloud.core.channel.ConnectFailed;
import org.anonymouscloud.core.channel.ConnectionLost;
import org.anonymouscloud.core.channel.ConnectionLost.Why;
import org.anonymouscloud.core.channel.Frame;
import org.anonymouscloud.core.channel.FrameType;
import org.anonymouscloud.core.channel.RecordBuffers;
import org.anonymouscloud.core.wire.Refused;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The client's end of a session. Thread-safe. */
public final class Session implements Connection {
  private static final Logger LOG = LoggerFactory.getLogger(Session.class);
  private static final int KEPT_BUFFERS = 128;

  /** No measurement, only a sign of life. */
  private static final long NO_TOKEN = 0;

  private final Line line;
  private final Fingerprint serverKey;
  private final Map<Integer, OpenCall> calls = new ConcurrentHashMap<>();
  private final Map<String, List<Consumer<byte[]>>> subscribers = new ConcurrentHashMap<>();
  private final Map<Long, CountDownLatch> pings = new ConcurrentHashMap<>();
  private final AtomicLong tokens = new AtomicLong(NO_TOKEN);
  private final Thread receiver;
  private volatile boolean silent;
  private int lastStream;

  private Session(Channel channel, Fingerprint serverKey) {
    this.line = new Line(channel);
    this.serverKey = serverKey;
    this.receiver = Thread.ofVirtual().name("session").unstarted(this::run);
  }

  /**
   * Opens a session.
   *
   * @param check asked about the server's key if {@code server} has no fingerprint
   * @param timeout for everything but what {@code check} takes
   * @throws UntrustedServer if the server's key is not the one in {@code server}, or {@code check}
   *     does not accept it; nothing has been sent to it then
   * @throws ConnectFailed if no session comes about for another reason
   */
  public static Session connect(ConnectionString server, KeyCheck check, Duration timeout)
      throws IOException {
    return connect(server, check, timeout, ChannelLimits.STANDARD);
  }

  /** As {@link #connect(ConnectionString, KeyCheck, Duration)}, with other limits. */
  public static Session connect(
      ConnectionString server, KeyCheck check, Duration timeout, ChannelLimits limits)
      throws IOException {
    Channel channel =
        Channel.connect(
            server.host(), server.port(), timeout, limits, new RecordBuffers(KEPT_BUFFERS));
    Fingerprint seen = Fingerprint.of(channel.serverKey());
    boolean trusted = false;
    try {
      Optional<Fingerprint> expected = server.fingerprint();
      trusted = expected.isPresent() ? expected.get().equals(seen) : check.accepts(seen);
      if (!trusted) {
        throw new UntrustedServer(seen, expected);
      }
    } finally {
      if (!trusted) {
        channel.close();
      }
    }
    Session session = new Session(channel, seen);
    session.receiver.start();
    return session;
  }

  private void run() {
    Why why = line.run(new Incoming());
    calls.values().forEach(call -> call.lose(why));
    calls.clear();
    pings.values().forEach(CountDownLatch::countDown);
  }

  @Override
  public byte[] ask(String method, byte[] body) throws Refused, IOException {
    try (OpenCall call = open(FrameType.ASK, method, body)) {
      return call.answer();
    }
  }

  @Override
  public Call open(String method, byte[] body) throws IOException {
    return open(FrameType.REQUEST, method, body);
  }

  private OpenCall open(FrameType type, String method, byte[] body) throws IOException {
    byte[] head = Message.name(method);
    if (body.length > Message.MAX_BODY) {
      throw new IllegalArgumentException(
          "A request has at most " + Message.MAX_BODY + " bytes, not " + body.length + ".");
    }
    OpenCall call;
    Message message;
    synchronized (calls) {
      // The server takes only streams that were numbered in the order of their first frames.
      int stream = ++lastStream;
      if (stream < 0) {
        lastStream--;
        throw new ConnectionLost(Why.ENDED_HERE);
      }
      call = new OpenCall(line, stream, type == FrameType.REQUEST);
      message = new Message(type, stream, head, body, () -> {});
      calls.put(stream, call);
      try {
        line.sender().send(message);
      } catch (ConnectionLost e) {
        calls.remove(stream);
        throw e;
      }
    }
    line.sender().awaitPrepared(message);
    return call;
  }

  @Override
  public Subscription subscribe(String topic, Consumer<byte[]> receiver) {
    List<Consumer<byte[]>> receivers =
        subscribers.computeIfAbsent(topic, name -> new CopyOnWriteArrayList<>());
    receivers.add(receiver);
    return () -> {
      var _ = receivers.remove(receiver);
    };
  }

  @Override
  public byte[] handshakeHash() {
    return line.handshakeHash();
  }

  @Override
  public Fingerprint serverKey() {
    return serverKey;
  }

  @Override
  public Duration ping() throws IOException {
    long token = tokens.incrementAndGet();
    CountDownLatch answered = new CountDownLatch(1);
    pings.put(token, answered);
    try {
      long start = System.nanoTime();
      line.ping(token);
      answered.await();
      Duration taken = Duration.ofNanos(System.nanoTime() - start);
      if (pings.containsKey(token)) {
        throw new ConnectionLost(line.end());
      }
      return taken;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("The measurement was interrupted.");
    } finally {
      pings.remove(token);
    }
  }

  @Override
  public boolean isOpen() {
    return line.isOpen();
  }

  @Override
  public boolean isSilent() {
    return silent;
  }

  @Override
  public void awaitEnd() throws InterruptedException {
    line.awaitEnd();
  }

  @Override
  public void close() {
    line.end(Line.DONE);
    if (Thread.currentThread() != receiver) {
      try {
        line.awaitEnd();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** What the server sends. */
  private final class Incoming implements Line.Receiver {
    @Override
    public boolean receive(Frame frame) {
      silent = false;
      return switch (frame.type()) {
        case PUSH -> frame.stream() == 0 && push(frame.copy());
        case PONG -> {
          pong(frame.copy());
          yield frame.stream() == 0;
        }
        default -> {
          OpenCall call = calls.get(frame.stream());
          boolean right = call != null && call.receive(frame);
          if (right && OpenCall.endsStream(frame.type())) {
            calls.remove(frame.stream());
          }
          yield right;
        }
      };
    }

    private boolean push(byte[] data) {
      int nameLength = data.length == 0 ? 0 : data[0];
      if (nameLength < 1 || nameLength > Message.MAX_NAME || data.length < 1 + nameLength) {
        return false;
      }
      String topic = new String(data, 1, nameLength, US_ASCII);
      for (Consumer<byte[]> receiver : subscribers.getOrDefault(topic, List.of())) {
        try {
          receiver.accept(Arrays.copyOfRange(data, 1 + nameLength, data.length));
        } catch (RuntimeException e) {
          LOG.warn("A receiver of pushes failed: {}", e.getClass().getName());
        }
      }
      return true;
    }

    private void pong(byte[] data) {
      CountDownLatch waiting =
          data.length == Long.BYTES ? pings.remove(ByteBuffer.wrap(data).getLong()) : null;
      if (waiting != null) {
        waiting.countDown();
      }
    }

    @Override
    public void quiet() {
      silent = true;
      try {
        line.ping(NO_TOKEN);
      } catch (ConnectionLost e) {
        LOG.debug("No ping at the end of a session.");
      }
    }
  }
}
