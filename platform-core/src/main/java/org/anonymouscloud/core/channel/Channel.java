package org.anonymouscloud.core.channel;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Arrays;
import org.anonymouscloud.core.channel.ConnectionLost.Why;
import org.anonymouscloud.core.crypto.NotAuthentic;
import org.anonymouscloud.core.crypto.noise.WarmUp;
import org.anonymouscloud.core.crypto.noise.X25519KeyPair;
import org.anonymouscloud.core.noise.CipherState;
import org.anonymouscloud.core.noise.Transport;
import org.jspecify.annotations.Nullable;

/**
 * Frames over sealed records on one socket. One thread at a time may send and one may receive;
 * {@link #cut} is for any thread.
 */
public final class Channel implements AutoCloseable {
  /** Bytes of data in a frame at most. */
  public static final int MAX_DATA =
      CipherState.MAX_MESSAGE - CipherState.TAG_LENGTH - Channel.HEADER;

  /** Bytes of data in a frame of a client that is not logged in, at most. */
  public static final int STRANGERS_DATA = 16 * 1024;

  /** Bytes in a record at most, without its prefix. */
  static final int MAX_RECORD = CipherState.MAX_MESSAGE;

  /** Bytes before a record: its length. */
  static final int PREFIX = 2;

  /** Bytes before a frame's data: type, stream, length. */
  static final int HEADER = 7;

  private static final int MAX_PLAIN = MAX_RECORD - CipherState.TAG_LENGTH;

  /** Lengths are padded to steps of this at least (A46). */
  private static final int MIN_STEP = 256;

  /** No step of the padding is longer than this one, so that zeros can be compared with zeros. */
  private static final byte[] ZEROS = new byte[2048];

  /** How often in a row the other side may be quiet. */
  private static final int QUIET_TIMES = 3;

  private static final byte[] NOTHING = {};

  private final Socket socket;
  private final InputStream in;
  private final OutputStream out;
  private final Transport keys;
  private final byte[] handshakeHash;
  private final byte[] serverKey;
  private final ChannelLimits limits;
  private final RecordBuffers buffers;

  private byte @Nullable [] pending;
  private int pendingPlain;
  private long recordsUnderKey;
  private long bytesUnderKey;
  private long keySince = System.nanoTime();

  /** When the write that is under way began; 0 if there is none. */
  private volatile long writingSince;

  /** When this side last said something. */
  private volatile long lastSent = System.nanoTime();

  private final byte[] prefix = new byte[PREFIX];
  private int prefixRead;

  private volatile @Nullable Why lost;

  /** Memory for a record is taken when its length is known and nothing of it has come (A43). */
  private volatile int longestRecord = MAX_RECORD;

  Channel(
      Socket socket, ChannelHandshake.Agreed agreed, ChannelLimits limits, RecordBuffers buffers)
      throws IOException {
    this.socket = socket;
    this.in = socket.getInputStream();
    this.out = socket.getOutputStream();
    this.keys = agreed.keys();
    this.handshakeHash = agreed.hash();
    this.serverKey = agreed.serverKey();
    this.limits = limits;
    this.buffers = buffers;
    socket.setSoTimeout((int) limits.quiet().toMillis());
  }

  /**
   * Connects to a server and does the client's side of the handshake. Comes back as often as a busy
   * server asks for it and the time allows.
   *
   * @param timeout for all of it
   * @throws ConnectFailed if it does not come about
   */
  public static Channel connect(
      String host, int port, Duration timeout, ChannelLimits limits, RecordBuffers buffers)
      throws ConnectFailed {
    long deadline = System.nanoTime() + timeout.toNanos();
    byte[] cookie = ChannelHandshake.NO_COOKIE;
    while (true) {
      try {
        return connect(host, port, left(deadline), cookie, limits, buffers);
      } catch (ComeBack later) {
        if (later.after().compareTo(left(deadline)) >= 0) {
          throw ChannelHandshake.busy();
        }
        pause(later.after());
        cookie = later.cookie();
      }
    }
  }

  private static Duration left(long deadline) {
    return Duration.ofNanos(deadline - System.nanoTime());
  }

  private static void pause(Duration time) throws ConnectFailed {
    try {
      Thread.sleep(time);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw ChannelHandshake.busy();
    }
  }

  private static Channel connect(
      String host,
      int port,
      Duration timeout,
      byte[] cookie,
      ChannelLimits limits,
      RecordBuffers buffers)
      throws ConnectFailed, ComeBack {
    long deadline = System.nanoTime() + timeout.toNanos();
    Socket socket = reach(host, port, timeout);
    try {
      return new Channel(
          socket, ChannelHandshake.greet(socket, left(deadline), cookie), limits, buffers);
    } catch (ConnectFailed | ComeBack e) {
      closeQuietly(socket);
      throw e;
    } catch (IOException e) {
      closeQuietly(socket);
      throw ChannelHandshake.cut();
    }
  }

  private static Socket reach(String host, int port, Duration timeout) throws ConnectFailed {
    try {
      IOException last = new IOException();
      for (InetAddress address : InetAddress.getAllByName(host)) {
        Socket socket = new Socket();
        try {
          socket.setTcpNoDelay(true);
          socket.connect(
              new InetSocketAddress(address, port), (int) Math.max(1, timeout.toMillis()));
          return socket;
        } catch (IOException e) {
          closeQuietly(socket);
          last = e;
        }
      }
      throw last;
    } catch (IOException e) {
      throw ConnectFailed.unreachable(host, port);
    }
  }

  /**
   * Does the server's side of the handshake. The client is a stranger then: who sends a record
   * longer than {@link #STRANGERS_DATA} needs is cut, until {@link #trust}.
   *
   * @param key stays the caller's
   * @throws IOException if the client does not do its part in time, or the gate sends it away; the
   *     socket is closed then
   */
  public static Channel accept(
      Socket socket,
      X25519KeyPair key,
      HandshakeGate gate,
      ChannelLimits limits,
      RecordBuffers buffers)
      throws IOException {
    try {
      socket.setTcpNoDelay(true);
      Channel channel =
          new Channel(
              socket,
              ChannelHandshake.answer(socket, limits.handshake(), key, gate),
              limits,
              buffers);
      channel.distrust();
      return channel;
    } catch (IOException e) {
      closeQuietly(socket);
      throw e;
    }
  }

  /**
   * Receives a client's first flight and asks the gate, for another process that does the handshake
   * and is given these bytes before all others.
   *
   * @throws IOException if the client does not do its part in time, or the gate sends it away; the
   *     socket is closed then
   */
  public static byte[] admit(Socket socket, HandshakeGate gate, ChannelLimits limits)
      throws IOException {
    try {
      socket.setTcpNoDelay(true);
      return ChannelHandshake.admit(socket, limits.handshake(), gate);
    } catch (IOException e) {
      closeQuietly(socket);
      throw e;
    }
  }

  /** Tells a client that there is no room for it, and closes the socket. */
  public static void turnAway(Socket socket) {
    try (socket) {
      ChannelHandshake.turnAway(socket);
    } catch (IOException e) {
      // It has gone by itself.
      return;
    }
  }

  private static void closeQuietly(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // It is gone, one way or the other.
      return;
    }
  }

  /** Lets the other side send records of any length. */
  public void trust() {
    longestRecord = MAX_RECORD;
  }

  /** Lets the other side send no records longer than a stranger's. */
  public void distrust() {
    longestRecord = padded(HEADER + STRANGERS_DATA) + CipherState.TAG_LENGTH;
  }

  /** The handshake's hash, 32 bytes, the same at both ends and in no other session. */
  public byte[] handshakeHash() {
    return handshakeHash.clone();
  }

  /** The server's public key, proven by the handshake. */
  public byte[] serverKey() {
    return serverKey.clone();
  }

  /**
   * Copies a frame into the next record. The arrays are the caller's again when this returns; then
   * {@link #send} must follow.
   *
   * @param stream 0 if the frame belongs to the session
   * @param more data that follow {@code data}; together at most {@link #MAX_DATA} bytes
   */
  public void prepare(
      FrameType type,
      int stream,
      byte[] data,
      int offset,
      int length,
      byte[] more,
      int moreOffset,
      int moreLength) {
    int size = length + moreLength;
    int plain = padded(HEADER + size);
    byte[] record = buffers.take(PREFIX + plain + CipherState.TAG_LENGTH);
    record[PREFIX] = type.code();
    record[PREFIX + 1] = (byte) (stream >>> 24);
    record[PREFIX + 2] = (byte) (stream >>> 16);
    record[PREFIX + 3] = (byte) (stream >>> 8);
    record[PREFIX + 4] = (byte) stream;
    record[PREFIX + 5] = (byte) (size >>> 8);
    record[PREFIX + 6] = (byte) size;
    int at = PREFIX + HEADER;
    System.arraycopy(data, offset, record, at, length);
    System.arraycopy(more, moreOffset, record, at + length, moreLength);
    // The array may hold what another session sent or received.
    Arrays.fill(record, at + size, PREFIX + plain, (byte) 0);
    pending = record;
    pendingPlain = plain;
  }

  /** As {@link #prepare} with the data in one piece. */
  public void prepare(FrameType type, int stream, byte[] data, int offset, int length) {
    prepare(type, stream, data, offset, length, NOTHING, 0, 0);
  }

  /**
   * Sends the frame that was prepared; blocks while the other side takes nothing.
   *
   * @throws ConnectionLost if the connection is over
   */
  public void send() throws ConnectionLost {
    byte[] record = pending;
    if (record == null) {
      throw new IllegalStateException("No frame was prepared.");
    }
    pending = null;
    try {
      if (keyIsUsedUp()) {
        rekey();
      }
      write(record, pendingPlain);
    } catch (IOException e) {
      throw cut(Why.CUT);
    } finally {
      buffers.giveBack(record);
    }
  }

  /** Says that this side sends nothing more; to be called after a {@link FrameType#CLOSE}. */
  public void finish() throws ConnectionLost {
    try {
      socket.shutdownOutput();
    } catch (IOException e) {
      throw cut(Why.CUT);
    }
  }

  private boolean keyIsUsedUp() {
    ChannelLimits.Rekey most = limits.rekey();
    return recordsUnderKey >= most.records()
        || bytesUnderKey >= most.bytes()
        || System.nanoTime() - keySince >= most.age().toNanos();
  }

  private void rekey() throws IOException {
    int plain = padded(HEADER);
    byte[] record = new byte[PREFIX + plain + CipherState.TAG_LENGTH];
    record[PREFIX] = FrameType.REKEY.code();
    write(record, plain);
    keys.send().rekey();
    recordsUnderKey = 0;
    bytesUnderKey = 0;
    keySince = System.nanoTime();
  }

  private void write(byte[] record, int plain) throws IOException {
    if (RecordBuffers.isLarge(record)) {
      WarmUp.begin();
    }
    int sealed = keys.send().seal(record, PREFIX, plain, record, PREFIX);
    record[0] = (byte) (sealed >>> 8);
    record[1] = (byte) sealed;
    recordsUnderKey++;
    bytesUnderKey += sealed;
    lastSent = System.nanoTime();
    writingSince = lastSent | 1;
    try {
      out.write(record, 0, PREFIX + sealed);
    } finally {
      writingSince = 0;
    }
  }

  /**
   * Waits for the next frame, whose array becomes the caller's.
   *
   * @param whenQuiet called when one of the two sides has been quiet for a while; must not block
   * @throws ConnectionLost if the connection broke, was cut, or brought something that is not the
   *     other side's next record; if the record is the other side's but not what it may send, the
   *     connection still stands and this side can say so
   */
  public Frame receive(Runnable whenQuiet) throws ConnectionLost {
    try {
      while (true) {
        Frame frame = open(read(whenQuiet));
        if (frame.type() != FrameType.REKEY) {
          return frame;
        }
        if (frame.stream() != 0 || frame.length() != 0) {
          throw new ConnectionLost(Why.PROTOCOL_BROKEN);
        }
        keys.receive().rekey();
      }
    } catch (ConnectionLost e) {
      throw e;
    } catch (IOException e) {
      throw cut(Why.CUT);
    }
  }

  private record Sealed(byte[] array, int length) {}

  private Sealed read(Runnable whenQuiet) throws IOException {
    int length = readPrefix(whenQuiet);
    if (length < HEADER + CipherState.TAG_LENGTH || length > longestRecord) {
      // Only the record's own tag could tell an honest mistake from a change on the way.
      throw cut(Why.NOT_AUTHENTIC);
    }
    byte[] array = buffers.take(length + PREFIX);
    long start = System.nanoTime();
    int have = 0;
    while (have < length) {
      // Two bytes more than the record: the next prefix often comes along and saves a call.
      int count = readSome(array, have, length + PREFIX - have);
      if (count > 0) {
        have += count;
      }
      if (have < length && System.nanoTime() - start > limits.stall().toNanos()) {
        throw cut(Why.SILENT);
      }
    }
    prefixRead = have - length;
    System.arraycopy(array, length, prefix, 0, prefixRead);
    return new Sealed(array, length);
  }

  private int readPrefix(Runnable whenQuiet) throws IOException {
    int quiet = 0;
    while (prefixRead < PREFIX) {
      int count = readSome(prefix, prefixRead, PREFIX - prefixRead);
      if (count > 0) {
        prefixRead += count;
      } else if (++quiet < QUIET_TIMES) {
        whenQuiet.run();
      } else {
        throw cut(Why.SILENT);
      }
    }
    requireProgress();
    if (System.nanoTime() - lastSent >= limits.quiet().toNanos()) {
      // The other side hears nothing, though it may be saying a lot.
      lastSent = System.nanoTime();
      whenQuiet.run();
    }
    return (prefix[0] & 0xFF) << 8 | (prefix[1] & 0xFF);
  }

  /** Returns 0 if nothing came in time. */
  private int readSome(byte[] array, int offset, int length) throws IOException {
    try {
      int count = in.read(array, offset, length);
      if (count < 0) {
        throw cut(Why.CUT);
      }
      return count;
    } catch (SocketTimeoutException e) {
      requireProgress();
      return 0;
    }
  }

  /** The thread that receives watches over the one that sends, which may hang in a write (A43). */
  private void requireProgress() throws ConnectionLost {
    long since = writingSince;
    if (since != 0 && System.nanoTime() - since > limits.stall().toNanos()) {
      throw cut(Why.SILENT);
    }
  }

  private Frame open(Sealed record) throws ConnectionLost {
    byte[] sealed = record.array();
    // The JDK opens AES-GCM in place three times slower than from one array into another.
    boolean large = RecordBuffers.isLarge(sealed);
    if (large) {
      WarmUp.begin();
    }
    byte[] array = large ? buffers.take(sealed.length) : sealed;
    int plain;
    try {
      plain = keys.receive().open(sealed, 0, record.length(), array, 0);
    } catch (NotAuthentic e) {
      throw cut(Why.NOT_AUTHENTIC);
    } finally {
      if (large) {
        buffers.giveBack(sealed);
      }
    }
    FrameType type =
        FrameType.of(array[0]).orElseThrow(() -> new ConnectionLost(Why.PROTOCOL_BROKEN));
    int stream =
        (array[1] & 0xFF) << 24
            | (array[2] & 0xFF) << 16
            | (array[3] & 0xFF) << 8
            | (array[4] & 0xFF);
    int length = (array[5] & 0xFF) << 8 | (array[6] & 0xFF);
    int end = HEADER + length;
    if (end > plain
        || plain != padded(end)
        || Arrays.mismatch(array, end, plain, ZEROS, 0, plain - end) >= 0) {
      throw new ConnectionLost(Why.PROTOCOL_BROKEN);
    }
    return new Frame(type, stream, array, HEADER, length, buffers);
  }

  /**
   * The length that a frame of {@code length} bytes is padded to: up to a multiple of 256 bytes,
   * and from 8 KiB on to Padmé's steps (A46), but never longer than a record.
   */
  static int padded(int length) {
    int exponent = 31 - Integer.numberOfLeadingZeros(length);
    int kept = 32 - Integer.numberOfLeadingZeros(exponent);
    int step = Math.max(MIN_STEP, 1 << Math.max(0, exponent - kept));
    return Math.min(MAX_PLAIN, (length + step - 1) & -step);
  }

  /**
   * Breaks the connection at once; whoever sends or receives gets the reason of the first call.
   *
   * @return for throwing
   */
  public ConnectionLost cut(Why why) {
    ConnectionLost reason;
    synchronized (this) {
      Why first = lost == null ? why : lost;
      lost = first;
      reason = new ConnectionLost(first);
    }
    closeQuietly(socket);
    return reason;
  }

  /** Gives up the connection and its keys. Nobody may send or receive any more. */
  @Override
  public void close() {
    var _ = cut(Why.ENDED_HERE);
    keys.close();
  }
}
