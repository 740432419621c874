package org.anonymouscloud.core.testing;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The network's malicious self: a TCP proxy on loopback that passes bytes on as its two lines say:
 * cut, ended, flipped, stalled, half open, byte by byte, slowly, recorded, replayed, or record by
 * record dropped, repeated, swapped and replaced. Both may be changed at any time for connections
 * that come later. Thread-safe.
 */
public final class FaultProxy implements AutoCloseable {
  private static final int BUFFER = 64 * 1024;

  private final ServerSocket socket;
  private final int target;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final AtomicInteger connections = new AtomicInteger();
  private volatile Line toServer = clean();
  private volatile Line toClient = clean();

  /**
   * @param target the port on loopback to pass on to
   */
  public FaultProxy(int target) throws IOException {
    this.target = target;
    this.socket = new ServerSocket(0, 0, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().name("fault-proxy").start(this::accept);
  }

  /** What one direction does with the bytes of one connection. */
  @FunctionalInterface
  public interface Line {
    /**
     * Passes bytes on until the end, which is passed on too.
     *
     * @throws IOException if a side is gone, or to break the connection
     */
    void pass(InputStream in, OutputStream out) throws IOException;
  }

  /** What happens to one record. */
  @FunctionalInterface
  public interface RecordFault {
    /**
     * @param number of the record, from 0
     * @param record with its two bytes of length; may be changed
     * @return what to send in its place
     */
    List<byte[]> instead(int number, byte[] record);
  }

  /** The port to connect to. */
  public int port() {
    return socket.getLocalPort();
  }

  /** How many connections there have been. */
  public int connections() {
    return connections.get();
  }

  /** Sets what happens to what the client says. */
  public FaultProxy toServer(Line line) {
    toServer = line;
    return this;
  }

  /** Sets what happens to what the server says. */
  public FaultProxy toClient(Line line) {
    toClient = line;
    return this;
  }

  /** Everything arrives as it was sent. */
  public static Line clean() {
    return (in, out) -> copy(in, out, Long.MAX_VALUE);
  }

  /** The connection breaks after {@code offset} bytes, in both directions. */
  public static Line cutAt(long offset) {
    return (in, out) -> {
      copy(in, out, offset);
      throw new IOException("cut");
    };
  }

  /** The connection ends in an orderly way after {@code offset} bytes. */
  public static Line endAt(long offset) {
    return (in, out) -> copy(in, out, offset);
  }

  /** The byte at {@code offset} arrives changed. */
  public static Line flipAt(long offset, int mask) {
    return (in, out) -> {
      if (copy(in, out, offset) == offset) {
        int value = in.read();
        if (value >= 0) {
          out.write(value ^ mask);
          copy(in, out, Long.MAX_VALUE);
        }
      }
    };
  }

  /** Nothing arrives after {@code offset} bytes, though the connection stands and is read. */
  public static Line stallAt(long offset) {
    return (in, out) -> {
      copy(in, out, offset);
      copy(in, OutputStream.nullOutputStream(), Long.MAX_VALUE);
    };
  }

  /** Every byte travels alone. */
  public static Line trickle() {
    return (in, out) -> {
      for (int value = in.read(); value >= 0; value = in.read()) {
        out.write(value);
      }
    };
  }

  /** At most so many bytes a second arrive, a hundredth of them at a time. */
  public static Line rate(int bytesPerSecond) {
    return (in, out) -> {
      byte[] piece = new byte[Math.max(1, bytesPerSecond / 100)];
      for (int n = in.read(piece); n >= 0; n = in.read(piece)) {
        out.write(piece, 0, n);
        pause(n * TimeUnit.SECONDS.toNanos(1) / bytesPerSecond);
      }
    };
  }

  private static void pause(long nanos) throws InterruptedIOException {
    try {
      TimeUnit.NANOSECONDS.sleep(nanos);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException();
    }
  }

  /**
   * The receiver is gone after {@code offset} bytes, and the sender is never told: nothing is read
   * any more, nothing is passed on, nothing ends.
   */
  public static Line halfOpenAt(long offset) {
    return (in, out) -> {
      copy(in, out, offset);
      while (true) {
        pause(Long.MAX_VALUE);
      }
    };
  }

  /** What was said before arrives in place of what is said now. */
  public static Line replay(byte[] recorded) {
    return (in, out) -> {
      out.write(recorded);
      copy(in, OutputStream.nullOutputStream(), Long.MAX_VALUE);
    };
  }

  /** All bytes are kept in {@code copy} as they pass. */
  public static Line record(ByteArrayOutputStream copy) {
    return (in, out) -> {
      byte[] buffer = new byte[BUFFER];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        copy.write(buffer, 0, n);
        out.write(buffer, 0, n);
      }
    };
  }

  /**
   * From {@code start} on the bytes are records, each with two bytes of length before it; each is
   * passed on as {@code fault} says.
   */
  public static Line records(long start, RecordFault fault) {
    return (in, out) -> {
      copy(in, out, start);
      DataInputStream data = new DataInputStream(in);
      try {
        for (int number = 0; ; number++) {
          int length = data.readUnsignedShort();
          byte[] record = new byte[2 + length];
          record[0] = (byte) (length >>> 8);
          record[1] = (byte) length;
          data.readFully(record, 2, length);
          for (byte[] sent : fault.instead(number, record)) {
            out.write(sent);
          }
        }
      } catch (EOFException e) {
        out.flush();
      }
    };
  }

  /** Returns how many bytes were passed on: all of them, or as many as there were. */
  private static long copy(InputStream in, OutputStream out, long most) throws IOException {
    byte[] buffer = new byte[BUFFER];
    long done = 0;
    while (done < most) {
      int n = in.read(buffer, 0, (int) Math.min(buffer.length, most - done));
      if (n < 0) {
        break;
      }
      out.write(buffer, 0, n);
      done += n;
    }
    return done;
  }

  private void accept() {
    while (!socket.isClosed()) {
      @Nullable Socket client = null;
      try {
        client = socket.accept();
        connections.incrementAndGet();
        connect(client);
      } catch (IOException e) {
        // Either the proxy is being closed or the target is not there; then neither is the proxy.
        if (client != null) {
          close(client);
        }
      }
    }
  }

  private void connect(Socket client) throws IOException {
    Socket server = new Socket();
    server.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), target));
    for (Socket end : Arrays.asList(client, server)) {
      end.setTcpNoDelay(true);
      open.add(end);
    }
    start(toServer, client, server);
    start(toClient, server, client);
  }

  private void start(Line line, Socket from, Socket to) {
    Thread.ofVirtual()
        .name("fault-proxy-line")
        .start(
            () -> {
              try {
                line.pass(from.getInputStream(), to.getOutputStream());
                // An end is passed on; the other direction may have more to say.
                to.shutdownOutput();
              } catch (IOException e) {
                close(from);
                close(to);
              }
            });
  }

  /** Breaks all connections that are open. */
  public void cut() {
    open.forEach(this::close);
  }

  private void close(Socket end) {
    open.remove(end);
    try {
      end.close();
    } catch (IOException e) {
      throw new IllegalStateException("A socket cannot be closed.", e);
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
    cut();
  }
}
