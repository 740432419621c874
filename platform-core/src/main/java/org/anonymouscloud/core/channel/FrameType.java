package org.anonymouscloud.core.channel;

import java.util.Optional;

/** What a frame says. The closed set of types on the wire; another type breaks the session. */
public enum FrameType {
  /** A piece of a request's or an answer's message, which goes on. */
  PART(1),
  /** The last piece of a request that carries no bulk data in either direction. */
  ASK(2),
  /** The last piece of a request that opens both directions for bulk data. */
  REQUEST(3),
  /** The last piece of an answer; the stream is over. */
  ANSWER(4),
  /** A refusal in place of an answer; the stream is over. */
  ERROR(5),
  /** Bulk data. */
  DATA(6),
  /** There is no more bulk data in this direction. */
  END(7),
  /** Allows the other side to send more bulk data. */
  CREDIT(8),
  /** The asking side no longer wants the answer. */
  CANCEL(9),
  /** A message that nobody asked for. */
  PUSH(10),
  /** Asks for a {@link #PONG} with the same bytes. */
  PING(11),
  PONG(12),
  /** The sender's next record is sealed with the next key (A45). */
  REKEY(13),
  /** The sender's last frame: what comes after it was not sent by it (A40). */
  CLOSE(14);

  private static final FrameType[] BY_CODE = new FrameType[15];

  static {
    for (FrameType type : values()) {
      BY_CODE[type.code] = type;
    }
  }

  private final int code;

  FrameType(int code) {
    this.code = code;
  }

  byte code() {
    return (byte) code;
  }

  static Optional<FrameType> of(byte code) {
    return code > 0 && code < BY_CODE.length ? Optional.of(BY_CODE[code]) : Optional.empty();
  }
}
