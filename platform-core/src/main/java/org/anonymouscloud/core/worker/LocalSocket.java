package org.anonymouscloud.core.worker;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/**
 * A socket of this machine (unix(7)) with the face of a TCP socket, as far as a session needs one.
 * One thread at a time may read and one may write; closing is for any thread.
 */
final class LocalSocket extends Socket {
  private final SocketChannel channel;
  private final Selector readable = Selector.open();
  private final Selector writable = Selector.open();
  private volatile int timeout;

  private LocalSocket(SocketChannel channel) throws IOException {
    this.channel = channel;
    channel.configureBlocking(false);
    var _ = channel.register(readable, SelectionKey.OP_READ);
    var _ = channel.register(writable, SelectionKey.OP_WRITE);
  }

  /** Connects, and says something before all else. */
  static LocalSocket connect(Path file, byte[] first) throws IOException {
    SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(file));
    try {
      ByteBuffer left = ByteBuffer.wrap(first);
      while (left.hasRemaining()) {
        channel.write(left);
      }
      return new LocalSocket(channel);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  @Override
  public InputStream getInputStream() {
    return new InputStream() {
      @Override
      public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
      }

      @Override
      public int read(byte[] array, int offset, int length) throws IOException {
        ByteBuffer into = ByteBuffer.wrap(array, offset, length);
        while (length > 0) {
          int count = channel.read(into);
          if (count != 0) {
            return count;
          }
          if (!await(readable, timeout)) {
            throw new SocketTimeoutException("Nothing came for " + timeout + " ms.");
          }
        }
        return 0;
      }
    };
  }

  @Override
  public OutputStream getOutputStream() {
    return new OutputStream() {
      @Override
      public void write(int value) throws IOException {
        write(new byte[] {(byte) value}, 0, 1);
      }

      @Override
      public void write(byte[] array, int offset, int length) throws IOException {
        ByteBuffer left = ByteBuffer.wrap(array, offset, length);
        while (left.hasRemaining()) {
          if (channel.write(left) == 0) {
            var _ = await(writable, 0);
          }
        }
      }
    };
  }

  /**
   * @param millis 0 for ever
   */
  private static boolean await(Selector selector, int millis) throws IOException {
    try {
      int ready = selector.select(millis);
      selector.selectedKeys().clear();
      if (Thread.currentThread().isInterrupted()) {
        throw new IOException("Interrupted.");
      }
      return ready > 0;
    } catch (ClosedSelectorException e) {
      throw new IOException("The socket is closed.", e);
    }
  }

  @Override
  public void setSoTimeout(int millis) {
    timeout = millis;
  }

  /** There is nothing to delay. */
  @Override
  public void setTcpNoDelay(boolean on) {}

  @Override
  public void shutdownOutput() throws IOException {
    channel.shutdownOutput();
  }

  @Override
  public void close() throws IOException {
    channel.close();
    readable.close();
    writable.close();
  }
}
