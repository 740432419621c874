package org.anonymouscloud.core.session;

import org.anonymouscloud.core.channel.Channel;
import org.anonymouscloud.core.channel.FrameType;

/** A message that is there as a whole; what does not fit into one frame goes ahead in parts. */
final class Message implements Turn {
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
   * @param head goes before the body; fits into one frame
   * @param whenPrepared called under the sender's lock when the last frame has been prepared
   */
  Message(FrameType type, int stream, byte[] head, byte[] body, Runnable whenPrepared) {
    this.type = type;
    this.stream = stream;
    this.head = head;
    this.body = body;
    this.whenPrepared = whenPrepared;
  }

  Message(FrameType type, int stream, byte[] data) {
    this(type, stream, NOTHING, data, () -> {});
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
