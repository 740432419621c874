package org.anonymouscloud.core.channel;

import java.util.Arrays;

/**
 * A frame that was received. Its data lie in an array that belongs to whoever holds the frame,
 * until {@link #release}. Not thread-safe.
 */
public final class Frame {
  private final FrameType type;
  private final int stream;
  private final byte[] array;
  private final int offset;
  private final int length;
  private final RecordBuffers buffers;

  Frame(FrameType type, int stream, byte[] array, int offset, int length, RecordBuffers buffers) {
    this.type = type;
    this.stream = stream;
    this.array = array;
    this.offset = offset;
    this.length = length;
    this.buffers = buffers;
  }

  public FrameType type() {
    return type;
  }

  /** The stream it belongs to; 0 if it belongs to the session. */
  public int stream() {
    return stream;
  }

  /** The array that the data lie in. */
  public byte[] array() {
    return array;
  }

  /** Where in the array the data begin. */
  public int offset() {
    return offset;
  }

  /** Bytes of data. */
  public int length() {
    return length;
  }

  /** A copy of the data. */
  public byte[] copy() {
    return Arrays.copyOfRange(array, offset, offset + length);
  }

  /** Says that the array is no longer used. */
  public void release() {
    buffers.giveBack(array);
  }
}
