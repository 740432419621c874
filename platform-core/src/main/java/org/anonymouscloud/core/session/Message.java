package org.anonymouscloud.core.session;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.ByteBuffer;
import org.anonymouscloud.core.channel.Channel;
import org.anonymouscloud.core.channel.FrameType;

/** A message that is there as a whole; what does not fit into one frame goes ahead in parts. */
public final class Message implements Turn {
  /** Bytes in the body of a request or an answer at most. */
  public static final int MAX_BODY = 1 << 20;

  /** Characters in the name of a method or a topic at most. */
  public static final int MAX_NAME = 64;

  private static final byte[] NOTHING = {};

  private final FrameType type;
  private final int stream;
  private final byte[] head;
  private final byte[] body;
  private final Runnable whenPrepared;
  private int at;
  private boolean prepared;

  /**
   * @param type of the last frame
   * @param stream 0 if it belongs to the session
   * @param head goes before the body; fits into one frame
   * @param body from now on the message's
   * @param whenPrepared called under the sender's lock when the last frame has been prepared
   */
  public Message(FrameType type, int stream, byte[] head, byte[] body, Runnable whenPrepared) {
    this.type = type;
    this.stream = stream;
    this.head = head;
    this.body = body;
    this.whenPrepared = whenPrepared;
  }

  /** A message in one piece, of which nobody is told when it is prepared. */
  public Message(FrameType type, int stream, byte[] data) {
    this(type, stream, NOTHING, data, () -> {});
  }

  /**
   * A name as it goes ahead of a body: its length and its characters.
   *
   * @throws IllegalArgumentException if it is empty or has more than {@link #MAX_NAME} characters
   */
  public static byte[] name(String text) {
    byte[] name = text.getBytes(US_ASCII);
    if (name.length == 0 || name.length > MAX_NAME) {
      throw new IllegalArgumentException("A name has 1 to 64 characters.");
    }
    return ByteBuffer.allocate(1 + name.length).put((byte) name.length).put(name).array();
  }

  /** Whether one frame holds it. */
  boolean isShort() {
    return head.length + body.length <= Channel.MAX_DATA;
  }

  /** Whether its last frame has been prepared. */
  boolean isPrepared() {
    return prepared;
  }

  @Override
  public boolean prepareNext(Channel channel) {
    byte[] first = at == 0 ? head : NOTHING;
    int length = Math.min(body.length - at, Channel.MAX_DATA - first.length);
    boolean last = at + length == body.length;
    channel.prepare(last ? type : FrameType.PART, stream, first, 0, first.length, body, at, length);
    at += length;
    if (last) {
      prepared = true;
      whenPrepared.run();
    }
    return !last;
  }
}
