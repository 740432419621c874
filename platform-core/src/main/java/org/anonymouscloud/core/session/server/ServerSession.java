package org.anonymouscloud.core.session.server;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Phaser;
import java.util.function.Supplier;
import org.anonymouscloud.core.channel.Channel;
import org.anonymouscloud.core.channel.ConnectionLost;
import org.anonymouscloud.core.channel.ConnectionLost.Why;
import org.anonymouscloud.core.channel.Frame;
import org.anonymouscloud.core.channel.FrameType;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.session.BulkInput;
import org.anonymouscloud.core.session.BulkOutput;
import org.anonymouscloud.core.session.Growth;
import org.anonymouscloud.core.session.Line;
import org.anonymouscloud.core.session.Message;
import org.anonymouscloud.core.session.Refusal;
import org.anonymouscloud.core.session.Request;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.Refused;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The server's end of a session. Thread-safe but for {@link #run}. */
final class ServerSession implements ServedSession {
  private static final Logger LOG = LoggerFactory.getLogger(ServerSession.class);

  /** Bytes of a push at most. */
  private static final int MAX_PUSH = 16 * 1024;

  /** Bytes of a request of who has proven to be a user, but has no device yet. */
  private static final int PROVENS_DATA = 512 * 1024;

  /** Messages that wait while the client reads nothing; more pushes than that are dropped. */
  private static final int MAX_WAITING_PUSHES = 32;

  private static final byte[] NOTHING = {};

  private static final String TOO_MUCH = "The server has too much to do at once. Try again soon.";

  /**
   * What a byte of a request costs until the request is answered: as it comes in, as a whole, as
   * its body, and as what the handler makes of it.
   */
  private static final int COPIES = 4;

  /** What a request costs besides its bytes. */
  private static final int REQUEST = 4 * 1024;

  /** A client that sends less of a request than this in all its time has sent nothing. */
  private static final int PROGRESS = 16 * 1024;

  /** What bulk data cost at least: what may come in, and what is gathered to go out. */
  private static final int BULK = BulkInput.INITIAL_WINDOW + Channel.MAX_DATA;

  private static final OutputStream NO_BULK =
      new OutputStream() {
        @Override
        public void write(int value) throws IOException {
          throw new IOException("The client has not opened this request for bulk data.");
        }
      };

  /**
   * What a client may have at once, so what memory it can take.
   *
   * @param requests that are not answered
   * @param message bytes of one request with its method's name and the name's length
   * @param unfinished bytes of all requests together that have not come in whole
   * @param refusals that wait while the client reads nothing; they must not be dropped, so who has
   *     more is cut off
   * @param bulk whether requests may have bulk data
   */
  private record Allowance(int requests, int message, int unfinished, int refusals, boolean bulk) {
    static final Allowance STRANGER =
        new Allowance(2, Channel.STRANGERS_DATA, Channel.STRANGERS_DATA, 16, false);

    static final Allowance PROVEN = new Allowance(2, PROVENS_DATA, PROVENS_DATA, 16, false);

    static Allowance user(int requests) {
      return new Allowance(
          requests, 1 + Message.MAX_NAME + Message.MAX_BODY, 2 * Message.MAX_BODY, 1024, true);
    }
  }

  private final Channel channel;
  private final Line line;
  private final SessionLimits limits;
  private final Arrival arrival;
  private volatile Allowance allowance = Allowance.STRANGER;
  private final MemoryBudget memory;

  /** Strangers are all one: what each of them may have is little, and so is their number. */
  private volatile Optional<MemoryBudget.Owner> user = Optional.empty();

  private final Map<Integer, Open> requests = new ConcurrentHashMap<>();
  private final Phaser running = new Phaser(1);
  private volatile boolean draining;

  // The receiving thread's own.
  private int lastStream;
  private int unfinished;

  /**
   * @param channel from now on this session's
   * @param arrival of the client, to be told when it is no stranger any more
   */
  ServerSession(Channel channel, SessionLimits limits, MemoryBudget memory, Arrival arrival) {
    this.memory = memory;
    this.channel = channel;
    this.line = new Line(channel);
    this.limits = limits;
    this.arrival = arrival;
  }

  /** A request that has not been answered yet. */
  private final class Open implements MemoryBudget.Holder {
    private final int stream;
    private final boolean urgent;
    private volatile Optional<MemoryBudget.Hold> hold = Optional.empty();
    private final BulkInput upload;
    private final BulkOutput download;
    private ByteArrayOutputStream parts = new ByteArrayOutputStream(0);
    private volatile boolean whole;
    private boolean bulk;
    private volatile boolean cancelled;
    private volatile boolean gaveWay;
    private volatile boolean answered;

    /** By the budget's clock. */
    private volatile long progressed = memory.clock().getAsLong();

    /** Bytes that have come since then. */
    private int since;

    /**
     * @param urgent whether greedier devices of the user give way to it
     */
    Open(int stream, boolean urgent) {
      this.stream = stream;
      this.urgent = urgent;
      this.upload =
          new BulkInput(line.sender(), stream, new Window().and(line.growth()), memory.clock());
      this.download = new BulkOutput(line.sender(), stream, memory.clock());
    }

    /**
     * Who begins a request as a stranger may be a user before it is answered, and then it counts
     * like any other.
     */
    private synchronized Optional<MemoryBudget.Hold> held() {
      if (hold.isEmpty()) {
        hold = user.map(owner -> memory.of(owner, urgent, this));
      }
      return hold;
    }

    /** False if there is no memory for so much. */
    boolean hold(int bytes) {
      return held().map(own -> own.claim(bytes)).orElse(true);
    }

    /**
     * False if there is no memory for the answer to wait in. For a short one there always is, that
     * of the request: so what changes something is not refused after it was done.
     */
    boolean holdAnswer(int bytes) {
      if (bytes <= REQUEST) {
        return true;
      }
      boolean room = held().map(own -> own.claimInAll(REQUEST + bytes)).orElse(true);
      // Who takes the memory from now on cuts the session; who has taken it before is seen here.
      answered = true;
      return room && !gaveWay;
    }

    /** By what the window of the upload grows. */
    private final class Window implements Growth {
      @Override
      public boolean take(int bytes) {
        return held().map(own -> own.take(bytes)).orElse(true);
      }

      @Override
      public void giveBack(int bytes) {
        hold.ifPresent(own -> own.giveBack(bytes));
      }
    }

    void add(Frame frame) {
      parts.write(frame.array(), frame.offset(), frame.length());
      since += frame.length();
      if (since >= PROGRESS) {
        since = 0;
        progressed = memory.clock().getAsLong();
      }
    }

    @Override
    public Duration patience() {
      return whole ? MemoryBudget.PATIENCE : MemoryBudget.PATIENCE_WITH_PARTS;
    }

    /**
     * An answer that is under way waits for nothing but the socket, over which the channel watches.
     */
    @Override
    public OptionalLong waitingSince() {
      if (!whole) {
        return OptionalLong.of(progressed);
      }
      if (answered) {
        return OptionalLong.empty();
      }
      OptionalLong sending = download.waitingSince();
      return sending.isPresent() ? sending : upload.waitingSince();
    }

    @Override
    public void giveWay() {
      gaveWay = true;
      if (whole && !answered) {
        stop(() -> new IOException("The memory of the request was needed for another."));
      } else {
        cut();
      }
    }

    byte[] takeParts() {
      byte[] message = parts.toByteArray();
      parts = new ByteArrayOutputStream(0);
      whole = true;
      return message;
    }

    void stop(Supplier<? extends IOException> why) {
      upload.fail(why);
      download.fail(why);
    }
  }

  /** Receives requests until the session is over and the last of them is done. */
  void run(SessionHandler handler) {
    Why why = line.run(new Incoming(handler));
    requests.values().forEach(open -> open.stop(() -> new ConnectionLost(why)));
    running.arriveAndAwaitAdvance();
    requests.values().forEach(this::forget);
    handler.close();
  }

  @Override
  public byte[] handshakeHash() {
    return line.handshakeHash();
  }

  @Override
  public Network network() {
    return arrival.network();
  }

  @Override
  public void prove(Object user, Digest by) {
    MemoryBudget.Owner owner = new MemoryBudget.Owner(user, this);
    if (this.user.equals(Optional.of(owner))) {
      return;
    }
    arrival.onProven().accept(user, by);
    this.user = Optional.of(owner);
    channel.trust();
    allowance = Allowance.PROVEN;
  }

  @Override
  public void trust(Object user, Object device) {
    arrival.onTrusted().run();
    this.user = Optional.of(new MemoryBudget.Owner(user, device));
    channel.trust();
    allowance = Allowance.user(limits.requests());
  }

  @Override
  public void forget() {
    if (user.isEmpty()) {
      return;
    }
    user = Optional.empty();
    allowance = Allowance.STRANGER;
    channel.distrust();
    arrival.onForgotten().run();
  }

  @Override
  public void push(String topic, byte[] body) {
    if (body.length > MAX_PUSH) {
      throw new IllegalArgumentException(
          "A push has at most " + MAX_PUSH + " bytes, not " + body.length + ".");
    }
    var _ =
        line.sender()
            .offer(
                new Message(FrameType.PUSH, 0, Message.name(topic), body.clone(), () -> {}),
                MAX_WAITING_PUSHES);
  }

  @Override
  public void end() {
    line.end(Line.DONE);
  }

  /** Takes no new requests and ends the session when the last one is answered. */
  void drain() {
    draining = true;
    endIfDrained();
  }

  private void endIfDrained() {
    if (draining && requests.isEmpty()) {
      line.end(Line.SHUTTING_DOWN);
    }
  }

  /** Breaks the connection without a word. */
  void cut() {
    line.cut(Why.ENDED_HERE);
  }

  /** Gives up the connection and its keys, once it has run. */
  void close() {
    channel.close();
  }

  /** What the client sends. */
  private final class Incoming implements Line.Receiver {
    private final SessionHandler handler;

    Incoming(SessionHandler handler) {
      this.handler = handler;
    }

    @Override
    public void quiet() {
      // The client asks for signs of life; a server of ten thousand does not.
    }

    @Override
    public boolean receive(Frame frame) {
      Open known = requests.get(frame.stream());
      return switch (frame.type()) {
        case PART, ASK, REQUEST -> message(frame, known);
        case DATA, END, CREDIT, CANCEL -> {
          if (known != null) {
            yield known.whole && bulk(frame, known);
          }
          // What was under way when the answer was sent.
          frame.release();
          yield frame.stream() > 0 && frame.stream() <= lastStream;
        }
        case ANSWER, ERROR, PUSH, PING, PONG, REKEY, CLOSE -> false;
      };
    }

    private boolean bulk(Frame frame, Open open) {
      if (frame.type() == FrameType.CANCEL) {
        open.cancelled = true;
        open.stop(() -> new IOException("The client has cancelled the request."));
        return frame.length() == 0;
      }
      return switch (frame.type()) {
        case DATA -> open.bulk && open.upload.put(frame);
        case END -> {
          open.upload.end();
          yield open.bulk && frame.length() == 0;
        }
        default -> open.bulk && frame.length() == Integer.BYTES && grant(frame, open);
      };
    }

    private static boolean grant(Frame frame, Open open) {
      return open.download.grant(ByteBuffer.wrap(frame.copy()).getInt());
    }

    private boolean message(Frame frame, @Nullable Open known) {
      Open open = known;
      if (open == null) {
        if (frame.stream() <= lastStream) {
          // The rest of a request that was refused before it was whole.
          frame.release();
          return frame.stream() > 0;
        }
        lastStream = frame.stream();
        open = new Open(frame.stream(), handler.isUrgent(method(frame)));
        if (draining) {
          return refuse(open, ErrorCode.UNAVAILABLE, "The server is shutting down.");
        }
        if (requests.size() >= allowance.requests()) {
          return refuse(
              open,
              ErrorCode.RATE_LIMITED,
              "This server takes " + allowance.requests() + " requests of a session at once.");
        }
        requests.put(open.stream, open);
        if (!open.hold(REQUEST)) {
          return refuseForMemory(frame, open);
        }
      }
      if (open.whole || open.parts.size() + frame.length() > allowance.message()) {
        return false;
      }
      return gather(frame, open);
    }

    /** What a first frame says that is asked for; nothing if that is not all in it. */
    private static String method(Frame frame) {
      int length = frame.length() == 0 ? 0 : frame.array()[frame.offset()];
      return length < 1 || length > Message.MAX_NAME || frame.length() < 1 + length
          ? ""
          : new String(frame.array(), frame.offset() + 1, length, US_ASCII);
    }

    private boolean gather(Frame frame, Open open) {
      int cost = COPIES * frame.length() + (frame.type() == FrameType.REQUEST ? BULK : 0);
      if (!open.hold(cost)) {
        unfinished -= open.parts.size();
        return refuseForMemory(frame, open);
      }
      int before = open.parts.size();
      open.add(frame);
      frame.release();
      if (frame.type() != FrameType.PART) {
        unfinished -= before;
        open.bulk = frame.type() == FrameType.REQUEST;
        if (open.bulk && !allowance.bulk()) {
          forget(open);
          return refuse(open, ErrorCode.NOT_LOGGED_IN, "Log in first.");
        }
        return start(open);
      }
      unfinished += frame.length();
      if (unfinished > allowance.unfinished()) {
        unfinished -= open.parts.size();
        forget(open);
        return refuse(open, ErrorCode.RATE_LIMITED, "Too many large requests at once.");
      }
      return true;
    }

    private boolean refuseForMemory(Frame frame, Open open) {
      frame.release();
      forget(open);
      return refuse(open, ErrorCode.UNAVAILABLE, TOO_MUCH);
    }

    private boolean refuse(Open open, ErrorCode code, String text) {
      byte[] refusal = new Refusal(code, true, text).encode();
      return line.sender()
          .offer(new Message(FrameType.ERROR, open.stream, refusal), allowance.refusals());
    }

    private boolean start(Open open) {
      byte[] message = open.takeParts();
      int nameLength = message.length == 0 ? 0 : message[0];
      if (nameLength < 1
          || nameLength > Message.MAX_NAME
          || message.length < 1 + nameLength
          || message.length - 1 - nameLength > Message.MAX_BODY) {
        return false;
      }
      String method = new String(message, 1, nameLength, US_ASCII);
      byte[] body = Arrays.copyOfRange(message, 1 + nameLength, message.length);
      var phase = running.register();
      Thread.startVirtualThread(() -> answer(open, method, body));
      return phase >= 0;
    }

    private void answer(Open open, String method, byte[] body) {
      try {
        Message answer = handled(open, method, body);
        open.upload.close();
        open.answered = true;
        line.sender().send(answer);
      } catch (ConnectionLost e) {
        forget(open);
      } finally {
        running.arriveAndDeregister();
      }
    }

    private Message handled(Open open, String method, byte[] body) {
      try {
        InputStream upload = open.bulk ? open.upload : InputStream.nullInputStream();
        OutputStream download = open.bulk ? open.download : NO_BULK;
        byte[] answer = handler.handle(new Request(method, body, upload, download));
        if (answer.length > Message.MAX_BODY) {
          throw new IllegalStateException("An answer is too long.");
        }
        open.download.flush();
        // What it has grown by is given back first, or the answer would be held by that.
        open.upload.close();
        if (!open.holdAnswer(answer.length)) {
          return error(open, new Refusal(ErrorCode.UNAVAILABLE, true, TOO_MUCH));
        }
        return new Message(FrameType.ANSWER, open.stream, NOTHING, answer, () -> forget(open));
      } catch (Refused e) {
        return error(open, Refusal.of(e));
      } catch (Throwable e) {
        if (open.gaveWay) {
          return error(open, new Refusal(ErrorCode.UNAVAILABLE, true, TOO_MUCH));
        }
        // Not even the text of the exception may leave: it can hold names and paths.
        if (!open.cancelled && line.isOpen()) {
          LOG.warn("A request failed: {} {}", e.getClass().getName(), place(e));
        }
        return error(
            open,
            new Refusal(ErrorCode.INTERNAL, false, "The server failed to answer. See its log."));
      }
    }

    /** Where in the code, which says nothing of the request. */
    private static String place(Throwable failure) {
      StackTraceElement[] trace = failure.getStackTrace();
      return trace.length == 0 ? "" : "at " + trace[0];
    }

    private Message error(Open open, Refusal refusal) {
      return new Message(
          FrameType.ERROR, open.stream, NOTHING, refusal.encode(), () -> forget(open));
    }
  }

  private void forget(Open open) {
    requests.remove(open.stream);
    open.hold.ifPresent(MemoryBudget.Hold::close);
    endIfDrained();
  }
}
