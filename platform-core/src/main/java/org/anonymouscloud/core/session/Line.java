package org.anonymouscloud.core.session;

import java.nio.ByteBuffer;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.anonymouscloud.core.channel.Channel;
import org.anonymouscloud.core.channel.ConnectionLost;
import org.anonymouscloud.core.channel.ConnectionLost.Why;
import org.anonymouscloud.core.channel.Frame;
import org.anonymouscloud.core.channel.FrameType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What both ends of a session do alike: send in turn, receive on one thread, end once. Thread-safe
 * but for {@link #run}, which belongs to the thread that receives and never blocks on anything but
 * the socket.
 */
public final class Line {
  private static final Logger LOG = LoggerFactory.getLogger(Line.class);

  /** In a close frame: this side needs the session no more. */
  public static final byte DONE = 0;

  /** In a close frame: the server shuts down. */
  public static final byte SHUTTING_DOWN = 1;

  /** In a close frame: the other side has broken the rules. */
  private static final byte PROTOCOL_BROKEN = 2;

  /** Bytes by which all windows of one session together may grow. */
  private static final int GROWTH = 8 * 1024 * 1024;

  /** How long the other side has for its own close frame. */
  private static final long LINGER_MILLIS = 2_000;

  /** Pongs that wait while the other side reads nothing; more pings than that go unanswered. */
  private static final int MAX_WAITING_PONGS = 64;

  private static final int PING_LENGTH = 8;

  private final Sender sender;
  private final Growth growth =
      new Growth() {
        private final AtomicInteger left = new AtomicInteger(GROWTH);

        @Override
        public boolean take(int bytes) {
          return left.getAndUpdate(now -> now >= bytes ? now - bytes : now) >= bytes;
        }

        @Override
        public void giveBack(int bytes) {
          var _ = left.addAndGet(bytes);
        }
      };

  private final Channel channel;
  private final CountDownLatch over = new CountDownLatch(1);
  private volatile boolean ending;
  private volatile Why end = Why.ENDED_HERE;

  /**
   * @param channel from now on the line's, until {@link #run} is over
   */
  public Line(Channel channel) {
    this.channel = channel;
    this.sender = new Sender(channel);
  }

  /** The side that uses the line. */
  public interface Receiver {
    /**
     * Takes in a frame and its array; must not block.
     *
     * @return false if the frame breaks the protocol
     */
    boolean receive(Frame frame) throws ConnectionLost;

    /** Nothing has come for a while. */
    void quiet();
  }

  /** What is sent goes by it, in turn. */
  public Sender sender() {
    return sender;
  }

  /** Bytes by which all windows of the session together may still grow. */
  public Growth growth() {
    return growth;
  }

  /** See {@link Channel#handshakeHash}. */
  public byte[] handshakeHash() {
    return channel.handshakeHash();
  }

  /**
   * Receives until the session is over; then everything of it is given up.
   *
   * @return how it ended
   */
  public Why run(Receiver receiver) {
    Why why = Why.CUT;
    try {
      why = receiveAll(receiver);
      answerClose(DONE, why);
    } catch (ConnectionLost e) {
      why = ending ? Why.ENDED_HERE : e.why();
      if (e.why() == Why.PROTOCOL_BROKEN) {
        answerClose(PROTOCOL_BROKEN, why);
      }
    } catch (RuntimeException e) {
      LOG.error("A session failed by a fault of this program.", e);
    }
    end = why;
    ending = true;
    sender.fail(why);
    giveUp(why);
    over.countDown();
    return why;
  }

  private void answerClose(byte reason, Why why) {
    sender.finish(reason, why);
    try {
      var _ = sender.awaitIdle(LINGER_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void giveUp(Why why) {
    var _ = channel.cut(why);
    try {
      // The keys must not go while they seal a last record.
      if (sender.awaitIdle(LINGER_MILLIS)) {
        channel.close();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Why receiveAll(Receiver receiver) throws ConnectionLost {
    for (int frames = 1; ; frames++) {
      Sender.letOthersRun(frames);
      Frame frame = channel.receive(receiver::quiet);
      switch (frame.type()) {
        case CLOSE -> {
          return closed(frame);
        }
        case PING -> {
          if (frame.stream() != 0 || frame.length() != PING_LENGTH) {
            throw new ConnectionLost(Why.PROTOCOL_BROKEN);
          }
          var _ = sender.offer(new Message(FrameType.PONG, 0, frame.copy()), MAX_WAITING_PONGS);
          frame.release();
        }
        default -> {
          if (!receiver.receive(frame)) {
            throw new ConnectionLost(Why.PROTOCOL_BROKEN);
          }
        }
      }
    }
  }

  private Why closed(Frame frame) throws ConnectionLost {
    if (frame.stream() != 0 || frame.length() != 1) {
      throw new ConnectionLost(Why.PROTOCOL_BROKEN);
    }
    if (ending) {
      return Why.ENDED_HERE;
    }
    return switch (frame.array()[frame.offset()]) {
      case SHUTTING_DOWN -> Why.SHUT_DOWN;
      case PROTOCOL_BROKEN -> Why.PROTOCOL_BROKEN;
      default -> Why.ENDED_THERE;
    };
  }

  /** Asks for a sign of life, or for a measurement. */
  void ping(long token) throws ConnectionLost {
    sender.send(
        new Message(FrameType.PING, 0, ByteBuffer.allocate(PING_LENGTH).putLong(token).array()));
  }

  /** How the session has ended. */
  Why end() {
    return end;
  }

  /** Whether neither side has begun to end the session. */
  public boolean isOpen() {
    return !ending && over.getCount() > 0;
  }

  /**
   * Ends the session in an orderly way; does not wait for it.
   *
   * @param reason {@link #DONE} or {@link #SHUTTING_DOWN}
   */
  public void end(byte reason) {
    ending = true;
    sender.finish(reason, Why.ENDED_HERE);
    // Who does not answer the close frame in time is cut off.
    var _ =
        Thread.startVirtualThread(
            () -> {
              if (!awaitEnd(LINGER_MILLIS)) {
                var _ = channel.cut(Why.ENDED_HERE);
              }
            });
  }

  /** Breaks the connection without a word. */
  public void cut(Why why) {
    var _ = channel.cut(why);
  }

  void awaitEnd() throws InterruptedException {
    over.await();
  }

  private boolean awaitEnd(long millis) {
    try {
      return over.await(millis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      return false;
    }
  }
}
